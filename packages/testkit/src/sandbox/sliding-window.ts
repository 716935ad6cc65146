import type { SandboxRateLimit } from './sandbox-definition.ts'

/** Counts what was let through, and refuses what would be more than the limit in any window that ends now. */
export interface SlidingWindow {
  /** @returns 0 when the request is let through, else how long until one would be, in milliseconds. */
  admit(now: number): number
}

/** A window that has seen nothing yet. A refused request does not count. */
export function createSlidingWindow(limit: SandboxRateLimit): SlidingWindow {
  // A ring of the last `requests` admissions: the oldest decides, and nothing older can.
  const admitted: number[] = []
  let oldest = 0
  return {
    admit(now) {
      if (admitted.length < limit.requests) {
        admitted.push(now)
        return 0
      }
      const free = (admitted[oldest] ?? now) + limit.perMs
      if (now < free) return free - now
      admitted[oldest] = now
      oldest = (oldest + 1) % limit.requests
      return 0
    },
  }
}
