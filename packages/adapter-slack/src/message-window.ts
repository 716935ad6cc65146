import { IntegrationError } from '@unioneyes/core'
import type { Json } from '@unioneyes/core'
import { z } from 'zod'
import type { Settings } from './api.ts'
import { toMark } from './time-marks.ts'

const DAY = 86_400
// A message that was sent while the last read began may not have been shown to it.
const LOOKBACK = 300

const savedCursor = z.object({ since: z.number(), channels: z.array(z.string()) })

/** Where an incremental read starts: Slack's time when the last one began, in seconds since 1970, and the channels that it read. */
export type MessageCursor = z.output<typeof savedCursor>

/** What an incremental read looks at again in a channel that the last one read. Time marks. */
export interface MessageWindow {
  /** Only messages after this one. */
  readonly after: string
  /** Only threads that somebody replied to since. */
  readonly threadsSince: string
}

/** The cursor of an earlier read. @throws IntegrationError CURSOR_EXPIRED when it is none of ours. */
export function toMessageCursor(cursor: Json | undefined): MessageCursor {
  const saved = savedCursor.safeParse(cursor).data
  if (saved) return saved
  throw new IntegrationError('CURSOR_EXPIRED', 'The saved cursor is not one of messages: all must be read again.')
}

/** What to look at again in a channel; undefined for everything, in one that the last read did not read. */
export function windowOf(
  { since, channels }: MessageCursor,
  channel: string,
  { messageBackDays, threadBackDays }: Settings,
): MessageWindow | undefined {
  if (!channels.includes(channel)) return undefined
  const before = (days: number): string => toMark(since - LOOKBACK - days * DAY)
  return { after: before(messageBackDays), threadsSince: before(threadBackDays) }
}

/** A mark that no message has reached yet. @throws IntegrationError RESPONSE_INVALID when Slack did not tell its time. */
export const aheadOf = (moment: Date | undefined): string => toMark(secondsOf(moment) + DAY)

/** Slack's time in seconds. @throws IntegrationError RESPONSE_INVALID when it did not tell. */
export function secondsOf(moment: Date | undefined): number {
  if (moment) return Math.floor(moment.getTime() / 1000)
  const message =
    'slack answered without a Date header, so there is no telling where the next read may start. Look for a proxy that removes it.'
  throw new IntegrationError('RESPONSE_INVALID', message, { provider: 'slack', entity: 'messages' })
}
