import { IntegrationError } from '@unioneyes/core'
import type { EntityRecord, Page } from '@unioneyes/core'
import { itemAccess, oneOf } from './item-access.ts'
import type { AccessedListing } from './item-access.ts'
import type { FetchByIds } from './list-options.ts'
import { isRefusal } from './refusals.ts'
import type { Listing } from './listing.ts'
import type { Session } from './session.ts'

/** Records asked for by their ids. */
export interface IdsRead<T extends EntityRecord, S> {
  readonly listings: readonly Listing<T, S>[]
  readonly session: Session<S>
  readonly entity: string
  readonly ids: readonly string[]
  readonly signal: AbortSignal | undefined
}

/** Whether records of these listings can be fetched by their ids: what reads changes can, or there is a path of one item. */
export function isFetchable<T extends EntityRecord, S>(listings: readonly Listing<T, S>[]): boolean {
  const [listing] = listings
  return listing !== undefined && waysOf({ listings, listing }) !== undefined
}

/**
 * Yields the records of ids as they are now, a page for each request. An id that a whole answer does not show, or for which
 * the provider answers 404 or 410, is `deleted`.
 *
 * @throws IntegrationError UNSUPPORTED when the entity has no way, RESPONSE_INVALID when the answer shows other records than
 * were asked for: it then says nothing about those that it does not show.
 */
export async function* fetchIds<T extends EntityRecord, S>(read: IdsRead<T, S>): AsyncGenerator<Page<T>> {
  const { listings, session, entity, signal } = read
  const http = session.http({ entity, signal })
  const left = [...new Set(read.ids)]
  let firstRefusal: IntegrationError | undefined
  for (let index = 0; left.length > 0;) {
    const listing = listings[index]
    if (!listing) throw firstRefusal ?? unsupported(read)
    const accessed = { listings, listing, index, session, http, entity }
    const way = waysOf(accessed)
    if (!way) throw firstRefusal ?? unsupported(read)
    const asked = left.slice(0, way.idsPerRequest)
    let items: readonly unknown[]
    try {
      items = await way.fetch(asked, itemAccess(accessed, signal))
    } catch (error) {
      // As in a walk: the first listing that is not refused serves, and a refusal later on is a real one.
      if (left.length < read.ids.length || !isRefusal(error)) throw error
      firstRefusal ??= error
      index += 1
      continue
    }
    left.splice(0, asked.length)
    yield { ...toPage(accessed, asked, items), usage: http.meter.take() }
  }
}

function waysOf<T extends EntityRecord, S>(
  accessed: Pick<AccessedListing<T, S>, 'listing' | 'listings'>,
): FetchByIds<S> | undefined {
  const byIds = accessed.listing.byIds ?? accessed.listings[0]?.byIds
  if (byIds || !oneOf(accessed)) return byIds
  return {
    idsPerRequest: 1,
    fetch: async ([id = ''], { one }) => {
      const item = await one(id)
      return item === undefined ? [] : [item]
    },
  }
}

function toPage<T extends EntityRecord, S>(
  { listing, session, entity }: AccessedListing<T, S>,
  asked: readonly string[],
  items: readonly unknown[],
): Page<T> {
  const rows = listing.rows(items, session.settings)
  const shown = new Set(rows.items.map(({ id }) => id))
  const { provider } = session.key
  for (const id of shown) {
    if (id === undefined || asked.includes(id)) continue
    const message = `${provider} was asked for certain ${entity} and answered with others: it ignores the filter, or the adapter names another id.`
    throw new IntegrationError('RESPONSE_INVALID', message, { provider, entity })
  }
  // A row without a readable id may be any of those that are missing.
  return { rows, deleted: shown.has(undefined) ? [] : asked.filter((id) => !shown.has(id)) }
}

function unsupported<T extends EntityRecord, S>({ session, entity }: IdsRead<T, S>): IntegrationError {
  const { provider } = session.key
  const message = `${entity} of ${provider} cannot be fetched by ids: run a sync.`
  return new IntegrationError('UNSUPPORTED', message, { provider, entity })
}
