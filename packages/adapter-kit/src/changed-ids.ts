import { IntegrationError } from '@unioneyes/core'
import type { ChangesContext, ItemAccess, ReadChanges } from './list-options.ts'
import { toMs } from './duration.ts'
import type { Duration } from './duration.ts'

/** What a feed of changed ids said. */
export interface ChangedIds {
  readonly changed: readonly string[]
  readonly deleted: readonly string[]
  /** The provider's own high-water mark: where the next read starts. Ignored when it is not later than this one's start. */
  readonly latest?: string | null | undefined
}

/** A feed that only names what changed, and how the named items are fetched. */
export interface ChangedIdsOptions<S> {
  /** How far before the cursor to read again. @default '5m' */
  readonly lookback?: Duration | undefined
  /** How many items one request may ask for. @default 100 */
  readonly idsPerRequest?: number | undefined
  /** Asks what changed at or after a time, given as ISO 8601 to the second. */
  readonly feed: (since: string, context: ChangesContext<S>) => Promise<ChangedIds>
  /** Fetches items by their ids. Whoever is missing in the answer is left as they are. */
  readonly fetch: (ids: readonly string[], access: ItemAccess<S>) => Promise<readonly unknown[]>
}

/**
 * Reads changes from a feed of ids: tells which are gone and fetches the others again. The cursor is the feed's own
 * high-water mark and never goes back. A page token keeps the cursor of the read that it began in: the feed is asked anew on
 * resuming, and whoever changed meanwhile may stand before the token, but not before that cursor.
 */
export function changedIds<S>(options: ChangedIdsOptions<S>): ReadChanges<S> {
  const { lookback = '5m', idsPerRequest = 100, feed, fetch } = options
  const read: ReadChanges<S> = async function* (context) {
    const since = typeof context.cursor === 'string' ? context.cursor : ''
    const sinceMs = Date.parse(since)
    if (Number.isNaN(sinceMs)) throw new IntegrationError('CURSOR_EXPIRED', 'The saved cursor is not a time.')
    const from = new Date(sinceMs - toMs(lookback)).toISOString().replace(/\.\d+/, '')
    const { changed, deleted, latest } = await feed(from, context)

    const begun = readPlace(context.token)
    const cursor = begun?.cursor ?? (latest && Date.parse(latest) > sinceMs ? latest : since)
    // Any order does that is the same when the read is resumed.
    const left = changed.filter((id) => id > (begun?.after ?? '')).sort()
    let gone = begun ? undefined : deleted
    while (left.length > idsPerRequest) {
      const ids = left.splice(0, idsPerRequest)
      yield { items: await fetch(ids, context), deleted: gone, next: { after: ids.at(-1) ?? '', cursor } }
      gone = undefined
    }
    yield { items: left.length === 0 ? [] : await fetch(left, context), deleted: gone, cursor }
  }
  return Object.assign(read, { byIds: { idsPerRequest, fetch } })
}

function readPlace(token: unknown): { readonly after: string; readonly cursor: string } | undefined {
  if (typeof token !== 'object' || token === null || !('after' in token) || !('cursor' in token)) return undefined
  const { after, cursor } = token
  return typeof after === 'string' && typeof cursor === 'string' ? { after, cursor } : undefined
}
