import { systemClock } from '@unioneyes/core'
import type { Clock } from '@unioneyes/core'

/** Time that is told faster than it passes, alike in every process. */
export interface FastTime {
  /** When it began, in milliseconds since 1970: from here on it runs ahead of the machine's. */
  readonly startedAt: number
  /** How many seconds it tells for one that passes. */
  readonly speed: number
}

/** The machine's own time. */
export const realTime: FastTime = { startedAt: 0, speed: 1 }

/** A clock of such a time. Whoever sleeps by it waits as much shorter. @param aheadMs how much later it is here */
export function fastClock({ startedAt, speed }: FastTime, aheadMs = 0): Clock {
  return {
    now: () => {
      const passedMs = performance.timeOrigin + performance.now() - startedAt
      return Math.floor(startedAt + passedMs * speed + aheadMs)
    },
    sleep: (ms, signal) => systemClock.sleep(Math.ceil(ms / speed), signal),
  }
}
