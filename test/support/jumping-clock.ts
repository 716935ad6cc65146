import type { Clock } from '@unioneyes/core'

/** A clock on which waiting takes no time: whoever sleeps moves it. */
export interface JumpingClock extends Clock {
  jump(ms: number): void
  /** The same time for an engine, whose heartbeats must not move it: its sleepers wait until they are aborted. */
  readonly still: Clock
}

export function jumpingClock(start = Date.UTC(2026, 0, 1)): JumpingClock {
  let time = start
  const now = (): number => time
  return {
    now,
    jump(ms) {
      time += ms
    },
    sleep(ms, signal) {
      signal?.throwIfAborted()
      time += ms
      return Promise.resolve()
    },
    still: {
      now,
      sleep: (_ms, signal) =>
        new Promise((_resolve, reject) => {
          const stop = (): void => {
            reject(new Error('aborted'))
          }
          if (signal?.aborted === true) stop()
          else signal?.addEventListener('abort', stop, { once: true })
        }),
    },
  }
}
