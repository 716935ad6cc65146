import type { Clock, RateLimit } from '@unioneyes/core'
import PQueue from 'p-queue'

const PER_MS = { second: 1000, minute: 60_000, hour: 3_600_000 } as const

// How long after its start a request that has not been answered may at most reach the provider.
const LATEST_ARRIVAL_MS = 250

/** A wait that is longer than allowed: nothing was sent. */
export class WaitTooLongError extends Error {
  readonly waitMs: number

  constructor(waitMs: number) {
    super('The wait is longer than allowed.')
    this.waitMs = waitMs
  }
}

/** Waits before a request, no longer than `maxWaitMs`. */
export type Wait = (ms: number) => Promise<void>

interface Slot {
  /** When the provider has counted the request at the latest, by our clock. */
  countedBy: number
}

/**
 * Keeps the starts of requests under a limit, counted in any window however it lies. Requests start in the order in which
 * they asked.
 *
 * The provider counts when a request arrives, we know only when it left and when its answer came. A request sent N later
 * must arrive a whole interval after this one, so a slot is free again one interval after its request can at the latest
 * have been counted: when the answer came, less the shortest round trip seen.
 */
export class Throttle {
  readonly intervalMs: number
  readonly #requests: number
  readonly #guardMs: number
  readonly #clock: Clock
  readonly #order = new PQueue({ concurrency: 1 })
  #slots: Slot[] = []
  #answered = 0
  #roundTripMs: number | undefined

  constructor(limit: RateLimit, clock: Clock) {
    this.#requests = limit.requests
    this.intervalMs = PER_MS[limit.per]
    this.#guardMs = Math.max(2, this.intervalMs * 0.005)
    this.#clock = clock
  }

  /**
   * Waits for the request's turn.
   *
   * @param gate waits for whatever else must be over before a request starts.
   * @returns a function to call when the answer has come, or the request has failed.
   */
  async start(gate: () => Promise<void>, wait: Wait, signal: AbortSignal | undefined): Promise<() => void> {
    return this.#order.add(
      async () => {
        await gate()
        const waitMs = this.#waitMs()
        if (waitMs > 0) await wait(waitMs)
        return this.#take()
      },
      { signal },
    )
  }

  /** How far a wait of ours may pass `maxWaitMs`: what we keep clear of the provider's own window. */
  get slackMs(): number {
    return LATEST_ARRIVAL_MS + this.#guardMs
  }

  #waitMs(): number {
    const oldest = this.#slots[0]
    if (oldest === undefined || this.#slots.length < this.#requests) return 0
    const longest = this.intervalMs + this.slackMs
    const waitMs = oldest.countedBy + this.intervalMs + this.#guardMs - this.#clock.now()
    if (waitMs <= longest) return waitMs
    // The clock was set back: the slots keep their distance from each other, and none lies further off than it can.
    for (const slot of this.#slots) slot.countedBy -= waitMs - longest
    return longest
  }

  #take(): () => void {
    const startedAt = this.#clock.now()
    const slot: Slot = { countedBy: startedAt + LATEST_ARRIVAL_MS }
    this.#slots.push(slot)
    if (this.#slots.length > this.#requests) this.#slots.shift()
    return () => {
      const tookMs = Math.max(0, this.#clock.now() - startedAt)
      slot.countedBy = startedAt + Math.min(LATEST_ARRIVAL_MS, tookMs - Math.min(this.#roundTripMs ?? 0, tookMs))
      this.#answered += 1
      // The first ones open connections, which is not a round trip that later ones repeat.
      if (this.#answered > this.#requests) this.#roundTripMs = Math.min(this.#roundTripMs ?? tookMs, tookMs)
    }
  }
}
