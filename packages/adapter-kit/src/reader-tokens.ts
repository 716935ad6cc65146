import { IntegrationError } from '@unioneyes/core'
import type { Json } from '@unioneyes/core'

/** A page of a written reader, with the page token it is saved under. */
export interface TokenedPage<P> {
  readonly page: P
  readonly next: Json | undefined
}

/** The empty page that ends a read whose reader had named a next page. */
export interface ClosingPage {
  readonly cursor?: Json | undefined
  readonly items?: undefined
  readonly deleted?: undefined
  readonly next?: undefined
}

// The token of a page after which a reader cannot go on: it must begin again.
const AGAIN = { again: true } as const

/**
 * Gives every page but the last a page token, whether the reader named one or not. A reader without tokens begins again when
 * it is interrupted, and the read says so. A reader that names a next page and then ends is closed by an empty page.
 */
export async function* withReaderTokens<
  P extends { readonly next?: Json | undefined; readonly cursor?: Json | undefined },
>(pages: AsyncIterable<P>): AsyncGenerator<TokenedPage<P | ClosingPage>> {
  let waiting: P | undefined
  let last: P | undefined
  for await (const page of pages) {
    if (waiting) yield { page: waiting, next: AGAIN }
    waiting = undefined
    if (page.next === undefined) waiting = page
    else yield { page, next: { t: page.next } }
    last = page
  }
  if (waiting) yield { page: waiting, next: undefined }
  else yield { page: { cursor: last?.cursor }, next: undefined }
}

/** The reader's own token in a page token, or undefined at the beginning. @throws IntegrationError CURSOR_EXPIRED */
export function fromReaderToken(token: Json | undefined): Json | undefined {
  if (token === undefined) return undefined
  if (typeof token === 'object' && token !== null && 't' in token) return token.t
  throw new IntegrationError('CURSOR_EXPIRED', 'The reader gives no page tokens: it begins again.')
}
