import { IntegrationError } from '@unioneyes/core'
import type { EntityRecord, Page } from '@unioneyes/core'

const MAX_RESTARTS = 3

/** A read that may have to begin again. */
export interface RestartablePages<T extends EntityRecord> {
  readonly provider: string
  readonly entity: string
  /** Whether it goes on at a page token; only then can its first request be refused for that token. */
  readonly resumed: boolean
  readonly first: () => AsyncIterable<Page<T>>
  /** The same from the beginning. */
  readonly again: () => AsyncIterable<Page<T>>
  /** Whether an error means that the page token is no longer good. */
  readonly restartOn: (error: Error) => boolean
}

/**
 * Yields the pages of a read; when a page token is refused it begins again and says so on the first page.
 *
 * @throws IntegrationError CURSOR_EXPIRED when that happens more than three times.
 */
export async function* withRestarts<T extends EntityRecord>(read: RestartablePages<T>): AsyncGenerator<Page<T>> {
  let restarted: string | undefined
  for (let restarts = 0; ; restarts += 1) {
    let continued = read.resumed && restarts === 0
    try {
      for await (const page of restarts === 0 ? read.first() : read.again()) {
        continued = true
        yield restarted === undefined ? page : { ...page, restarted }
        restarted = undefined
      }
      return
    } catch (error) {
      if (!continued || !(error instanceof Error) || !read.restartOn(error)) throw error
      if (restarts === MAX_RESTARTS) throw tooOften(read, error)
      restarted = error.message
    }
  }
}

function tooOften(read: { readonly provider: string; readonly entity: string }, cause: Error): IntegrationError {
  const { provider, entity } = read
  return new IntegrationError(
    'CURSOR_EXPIRED',
    `${provider} lost the place in its listing of ${entity} ${String(MAX_RESTARTS + 1)} times: ${cause.message} Try again when fewer records change.`,
    { provider, entity, cause },
  )
}
