import type { EntityInfo, EntityRecord, Json, Page } from '@unioneyes/core'
import type { Http } from './http/http.ts'
import type { WalkPages } from './walk-pages.ts'

/** What a written reader and a written fetch are given. */
export interface FetchContext<S> {
  readonly http: Http
  readonly settings: S
  /** Walks a listing page by page, with the kit's paginators, so that no reader pages by hand. */
  readonly walk: WalkPages
  readonly signal: AbortSignal | undefined
}

/** What a written reader is given. */
export interface ReadContext<S> extends FetchContext<S> {
  /** `full` reads everything; `incremental` what changed since the cursor. */
  readonly type: 'full' | 'incremental'
  /** The cursor of an earlier read; undefined in a full one. */
  readonly cursor: Json | undefined
  /** The `next` of the page to go on after; undefined at the beginning. */
  readonly token: Json | undefined
  /**
   * The provider's own time at its latest answer to this read (its `Date` header): what "today" means, and where a later
   * read may start. Undefined before the first answer, and where the provider does not say.
   */
  readonly providerDate: () => Date | undefined
}

/** What a written reader yields. `complete` on the last page says that the provider itself signalled the end. */
export type ReadPage<T extends EntityRecord> = Omit<Page<T>, 'usage' | 'remembered' | 'restarted' | 'fingerprint'>

/** Reads an entity page by page, where a description does not fit. */
export type ReadEntity<T extends EntityRecord, S> = (context: ReadContext<S>) => AsyncIterable<ReadPage<T>>

/** What a written reader can do. */
export interface ReadAbilities<T extends EntityRecord, S> {
  /** @default false */
  readonly incremental?: boolean | undefined
  /** @default 'absence' */
  readonly deletions?: EntityInfo['deletions'] | undefined
  /** Reads records by their ids. An id that the provider does not have belongs into `deleted`. @default it cannot */
  readonly fetch?: FetchEntity<T, S> | undefined
}

/** Reads records by their ids, where a description does not fit. */
export type FetchEntity<T extends EntityRecord, S> = (
  ids: readonly string[],
  context: FetchContext<S>,
) => AsyncIterable<FetchedRecords<T>>

/** What a written fetch yields. */
export type FetchedRecords<T extends EntityRecord> = Pick<Page<T>, 'records' | 'raw' | 'rows' | 'deleted'>
