import type { Clock } from '@unioneyes/core'

/** A clock that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /** Moves the time by `ms` milliseconds (back when negative) and wakes every sleeper whose time has come. */
  advance(ms: number): void
}

/**
 * Makes a clock for tests: nobody waits for real, and a jump back is one call.
 * @param start milliseconds since 1970. @default 2024-01-01T00:00:00Z
 */
export function manualClock(start = Date.UTC(2024, 0, 1)): ManualClock {
  let time = start
  const sleepers = new Set<{ readonly due: number; readonly wake: () => void }>()
  return {
    now: () => time,
    advance(ms) {
      time += ms
      const due = [...sleepers].filter((sleeper) => sleeper.due <= time).sort((left, right) => left.due - right.due)
      for (const sleeper of due) sleeper.wake()
    },
    sleep(ms, signal) {
      return new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(reasonOf(signal))
        if (ms <= 0) return resolve()
        const end = (settle: () => void) => (): void => {
          sleepers.delete(sleeper)
          signal?.removeEventListener('abort', stop)
          settle()
        }
        const stop = end(() => {
          reject(reasonOf(signal))
        })
        const sleeper = { due: time + ms, wake: end(resolve) }
        sleepers.add(sleeper)
        signal?.addEventListener('abort', stop, { once: true })
      })
    },
  }
}

function reasonOf(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason
  return reason instanceof Error ? reason : new DOMException('The operation was aborted', 'AbortError')
}
