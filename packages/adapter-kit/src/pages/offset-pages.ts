import type { Paginator } from './paginator.ts'

/** How a listing with offsets works. */
export interface OffsetPagesOptions {
  /** How many items to ask for. */
  readonly limit: number
  /** @default 'limit' */
  readonly limitParam?: string | undefined
  /** @default 'offset' */
  readonly offsetParam?: string | undefined
  /**
   * What the offset moves by. `items`, what the page brought, never leaves a gap when a provider caps the size. `limit`, what
   * was asked for, is right where a provider drops items from the middle of a page. @default 'items'
   */
  readonly advance?: 'items' | 'limit' | undefined
}

/**
 * Pages at an offset. The end is reached when the offset passes the total that the listing states (its `total`), or at an
 * empty page where none is stated. An empty page before the stated total is an end that proves nothing.
 */
export function offsetPages(options: OffsetPagesOptions): Paginator {
  const { limit, limitParam = 'limit', offsetParam = 'offset', advance = 'items' } = options
  return {
    counts: true,
    position: (token) => ({ params: { [limitParam]: limit, [offsetParam]: typeof token === 'number' ? token : 0 } }),
    step: ({ items, total, token }) => {
      const offset = typeof token === 'number' ? token : 0
      const next = offset + (advance === 'limit' ? limit : items)
      if (total === undefined) return items === 0 ? { complete: true } : { next }
      // More items than stated: the total is wrong, so only an empty page can be the end.
      if (offset + items > total) return items === 0 ? { complete: true } : { next }
      if (next >= total) return { complete: true }
      return next === offset ? { complete: false } : { next }
    },
  }
}
