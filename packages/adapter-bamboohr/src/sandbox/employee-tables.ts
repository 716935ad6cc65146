import type { Random } from '@unioneyes/testkit'
import type { Company } from './company.ts'
import { createRandom, toDate } from './person.ts'
import type { Person } from './person.ts'

/** The tables that a company has for every employee. */
export const tableNames = ['jobInfo', 'compensation'] as const
/** The name of a table. */
export type TableName = (typeof tableNames)[number]

/** A row as the table shows it. */
export interface TableRow extends Readonly<Record<string, unknown>> {
  readonly id: string
  readonly employeeId: string
}

/** The tables of one company. Rows are computed from the person; only those of people whose rows were changed are kept. */
export interface EmployeeTables {
  /** The rows of a live person's place, in no particular order. */
  rows(table: TableName, index: number): readonly TableRow[]
  /** @returns the new row's id */
  add(table: TableName, index: number, values: Readonly<Record<string, unknown>>): string
  change(table: TableName, index: number, rowId: string, values: Readonly<Record<string, unknown>>): void
  remove(table: TableName, index: number, rowId: string): void
  /** Tables that are refused, with the status. */
  readonly refused: Map<TableName, number>
  /** Fields that are left out of every row, as `table.field`. */
  readonly hiddenFields: Set<string>
}

const DAY_MS = 86_400_000
const ROWS_PER_PERSON = 8
const FIRST_ROW = 30_000
const FIRST_ADDED_ROW = 100_000_000

/** Opens the tables of a company. */
export function createEmployeeTables(
  company: Pick<Company, 'options' | 'openedAt' | 'lists' | 'person' | 'find' | 'name'>,
): EmployeeTables {
  const seed = company.options.seed ?? 1
  const kept = new Map<string, TableRow[]>()
  const hiddenFields = new Set<string>()
  let added = 0

  function made(table: TableName, index: number): TableRow[] {
    const person = company.person(index)
    const random = createRandom(seed ^ (table === 'jobInfo' ? 0x2545f491 : 0x6c078965), index)
    const values = table === 'jobInfo' ? jobRows(person, random, company) : payRows(person, random, company)
    const rows = values.map((row, place) => ({
      id: String(FIRST_ROW + index * ROWS_PER_PERSON + place),
      employeeId: String(person.id),
      ...row,
    }))
    // "The result is not sorted in any particular order."
    return index % 2 === 0 ? rows : rows.reverse()
  }

  function keep(table: TableName, index: number): TableRow[] {
    const key = `${table}/${String(index)}`
    const rows = kept.get(key) ?? made(table, index)
    kept.set(key, rows)
    return rows
  }

  function placeOf(rows: readonly TableRow[], rowId: string): number {
    const place = rows.findIndex(({ id }) => id === rowId)
    if (place < 0) throw new Error(`The sandbox has no row ${rowId} there.`)
    return place
  }

  return {
    rows(table, index) {
      const rows = kept.get(`${table}/${String(index)}`) ?? made(table, index)
      if (hiddenFields.size === 0) return rows
      return rows.map(({ id, employeeId, ...values }) => {
        const shown = Object.entries(values).filter(([name]) => !hiddenFields.has(`${table}.${name}`))
        return { id, employeeId, ...Object.fromEntries(shown) }
      })
    },
    add(table, index, values) {
      const rows = keep(table, index)
      added += 1
      const id = String(FIRST_ADDED_ROW + added)
      rows.push({ ...rows.at(-1), ...values, id, employeeId: String(company.person(index).id) })
      return id
    },
    change(table, index, rowId, values) {
      const rows = keep(table, index)
      const place = placeOf(rows, rowId)
      rows.splice(place, 1, { id: rowId, employeeId: String(company.person(index).id), ...rows[place], ...values })
    },
    remove(table, index, rowId) {
      const rows = keep(table, index)
      rows.splice(placeOf(rows, rowId), 1)
    },
    refused: new Map(),
    hiddenFields,
  }
}

type Values = Readonly<Record<string, unknown>>
type Named = Pick<Company, 'openedAt' | 'lists' | 'find' | 'name'>

/** From being hired to now, evenly; at times one more that is still to come. */
function daysOfRows(person: Person, random: Random, openedAt: number, most: number): string[] {
  const hiredAt = Date.parse(person.hireDate ?? '') || openedAt
  const spanMs = openedAt - hiredAt
  const earlier = spanMs < 30 * DAY_MS ? 0 : random.below(most)
  const days = Array.from({ length: earlier + 1 }, (_, place) => toDate(hiredAt + (spanMs * place) / (earlier + 1)))
  const toCome = random.chance(0.08) && person.status === 'Active'
  return toCome ? [...days, toDate(openedAt + (1 + random.below(200)) * DAY_MS)] : days
}

// Names, words and order of the fields as recorded (sheet S4: employees/all/tables/jobInfo and employees/changed/tables/jobInfo, 2026-05).
function jobRows(person: Person, random: Random, company: Named): Values[] {
  const days = daysOfRows(person, random, company.openedAt, 4)
  const present = days.findLastIndex((day) => day <= toDate(company.openedAt))
  const { lists } = company
  const nameOf = (list: 'location' | 'department' | 'division' | 'jobTitle', at: number | null): string =>
    at === null ? '' : (lists[list][at]?.name ?? '')
  const manager = person.reportsTo === null ? undefined : company.find(String(person.reportsTo))
  return days.map((date, place) => {
    const now = place === present
    return {
      date,
      location: nameOf('location', person.location),
      department: nameOf('department', now ? person.department : random.below(lists.department.length)),
      division: nameOf('division', person.division),
      jobTitle: nameOf('jobTitle', now ? person.jobTitle : random.below(lists.jobTitle.length)),
      reportsTo: manager === undefined ? '' : company.name(manager),
      teams: null,
    }
  })
}

// Names of the fields, and `rate` and `overtimeRate` as an object, as published clients of the vendor's API read them.
function payRows(person: Person, random: Random, company: Named): Values[] {
  const days = daysOfRows(person, random, company.openedAt, 5)
  const present = days.findLastIndex((day) => day <= toDate(company.openedAt))
  const hourly = person.payType === 'Hourly'
  const currency = person.payCurrency ?? ''
  return days.map((startDate, place) => {
    const amount = person.payAmount === null ? '' : scaled(person.payAmount, 1.03 ** (place - present))
    return {
      startDate,
      rate: { currency: amount === '' ? '' : currency, value: place === present ? (person.payAmount ?? '') : amount },
      type: person.payType,
      exempt: hourly ? 'Non-exempt' : 'Exempt',
      reason: place === 0 ? '' : random.pick(REASONS),
      comment: random.chance(0.1) ? 'Selon la convention collective' : '',
      paidPer: person.paidPer,
      paySchedule: hourly ? 'Every other week' : 'Twice a month',
      overtimeRate: hourly && amount !== '' ? { currency, value: scaled(amount, 1.5) } : { currency: '', value: '' },
    }
  })
}

const REASONS = ['Annual increase', 'Promotion', 'Collective agreement', 'Correction']

const scaled = (amount: string, factor: number): string => (Number(amount) * factor).toFixed(2)
