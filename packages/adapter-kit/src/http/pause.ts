import type { BudgetStore, Clock, ConnectionKey, Logger } from '@unioneyes/core'

interface Hold {
  /** By our clock, in milliseconds since 1970. */
  readonly until: number
  /** How long that was when it was asked for: a clock that is set back must not make it longer. */
  readonly ms: number
}

/** What a pause is made from. */
export interface PauseParts {
  readonly clock: Clock
  readonly budgets: BudgetStore
  readonly key: ConnectionKey
  readonly logger: Logger
}

/** The time a provider asked for, obeyed by every request that it concerns and remembered for the next process. */
export class Pause {
  /** Which requests it concerns: those of one path, or with `''` all of the connection. */
  readonly scope: string
  readonly #clock: Clock
  readonly #budgets: BudgetStore
  readonly #key: ConnectionKey
  readonly #logger: Logger
  #hold: Hold | undefined
  #loaded: Promise<void> | undefined

  constructor(scope: string, parts: PauseParts) {
    this.scope = scope
    this.#clock = parts.clock
    this.#budgets = parts.budgets
    this.#key = parts.key
    this.#logger = parts.logger
  }

  /** How long it goes on as far as is known, in milliseconds. */
  get remainingMs(): number {
    if (!this.#hold) return 0
    return Math.max(0, Math.min(this.#hold.until - this.#clock.now(), this.#hold.ms))
  }

  /** Waits until the provider may be asked again. */
  async sitOut(wait: (ms: number) => Promise<void>): Promise<void> {
    this.#loaded ??= this.#load().catch((error: unknown) => {
      this.#loaded = undefined
      throw error
    })
    await this.#loaded
    for (let ms = this.remainingMs; ms > 0; ms = this.remainingMs) {
      const hold = this.#hold
      await wait(ms)
      // It is over once it was slept through, whatever the clock says by now.
      if (this.#hold === hold) this.#hold = undefined
    }
  }

  /** Nothing is sent for so long. */
  async extend(ms: number): Promise<void> {
    if (ms <= this.remainingMs) return
    const until = this.#clock.now() + ms
    this.#hold = { until, ms }
    try {
      await this.#budgets.block(this.#key, until, this.scope)
    } catch (error) {
      // This process obeys all the same; only the next one would have to be told again.
      this.#logger.warn({ ...this.#key, error: String(error) }, 'The wait a provider asked for could not be saved')
    }
  }

  async #load(): Promise<void> {
    const until = await this.#budgets.blockedUntil(this.#key, this.scope)
    if (until !== undefined && until > (this.#hold?.until ?? 0)) this.#hold = { until, ms: until - this.#clock.now() }
  }
}
