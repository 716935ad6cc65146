import { property, wireId } from '@unioneyes/adapter-kit'
import type { ReadContext, ReadPage, ToRows } from '@unioneyes/adapter-kit'
import { IntegrationError } from '@unioneyes/core'
import type { EntityRecord, Json } from '@unioneyes/core'
import { z } from 'zod'
import type { Settings } from './api.ts'
import { changedEmployees } from './changed-employees.ts'
import { inPages } from './in-pages.ts'

/** A table that BambooHR keeps for every employee, with the records that its rows become. */
export interface EmployeeTable<T extends EntityRecord> {
  /** BambooHR's name of it: `jobInfo`, `compensation`. */
  readonly name: string
  /** What the records' ids begin with, before the employee's id. */
  readonly prefix: string
  readonly rows: ToRows<T, Settings>
}

const digits = z.string().regex(/^\d+$/)
const ofRow = z.object({ id: wireId().pipe(digits), employeeId: wireId().pipe(digits) })

/** The id of a row's record, with the employee's in it, so that everything of one employee can be replaced at once. */
export const idUnder = (prefix: string) => (row: unknown) => {
  const { id, employeeId } = ofRow.parse(row)
  return `${prefix}${employeeId}/${id}`
}

// As far before the cursor as changes of employees are read again.
const LOOKBACK_MS = 5 * 60_000
// Above so many, one request for everybody's rows is more polite than one for each.
const ONE_BY_ONE = 50

/**
 * Reads a table: whole in one answer, or the rows of those who changed.
 *
 * @param complete whether the last page of a full read may say that nothing is missing
 */
export async function* readTable<T extends EntityRecord>(
  table: EmployeeTable<T>,
  context: ReadContext<Settings>,
  complete = true,
): AsyncGenerator<ReadPage<T>> {
  if (context.type === 'incremental') {
    yield* readChanges(table, context)
    return
  }
  const { settings, providerDate } = context
  const before = providerDate()
  const pages = inPages(await everyRow(table.name, context), settings.pageSize)
  const cursor = (before ?? providerDate())?.toISOString()
  for (const [index, page] of pages.entries()) {
    const last = index === pages.length - 1
    yield { rows: table.rows(page, settings), ...(last && { cursor, complete }) }
  }
}

async function* readChanges<T extends EntityRecord>(
  table: EmployeeTable<T>,
  context: ReadContext<Settings>,
): AsyncGenerator<ReadPage<T>> {
  const { settings, token } = context
  const { changed, deleted, latest } = await changesOf(table, context)
  const begun = place.safeParse(token).data
  const cursor = begun?.cursor ?? latest
  // Any order does that is the same when the read is resumed.
  const left = changed.filter((id) => id > (begun?.after ?? '')).sort()
  const groupOf = (id: string): string => `${table.prefix}${id}/`
  if (!begun && deleted.length > 0) yield { records: [], replaces: deleted.map(groupOf), next: { after: '', cursor } }

  const everybody =
    left.length > ONE_BY_ONE
      ? Map.groupBy(await everyRow(table.name, context), (row) => String(property(row, 'employeeId')))
      : undefined
  for (const id of left) {
    const rows = table.rows(everybody ? (everybody.get(id) ?? []) : await rowsOf(id, table.name, context), settings)
    // A group with a row that cannot be told apart is left alone: the row may be any of those that would be replaced.
    const replaces = rows.items.every((row) => row.id !== undefined) ? [groupOf(id)] : []
    yield { rows, replaces, next: { after: id, cursor } }
  }
  yield { records: [], cursor, complete: true }
}

/** A page token: the employee up to whom the rows were read, and the cursor of the read that it began in. */
const place = z.object({ after: z.string(), cursor: z.string() })

const tableChanges = z.object({ employees: z.record(digits, z.unknown()).or(z.array(z.never())) })

/** Who changed, who is gone, and where a later read starts: the provider's own time, which never goes back. */
async function changesOf(table: EmployeeTable<EntityRecord>, { http, cursor }: ReadContext<Settings>) {
  const sinceMs = timeOf(cursor)
  const since = new Date(sinceMs - LOOKBACK_MS).toISOString().replace(/\.\d+/, '')
  const { changed, deleted, latest } = await changedEmployees(since, { http })
  // Its rows have no ids. What it adds is the refusal, before anything is replaced, of a table that the key may not see.
  const { employees } = await http.get(`api/v1/employees/changed/tables/${table.name}`, {
    query: { since },
    schema: tableChanges,
  })
  const gone = new Set(deleted)
  return {
    changed: [...new Set([...changed, ...Object.keys(employees)])].filter((id) => !gone.has(id)),
    deleted,
    latest: latest && Date.parse(latest) > sinceMs ? latest : new Date(sinceMs).toISOString(),
  }
}

/** Refuses a useless cursor before anything is asked. @throws IntegrationError CURSOR_EXPIRED */
export function assertCursor({ type, cursor }: Pick<ReadContext<Settings>, 'type' | 'cursor'>): void {
  if (type === 'incremental') timeOf(cursor)
}

function timeOf(cursor: Json | undefined): number {
  const time = typeof cursor === 'string' ? Date.parse(cursor) : Number.NaN
  if (!Number.isNaN(time)) return time
  throw new IntegrationError('CURSOR_EXPIRED', 'The saved cursor is not a time: everything must be read again.')
}

const pathOf = (id: string, table: string): string => `api/v1/employees/${id}/tables/${table}`

const everyRow = (table: string, { http }: ReadContext<Settings>) =>
  http.get(pathOf('all', table), { schema: z.array(z.unknown()) })

const rowsOfOne = z.array(z.unknown())

/** The rows of one employee; none of one who is gone, whom the feed will tell. */
async function rowsOf(id: string, table: string, { http }: ReadContext<Settings>): Promise<readonly unknown[]> {
  const rows = await http.get(pathOf(id, table), { schema: rowsOfOne.optional(), emptyOn: [404] })
  if (rows) return rows
  // "Not found" may also be the table. Then it is an error, because going on would lose what changed in it.
  const employee = await http.get(`api/v1/employees/${id}`, { query: { fields: 'id' }, emptyOn: [404] })
  return employee === undefined ? [] : http.get(pathOf(id, table), { schema: rowsOfOne })
}
