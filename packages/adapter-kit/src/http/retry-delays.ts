import { IntegrationError } from '@unioneyes/core'
import type { RetryRules } from '../api-definition.ts'

// A provider that throttles without saying for how long is asked more slowly than one that failed.
const UNTOLD_THROTTLE_MS = 2000

/** How long to wait before a request is sent again. */
export class RetryDelays {
  readonly attempts: number
  readonly #baseMs: number
  readonly #maxMs: number
  readonly #random: () => number

  constructor(rules: RetryRules, random: () => number) {
    this.attempts = rules.attempts ?? 4
    this.#baseMs = rules.baseDelayMs ?? 500
    this.#maxMs = rules.maxDelayMs ?? 30_000
    this.#random = random
  }

  /** Milliseconds before the given retry (1 for the first): what the provider asked for, else a random part of a doubling wait. */
  before(retry: number, error: Error): number {
    if (IntegrationError.is(error)) {
      if (error.retryAfterMs !== undefined) return error.retryAfterMs
      if (error.code === 'RATE_LIMITED') return this.#doubled(UNTOLD_THROTTLE_MS, retry) * (0.5 + this.#random() / 2)
    }
    return this.#doubled(this.#baseMs, retry) * this.#random()
  }

  #doubled(baseMs: number, retry: number): number {
    return Math.min(this.#maxMs, baseMs * 2 ** (retry - 1))
  }
}
