import type { SlackSandboxOptions } from './options.ts'
import { SlackError } from './slack-error.ts'
import type { Wire } from './timestamps.ts'

/** A place in a listing, as the vendor's cursors hold one: what is next. */
export interface Place {
  /** What the listing is of: a cursor of another is not valid here. */
  readonly kind: string
  /** The next thing's id or moment. */
  readonly next: string
}

/** One page of a cursor listing. */
export interface CursorPage<T> {
  readonly items: readonly T[]
  /** `response_metadata` with the next cursor, in the way this sandbox says the end; or nothing. */
  readonly metadata: Wire
  readonly hasMore: boolean
}

/** The cursors of one sandbox: they tell nothing, and they do not last. */
export type Cursors = ReturnType<typeof createCursors>

/** Opens them. @param now milliseconds since 1970 */
export function createCursors(options: SlackSandboxOptions, now: () => number) {
  let epoch = 0
  for (const [name, least] of [['emptyPages', 2] as const, ['shortPages', 1] as const]) {
    if ((options[name] ?? least) < least) throw new Error(`${name} must be at least ${String(least)}.`)
  }

  function write({ kind, next }: Place, page: number): string {
    let text = `${kind}:${next}:${String(page)}:${String(epoch)}:${String(now())}`
    // So long that base64 has to fill up: cursors end in "=", which has to be percent-encoded.
    while (text.length % 3 === 0) text += ' '
    return Buffer.from(text).toString('base64')
  }

  function read(cursor: string, kind: string): { readonly next: string; readonly page: number } {
    const [found, next, page, madeIn, madeAt] = Buffer.from(cursor, 'base64').toString().trim().split(':')
    const tooOld = Number(madeAt) + (options.cursorMs ?? Number.POSITIVE_INFINITY) <= now()
    if (found !== kind || next === undefined || !/^\d+$/.test(page ?? '') || madeIn !== String(epoch) || tooOld) {
      throw new SlackError('invalid_cursor')
    }
    return { next, page: Number(page) }
  }

  const isEvery = (n: number | undefined, page: number): boolean => n !== undefined && (page + 1) % n === 0

  return {
    /** Makes every cursor invalid that was given so far. */
    expire(): void {
      epoch += 1
    },
    /**
     * Cuts a page.
     * @param from the items from a place on, from the beginning when there is none; asked for one more than is shown
     * @param placeOf how an item is remembered as the next one
     */
    page<T>(
      cursor: string | null,
      kind: string,
      limit: number,
      from: (next: string | undefined) => Iterable<T>,
      placeOf: (item: T) => string,
    ): CursorPage<T> {
      const at = cursor === null || cursor === '' ? undefined : read(cursor, kind)
      const number = at?.page ?? 0
      const size = isEvery(options.emptyPages, number)
        ? 0
        : isEvery(options.shortPages, number)
          ? Math.ceil(limit / 2)
          : limit
      const items: T[] = []
      for (const item of from(at?.next)) {
        if (items.length === size)
          return { items, metadata: more(write({ kind, next: placeOf(item) }, number + 1)), hasMore: true }
        items.push(item)
      }
      return { items, metadata: end(), hasMore: false }
    },
  }

  function more(cursor: string): Wire {
    return { response_metadata: { next_cursor: cursor } }
  }

  // Sheet: Pagination. All three ways are an end.
  function end(): Wire {
    switch (options.endCursorAs ?? 'empty') {
      case 'empty':
        return { response_metadata: { next_cursor: '' } }
      case 'null':
        return { response_metadata: { next_cursor: null } }
      case 'absent':
        return {}
    }
  }
}
