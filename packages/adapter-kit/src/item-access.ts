import { IntegrationError } from '@unioneyes/core'
import type { EntityRecord, Json } from '@unioneyes/core'
import type { BoundHttp } from './http/bound-http.ts'
import { endlessLoop, fetchPage } from './list-request.ts'
import type { ItemAccess, ListOverrides, OneItem } from './list-options.ts'
import type { Listing } from './listing.ts'
import { isRefused, refusedMidway } from './refusals.ts'
import { LoopGuard } from './loop-guard.ts'
import { SamePageGuard } from './same-page-guard.ts'
import type { Session } from './session.ts'
import type { WireBody } from './wire-body.ts'

/** One listing of an entity, and what to ask it with. */
export interface AccessedListing<T extends EntityRecord, S> {
  /** The whole chain: the first one's `one` path serves those that have none. */
  readonly listings: readonly Listing<T, S>[]
  readonly listing: Listing<T, S>
  /** The listing's place in its chain. */
  readonly index: number
  readonly session: Session<S>
  readonly http: BoundHttp
  readonly entity: string
  /** Whether a refusal ends the cursor that the listing is asked for. @default false */
  readonly refusalExpires?: boolean | undefined
}

/** Access to raw items: those of the listing with other parameters, and single ones. */
export function itemAccess<T extends EntityRecord, S>(
  of: AccessedListing<T, S>,
  signal: AbortSignal | undefined,
): ItemAccess<S> {
  return {
    http: of.http,
    settings: of.session.settings,
    signal,
    list: (overrides) => listItems(of, overrides),
    one: (id) => oneItem(of, id),
  }
}

/** Where one item of a listing is: as it says itself, or as the chain does. */
export function oneOf<T extends EntityRecord, S>({
  listing,
  listings,
}: Pick<AccessedListing<T, S>, 'listing' | 'listings'>): Listing<T, S>['one'] {
  return listing.one ?? listings[0]?.one
}

async function* listItems<T extends EntityRecord, S>(
  of: AccessedListing<T, S>,
  overrides: ListOverrides | undefined,
): AsyncGenerator<readonly unknown[]> {
  const { http, session, listing, index, entity } = of
  const guard = new LoopGuard()
  const samePage = new SamePageGuard()
  for (let token: Json | undefined; ;) {
    const request = { http, settings: session.settings, token, overrides, index }
    const fetched = await fetchPage(listing, request).catch((error: unknown) => {
      // The cursor came from a listing that is not for this connection any more; another one may stand in for it, and starts anew.
      throw of.refusalExpires === true && of.listings.length > 1 && isRefused(error) ? refusedMidway(of, error) : error
    })
    if (fetched.remembered) return
    if (listing.paginator.counts && samePage.repeats(listing.rows(fetched.items, session.settings).items)) {
      throw endlessLoop(session.key.provider, entity)
    }
    yield fetched.items
    token = fetched.step.next
    if (token === undefined) return
    if (guard.repeats(token)) throw endlessLoop(session.key.provider, entity)
  }
}

async function oneItem<T extends EntityRecord, S>(of: AccessedListing<T, S>, id: string): Promise<unknown> {
  const { http, session, entity } = of
  const { settings, key } = session
  const found = oneOf(of)?.(id, { settings })
  if (found !== undefined) {
    const { path, query, item }: OneItem = typeof found === 'string' ? { path: found } : found
    const body = await http.get(path, { query, emptyOn: [404, 410] })
    // As in a listing: the one place where an answer of unknown shape takes the type that lets callbacks look into it.
    return body === undefined || !item ? body : item(body as WireBody)
  }
  const message = `${entity} of ${key.provider} has no "one" path in its description.`
  throw new IntegrationError('UNSUPPORTED', message, { provider: key.provider, entity })
}
