import type { EntityKey } from './keys.ts'

/** A record as stored. */
export interface StoredRecord {
  readonly id: string
  /** JSON text of the record in the app's form; for a deleted one, its last content. */
  readonly data: string
  /** JSON text of the provider's payload. */
  readonly raw: string | undefined
  readonly hash: string
  readonly version: string | undefined
  /** Store time before the request that read it, in milliseconds since 1970. */
  readonly observedAt: number
  /** When it was found deleted, or undefined. */
  readonly deletedAt: number | undefined
}

/** Which records to list, in the order of their ids. */
export interface RecordQuery {
  /** Only ids after this one. */
  readonly after?: string | undefined
  /** @default 500 */
  readonly limit?: number | undefined
  /** @default false */
  readonly includeDeleted?: boolean | undefined
}

/** What was synced, for the app to read. */
export interface RecordStore {
  get(key: EntityKey, id: string): Promise<StoredRecord | undefined>
  list(key: EntityKey, query?: RecordQuery): Promise<StoredRecord[]>
  /** Live records. */
  count(key: EntityKey): Promise<number>
}
