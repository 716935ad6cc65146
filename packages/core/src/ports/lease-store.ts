import type { Json } from '../json.ts'
import type { SyncType } from '../integration-type.ts'
import type { EntityKey } from './keys.ts'
import type { RunCounters } from './run-store.ts'

/** The exclusive right to move one entity's checkpoint and to sweep it. */
export interface Lease {
  readonly key: EntityKey
  readonly runId: string
  /** The fencing token: grows with every acquisition, and every commit is checked against it. */
  readonly fence: number
  /** What the entity's row held when the lease was taken. */
  readonly state: EntityState
}

/** Where an entity stands between runs. */
export interface EntityState {
  /** Where the next incremental sync starts. */
  readonly cursor: Json | undefined
  /** The listing that is under way, or undefined. */
  readonly listing: Listing | undefined
  /** Records that are not deleted. */
  readonly live: number
  /** The latest `observedAt` of any commit: a later read is never observed before it, even if the clock jumped back. */
  readonly observedAt: number
}

/** A listing under way: the checkpoint. */
export interface Listing {
  readonly id: string
  readonly type: SyncType
  /** `list` while pages come, `sweep` when only the deletions by absence are left. */
  readonly phase: 'list' | 'sweep'
  /** The run that last worked on it. */
  readonly runId: string
  /** Store time before the first request. Only rows observed before it can be swept. */
  readonly startedAt: number
  /** The saved page token; undefined before the first page. */
  readonly pageToken: Json | undefined
  /** The cursor to save when the listing has ended. */
  readonly cursor: Json | undefined
  /** The largest total the provider stated. */
  readonly total: number | undefined
  /** False as soon as a row without a readable id was seen: nothing may be deleted by absence. */
  readonly identified: boolean
  /** The mapping under which it was read (see PageMemory); another mapping starts the listing again. */
  readonly mapping: string
  /** What was done over every run that worked on it. */
  readonly counters: RunCounters
}

/** Leases are rows, timed by the store's clock. */
export interface LeaseStore {
  /**
   * Takes the lease if it is free, expired, or timed further ahead than `ttlMs` (a clock that jumped back).
   * @returns the lease, or who holds it and until when.
   */
  acquire(
    key: EntityKey,
    request: { readonly runId: string; readonly ttlMs: number },
  ): Promise<Lease | { readonly heldBy: string; readonly expiresAt: number }>
  /** @returns false when another run has taken the lease since. */
  renew(lease: Lease, ttlMs: number): Promise<boolean>
  /** Frees the lease; does nothing when another run has taken it since. */
  release(lease: Lease): Promise<void>
}
