import { readMoment, wholeSecond } from './moments.ts'
import { isNameList, isObjectType, queryProperties } from './object-types.ts'
import type { PropertyKind } from './object-types.ts'
import { QueryError } from './query-parser.ts'
import type { Condition, Operator, Query } from './query-parser.ts'
import type { Table } from './table.ts'
import type { Row } from './wire-values.ts'

type Key = string | number | undefined
type Test = (row: Row) => boolean

const UPDATED = 'MetaData.LastUpdatedTime'

/** Finds the rows that a query asks for, in its order; STARTPOSITION and MAXRESULTS are left to the caller. */
export function selectPlaces(table: Table, query: Query): readonly number[] {
  const conditions = query.conditions.map((condition) => prepare(table.type, condition))
  const order = query.order && { ...query.order, ...propertyOf(table.type, query.order.property) }
  const byTime = order?.name === UPDATED
  let places = candidates(table, conditions, byTime)
  // Name lists hide what is not active, unless the query says otherwise (sheet: Reading: query endpoint).
  const active = conditions.filter(({ name }) => name === 'Active')
  if (isNameList(table.type) && active.length === 0) places = places.filter((place) => table.isActive(place))
  for (const { test } of active) places = places.filter((place) => test({ Active: table.isActive(place) }))
  const tests = conditions.flatMap(({ name, operator, test }) =>
    name === 'Active' || (name === UPDATED && operator !== 'IN') ? [] : [test],
  )
  if (tests.length > 0) {
    places = places.filter((place) => {
      const row = table.row(place)
      return tests.every((test) => test(row))
    })
  }
  if (!order) return places
  if (!byTime) places = sorted(table, places, order.name, order.kind)
  return order.descending ? places.toReversed() : places
}

/** Whether one row fits a query. */
export function fits(type: 'CompanyInfo', row: Row, { conditions }: Query): boolean {
  return conditions.every((condition) => prepare(type, condition).test(row))
}

interface Prepared {
  readonly name: string
  readonly operator: Operator
  readonly keys: readonly Key[]
  readonly values: readonly string[]
  readonly test: Test
}

// The places among which to look: few where ids are given, a piece of the order of last changes where it is asked about.
function candidates(table: Table, conditions: readonly Prepared[], byTime: boolean): readonly number[] {
  const ids = conditions.find(({ name, operator }) => name === 'Id' && (operator === 'IN' || operator === '='))
  const range = timeRange(conditions)
  const inRange = (place: number): boolean => table.updatedAt(place) >= range.from && table.updatedAt(place) < range.to
  const found = ids && [...new Set(ids.values.flatMap((id) => table.find(id) ?? []))].filter(inRange)
  if (found) {
    return found.sort((a, b) => (byTime ? table.updatedAt(a) - table.updatedAt(b) : 0) || a - b)
  }
  if (range.from === -Infinity && range.to === Infinity) return byTime ? table.byTime() : table.byId()
  const ordered = table.byTime()
  const part = ordered.slice(firstFrom(table, ordered, range.from), firstFrom(table, ordered, range.to))
  return byTime ? part : part.sort((a, b) => a - b)
}

// Last changes are whole seconds, so an open bound is the next one.
function timeRange(conditions: readonly Prepared[]): { readonly from: number; readonly to: number } {
  let [from, to] = [-Infinity, Infinity]
  for (const { name, operator, keys } of conditions) {
    if (name !== UPDATED) continue
    const moments = keys.map(Number)
    const [low, high] = [Math.min(...moments), Math.max(...moments)]
    const after = wholeSecond(high) + 1000
    if (operator === '>=' || operator === '=' || operator === 'IN') from = Math.max(from, low)
    if (operator === '>') from = Math.max(from, after)
    if (operator === '<') to = Math.min(to, low)
    if (operator === '<=' || operator === '=' || operator === 'IN') to = Math.min(to, after)
  }
  return { from, to }
}

function firstFrom(table: Table, ordered: readonly number[], ms: number): number {
  let [low, high] = [0, ordered.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (table.updatedAt(ordered[middle] ?? 0) < ms) low = middle + 1
    else high = middle
  }
  return low
}

function sorted(table: Table, places: readonly number[], name: string, kind: PropertyKind): readonly number[] {
  if (name === 'Id') return [...places].sort((a, b) => a - b)
  const keyed = places.map((place) => ({ place, key: readKey(kind, valueAt(table.row(place), name)) }))
  keyed.sort((left, right) => compare(left.key, right.key) || left.place - right.place)
  return keyed.map(({ place }) => place)
}

// What has no value comes first.
function compare(left: Key, right: Key): number {
  if (left === right) return 0
  if (left === undefined || right === undefined) return left === undefined ? -1 : 1
  return left < right ? -1 : 1
}

function prepare(type: string, { property: asked, operator, values }: Condition): Prepared {
  const { name, kind } = propertyOf(type, asked)
  if (operator === 'LIKE') {
    if (kind !== 'text' && kind !== 'reference') throw unfit(name, 'LIKE')
    const pattern = likePattern(values[0] ?? '')
    return { name, operator, keys: [], values, test: (row) => pattern.test(textOf(valueAt(row, name)) ?? '') }
  }
  const isOrdered = operator !== '=' && operator !== 'IN'
  if (isOrdered && (kind === 'boolean' || kind === 'reference')) throw unfit(name, operator)
  const keys = values.map((value) => {
    const key = readKey(kind, value)
    if (key === undefined) throw new QueryError(`QueryValidationError: Invalid value '${value}' for property ${name}`)
    return key
  })
  const [first] = keys
  const test: Test = (row) => {
    const key = readKey(kind, valueAt(row, name))
    if (key === undefined || first === undefined) return false
    switch (operator) {
      case '<':
        return key < first
      case '>':
        return key > first
      case '<=':
        return key <= first
      case '>=':
        return key >= first
      default:
        return keys.includes(key)
    }
  }
  return { name, operator, keys, values, test }
}

const unfit = (name: string, operator: string): QueryError =>
  new QueryError(`QueryValidationError: Operator ${operator} is not supported for property ${name}`)

// `Metadata.` is accepted beside `MetaData.` (sheet: Reading: query endpoint).
function propertyOf(type: string, asked: string): { readonly name: string; readonly kind: PropertyKind } {
  const name = asked.replace(/^Metadata\./, 'MetaData.')
  const properties = isObjectType(type) || type === 'CompanyInfo' ? queryProperties[type] : {}
  const kind = Object.hasOwn(properties, name) ? properties[name] : undefined
  if (!kind) throw new QueryError(`QueryValidationError: Property ${asked} not found for Entity ${type}`)
  return { name, kind }
}

function valueAt(row: Row, name: string): unknown {
  const [head = '', tail] = name.split('.')
  const value = row[head]
  const inner = tail ?? (head.endsWith('Ref') ? 'value' : undefined)
  if (inner === undefined) return value
  return isRow(value) ? value[inner] : undefined
}

const isRow = (value: unknown): value is Row => typeof value === 'object' && value !== null

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined

/** What values of a kind are compared by; undefined where a value is none of that kind. */
function readKey(kind: PropertyKind, value: unknown): Key {
  const text = textOf(value)
  if (text === undefined) return undefined
  switch (kind) {
    case 'moment':
      return readMoment(text)
    case 'day':
      return /^\d{4}-\d\d-\d\d$/.test(text) ? text : undefined
    case 'id':
    case 'number': {
      const number = Number(text.replaceAll('\u0001', ''))
      return text.trim() === '' || Number.isNaN(number) ? undefined : number
    }
    case 'boolean':
      return text === 'true' || text === 'false' ? text : undefined
    default:
      return text
  }
}

function likePattern(text: string): RegExp {
  const parts = text.split('%').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`))
  return new RegExp(`^${parts.join('.*')}$`, 's')
}
