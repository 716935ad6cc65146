import type { Clock } from '@unioneyes/core'

/** A clock on which nobody waits for real. */
export interface SkippingClock extends Clock {
  /** How long was slept, wait by wait, in milliseconds. */
  readonly sleeps: readonly number[]
}

/**
 * Makes a clock whose time passes only by sleeping: every wait is over at once and moves the time.
 * @param start milliseconds since 1970
 */
export function skippingClock(start: number): SkippingClock {
  let time = start
  const sleeps: number[] = []
  return {
    sleeps,
    now: () => time,
    sleep(ms, signal) {
      if (signal?.aborted === true) return Promise.reject(toError(signal.reason))
      sleeps.push(ms)
      time += ms
      return Promise.resolve()
    },
  }
}

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))
