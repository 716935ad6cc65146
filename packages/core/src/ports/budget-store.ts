import type { ConnectionKey } from './keys.ts'

/** What a provider asked us to wait, kept so that the next process obeys it too. */
export interface BudgetStore {
  /**
   * The time before which nothing may be sent, in milliseconds since 1970, or undefined. One that was remembered later than
   * now counts as none: the clock was set back since, and would make the wait longer than it was.
   */
  blockedUntil(key: ConnectionKey): Promise<number | undefined>
  /** Remembers that nothing may be sent before `until`; an earlier time than the stored one that counts is ignored. */
  block(key: ConnectionKey, until: number): Promise<void>
}
