import type { Json } from '@unioneyes/core'
import type { Query } from '../http/request-options.ts'
import type { WireBody } from '../wire-body.ts'

/** Where a page is found: parameters to add to the listing's request, or a URL that replaces it. */
export interface PagePosition {
  /** Added to the query of a GET, to the JSON body of a POST. */
  readonly params?: Query | undefined
  /** Parameters that the listing's own `query` or `body` function receives and nothing else sends. */
  readonly unsent?: Query | undefined
  /** A whole URL. Its host must be allowed. */
  readonly url?: string | undefined
}

/** What a paginator may look at to find the next page. */
export interface PageAnswer {
  readonly body: WireBody
  readonly headers: Headers
  /** The URL that was asked. */
  readonly url: string
  /** How many items the page brought. */
  readonly items: number
  /** The items themselves. */
  readonly list: readonly unknown[]
  /** How many items the provider says there are, where the listing reads that. */
  readonly total: number | undefined
  /** The token of this page; undefined for the first. */
  readonly token: Json | undefined
}

/** Where a listing goes on, or that it ended. `complete` only when the provider itself said that this was the end. */
export type PageStep = ({ readonly next: Json } | { readonly next?: undefined; readonly complete: boolean }) & {
  /** How many items at its beginning the page before had shown already, on purpose: they are left out. @default 0 */
  readonly repeated?: number | undefined
}

/** A way of going from page to page. A token is JSON, saved with its page, so that a listing can be resumed at it. */
export interface Paginator {
  /** Whether it counts the places itself: a provider that does not heed them is then noticed by its items only. @default false */
  readonly counts?: boolean | undefined
  /** Where the page of a token is; without a token the first. */
  position(token: Json | undefined): PagePosition
  /** What comes after a page. */
  step(answer: PageAnswer): PageStep
}
