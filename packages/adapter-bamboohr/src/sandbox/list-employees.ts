import { toJsonText } from '@unioneyes/core'
import type { ByteCache, SandboxRequest, SandboxResponse } from '@unioneyes/testkit'
import { codedError } from './answers.ts'
import type { Company } from './company.ts'
import { baseFields, laterFields, optionalFields } from './employee-words.ts'
import type { FieldReader } from './employee-words.ts'
import { prepareFields } from './row-text.ts'

/** Where a page begins or ends: after or before one employee, as that employee was then. */
interface Cursor {
  readonly direction: 'after' | 'before'
  readonly index: number
  readonly version: number
}

class Refusal extends Error {
  readonly code: 'BadRequest' | 'BadPage'
  constructor(code: 'BadRequest' | 'BadPage', message: string) {
    super(message)
    this.code = code
  }
}

/** `GET /api/v1/employees` (operation list-employees; sheet: Employees 1). */
export function listEmployees(request: SandboxRequest, company: Company, cache: ByteCache<Buffer>): SandboxResponse {
  if (company.glitches.listingRefused) {
    return codedError(403, 'Forbidden', 'This endpoint is not available to this API key.')
  }
  try {
    return answer(request, company, cache)
  } catch (error) {
    if (error instanceof Refusal) return codedError(400, error.code, error.message)
    throw error
  }
}

function answer({ query, origin, path }: SandboxRequest, company: Company, cache: ByteCache<Buffer>): SandboxResponse {
  const { glitches } = company
  const limit = readLimit(query.get('page[limit]'))
  const fields = knownFields(query, company)
  const order = glitches.emptyListing ? [] : readOrder(query, company)
  const { start, end } = readWindow(query, company, order, limit)

  const repeats = glitches.duplicateAcrossPages && start > 0
  const shown = order.slice(repeats ? start - 1 : start, end)
  const rows = readRows(shown, fields, company, cache)

  const next =
    end < order.length
      ? cursorAt('after', order[end - 1], company)
      : glitches.endlessCursor && order.length > 0
        ? cursorAt('after', order[Math.min(limit, order.length) - 1], company)
        : null
  const prev = start > 0 ? cursorAt('before', order[start], company) : null
  const meta = {
    total: Math.max(0, order.length + glitches.totalDelta),
    page: { limit, nextCursor: next, prevCursor: prev },
  }
  const link = (direction: string, cursor: string | null): object | undefined =>
    cursor === null ? undefined : { href: hrefWith(origin + path, query, direction, cursor) }
  const links = {
    self: { href: `${origin}${path}?${query.toString()}` },
    next: link('after', next),
    prev: link('before', prev),
  }
  return {
    headers: { 'content-type': 'application/json' },
    body: [
      Buffer.from('{"data":['),
      rows,
      Buffer.from(`],"meta":${JSON.stringify(meta)},"_links":${JSON.stringify(links)}}`),
    ],
  }
}

/** One row in the words of this endpoint, as it is shown to those who may see all but the restricted fields. */
export function toListRow(
  index: number,
  fields: readonly (readonly [string, FieldReader])[],
  company: Company,
): Record<string, unknown> {
  const person = company.person(index)
  const row: Record<string, unknown> = {}
  const restricted: string[] = []
  for (const [name, read] of fields) {
    if (company.restricted.size > 0 && company.restricted.has(name)) {
      row[name] = null
      restricted.push(name)
    } else {
      row[name] = read(person, company)
    }
  }
  row._restrictedFields = restricted
  return Object.assign(row, company.raw(index))
}

/** Every field this endpoint knows, with how to read it. */
export function allListFields(company: Company): (readonly [string, FieldReader])[] {
  const later = company.options.employeeFields === 'specification' ? {} : laterFields
  return Object.entries({ ...baseFields, ...optionalFields, ...later })
}

function readRows(
  shown: readonly number[],
  fields: readonly (readonly [string, FieldReader])[],
  company: Company,
  cache: ByteCache<Buffer>,
): Buffer {
  const prepared = prepareFields(fields)
  const plain = company.restricted.size === 0
  const writeRow = (index: number): string =>
    plain && !company.raw(index)
      ? `{${prepared.write(company.person(index), company)},"_restrictedFields":[]}`
      : toJsonText(toListRow(index, fields, company))
  const make = (): Buffer => Buffer.from(shown.map(writeRow).join(','))
  const [first, last] = [shown[0], shown.at(-1)]
  // Pages that were filtered or sorted, or whose photos have new addresses each time, are not kept.
  if (first === undefined || last === undefined || company.options.photos === 'signed' || !isAscending(shown)) {
    return make()
  }
  const key = `list/${String(first)}/${String(shown.length)}/${prepared.names.join()}`
  return cache.get(key, `${company.stamp(first, last)}/${String(last)}`, make)
}

function isAscending(indexes: readonly number[]): boolean {
  return indexes.every((index, at) => at === 0 || index > (indexes[at - 1] ?? 0))
}

function readLimit(text: string | null): number {
  if (text === null) return 250
  const limit = Number(text)
  if (!/^\d+$/.test(text) || limit < 1 || limit > 2500) {
    throw new Refusal('BadRequest', 'page.limit must be between 1 and 2500.')
  }
  return limit
}

// Unknown names are ignored. The bracket form is accepted beside the comma form (the vendor's client, EmployeesApi.md).
function knownFields(query: URLSearchParams, company: Company): (readonly [string, FieldReader])[] {
  const asked = new Set([...(query.get('fields') ?? '').split(','), ...query.getAll('fields[]')])
  return allListFields(company).filter(([name]) => name in baseFields || asked.has(name))
}

const SORTABLE = ['employeeId', 'firstName', 'lastName', 'preferredName', 'jobTitleName', 'status']
const CONTAINS = ['firstName', 'lastName', 'jobTitleName']

function readOrder(query: URLSearchParams, company: Company): readonly number[] {
  let order: readonly number[] = company.live()
  const ids = [query.get('filter[ids]') ?? '', ...query.getAll('filter[ids][]')].join().split(',').filter(Boolean)
  if (ids.length > 0) {
    if (ids.some((id) => !/^\d+$/.test(id))) throw new Refusal('BadRequest', 'filter.ids must be a list of integers.')
    const found = new Set(ids.map((id) => company.find(id)))
    order = [...found].filter((index) => index !== undefined).sort((left, right) => left - right)
  }
  const used: string[] = []
  for (const name of CONTAINS) {
    const wanted = query.get(`filter[${name}]`)?.toLowerCase()
    if (wanted === undefined) continue
    used.push(name)
    order = order.filter((index) => textOf(index, name, company).toLowerCase().includes(wanted))
  }
  const status = query.get('filter[status]')
  if (status !== null) {
    if (status !== 'active' && status !== 'inactive') throw new Refusal('BadRequest', 'filter.status is not valid.')
    used.push('status')
    order = order.filter((index) => company.person(index).status.toLowerCase() === status)
  }
  const sort = query.get('sort')
  if (sort !== null && sort !== 'employeeId') order = sortBy(order, sort.split(','), used, company)
  // Who may not see a field that is filtered or sorted by is not told who has it.
  return used.some((name) => company.restricted.has(name)) ? [] : order
}

function sortBy(order: readonly number[], rules: readonly string[], used: string[], company: Company): number[] {
  const keys = rules.map((rule) => ({ name: rule.replace(/^-/, ''), sign: rule.startsWith('-') ? -1 : 1 }))
  for (const { name } of keys) {
    if (!SORTABLE.includes(name)) throw new Refusal('BadRequest', `Cannot sort by ${name}.`)
    if (name !== 'employeeId') used.push(name)
  }
  const texts = new Map<number, readonly string[]>()
  for (const index of order)
    texts.set(
      index,
      keys.map(({ name }) => textOf(index, name, company)),
    )
  return order.toSorted((left, right) => {
    for (const [at, { name, sign }] of keys.entries()) {
      const [a = '', b = ''] = [texts.get(left)?.[at], texts.get(right)?.[at]]
      const compared = name === 'employeeId' ? left - right : a < b ? -1 : a > b ? 1 : 0
      if (compared !== 0) return compared * sign
    }
    return left - right
  })
}

function textOf(index: number, name: string, company: Company): string {
  const value = baseFields[name]?.(company.person(index), company)
  return typeof value === 'string' ? value : ''
}

/** Where in the order the page lies: `start` inclusive, `end` exclusive. */
function readWindow(
  query: URLSearchParams,
  company: Company,
  order: readonly number[],
  limit: number,
): { readonly start: number; readonly end: number } {
  const after = query.get('page[after]')
  const before = query.get('page[before]')
  if (after !== null && before !== null)
    throw new Refusal('BadPage', 'Only one of page.after and page.before is allowed.')
  const text = after ?? before
  if (text === null) return { start: 0, end: Math.min(limit, order.length) }
  const cursor = readCursor(text)
  if (cursor === undefined || (cursor.direction === 'after') !== (after !== null)) {
    throw new Refusal('BadPage', 'The page cursor is not valid.')
  }
  const at = positionOf(cursor.index, order)
  if (at === -1 || company.version(cursor.index) !== cursor.version) {
    throw new Refusal('BadPage', 'The page cursor is no longer valid: the employee at its boundary has changed.')
  }
  if (cursor.direction === 'after') return { start: at + 1, end: Math.min(at + 1 + limit, order.length) }
  return { start: Math.max(0, at - limit), end: at }
}

function positionOf(index: number, order: readonly number[]): number {
  if (order[index] === index) return index // Nobody before it has left: the usual case, and the fast one.
  return order.indexOf(index)
}

function cursorAt(direction: Cursor['direction'], index: number | undefined, company: Company): string | null {
  if (index === undefined) return null
  return Buffer.from(
    JSON.stringify({ cursor: `${direction}-${String(index)}-${String(company.version(index))}` }),
  ).toString('base64')
}

function readCursor(text: string): Cursor | undefined {
  const match = /^\{"cursor":"(after|before)-(\d+)-(\d+)"\}$/.exec(Buffer.from(text, 'base64').toString())
  if (!match) return undefined
  return { direction: match[1] === 'after' ? 'after' : 'before', index: Number(match[2]), version: Number(match[3]) }
}

function hrefWith(url: string, query: URLSearchParams, direction: string, cursor: string): string {
  const changed = new URLSearchParams(query)
  changed.delete('page[after]')
  changed.delete('page[before]')
  changed.set(`page[${direction}]`, cursor)
  return `${url}?${changed.toString()}`
}
