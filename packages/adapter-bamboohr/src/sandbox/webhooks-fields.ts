import type { Company } from './company.ts'
import { legacyFields } from './employee-words.ts'
import type { Person } from './person.ts'

/** A field that webhooks can watch. */
export interface MonitorField {
  readonly id: string
  readonly name: string
  readonly alias: string
}

/** The fields that can be watched. */
export const monitorFields: readonly MonitorField[] = legacyFields.flatMap(({ id, name, alias, deprecated }) =>
  alias === undefined || deprecated ? [] : [{ id: String(id), name, alias }],
)

/** A field that can be watched, by its id or alias. */
export function monitorField(name: string): MonitorField | undefined {
  return monitorFields.find(({ id, alias }) => alias === name || id === name)
}

/** The aliases of the fields in which a person differs; of a new one, of those that say anything. */
export function changedAliases(before: Person | undefined, after: Person, company: Company): string[] {
  const aliases = legacyFields.flatMap(({ alias, deprecated, read }) => {
    if (alias === undefined || deprecated) return []
    const then = before === undefined ? null : read(before, company)
    return then === read(after, company) ? [] : [alias]
  })
  return [...new Set(aliases)]
}
