import type { Json } from '../json.ts'
import type { EntityKey } from '../ports/keys.ts'
import type { Lease, Listing } from '../ports/lease-store.ts'
import type { PageMark } from '../ports/page-store.ts'
import type { QuarantinedRecord } from '../ports/quarantine-store.ts'
import type { StoredRecord } from '../ports/record-store.ts'
import { IntegrationError } from '../integration-error.ts'
import { compareIds } from './compare-ids.ts'

/** A record's row. A deletion of something that was never stored is a row without data. Replaced, never changed. */
export interface MemoryRow extends Omit<StoredRecord, 'data'> {
  readonly data: string | undefined
  readonly rawHash: string
  /** The commit that last wrote its content, by {@link MemoryEntity.commits}. */
  readonly writtenBy: number
}

/** A page's mark with the listing it belongs to. */
export interface MemoryMark extends PageMark {
  readonly listingId: string
  /** The commit that made it. */
  readonly madeBy: number
}

/** Everything kept of one entity of one connection. */
export interface MemoryEntity {
  readonly key: EntityKey
  readonly rows: Map<string, MemoryRow>
  /** The ids of all rows in order, or undefined until somebody asks. */
  order: readonly string[] | undefined
  live: number
  /** Commits so far, sweeps included. */
  commits: number
  /** What `states` gives out: another number after every commit that wrote a row. */
  writes: number
  cursor: Json | undefined
  listing: Listing | undefined
  observedAt: number
  /** The fence of the latest lease; 0 when there was none. */
  fence: number
  lease: { readonly runId: string; readonly ttlMs: number; readonly expiresAt: number } | undefined
  /** Oldest first. */
  marks: readonly MemoryMark[]
  /** The latest answer of {@link idsSeen}, good while the marks are the same. */
  seen:
    { readonly marks: readonly MemoryMark[]; readonly listingId: string; readonly ids: ReadonlySet<string> } | undefined
  readonly quarantine: Map<string, QuarantinedRecord>
}

/** An entity of which nothing is known. */
export function emptyEntity(key: EntityKey): MemoryEntity {
  return {
    key,
    rows: new Map(),
    order: undefined,
    live: 0,
    commits: 0,
    writes: 0,
    cursor: undefined,
    listing: undefined,
    observedAt: 0,
    fence: 0,
    lease: undefined,
    marks: [],
    seen: undefined,
    quarantine: new Map(),
  }
}

/** The ids of an entity's rows, deleted ones included, in order. */
export function idsInOrder(entity: MemoryEntity): readonly string[] {
  entity.order ??= [...entity.rows.keys()].sort(compareIds)
  return entity.order
}

/** The distinct ids that a listing has shown. A sweep asks for them batch after batch. */
export function idsSeen(entity: MemoryEntity, listingId: string): ReadonlySet<string> {
  const { marks, seen } = entity
  if (seen?.marks === marks && seen.listingId === listingId) return seen.ids
  const ids = new Set(marks.filter((mark) => mark.listingId === listingId).flatMap((mark) => mark.ids))
  entity.seen = { marks, listingId, ids }
  return ids
}

/** Whether the lease that stands on an entity is still good; one timed further ahead than it lasts is not (the clock jumped back). */
export function isLeased(entity: MemoryEntity, now: number): boolean {
  const { lease } = entity
  return lease !== undefined && lease.expiresAt > now && lease.expiresAt - now <= lease.ttlMs
}

/**
 * Passes when the lease is the latest one of this entity.
 * @throws IntegrationError LEASE_LOST
 */
export function assertCurrent(entity: MemoryEntity | undefined, lease: Lease): asserts entity is MemoryEntity {
  if (entity?.fence === lease.fence) return
  throw new IntegrationError(
    'LEASE_LOST',
    `Run ${lease.runId} no longer holds the lease on ${lease.key.entity}, so nothing was written. Another run has taken it or the connection was erased; start a new sync.`,
    { provider: lease.key.provider, entity: lease.key.entity },
  )
}

/** A row as readers see it; undefined for a deletion of something that was never stored. */
export function toStoredRecord(row: MemoryRow | undefined): StoredRecord | undefined {
  if (row?.data === undefined) return undefined
  const { id, data, raw, hash, version, observedAt, deletedAt } = row
  return { id, data, raw, hash, version, observedAt, deletedAt }
}
