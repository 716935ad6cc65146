import type { EntityInfo, EntityRecord, Page } from '@unioneyes/core'
import type { z } from 'zod'
import type { Entity } from './entity.ts'
import { readChanges } from './list-changes.ts'
import { fetchIds, isFetchable } from './list-fetch.ts'
import { walkListing } from './list-walk.ts'
import type { ListOptions } from './list-options.ts'
import { toListing } from './listing.ts'
import type { Listing } from './listing.ts'
import type { Mapped } from './wire-rows.ts'

/** An entity that is read by walking a listing, with the listings to fall back on. */
export interface ListEntity<T extends EntityRecord, S> extends Entity<T, S> {
  /** Its own listing, then its fallbacks. A page token remembers which one it belongs to. */
  readonly listings: readonly Listing<T, S>[]
  /** @throws IntegrationError UNSUPPORTED when nothing in its description says how. */
  fetch: NonNullable<Entity<T, S>['fetch']>
}

/** An entity from the description of its listing. */
export function listEntity<T extends EntityRecord, S, W extends z.ZodType, R extends Mapped<T>>(
  model: z.ZodType<T>,
  options: ListOptions<T, S, W, R>,
): ListEntity<T, S> {
  const listings = [toListing(model, options), ...(options.fallback?.listings ?? [])]
  return {
    model,
    incremental: options.incremental !== undefined,
    deletions: options.deletions ?? defaultDeletions(options),
    listings,
    fetchable: isFetchable(listings),
    fetch: (session, entity, ids, { signal }) => fetchIds({ listings, session, entity, ids, signal }),
    read: (session, entity, readOptions): AsyncIterable<Page<T>> => {
      if (readOptions.type === 'incremental') return readChanges({ listings, session, entity, options: readOptions })
      const http = session.http({ entity, signal: readOptions.signal })
      return walkListing({ listings, session, http, entity, options: readOptions })
    },
  }
}

function defaultDeletions<T extends EntityRecord, S, W extends z.ZodType, R extends Mapped<T>>(
  options: ListOptions<T, S, W, R>,
): EntityInfo['deletions'] {
  if (options.isDeleted) return 'soft'
  const { incremental } = options
  return typeof incremental === 'function' || (incremental && 'read' in incremental) ? 'feed' : 'absence'
}
