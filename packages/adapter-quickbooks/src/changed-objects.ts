import { property } from '@unioneyes/adapter-kit'
import type { ChangesPage, ItemAccess, ReadChanges } from '@unioneyes/adapter-kit'
import { IntegrationError } from '@unioneyes/core'
import { z } from 'zod'
import { companyPath, minorVersion } from './api.ts'
import type { Settings } from './api.ts'

const DAY_MS = 86_400_000
// What Intuit tells of the past, and what one answer holds at most, whatever is asked for.
const LOOK_BACK_MS = 30 * DAY_MS
const MOST_OBJECTS = 1000
// An answer may take two minutes, and what changes meanwhile is not in it.
const LOOKBACK_MS = 5 * 60_000

/** What it takes to ask a company. */
export type Access = Pick<ItemAccess<Settings>, 'http' | 'settings'>

/** How objects of a type become items, and how an id of one becomes that of its record. */
export interface ObjectNames {
  readonly item: (type: string, row: unknown) => unknown
  readonly recordId: (type: string, id: string) => string
  /**
   * Looks up objects of a type by their ids, where QuickBooks calls something deleted that may only be inactive: in lists of names.
   */
  readonly lookUp?: ((type: string, ids: readonly string[], access: Access) => Promise<readonly unknown[]>) | undefined
}

/**
 * Reads what changed from Intuit's change data capture, deletions included. It has no pages: where it reaches its limit with
 * one type alone, or is asked about more than 30 days, everything is listed anew.
 */
export function changedObjects(types: readonly string[], names: ObjectNames): ReadChanges<Settings> {
  return async function* ({ cursor, token, ...access }) {
    const since = Date.parse(typeof cursor === 'string' ? cursor : '')
    if (Number.isNaN(since)) throw expired('The saved cursor is not a time.')
    const changedSince = new Date(since - LOOKBACK_MS).toISOString()
    const ask = (asked: readonly string[]) => askChanges(access, asked, changedSince)

    const begun = z.object({ from: z.int(), time: z.string() }).safeParse(token).data
    if (!begun) {
      const all = await ask(types)
      if (all.count < MOST_OBJECTS) {
        yield { ...(await toPage(all.objects, names, access)), cursor: all.time }
        return
      }
    }
    // One type after the other, each with the whole limit to itself.
    let time = begun?.time
    for (const [index, type] of types.entries()) {
      if (index < (begun?.from ?? 0)) continue
      const { objects, count, time: answered } = await ask([type])
      if (count >= MOST_OBJECTS) throw expired(`More than ${String(MOST_OBJECTS)} objects of type ${type} changed.`)
      time ??= answered
      const page = await toPage(objects, names, access)
      yield index < types.length - 1 ? { ...page, next: { from: index + 1, time } } : { ...page, cursor: time }
    }
  }
}

const fault = z.unknown().optional()
const response = z.looseObject({ totalCount: z.int().optional(), Fault: fault })
const answer = z.object({
  time: z.string().refine((time) => !Number.isNaN(Date.parse(time)), 'expected a time'),
  CDCResponse: z.array(z.object({ QueryResponse: z.array(response).optional(), Fault: fault })),
})

interface ChangedObject {
  readonly type: string
  readonly row: unknown
}

interface Changes {
  readonly objects: readonly ChangedObject[]
  /** How many there are, as far as the answer says. */
  readonly count: number
  /** Intuit's time. */
  readonly time: string
}

async function askChanges(
  { http, settings }: Access,
  types: readonly string[],
  changedSince: string,
): Promise<Changes> {
  const query = { entities: types.join(), changedSince, ...minorVersion }
  const asking = http.get(companyPath(settings, 'cdc'), { query, schema: answer })
  const { time, CDCResponse } = await asking.catch((error: unknown) => {
    // Whatever it does not like about the question, the listing asks another one.
    throw IntegrationError.is(error, 'REQUEST_REJECTED') ? expired('The changes since then are refused.', error) : error
  })
  if (Date.parse(time) - Date.parse(changedSince) > LOOK_BACK_MS) throw expired('The last sync is too long ago.')
  const parts = CDCResponse.flatMap(({ QueryResponse = [], Fault }) => [{ Fault }, ...QueryResponse])
  if (parts.some(({ Fault }) => Fault !== undefined)) throw expired('A part of the changes since then is refused.')
  const found = parts.map((part) => types.flatMap((type) => objectsIn(part, type)))
  const counts = found.map((objects, index) => Math.max(objects.length, counted(parts[index])))
  return { objects: found.flat(), count: counts.reduce((sum, count) => sum + count, 0), time }
}

function objectsIn(part: object, type: string): ChangedObject[] {
  const rows = property(part, type)
  // Nothing of this type changed.
  if (rows === undefined) return []
  if (Array.isArray(rows)) return rows.map((row: unknown) => ({ type, row }))
  throw new IntegrationError('RESPONSE_INVALID', `The changes of type ${type} of quickbooks are no list.`, {
    provider: 'quickbooks',
  })
}

function counted(part: unknown): number {
  const total = property(part, 'totalCount')
  return typeof total === 'number' ? total : 0
}

async function toPage(
  objects: readonly ChangedObject[],
  { item, recordId, lookUp }: ObjectNames,
  access: Access,
): Promise<ChangesPage> {
  const items: unknown[] = []
  const gone = new Map<string, Set<string>>()
  for (const { type, row } of objects) {
    const id = property(row, 'Id')
    if (property(row, 'status') === 'Deleted' && typeof id === 'string') {
      gone.set(type, (gone.get(type) ?? new Set()).add(id))
    } else items.push(item(type, row))
  }
  const deleted: string[] = []
  for (const [type, ids] of gone) {
    for (const row of lookUp ? await lookUp(type, [...ids], access) : []) {
      items.push(item(type, row))
      ids.delete(String(property(row, 'Id')))
    }
    deleted.push(...[...ids].map((id) => recordId(type, id)))
  }
  return { items, deleted }
}

function expired(why: string, cause?: unknown): IntegrationError {
  const message = `QuickBooks cannot tell what changed since the last sync, so everything is listed: ${why}`
  return new IntegrationError('CURSOR_EXPIRED', message, { provider: 'quickbooks', cause })
}
