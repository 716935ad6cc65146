import type { EntityInfo, EntityRecord, Json, Page } from '@unioneyes/core'
import type { Http } from './http/http.ts'

/** What a written reader is given. */
export interface ReadContext<S> {
  readonly http: Http
  readonly settings: S
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
  readonly signal: AbortSignal | undefined
}

/** What a written reader yields. `complete` on the last page says that the provider itself signalled the end. */
export type ReadPage<T extends EntityRecord> = Omit<Page<T>, 'usage' | 'remembered' | 'restarted' | 'fingerprint'>

/** Reads an entity page by page, where a description does not fit. */
export type ReadEntity<T extends EntityRecord, S> = (context: ReadContext<S>) => AsyncIterable<ReadPage<T>>

/** What a written reader can do. */
export interface ReadAbilities {
  /** @default false */
  readonly incremental?: boolean | undefined
  /** @default 'absence' */
  readonly deletions?: EntityInfo['deletions'] | undefined
}
