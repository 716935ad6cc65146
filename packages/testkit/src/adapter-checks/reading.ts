import { parseJsonText, toIdSpan, toJsonText } from '@unioneyes/core'
import type { BaseIntegration, Deletion, Json, Page, ReadOptions, RowResult } from '@unioneyes/core'

/** A row that cannot be read. */
export interface InvalidRow {
  readonly id: string | undefined
  readonly issues: readonly string[]
}

/** What a read brought, as an engine would have it after its last page. */
export interface Reading {
  /** Records by id, in the form that JSON gives them. */
  readonly records: Map<string, unknown>
  /** The payload of each record, as text. */
  readonly payloads: Map<string, string>
  readonly invalid: InvalidRow[]
  readonly deleted: Set<string>
  readonly pages: Page[]
  /** How many rows or records each page brought. */
  readonly sizes: number[]
  /** The ids that each page showed. */
  readonly shown: (readonly string[])[]
  cursor: Json | undefined
  /** The largest total that was stated. */
  total: number | undefined
  /** Whether the last page claims to be the end. */
  claimed: boolean
  restarts: number
  /** What it failed with; undefined when it ended by itself. */
  error: unknown
}

/** How to read. */
export interface ReadSetup {
  /** The ids that are stored already, which `replaces` may delete. */
  readonly known?: Iterable<string> | undefined
  /** Called with every page; the read ends when it returns false. */
  readonly onPage?: ((page: Page, reading: Reading) => boolean) | undefined
  /** Pages to take instead of the entity's own. */
  readonly pages?: AsyncIterable<Page> | undefined
}

/** Reads an entity to its end, as an engine does: later pages win, what is gone is gone, a restart forgets. Never throws. */
export async function attemptRead(
  integration: BaseIntegration,
  entity: string,
  options: ReadOptions = {},
  setup: ReadSetup = {},
): Promise<Reading> {
  const reading = emptyReading()
  try {
    await takeAll(reading, () => setup.pages ?? integration.read?.(entity, options), setup)
  } catch (error) {
    reading.error = error ?? new Error('It failed with nothing at all.')
  }
  return reading
}

/** The same, and throws what it failed with. */
export async function readEntity(
  integration: BaseIntegration,
  entity: string,
  options: ReadOptions = {},
  setup: ReadSetup = {},
): Promise<Reading> {
  const reading = emptyReading()
  await takeAll(reading, () => setup.pages ?? integration.read?.(entity, options), setup)
  return reading
}

async function takeAll(
  reading: Reading,
  begin: () => AsyncIterable<Page> | undefined,
  { known, onPage }: ReadSetup,
): Promise<void> {
  const stored = new Set(known)
  const pages = begin()
  if (!pages) throw new Error('The integration has no read().')
  for await (const page of pages) {
    take(reading, page, stored)
    if (onPage?.(page, reading) === false) return
  }
}

/** Every distinct id that was shown, whether its record could be read or not. */
export function distinctIds(reading: Reading): Set<string> {
  return new Set(reading.shown.flat())
}

/**
 * Whether absence may delete: the end was claimed, every row had an id, and there are not fewer ids than the provider said. What
 * an engine relies on.
 */
export function isProven(reading: Reading): boolean {
  if (!reading.claimed || reading.error !== undefined) return false
  if (reading.invalid.some(({ id }) => id === undefined)) return false
  return reading.total === undefined || distinctIds(reading).size >= reading.total
}

function emptyReading(): Reading {
  return {
    records: new Map(),
    payloads: new Map(),
    invalid: [],
    deleted: new Set(),
    pages: [],
    sizes: [],
    shown: [],
    cursor: undefined,
    total: undefined,
    claimed: false,
    restarts: 0,
    error: undefined,
  }
}

function take(reading: Reading, page: Page, known: ReadonlySet<string>): void {
  if (page.restarted !== undefined) forget(reading)
  const before = new Set([...known, ...reading.records.keys()])
  const ids: string[] = []
  for (const row of page.rows?.items ?? []) {
    if (row.id !== undefined) ids.push(row.id)
    takeRow(reading, row.id, row.raw, page.rows?.read(row.raw))
  }
  for (const [index, record] of (page.records ?? []).entries()) {
    ids.push(record.id)
    takeRow(reading, record.id, page.raw?.[index] ?? record, { kind: 'record', record })
  }
  for (const one of page.deleted ?? []) remove(reading, idOf(one))
  const shown = new Set(ids)
  const spans = (page.replaces ?? []).flatMap((range) => toIdSpan(range) ?? [])
  for (const id of before) {
    if (!shown.has(id) && spans.some((span) => span.includes(id))) remove(reading, id)
  }
  reading.pages.push(page)
  reading.shown.push(ids)
  reading.sizes.push((page.rows?.items.length ?? 0) + (page.records?.length ?? 0))
  reading.cursor = page.cursor ?? reading.cursor
  const total = page.total ?? page.remembered?.total
  if (total !== undefined) reading.total = Math.max(reading.total ?? 0, total)
  reading.claimed = page.complete === true || page.remembered?.complete === true
}

function takeRow(
  reading: Reading,
  id: string | undefined,
  raw: unknown,
  result: RowResult<{ readonly id: string }> | undefined,
): void {
  if (result?.kind === 'invalid') reading.invalid.push({ id, issues: result.issues })
  if (result?.kind === 'deleted' && id !== undefined) remove(reading, id)
  if (result?.kind !== 'record') return
  const { record } = result
  // As an app sees it: stored as JSON, in which what is undefined is absent.
  reading.records.set(record.id, parseJsonText(toJsonText(record)))
  reading.payloads.set(record.id, toJsonText(raw))
  reading.deleted.delete(record.id)
}

function remove(reading: Reading, id: string): void {
  reading.records.delete(id)
  reading.payloads.delete(id)
  reading.deleted.add(id)
}

function forget(reading: Reading): void {
  reading.restarts += 1
  reading.records.clear()
  reading.payloads.clear()
  reading.deleted.clear()
  reading.invalid.length = 0
  reading.shown.length = 0
  reading.total = undefined
}

const idOf = (one: string | Deletion): string => (typeof one === 'string' ? one : one.id)
