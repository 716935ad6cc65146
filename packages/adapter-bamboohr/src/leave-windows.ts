import { IntegrationError } from '@unioneyes/core'
import type { Json } from '@unioneyes/core'
import { isoDate } from '@unioneyes/models'
import type { Settings } from './api.ts'

const DAY_MS = 86_400_000

/** A span of days within one calendar year, both days included. */
export interface LeaveWindow {
  readonly start: string
  readonly end: string
}

/** From a day to the end of its year. */
export function windowFrom(start: string): LeaveWindow {
  return { start, end: `${start.slice(0, 4)}-12-31` }
}

/**
 * The year after a window, or undefined when the horizon lies before it. Whole years, so that every read of the same day
 * ends on the same day, wherever it began: what one shows, no other takes for vanished.
 */
export function windowAfter({ end }: LeaveWindow, horizon: string): LeaveWindow | undefined {
  const start = addDays(end, 1)
  return start <= horizon ? windowFrom(start) : undefined
}

/** The day so many days later, or earlier. */
export function addDays(day: string, days: number): string {
  return new Date(Date.parse(day) + days * DAY_MS).toISOString().slice(0, 10)
}

/**
 * Where an incremental read begins: before the day that the last one began on, because BambooHR cannot tell which requests
 * changed; and not before what a full one reads.
 *
 * @throws IntegrationError CURSOR_EXPIRED when the cursor is no day.
 */
export function readAgainFrom(
  cursor: Json | undefined,
  { leaveFrom, leaveBackDays }: Pick<Settings, 'leaveFrom' | 'leaveBackDays'>,
): string {
  const day = isoDate.safeParse(cursor).data
  if (day === undefined || Number.isNaN(Date.parse(day))) {
    throw new IntegrationError('CURSOR_EXPIRED', 'The saved cursor is not a day: all leave must be read again.')
  }
  const start = addDays(day, -leaveBackDays)
  return start < leaveFrom ? leaveFrom : start
}

/**
 * The window that a full read goes on with after its last one, to read around today once more; undefined when it had only
 * one. Whoever moves a request from a year still to come into one that was read hides it from the rest of the read, and it
 * would be taken for vanished.
 */
export function secondRound(
  today: string,
  horizon: string,
  settings: Pick<Settings, 'leaveFrom' | 'leaveBackDays'>,
): LeaveWindow | undefined {
  const only = windowAfter(windowFrom(settings.leaveFrom), horizon) === undefined
  return only ? undefined : windowFrom(readAgainFrom(today, settings))
}

/** The day of a moment. @throws IntegrationError RESPONSE_INVALID when BambooHR did not tell the moment. */
export function dayOf(moment: Date | undefined): string {
  if (moment) return moment.toISOString().slice(0, 10)
  throw new IntegrationError(
    'RESPONSE_INVALID',
    'bamboohr answered without a Date header, so there is no telling how far ahead its leave must be read. Look for a proxy that removes it.',
    { provider: 'bamboohr', entity: 'leave' },
  )
}
