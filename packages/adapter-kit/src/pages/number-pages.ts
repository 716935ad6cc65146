import { IntegrationError } from '@unioneyes/core'
import type { Json } from '@unioneyes/core'
import { property } from '../own-fields.ts'
import type { WireBody } from '../wire-body.ts'
import type { LimitParam } from './cursor-pages.ts'
import type { Paginator } from './paginator.ts'

/** How a listing with numbered pages works. */
export interface NumberPagesOptions {
  /** The parameter that takes the page's number. @default 'page' */
  readonly param?: string | undefined
  readonly limit?: LimitParam | undefined
  /** The number of the first page. @default 1 */
  readonly first?: number | undefined
  /** How many pages the provider says there are. Without it the listing ends at the first empty page. */
  readonly totalPages?: ((body: WireBody) => unknown) | undefined
}

/**
 * Numbered pages. A short page is not the end: providers cap sizes and leave out what the caller may not see. The end is
 * the last of the stated pages, or an empty page where no number is stated.
 *
 * Pages move up when something in front of them is deleted, and the item at the edge would be missed: where the listing
 * states a total and it shrinks, the listing begins again.
 */
export function numberPages(options: NumberPagesOptions = {}): Paginator {
  const { param = 'page', first = 1 } = options
  const limit = options.limit ? { [options.limit.param]: options.limit.value } : {}
  return {
    counts: true,
    position: (token) => ({ params: { ...limit, [param]: toPlace(token, first).page } }),
    step: ({ body, items, token, total }) => {
      const { page, of } = toPlace(token, first)
      if (of !== undefined && total !== undefined && total < of) {
        throw new IntegrationError('CURSOR_EXPIRED', 'Items were deleted while they were listed, so the pages moved.')
      }
      const pages = toCount(options.totalPages?.(body))
      const ended = pages === undefined ? items === 0 : page - first + 1 >= pages
      if (ended) return { complete: true }
      return { next: total === undefined ? page + 1 : { page: page + 1, of: total } }
    },
  }
}

function toPlace(token: Json | undefined, first: number): { readonly page: number; readonly of?: number | undefined } {
  if (typeof token === 'number') return { page: token }
  const page = toCount(property(token, 'page'))
  return page === undefined ? { page: first } : { page, of: toCount(property(token, 'of')) }
}

/** A whole number of zero or more, also when it came as text; undefined for anything else. */
export function toCount(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
