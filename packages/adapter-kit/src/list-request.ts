import { IntegrationError } from '@unioneyes/core'
import type { Json, PageMemory, RememberedPage } from '@unioneyes/core'
import type { Answer } from './http/answer.ts'
import type { BoundHttp } from './http/bound-http.ts'
import type { Query, RequestOptions } from './http/request-options.ts'
import type { PagedListing } from './listing.ts'
import type { ListOverrides, PageContext } from './list-options.ts'
import { pageFingerprint } from './page-fingerprint.ts'
import { toCount } from './pages/number-pages.ts'
import type { PageStep } from './pages/paginator.ts'
import type { WireBody } from './wire-body.ts'

/** One page of a listing as it was fetched. */
export type FetchedPage = { readonly date: Date | undefined; readonly fingerprint: string | undefined } & (
  | { readonly remembered: RememberedPage }
  | {
      readonly remembered?: undefined
      readonly items: readonly unknown[]
      readonly total: number | undefined
      readonly step: PageStep
      readonly body: WireBody
    }
)

/** Which page to fetch, and how. */
export interface PageRequest<S> {
  readonly http: BoundHttp
  readonly settings: S
  readonly token: Json | undefined
  /** Asked before anything is parsed. */
  readonly memory?: PageMemory | undefined
  readonly overrides?: ListOverrides | undefined
  /** The listing's place in its chain. */
  readonly index: number
}

/** Fetches one page of a listing. */
export async function fetchPage<S>(listing: PagedListing<S>, request: PageRequest<S>): Promise<FetchedPage> {
  const { http, settings, token, memory, overrides = {}, index } = request
  const { method = 'GET' } = listing
  const context = { settings }
  const position = listing.paginator.position(token)
  const params = position.params ?? {}
  const pageContext = { ...context, page: { ...params, ...position.unsent } }
  const ownPath = typeof listing.path === 'function' ? listing.path(context) : listing.path
  const ownQuery = typeof listing.query === 'function' ? listing.query(pageContext) : listing.query
  // A next link holds the whole query already.
  const query = position.url === undefined ? { ...ownQuery, ...overrides.query } : {}
  const options: RequestOptions = {
    headers: listing.headers,
    emptyOn: listing.emptyOn,
    retry: true,
    ...(method === 'GET'
      ? { query: { ...query, ...params } }
      : { query, body: bodyOf(listing, pageContext, params, overrides.body) }),
  }
  return http.send(method, position.url ?? overrides.path ?? ownPath, options, async (answer) => {
    const { date } = answer
    const fingerprint = memory && pageFingerprint(memory.mapping, index, token, answer)
    const remembered = fingerprint === undefined ? undefined : await memory?.recall(fingerprint)
    if (remembered) return { date, fingerprint, remembered }
    return { date, fingerprint, ...readPage(listing, token, answer) }
  })
}

function bodyOf<S>(
  listing: PagedListing<S>,
  context: PageContext<S>,
  params: Query,
  overrides: Readonly<Record<string, unknown>> | undefined,
): unknown {
  if (typeof listing.body === 'function') {
    const body = listing.body(context)
    return overrides && typeof body === 'object' ? { ...body, ...overrides } : body
  }
  return { ...listing.body, ...overrides, ...params }
}

function readPage<S>(
  listing: PagedListing<S>,
  token: Json | undefined,
  answer: Answer,
): { items: readonly unknown[]; total: number | undefined; step: PageStep; body: WireBody } {
  const parsed = answer.json()
  // The one place where an answer of unknown shape takes the type that lets callbacks look into it.
  const body = (parsed ?? {}) as WireBody
  const items = parsed === undefined ? [] : (listing.items?.(body) ?? (listing.items ? undefined : parsed))
  if (!Array.isArray(items)) throw new NoListError()
  const list: readonly unknown[] = items
  const total = toCount(listing.total?.(body))
  const { headers, url } = answer
  const step = listing.paginator.step({ body, headers, url, items: list.length, list, total, token })
  return { items: list.slice(step.repeated ?? 0), total, step, body }
}

/** Where a list of records was expected, there is something else, or nothing. */
class NoListError extends Error {
  override readonly name = 'there is no list of records where one was expected'
}

/** The error for a listing that goes round in circles. */
export function endlessLoop(provider: string, entity: string): IntegrationError {
  return new IntegrationError(
    'RESPONSE_INVALID',
    `The listing of ${entity} of ${provider} is an endless loop: it named a page that it had shown before. The sync stopped; report it to the adapter.`,
    { provider, entity },
  )
}
