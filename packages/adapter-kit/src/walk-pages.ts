import type { Json } from '@unioneyes/core'
import type { BoundHttp } from './http/bound-http.ts'
import { endlessLoop, fetchPage } from './list-request.ts'
import type { ListOptions } from './list-options.ts'
import { LoopGuard } from './loop-guard.ts'
import { customPages } from './pages/custom-pages.ts'
import type { WireBody } from './wire-body.ts'

/** A listing that a written reader walks: where its pages are, and how they follow each other. */
export type WalkedListing = Pick<
  ListOptions<never, unknown, never>,
  'method' | 'headers' | 'items' | 'total' | 'emptyOn' | 'paginate'
> & {
  readonly path: string
  /** Parameters of every page; those of the paginator are added. */
  readonly query?: Exclude<ListOptions<never, unknown, never>['query'], (...given: never[]) => unknown>
}

/** One page of a walk. */
export interface WalkedPage {
  readonly items: readonly unknown[]
  readonly body: WireBody
  /** How many items the provider says there are. */
  readonly total: number | undefined
  /** Where the walk goes on after this page; undefined on the last. */
  readonly next: Json | undefined
  /** Whether the provider itself said that this is the end. */
  readonly complete: boolean
}

/** Walks a listing page by page, from its beginning or from the `next` of an earlier page. */
export type WalkPages = (listing: WalkedListing, token?: Json) => AsyncIterable<WalkedPage>

/** The walks of one read. @throws IntegrationError RESPONSE_INVALID for a listing that goes round in circles. */
export function walkPages(http: BoundHttp, provider: string, entity: string): WalkPages {
  return async function* ({ paginate, ...listing }, start) {
    const paginator = typeof paginate === 'function' ? customPages(paginate) : paginate
    const guard = new LoopGuard()
    for (let token = start; ;) {
      const request = { http, settings: undefined, token, index: 0 }
      const fetched = await fetchPage({ ...listing, paginator }, request)
      if (fetched.remembered) return
      const { items, body, total, step } = fetched
      const { next } = step
      yield { items, body, total, next, complete: 'complete' in step && step.complete }
      if (next === undefined) return
      if (guard.repeats(next)) throw endlessLoop(provider, entity)
      token = next
    }
  }
}
