import type { IdStretch } from '@unioneyes/core'
import { markIn } from './time-marks.ts'

/** A message, by where it stands. */
export interface MessagePlace {
  readonly channel: string
  readonly ts: string
  /** Of a reply: the time mark of the message that began its thread. */
  readonly thread?: string | undefined
}

/**
 * The id of a message. Ids stand in the order of time, and all replies of a thread right after the message that began it:
 * `C1/1732.000100`, then `C1/1732.000100/1733.000200`.
 */
export function messageId({ channel, ts, thread }: MessagePlace): string {
  return thread === undefined || thread === ts ? `${channel}/${ts}` : `${channel}/${thread}/${ts}`
}

/** The place that an id stands for; undefined for what is no id of a message. */
export function messagePlace(id: string): MessagePlace | undefined {
  const [channel = '', first = '', second, ...more] = id.split('/')
  if (channel === '' || first === '' || second === '' || more.length > 0) return undefined
  return second === undefined ? { channel, ts: first } : { channel, ts: second, thread: first }
}

/** Where a raw message stands; undefined when its time mark is none. */
export function placeIn(channel: string, message: unknown): MessagePlace | undefined {
  const ts = markIn(message)
  return ts === undefined ? undefined : { channel, ts, thread: markIn(message, 'thread_ts') }
}

/** What the ids of everything in a channel, or of all replies to a message, begin with. */
export const inside = (id: string): string => `${id}/`

/** The ids of whatever is in none of these channels, which stand in their order. */
export function besideChannels(channels: readonly string[]): readonly IdStretch[] {
  return [...channels, undefined].map((channel, index) => {
    const before = channels[index - 1]
    const from = before === undefined ? '' : behind(before)
    return { from, below: channel === undefined ? END : inside(channel) }
  })
}

// Behind every id: channels are capital letters and digits.
const END = '~'

/** The first text behind a message and its replies, or behind everything in a channel. */
export const behind = (id: string): string => `${id}0`
