import type { RememberedPage } from '../page.ts'
import type { EntityKey } from './keys.ts'
import type { Json } from '../json.ts'
import type { Lease, Listing } from './lease-store.ts'
import type { RunCounters } from './run-store.ts'

/** One record to write. All texts are JSON. */
export interface RecordWrite {
  readonly id: string
  /**
   * SHA-256 of `data`: decides whether the record changed for the app. Left out where nothing is there to compare with: the
   * store then takes it (see `hashedUpserts`), off the app's thread if it can.
   */
  readonly hash?: string | undefined
  /** SHA-256 of `raw` and the mapping: decides whether the record must be read again. Left out as `hash` is. */
  readonly rawHash?: string | undefined
  readonly data: string
  readonly raw: string | undefined
  /** The provider's own version, compared as {@link compareVersions} does. */
  readonly version?: string | undefined
}

/** What the store knows of a record without reading its body. */
export interface StoredState {
  readonly hash: string
  readonly rawHash: string
  readonly version: string | undefined
  readonly observedAt: number
  readonly deleted: boolean
}

/** A record that could not be read, with its reason. */
export interface QuarantineWrite {
  /** The record's id, or undefined when it cannot be read. */
  readonly id: string | undefined
  readonly rawHash: string
  readonly reasons: readonly string[]
  readonly raw: string
}

/** The mark that a page leaves: the ids it held, and what it takes to recognize it next time. */
export interface PageMark {
  /** Undefined when the page cannot be recognized later. */
  readonly fingerprint: string | undefined
  readonly ids: readonly string[]
  readonly next: Json | undefined
  readonly total: number | undefined
  readonly complete: boolean
}

/** What one transaction writes: a page of a listing, or the records of a webhook event. */
export interface PageCommit<Tx = unknown> {
  readonly key: EntityKey
  /** The run to count for; undefined for webhooks. */
  readonly runId: string | undefined
  /** The lease under which a sync commits; undefined for webhooks, which move no checkpoint. */
  readonly lease: Lease | undefined
  /** Store time before the request that read this was sent, in milliseconds since 1970. */
  readonly observedAt: number
  readonly upserts: readonly RecordWrite[]
  /** What the mapping adds to a `rawHash` that the store takes. @default nothing */
  readonly mappingTag?: string | undefined
  readonly tombstones: readonly { readonly id: string; readonly version?: string | undefined }[]
  readonly quarantined: readonly QuarantineWrite[]
  /** Seen marks of the pages in this commit, in order; only in full listings. */
  readonly marks: readonly PageMark[]
  /** Pages seen before that need no mark of their own: their old mark joins this listing. */
  readonly remembered: readonly string[]
  /**
   * The checkpoint after this commit; null ends the listing; undefined leaves it as it is. The store adds what it created,
   * updated and deleted in this commit to the counters of the listing it saves; a sweep adds what it deleted.
   */
  readonly listing: Listing | null | undefined
  /**
   * True at the end of a complete listing in which every row had a readable id: rows without one leave the quarantine.
   * @default false
   */
  readonly releaseUnidentified?: boolean | undefined
  /** Saved as the entity's cursor when present. */
  readonly cursor?: Json | undefined
  /** Added to the run. `created`, `updated` and `deleted` are decided by the store and not passed. */
  readonly counters: Omit<RunCounters, 'created' | 'updated' | 'deleted'>
  /**
   * Called inside the transaction, after the records are written, with the store's own handle. A throw or (SQLite) a
   * returned promise rolls everything back.
   */
  readonly onPage?: ((tx: Tx, changes: PageChanges) => void | Promise<void>) | undefined
}

/** States of records and the entity's write counter at the moment they were read. */
export interface KnownStates {
  readonly writes: number
  readonly states: ReadonlyMap<string, StoredState>
}

/** What a commit changed for the app. */
export interface PageChanges {
  readonly created: readonly string[]
  readonly updated: readonly string[]
  readonly deleted: readonly string[]
}

/** What a commit did. */
export interface CommitResult extends PageChanges {
  /**
   * Ids left as they were because the store holds something newer: a higher version, or a later observation. A webhook
   * refetches them; a sync has nothing to do.
   */
  readonly stale: readonly string[]
}

/** What a sweep would do, or did. */
export interface SweepPlan {
  /** Live records that the listing did not show and that were observed before it began. */
  readonly missing: number
  /** Live records in all. */
  readonly live: number
}

/** Which ids {@link PageStore.idsBetween} gives. Those that begin with a prefix lie from it up to `textAfter(prefix)`. */
export interface IdQuery {
  /** The first id that may be given. */
  readonly from: string
  /** The first id that may not be given any more; undefined where there is none. */
  readonly below?: string | undefined
  /** Goes on behind this id instead of at `from`: the last one of the answer before. */
  readonly after?: string | undefined
  /** @default 5_000 */
  readonly limit?: number | undefined
}

/** The one write path (law 12), and what it needs to know first. */
export interface PageStore<Tx = unknown> {
  /** The states of the given records; ids the store does not have are absent. */
  states(key: EntityKey, ids: readonly string[]): Promise<KnownStates>
  /** The ids of live records in a range, in the order of code points, at most `limit` of them. */
  idsBetween(key: EntityKey, query: IdQuery): Promise<readonly string[]>
  /** The page with this fingerprint, if it was committed before and none of its records was written or deleted since. */
  recall(key: EntityKey, fingerprint: string): Promise<RememberedPage | undefined>
  /**
   * Writes everything of a page in one flushed transaction.
   * @throws IntegrationError LEASE_LOST when the fencing token is not the current one: nothing was written.
   */
  commitPage(commit: PageCommit<Tx>): Promise<CommitResult>
  /** Distinct ids that the listing has shown so far. */
  seen(key: EntityKey, listingId: string): Promise<number>
  /** What {@link PageStore.sweep} would delete now. */
  planSweep(key: EntityKey, listing: Pick<Listing, 'id' | 'startedAt'>): Promise<SweepPlan>
  /**
   * Turns into tombstones the records that a complete listing did not show, at most `limit` of them, in one transaction.
   * @returns the deleted ids; fewer than `limit` means that the sweep is done.
   * @throws IntegrationError LEASE_LOST as {@link PageStore.commitPage}.
   */
  sweep(request: {
    readonly lease: Lease
    readonly listing: Pick<Listing, 'id' | 'startedAt'>
    readonly runId: string
    readonly limit: number
    readonly onPage?: PageCommit<Tx>['onPage']
  }): Promise<readonly string[]>
  /** Drops the seen marks of every listing but this one; with undefined, of all. */
  dropMarks(lease: Lease, keepListingId: string | undefined): Promise<void>
}

/**
 * Orders two provider versions: whole numbers by value, other texts as text, and numbers before texts.
 * @returns negative when `left` is older, positive when it is newer, 0 when they are equal.
 */
export function compareVersions(left: string, right: string): number {
  const isNumber = WHOLE_NUMBER.test(left)
  if (isNumber !== WHOLE_NUMBER.test(right)) return isNumber ? -1 : 1
  const [a, b] = isNumber ? [BigInt(left), BigInt(right)] : [left, right]
  return a < b ? -1 : a > b ? 1 : 0
}

const WHOLE_NUMBER = /^\d+$/

/**
 * Whether a commit may replace what the store holds (law 12): by version when both have one, else by observation.
 */
export function mayReplace(
  stored: Pick<StoredState, 'version' | 'observedAt'>,
  incoming: { readonly version?: string | undefined; readonly observedAt: number },
): boolean {
  if (stored.version !== undefined && incoming.version !== undefined) {
    return compareVersions(incoming.version, stored.version) >= 0
  }
  return incoming.observedAt >= stored.observedAt
}
