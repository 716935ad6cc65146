import { IntegrationError } from '@unioneyes/core'
import type { EntityRecord, Json, Page, ReadOptions } from '@unioneyes/core'
import type { BoundHttp } from './http/bound-http.ts'
import type { Query } from './http/request-options.ts'
import { endlessLoop, fetchPage } from './list-request.ts'
import type { FetchedPage } from './list-request.ts'
import { isoSeconds } from './listing.ts'
import type { Changes, Listing } from './listing.ts'
import { LoopGuard } from './loop-guard.ts'
import { isRefusal, isRefused, refusedMidway } from './refusals.ts'
import { withRestarts } from './restarts.ts'
import { SamePageGuard } from './same-page-guard.ts'
import { toCursor } from './saved-cursor.ts'
import type { Session } from './session.ts'
import { fromPageToken, toPageToken } from './walk-token.ts'
import type { WalkPlace } from './walk-token.ts'

/** A walk through the listings of an entity. */
export interface Walk<T extends EntityRecord, S> {
  /** The entity's own listing, then its fallbacks. */
  readonly listings: readonly Listing<T, S>[]
  readonly session: Session<S>
  readonly http: BoundHttp
  readonly entity: string
  readonly options: ReadOptions
  /** Set when only changes are read. */
  readonly changes?: NarrowedWalk | undefined
  /** Set when it began again: what is refused once more then is refused for good. */
  readonly begunAgain?: boolean | undefined
}

/** A walk of one listing that is narrowed to changes. */
export interface NarrowedWalk {
  readonly listing: number
  readonly query: Query
  /** Where these changes start: kept when the provider tells no later time. */
  readonly since: Json
}

/** Yields every page of a walk; begins again when the provider refuses a page token. */
export function walkListing<T extends EntityRecord, S>(walk: Walk<T, S>): AsyncIterable<Page<T>> {
  const { listings, options, entity, session, changes } = walk
  const beginning: WalkPlace = changes ? { l: changes.listing } : {}
  return withRestarts({
    provider: session.key.provider,
    entity,
    resumed: options.pageToken !== undefined,
    first: () => walkFrom(walk, options.pageToken === undefined ? beginning : fromPageToken(options.pageToken)),
    // Changes that are refused at their beginning as well are worth a full listing, which only an expired cursor brings about.
    again: () => walkFrom({ ...walk, begunAgain: changes === undefined }, beginning),
    restartOn: (error) => wasRefused(error) || listings.some(({ restartOn = isExpired }) => restartOn(error)),
  })
}

const isExpired = (error: Error): boolean => IntegrationError.is(error, 'CURSOR_EXPIRED')

async function* walkFrom<T extends EntityRecord, S>(walk: Walk<T, S>, start: WalkPlace): AsyncGenerator<Page<T>> {
  const guard = new LoopGuard()
  const samePage = new SamePageGuard()
  if (start.t !== undefined) guard.repeats(start.t)
  for (let place = start; ;) {
    const { fetched, index } = await fetchAt(walk, place)
    const next = fetched.remembered ? fromPageToken(fetched.remembered.next).t : fetched.step.next
    if (next !== undefined && guard.repeats(next)) throw endlessLoop(walk.session.key.provider, walk.entity)
    place = { t: next, l: index, d: place.t === undefined ? watermark(walk, index, fetched) : place.d }
    const page = toPage(walk, index, fetched, place)
    if (page.rows && walk.listings[index]?.paginator.counts && samePage.repeats(page.rows.items)) {
      throw endlessLoop(walk.session.key.provider, walk.entity)
    }
    yield page
    if (next === undefined) return
  }
}

/** Fetches the page of a place; at the beginning of a walk, from the first listing that is not refused. */
async function fetchAt<T extends EntityRecord, S>(
  walk: Walk<T, S>,
  place: WalkPlace,
): Promise<{ fetched: FetchedPage; index: number }> {
  const { listings, http, session, changes, options } = walk
  const beginning = place.t === undefined && !changes
  const memory = changes ? undefined : options.memory
  let firstRefusal: IntegrationError | undefined
  for (let index = place.l ?? 0; ; index += 1) {
    const listing = listings[index]
    if (!listing) throw firstRefusal ?? unknownListing(walk)
    try {
      const overrides = { query: changes?.query }
      const request = { http, settings: session.settings, token: place.t, memory, overrides, index }
      return { fetched: await fetchPage(listing, request), index }
    } catch (error) {
      // The place belongs to a listing that is not for this connection any more, and no other one has such a place.
      if (!beginning && walk.begunAgain !== true && listings.length > 1 && isRefused(error))
        throw refusedMidway(walk, error)
      // A fallback that only fails for the moment is worth another try, which a refusal is not.
      if (!beginning || !isRefusal(error)) throw isRetryable(error) ? error : (firstRefusal ?? error)
      firstRefusal ??= error
    }
  }
}

const isRetryable = (error: unknown): boolean => IntegrationError.is(error) && error.retryable

const wasRefused = (error: Error): boolean => isExpired(error) && isRefused(error.cause)

function unknownListing<T extends EntityRecord, S>({ session, entity }: Walk<T, S>): IntegrationError {
  const { provider } = session.key
  const message = `The page token of ${entity} of ${provider} belongs to a listing that the adapter no longer has.`
  return new IntegrationError('CURSOR_EXPIRED', message, { provider, entity })
}

/**
 * The time from which later changes are read: the provider's own when it answered the first request, else the latest
 * change it showed on the first page. Anything that changes afterwards is later than that. Never our clock.
 */
function watermark<T extends EntityRecord, S>(walk: Walk<T, S>, index: number, first: FetchedPage): string | undefined {
  if (first.date) return isoSeconds(first.date)
  const changes = changesOf(walk.listings, index)
  if (changes?.kind !== 'param' || first.remembered) return undefined
  const times = first.items.flatMap((item) => changes.changedAt(item)?.getTime() ?? [])
  return times.length === 0 ? undefined : isoSeconds(new Date(times.reduce((a, b) => Math.max(a, b))))
}

/** How changes are read after a walk of a listing: its own way, else the entity's. */
export function changesOf<T extends EntityRecord, S>(
  listings: readonly Listing<T, S>[],
  index: number,
): Changes<S> | undefined {
  return listings[index]?.changes ?? listings[0]?.changes
}

function toPage<T extends EntityRecord, S>(
  walk: Walk<T, S>,
  index: number,
  fetched: FetchedPage,
  place: WalkPlace,
): Page<T> {
  const { http, session, listings } = walk
  const { fingerprint, remembered } = fetched
  const last = place.t === undefined
  const common = {
    fingerprint,
    next: last ? undefined : toPageToken(place),
    cursor: last ? endCursor(walk, index, place.d) : undefined,
    usage: http.meter.take(),
  }
  if (remembered) return { ...common, remembered, total: remembered.total, complete: remembered.complete }
  const { items, total, step } = fetched
  const rows = listings[index]?.rows(items, session.settings)
  return { ...common, rows, total, complete: 'complete' in step ? step.complete : undefined }
}

function endCursor<T extends EntityRecord, S>(
  walk: Walk<T, S>,
  index: number,
  reached: string | undefined,
): Json | undefined {
  const changes = changesOf(walk.listings, index)
  if (!changes) return undefined
  if (walk.changes) return toCursor(reached ?? walk.changes.since, index)
  const since =
    changes.kind === 'param' ? reached : changes.start(reached === undefined ? undefined : new Date(reached))
  return since === undefined ? undefined : toCursor(since, index)
}
