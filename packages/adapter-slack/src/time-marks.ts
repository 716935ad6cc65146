import { property } from '@unioneyes/adapter-kit'
import { z } from 'zod'

const MARK = /^\d{10}\.\d{6}$/

/**
 * Slack's time mark of a message: seconds with six decimals, which name the message in its channel. Never read as a number,
 * which could not hold them. All have one width, so the order of the texts is that of the times.
 */
export const timeMark = z.string().regex(MARK, 'expected a time mark like 1716239022.000200')

/** A time mark in a raw message: its own, or that of a property with another name; undefined where there is none. */
export function markIn(message: unknown, name = 'ts'): string | undefined {
  const mark = property(message, name)
  return typeof mark === 'string' && MARK.test(mark) ? mark : undefined
}

/** The time marks of raw messages, the oldest first. */
export const marksIn = (messages: readonly unknown[]): string[] => messages.flatMap((one) => markIn(one) ?? []).sort()

/** The first mark of a second. @param seconds since 1970 */
export const toMark = (seconds: number): string =>
  `${String(Math.max(0, Math.floor(seconds))).padStart(10, '0')}.000000`

/** When a marked message was sent, to the millisecond. */
export function fromMark(mark: string): string {
  const [seconds = '', micros = ''] = mark.split('.')
  return new Date(Number(seconds) * 1000 + Math.floor(Number(micros) / 1000)).toISOString()
}

/** A moment in seconds since 1970, which Slack writes as 0 where there is none. */
export const fromSeconds = (seconds: number | null | undefined): string | undefined =>
  seconds ? new Date(seconds * 1000).toISOString() : undefined
