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
 */
export function numberPages(options: NumberPagesOptions = {}): Paginator {
  const { param = 'page', first = 1 } = options
  const limit = options.limit ? { [options.limit.param]: options.limit.value } : {}
  return {
    position: (token) => ({ params: { ...limit, [param]: typeof token === 'number' ? token : first } }),
    step: ({ body, items, token }) => {
      const page = typeof token === 'number' ? token : first
      const pages = toCount(options.totalPages?.(body))
      const ended = pages === undefined ? items === 0 : page - first + 1 >= pages
      return ended ? { complete: true } : { next: page + 1 }
    },
  }
}

/** A whole number of zero or more, also when it came as text; undefined for anything else. */
export function toCount(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isSafeInteger(number) && number >= 0 ? number : undefined
}
