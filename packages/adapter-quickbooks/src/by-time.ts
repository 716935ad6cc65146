import { property } from '@unioneyes/adapter-kit'
import type { PageAnswer, PageStep, Paginator } from '@unioneyes/adapter-kit'
import { IntegrationError } from '@unioneyes/core'
import type { Json } from '@unioneyes/core'
import { z } from 'zod'

/** A place in a listing in the order of last changes. */
const place = z.object({
  /** Only rows that changed at this time or later; all without it. */
  since: z.string().optional(),
  /** Which of them the page begins with, counted from 1. */
  at: z.int().default(1),
  /** The row that stood there: the last one shown. */
  id: z.string().optional(),
  /** How often rows of this time had moved. */
  moved: z.int().default(0),
})

type Place = z.output<typeof place>

// Each time, all rows of one and the same second are read again. More often than this, no order is kept at all.
const MOST_MOVES = 10

/**
 * Pages in the order of last changes. A position in the whole list would skip a row whenever one before it is deleted, or
 * changes and so moves to the end. So each page begins at the time that the one before ended with, and a position counts only
 * rows since then. The last row is asked for once more: where another one stands in its place, rows of that very time have
 * moved, and all of that time are read again. The end is a page with nothing new. Rows of one time must keep their order among
 * themselves from page to page.
 */
export const byTime: Paginator = {
  position: (token) => {
    const { since, at } = toPlace(token)
    return { unsent: { since, at } }
  },
  step: stepAfter,
}

function toPlace(token: Json | undefined): Place {
  const { data } = place.safeParse(token ?? {})
  if (data === undefined) throw unknownPlace()
  return data
}

function stepAfter({ list, token }: PageAnswer): PageStep {
  const { since, at, id, moved } = toPlace(token)
  if (id !== undefined && !stands(list[0], id, since)) {
    if (moved === MOST_MOVES) throw disordered()
    return { next: toToken({ since, at: 1, id: undefined, moved: moved + 1 }) }
  }
  const repeated = id === undefined ? 0 : 1
  if (list.length === repeated) return { complete: true, repeated }
  const times = list.map(timeOf)
  const known = since === undefined ? [] : [Date.parse(since)]
  assertOrdered([...known, ...times.flatMap((time) => time?.ms ?? [])])
  const [time, lastId] = [times.at(-1), property(list.at(-1), 'Id')]
  // A row that cannot be read is no place to begin at, so the next page begins after it.
  const anchor = typeof lastId === 'string' ? lastId : undefined
  const behind = anchor === undefined ? 1 : 0
  if (time && time.ms !== known[0]) {
    const first = times.findIndex((other) => other?.ms === time.ms)
    return { next: toToken({ since: time.text, at: list.length - first + behind, id: anchor, moved: 0 }), repeated }
  }
  // Not without `moved`: a place that was there before the rows moved would look like an endless loop.
  return { next: toToken({ since, at: at + list.length - 1 + behind, id: anchor, moved }), repeated }
}

/** Whether a row is the one that was shown last, unchanged: at another time it would stand behind rows that nobody has seen. */
function stands(row: unknown, id: string, since: string | undefined): boolean {
  const time = timeOf(row)
  if (time && since !== undefined && time.ms !== Date.parse(since)) return false
  return property(row, 'Id') === id
}

function toToken({ since, at, id, moved }: Place): Json {
  return {
    ...(since !== undefined && { since }),
    at,
    ...(id !== undefined && { id }),
    ...(moved > 0 && { moved }),
  }
}

function timeOf(row: unknown): { readonly text: string; readonly ms: number } | undefined {
  const text = property(property(row, 'MetaData'), 'LastUpdatedTime')
  if (typeof text !== 'string') return undefined
  const ms = Date.parse(text)
  return Number.isNaN(ms) ? undefined : { text, ms }
}

function assertOrdered(times: readonly number[]): void {
  if (!times.every((time, index) => time >= (times[index - 1] ?? time))) throw disordered()
}

/** The error for a page token that is none of this adapter's: the listing begins again. */
export function unknownPlace(): IntegrationError {
  return new IntegrationError('CURSOR_EXPIRED', 'The page token is not one of this listing: it begins again.', {
    provider: 'quickbooks',
  })
}

function disordered(): IntegrationError {
  return new IntegrationError(
    'RESPONSE_INVALID',
    'quickbooks did not list records in the order of their last change, as it was asked to, so some may be missing. Try again; report it to the adapter if it stays so.',
    { provider: 'quickbooks' },
  )
}
