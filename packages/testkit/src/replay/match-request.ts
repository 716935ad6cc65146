import type { FixtureRequest } from './exchange-fixture.ts'
import { ANYTHING } from './scrub-values.ts'

/** Whether a path is the recorded one. */
export function pathMatches(recorded: FixtureRequest, path: string): boolean {
  const wanted = recorded.path.split('/')
  const given = (path.split('?')[0] ?? '').split('/')
  return wanted.length === given.length && wanted.every((part, at) => part === ANYTHING || part === given[at])
}

/** Whether a query has the recorded parameters, in any order, and no others. */
export function queryMatches(recorded: FixtureRequest, query: URLSearchParams): boolean {
  const left = [...query]
  for (const [name, value] of recorded.query ?? []) {
    const exact = left.findIndex(([key, given]) => key === name && given === value)
    const any = value === ANYTHING ? left.findIndex(([key]) => key === name) : -1
    const found = exact >= 0 ? exact : any
    if (found < 0) return false
    left.splice(found, 1)
  }
  return left.length === 0
}

/** Whether a body is the recorded one. @param given as nock reads it: JSON, the fields of a form, or text */
export function bodyMatches(recorded: unknown, given: unknown): boolean {
  if (recorded === ANYTHING) return true
  if (recorded === undefined) return given === '' || given === undefined
  if (typeof recorded === 'bigint') return given === Number(recorded)
  if (typeof recorded !== 'object' || recorded === null) return recorded === given
  if (typeof given !== 'object' || given === null || Array.isArray(recorded) !== Array.isArray(given)) return false
  const fields = new Map(Object.entries(given))
  const wanted = Object.entries(recorded)
  return (
    wanted.length === fields.size &&
    wanted.every(([key, value]) => fields.has(key) && bodyMatches(value, fields.get(key)))
  )
}
