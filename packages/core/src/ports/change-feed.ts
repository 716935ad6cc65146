import type { EntityKey } from './keys.ts'

/** One change of one record, in the order in which it was committed. */
export interface FeedEntry extends EntityKey {
  readonly kind: 'created' | 'updated' | 'deleted'
  readonly id: string
  /** SHA-256 of the record's content after the change; of the last content for a deletion. */
  readonly hash: string
  readonly runId: string | undefined
  /** When it was committed, in milliseconds since 1970. */
  readonly at: number
  /** Where the reader stands after this entry. Opaque. */
  readonly position: string
}

/** The feed of one organization: every change once, in one order, that never gains an entry behind a reader (law 16). */
export interface ChangeFeed {
  /**
   * Entries after a position (from the start without one), at most `limit`.
   * @throws IntegrationError CURSOR_EXPIRED when entries after the position were pruned, CONFIG_INVALID for a position that is not one.
   */
  read(request: {
    readonly organizationId: string
    readonly after?: string | undefined
    /** @default 500 */
    readonly limit?: number | undefined
  }): Promise<FeedEntry[]>
  /** Registers a consumer, or moves it: retention keeps what it has not read. Never moves backwards. */
  acknowledge(organizationId: string, consumer: string, position: string): Promise<void>
  /** Where a registered consumer stands. */
  position(organizationId: string, consumer: string): Promise<string | undefined>
  /**
   * Drops entries committed before a time that every registered consumer has read.
   * @returns how many entries went.
   */
  prune(organizationId: string, before: number): Promise<number>
}
