import type { ConnectionKey } from './keys.ts'

/**
 * What a provider asked us to wait, kept so that the next process obeys it too. A scope is the part of a connection's
 * requests that a wait concerns, such as a path with a limit of its own; without one (or with `''`) it concerns the
 * connection. Scopes know nothing of each other: who asks for one asks for the connection as well.
 */
export interface BudgetStore {
  /**
   * The time before which nothing of the scope may be sent, in milliseconds since 1970, or undefined. One that was remembered
   * later than now counts as none: the clock was set back since, and would make the wait longer than it was.
   */
  blockedUntil(key: ConnectionKey, scope?: string): Promise<number | undefined>
  /** Remembers that nothing of the scope may be sent before `until`; an earlier time than the stored one that counts is ignored. */
  block(key: ConnectionKey, until: number, scope?: string): Promise<void>
}
