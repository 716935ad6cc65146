import type { WireBody } from '../wire-body.ts'
import type { Paginator } from './paginator.ts'

/** A parameter that asks for a page of a size. */
export interface LimitParam {
  readonly param: string
  readonly value: number
}

/** How a listing with cursors works. */
export interface CursorPagesOptions {
  /** Finds the next cursor; null, undefined or empty text means that there is none and the listing is complete. */
  readonly next: (body: WireBody, answer: { readonly headers: Headers }) => unknown
  /** The parameter that takes the cursor. */
  readonly param: string
  readonly limit?: LimitParam | undefined
}

/** Pages that each name the next one by an opaque cursor. */
export function cursorPages(options: CursorPagesOptions): Paginator {
  const limit = options.limit ? { [options.limit.param]: options.limit.value } : {}
  return {
    position: (token) => ({
      params: typeof token === 'string' ? { ...limit, [options.param]: token } : limit,
    }),
    step: ({ body, headers }) => {
      const next = options.next(body, { headers })
      if (next === null || next === undefined || next === '') return { complete: true }
      if (typeof next === 'string') return { next }
      if (typeof next === 'number' || typeof next === 'bigint') return { next: String(next) }
      throw new TypeError('the next cursor is neither text nor a number')
    },
  }
}
