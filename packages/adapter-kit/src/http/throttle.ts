import type { Clock, RateLimit } from '@unioneyes/core'

const PER_MS = { second: 1000, minute: 60_000, hour: 3_600_000 } as const

// The pace under a full window, as a part of the limit: what is left over absorbs timers and answers that are late.
const PACE = 0.98
const GUARD = 0.002
const CATCH_UP = 0.25
// How long an unanswered request may have been on its way: a quarter of the interval, but not for ever.
const LATEST_ARRIVAL = 0.25
const LATEST_ARRIVAL_MS = 5000
// How many answers it takes to know the shortest round trip.
const SAMPLES = 20

interface Slot {
  startedAt: number
  /** When the provider has counted the request at the latest; undefined until its answer came. */
  countedBy: number | undefined
}

/**
 * Counts requests under a limit, in any window however it lies, and says when the next may start.
 *
 * The provider counts a request when it arrives; we know only when it left and when its answer came. So a slot is free again
 * one interval after its request can at the latest have been counted: when the answer came, less the shortest round trip
 * seen. The first requests may go in a burst; from the first wait on they are spread evenly, slightly under the limit, because
 * a burst that repeats loses some time in every round.
 */
export class Throttle {
  readonly intervalMs: number
  readonly #requests: number
  readonly #clock: Clock
  readonly #latestArrivalMs: number
  readonly #guardMs: number
  readonly #spacingMs: number
  #slots: Slot[] = []
  /** When the next request is due, once requests are spread. */
  #nextAt: number | undefined
  #answered = 0
  #roundTripMs = Number.POSITIVE_INFINITY

  constructor(limit: RateLimit, clock: Clock) {
    this.intervalMs = PER_MS[limit.per]
    this.#requests = limit.requests
    this.#clock = clock
    this.#latestArrivalMs = Math.min(LATEST_ARRIVAL_MS, this.intervalMs * LATEST_ARRIVAL)
    this.#guardMs = this.intervalMs * GUARD
    this.#spacingMs = this.intervalMs / PACE / limit.requests
  }

  /** How far our own wait may pass `maxWaitMs`: what we keep clear of the provider's window is no wait of the provider's. */
  get slackMs(): number {
    return this.#latestArrivalMs + this.#guardMs + this.intervalMs * (1 / PACE - 1)
  }

  /** How long until the next request may start, in milliseconds; nothing is taken before that is 0 or less. */
  waitMs(): number {
    const now = this.#clock.now()
    const newest = this.#slots.at(-1)
    if (newest === undefined) return 0
    if (newest.startedAt > now) this.#shift(now - newest.startedAt)
    // A whole interval without a request: the window is empty and the next burst may come.
    if (now - newest.startedAt >= this.intervalMs) this.#nextAt = undefined
    const oldest = this.#slots.length < this.#requests ? undefined : this.#slots[0]
    const windowMs = oldest === undefined ? 0 : this.#freeAt(oldest, now) - now
    if (windowMs > 0) this.#nextAt ??= now + windowMs
    return Math.ceil(Math.max(windowMs, this.#nextAt === undefined ? 0 : this.#nextAt - now))
  }

  /**
   * Counts a request that starts now.
   *
   * @returns a function to call when the answer has come, or the request has failed.
   */
  take(): () => void {
    const startedAt = this.#clock.now()
    const slot: Slot = { startedAt, countedBy: undefined }
    this.#slots.push(slot)
    if (this.#slots.length > this.#requests) this.#slots.shift()
    if (this.#nextAt !== undefined) {
      // Late starts are caught up with as far as the window leaves room for it, and not so far that it becomes a burst.
      this.#nextAt = Math.max(this.#nextAt, startedAt - this.intervalMs * CATCH_UP) + this.#spacingMs
    }
    return () => {
      const tookMs = Math.max(0, this.#clock.now() - startedAt)
      this.#answered += 1
      // The first ones open connections, which is not a round trip that later ones repeat.
      if (this.#answered > this.#requests) this.#roundTripMs = Math.min(this.#roundTripMs, tookMs)
      const known = this.#answered > this.#requests + SAMPLES ? this.#roundTripMs : 0
      slot.countedBy = slot.startedAt + Math.min(this.#latestArrivalMs, Math.max(0, tookMs - known))
    }
  }

  /** When a slot is free again. Of a request that is still under way this is looked at again as time passes. */
  #freeAt({ startedAt, countedBy }: Slot, now: number): number {
    const clear = this.intervalMs + this.#guardMs
    if (countedBy !== undefined) return countedBy + clear
    return now < startedAt + clear ? startedAt + clear : startedAt + this.#latestArrivalMs + clear
  }

  // The clock was set back: everything it measured moves along, so that no distance changes.
  #shift(ms: number): void {
    for (const slot of this.#slots) {
      slot.startedAt += ms
      if (slot.countedBy !== undefined) slot.countedBy += ms
    }
    if (this.#nextAt !== undefined) this.#nextAt += ms
  }
}
