import type { Clock } from '@unioneyes/core'

/** A wait that somebody began. */
export interface Sleep {
  readonly ms: number
  readonly signal: AbortSignal | undefined
}

/** A clock on which waiting takes no time: a sleep moves it and ends at once. */
export interface CheckClock extends Clock {
  readonly sleeps: readonly Sleep[]
  advance(ms: number): void
  /** Takes sleeps over: each lasts until the returned promise settles. */
  onSleep(act: (sleep: Sleep) => Promise<void>): void
}

/**
 * Makes one. It starts long before any sandbox's time, so that an adapter which wrongly goes by our clock reads too much
 * rather than too little, and only the check on that notices.
 */
export function checkClock(start = Date.UTC(2001, 0, 1)): CheckClock {
  let time = start
  let act: ((sleep: Sleep) => Promise<void>) | undefined
  const sleeps: Sleep[] = []
  return {
    sleeps,
    now: () => time,
    advance(ms) {
      time += ms
    },
    onSleep(takeOver) {
      act = takeOver
    },
    async sleep(ms, signal) {
      signal?.throwIfAborted()
      sleeps.push({ ms, signal })
      if (act) return act({ ms, signal })
      time += Math.max(0, ms)
    },
  }
}
