import { IntegrationError } from '@unioneyes/core'
import type { EntityRecord, Json, Page, ReadOptions } from '@unioneyes/core'
import type { BoundHttp } from './http/bound-http.ts'
import { itemAccess } from './item-access.ts'
import type { ChangesContext, ChangesPage } from './list-options.ts'
import { changesOf, walkListing } from './list-walk.ts'
import { toDate } from './listing.ts'
import type { ChangesByReader, Listing } from './listing.ts'
import { fromReaderToken, withReaderTokens } from './reader-tokens.ts'
import { withRestarts } from './restarts.ts'
import { fromCursor, toCursor } from './saved-cursor.ts'
import type { Session } from './session.ts'

/** What a read of changes works on. */
export interface ChangesRead<T extends EntityRecord, S> {
  readonly listings: readonly Listing<T, S>[]
  readonly session: Session<S>
  readonly entity: string
  readonly options: ReadOptions
}

/**
 * Yields what changed since the saved cursor.
 *
 * @throws IntegrationError UNSUPPORTED when the entity cannot tell changes, CURSOR_EXPIRED when the cursor is of no use.
 */
export function readChanges<T extends EntityRecord, S>(read: ChangesRead<T, S>): AsyncIterable<Page<T>> {
  const { listings, session, entity, options } = read
  const { provider } = session.key
  if (listings[0]?.changes === undefined) {
    const message = `${entity} of ${provider} cannot be read incrementally: run a full sync.`
    throw new IntegrationError('UNSUPPORTED', message, { provider, entity })
  }
  const { since, listing: index = 0 } = fromCursor(options.cursor, provider, entity)
  const listing = listings[index]
  const changes = changesOf(listings, index)
  if (!listing || !changes) throw useless('belongs to a listing that the adapter no longer has', provider, entity)
  const http = session.http({ entity, signal: options.signal })
  if (changes.kind === 'reader') return readFeed({ ...read, http, changes, since, listing, index })
  const bound = toDate(since)
  if (!bound) throw useless('is not a time', provider, entity)
  const query = changes.query(new Date(bound.getTime() - changes.lookbackMs))
  return walkListing({ listings, session, http, entity, options, changes: { listing: index, query, since } })
}

function useless(why: string, provider: string, entity: string): IntegrationError {
  const message = `The saved cursor of ${entity} of ${provider} ${why}: everything must be read again.`
  return new IntegrationError('CURSOR_EXPIRED', message, { provider, entity })
}

interface FeedRead<T extends EntityRecord, S> extends ChangesRead<T, S> {
  readonly http: BoundHttp
  readonly changes: ChangesByReader<S>
  readonly since: Json
  /** The listing that the cursor came from, and its place in the chain. */
  readonly listing: Listing<T, S>
  readonly index: number
}

function readFeed<T extends EntityRecord, S>(read: FeedRead<T, S>): AsyncIterable<Page<T>> {
  const { session, entity, options } = read
  return withRestarts({
    provider: session.key.provider,
    entity,
    resumed: options.pageToken !== undefined,
    first: () => feedFrom(read, fromReaderToken(options.pageToken)),
    again: () => feedFrom(read, undefined),
    restartOn: (error) => IntegrationError.is(error, 'CURSOR_EXPIRED'),
  })
}

async function* feedFrom<T extends EntityRecord, S>(
  read: FeedRead<T, S>,
  token: Json | undefined,
): AsyncGenerator<Page<T>> {
  const { http, session, listing, index } = read
  for await (const { page, next } of withReaderTokens<ChangesPage>(read.changes.read(changesContext(read, token)))) {
    yield {
      rows: listing.rows(page.items ?? [], session.settings),
      deleted: page.deleted,
      next,
      cursor: page.cursor === undefined ? undefined : toCursor(page.cursor, index),
      complete: next === undefined ? true : undefined,
      usage: http.meter.take(),
    }
  }
}

function changesContext<T extends EntityRecord, S>(read: FeedRead<T, S>, token: Json | undefined): ChangesContext<S> {
  return { ...itemAccess({ ...read, refusalExpires: true }, read.options.signal), cursor: read.since, token }
}
