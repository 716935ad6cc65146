import { property } from '@unioneyes/adapter-kit'
import type { NextPage, WalkedListing, WireBody } from '@unioneyes/adapter-kit'
import { IntegrationError } from '@unioneyes/core'
import type { Settings } from './api.ts'
import { byCursor } from './conversations.ts'
import { marksIn } from './time-marks.ts'

/** A stretch of time, its bounds excluded. Time marks. */
export interface TimeBounds {
  readonly oldest?: string | undefined
  readonly latest?: string | undefined
}

const messagesIn = (body: WireBody): unknown => body.messages

// Apps that are not listed get 15 messages, whatever they ask for.
const limitOf = ({ distribution, pageSize }: Settings): number =>
  distribution === 'unlisted' ? Math.min(15, pageSize) : pageSize

/**
 * `conversations.history`, newest first. It needs the upper bound: without one, Slack begins at the lower one, and whoever pages
 * backwards from there misses the rest.
 */
export const historyOf = (
  channel: string,
  bounds: TimeBounds & { readonly latest: string },
  settings: Settings,
): WalkedListing => ({
  path: 'api/conversations.history',
  query: { channel, ...bounds, limit: limitOf(settings) },
  items: messagesIn,
  paginate: olderPages,
  // Gone or closed, which is no reason to stop.
  emptyOn: [404],
})

/**
 * Goes on before the oldest message shown, because cursors do not last: under the limits for unlisted apps a channel takes days.
 * Only after a page without a message there is no other way.
 */
const olderPages: NextPage = ({ body, list, url }) => {
  const cursor: unknown = body.response_metadata?.next_cursor
  // Either of the two says that there is more.
  const isLast = property(body, 'has_more') !== true && (typeof cursor !== 'string' || cursor === '')
  if (isLast) return undefined
  const [oldest] = marksIn(list)
  if (oldest !== undefined) return { params: { latest: oldest } }
  const latest = new URL(url).searchParams.get('latest')
  if (typeof cursor === 'string' && cursor !== '' && latest !== null) return { params: { latest, cursor } }
  const message = 'slack says that a channel has more messages, and neither shows one nor says where they are.'
  throw new IntegrationError('RESPONSE_INVALID', message, { provider: 'slack', entity: 'messages' })
}

/** `conversations.replies`, oldest first; the message that began the thread is among them. */
export const threadOf = (channel: string, ts: string, bounds: TimeBounds, settings: Settings): WalkedListing => ({
  path: 'api/conversations.replies',
  query: { channel, ts, ...bounds, limit: limitOf(settings) },
  items: messagesIn,
  paginate: byCursor,
  // The thread is gone. A channel that is closed meanwhile is refused, and then nothing is known of it.
  emptyOn: [410],
})

/** Whether an answer is one: what is not there for the app has none. */
export const isThere = (body: WireBody): boolean => property(body, 'ok') === true

/** Whether there is something older that a free plan hides. */
export const isLimited = (body: WireBody): boolean => property(body, 'is_limited') === true
