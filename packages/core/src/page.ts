import type { Json } from './json.ts'

/** One item of an entity in the app's form. `id` is the provider's own immutable identifier. */
export interface EntityRecord {
  readonly id: string
}

/** The records of an adapter by entity name: `{ employees: Employee, departments: Department }`. */
export type EntityMap = Readonly<Record<string, EntityRecord>>

/** One item as the provider sent it, not yet validated. */
export interface WireRow {
  /** The provider's identifier, or undefined when it cannot be read; the listing then counts as incomplete. */
  readonly id: string | undefined
  readonly raw: unknown
}

/** What became of one wire row: a record, a deletion, or a reason why it cannot be read. */
export type RowResult<T> =
  | { readonly kind: 'record'; readonly record: T; readonly version?: string | undefined }
  | { readonly kind: 'deleted'; readonly version?: string | undefined }
  | { readonly kind: 'invalid'; readonly issues: readonly string[] }

/**
 * Wire rows with the function that reads them. The engine calls `read` only for rows whose raw text changed since the last
 * time, so an unchanged row costs no validation and no mapping.
 */
export interface WireRows<T> {
  readonly items: readonly WireRow[]
  /** Validates and maps one raw item. Must not throw for bad data: that is `kind: 'invalid'`. */
  read(raw: unknown): RowResult<T>
}

/** "This id is gone", said by the provider. */
export interface Deletion {
  readonly id: string
  /** The provider's version of the deletion, where it has one. */
  readonly version?: string | undefined
}

/** A stretch of ids, in the order of their code points. */
export interface IdStretch {
  /** The first id of the stretch. */
  readonly from: string
  /** The first id behind the stretch, which is empty when this does not stand after `from`. */
  readonly below: string
}

/** A stretch of ids of which a page shows everything. */
export interface IdRange extends IdStretch {
  /** Beginnings of ids in the range about which nothing is said. @default none */
  readonly keeps?: readonly string[] | undefined
}

/**
 * The unit of commit: what one answer of the provider brought. A reader gives either `records` (already in the app's
 * form) or `rows` (read when needed).
 */
export interface Page<T extends EntityRecord = EntityRecord> {
  readonly records?: readonly T[] | undefined
  /** The payload of each of `records`, in the same order, kept beside it. */
  readonly raw?: readonly unknown[] | undefined
  readonly rows?: WireRows<T> | undefined
  readonly deleted?: readonly (string | Deletion)[] | undefined
  /**
   * Ids of which this page shows every record there is: a stored record with such an id which the page does not show is
   * deleted. A text stands for all ids that begin with it: a feed that answers with all rows of what changed lets a page
   * replace everything of `12/`, `12/7` among them. A range is for listings in order: a page of history shows every message
   * between its oldest and its newest. Means something in incremental reads only.
   */
  readonly replaces?: readonly (string | IdRange)[] | undefined
  /**
   * Ids that this full listing cannot look at, such as those of a channel that the app was removed from: stored records with
   * such ids are not deleted by absence. A text stands for all ids that begin with it; a stretch, for all between the channels
   * that were looked at. They do not count towards `total`. On whichever page it is known; means nothing in incremental reads.
   */
  readonly keeps?: readonly (string | IdStretch)[] | undefined
  /** The page token: where this listing goes on. Saved with the page, valid in this listing only. Absent on the last page. */
  readonly next?: Json | undefined
  /** Where a later sync may start. */
  readonly cursor?: Json | undefined
  /** How many records the provider says the whole listing has. */
  readonly total?: number | undefined
  /** True on the last page when the provider's own end signal was reached; without it nothing is deleted by absence. */
  readonly complete?: boolean | undefined
  /** SHA-256 of everything the page was made from. See {@link PageMemory}. */
  readonly fingerprint?: string | undefined
  /** What to remember as {@link RememberedPage.next}, where `next` also holds what belongs to this walk only. @default `next` */
  readonly rememberNext?: Json | undefined
  /** Set when {@link PageMemory} knew the fingerprint: nothing was parsed and `records` and `rows` are absent. */
  readonly remembered?: RememberedPage | undefined
  /** Set when the provider refused the page token and the listing began again: ids seen before do not count. */
  readonly restarted?: string | undefined
  /** What fetching this page cost. */
  readonly usage?: Usage | undefined
}

/** What reading cost, summed over pages into a run's counters. */
export interface Usage {
  readonly requests: number
  /** Bytes of response bodies, after decompression. */
  readonly bytes: number
  /** Time spent waiting for the rate limit, backoff or `Retry-After`, in milliseconds. */
  readonly waitedMs: number
}

/** A page seen before, byte for byte, whose records nothing else has written since. */
export interface RememberedPage {
  readonly fingerprint: string
  readonly count: number
  readonly next?: Json | undefined
  readonly total?: number | undefined
  readonly complete?: boolean | undefined
}

/** Asks whether a page is byte for byte one that was committed before, so that it need not be parsed. */
export interface PageMemory {
  /** Mixed into every fingerprint; changes when the adapter or its settings change. */
  readonly mapping: string
  recall(fingerprint: string): Promise<RememberedPage | undefined>
}

/** What a reader is told: where to start, and when to stop. */
export interface ReadOptions {
  /** `full` lists everything; `incremental` what changed since `cursor`. @default 'full' */
  readonly type?: 'full' | 'incremental' | undefined
  /** The cursor a previous sync saved. Present in every incremental read. */
  readonly cursor?: Json | undefined
  /** The page token to go on from, when a listing is resumed. */
  readonly pageToken?: Json | undefined
  /** Honoured between pages and in every wait. */
  readonly signal?: AbortSignal | undefined
  readonly memory?: PageMemory | undefined
}
