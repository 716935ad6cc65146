import { IntegrationError } from '@unioneyes/core'
import type { Clock } from '@unioneyes/core'
import { CircuitState, ConsecutiveBreaker, circuitBreaker, handleWhen, isBrokenCircuitError } from 'cockatiel'
import type { CircuitBreakerPolicy } from 'cockatiel'
import type { BreakerState } from './request-trace.ts'

const FAILURES_TO_OPEN = 5
const PROBE_AFTER_MS = 30_000

/**
 * Stops asking a provider that does not work: after five failures in a row everything fails at once, and after 30 seconds one
 * request tries again. Only outages count; a refusal shows that the provider works.
 */
export class Breaker {
  readonly #provider: string
  readonly #clock: Clock
  readonly #policy: CircuitBreakerPolicy
  #openedAt = 0

  /** @param onState called with every state it comes into. */
  constructor(provider: string, clock: Clock, onState?: (state: BreakerState) => void) {
    this.#provider = provider
    this.#clock = clock
    this.#policy = circuitBreaker(
      handleWhen((error) => IntegrationError.is(error, 'PROVIDER_UNAVAILABLE') || this.#isUndecidedProbe(error)),
      // Time is measured below, by the clock that was passed in.
      { halfOpenAfter: 0, breaker: new ConsecutiveBreaker(FAILURES_TO_OPEN) },
    )
    this.#policy.onBreak(() => {
      this.#openedAt = clock.now()
    })
    this.#policy.onStateChange(() => onState?.(this.state))
  }

  get state(): BreakerState {
    const { state } = this.#policy
    return state === CircuitState.HalfOpen ? 'half-open' : state === CircuitState.Closed ? 'closed' : 'open'
  }

  /** Runs an attempt. @throws IntegrationError CIRCUIT_OPEN, without running it, while the provider is known not to work. */
  async run<T>(attempt: () => Promise<T>): Promise<T> {
    if (this.#policy.state === CircuitState.Open) {
      const sinceMs = this.#clock.now() - this.#openedAt
      // A clock that was set back must not keep it open for longer.
      if (sinceMs >= 0 && sinceMs < PROBE_AFTER_MS) throw this.#openError(PROBE_AFTER_MS - sinceMs)
    }
    try {
      return await this.#policy.execute(attempt)
    } catch (error) {
      throw isBrokenCircuitError(error) ? this.#openError(PROBE_AFTER_MS) : error
    }
  }

  // A probe that was cancelled says nothing about the provider, so it must not close the circuit.
  #isUndecidedProbe(error: unknown): boolean {
    return this.#policy.state === CircuitState.HalfOpen && IntegrationError.is(error, 'CANCELLED')
  }

  #openError(retryAfterMs: number): IntegrationError {
    return new IntegrationError(
      'CIRCUIT_OPEN',
      `${this.#provider} failed ${String(FAILURES_TO_OPEN)} times in a row and is not asked at the moment. Try again in ${String(Math.ceil(retryAfterMs / 1000))} s.`,
      { provider: this.#provider, retryAfterMs },
    )
  }
}
