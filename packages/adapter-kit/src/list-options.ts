import type { Deletion, EntityInfo, EntityRecord, Json } from '@unioneyes/core'
import type { z } from 'zod'
import type { Duration } from './duration.ts'
import type { Http } from './http/http.ts'
import type { Query } from './http/request-options.ts'
import type { ListEntity } from './list-entity.ts'
import type { NextPage } from './pages/custom-pages.ts'
import type { Paginator } from './pages/paginator.ts'
import type { Mapped, RowRules } from './wire-rows.ts'
import type { WireBody } from './wire-body.ts'

/** What a part of a request may depend on. */
export interface RequestContext<S> {
  readonly settings: S
}

/** What the parameters of one page may depend on. */
export interface PageContext<S> extends RequestContext<S> {
  /** What the paginator says of the page. */
  readonly page: Query
}

/** A listing: where its pages are, how they follow each other, and what an item becomes. */
export interface ListOptions<
  T extends EntityRecord,
  S,
  W extends z.ZodType,
  R extends Mapped<T> = Mapped<T>,
> extends RowRules<T, S, W, R> {
  /** Relative to the API's base URL. */
  readonly path: string | ((context: RequestContext<S>) => string)
  /** @default 'GET' */
  readonly method?: 'GET' | 'POST' | undefined
  /**
   * Parameters of every page; those of the paginator are added. A function receives them too, for providers whose parameters
   * hold a place in a larger text.
   */
  readonly query?: Query | ((context: PageContext<S>) => Query) | undefined
  /** JSON body of every page of a POST; the paginator's parameters are added to it. A function receives them and adds them itself. */
  readonly body?: Readonly<Record<string, unknown>> | ((context: PageContext<S>) => unknown) | undefined
  /** Headers of every page. */
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Finds the list of items in an answer. @default the answer itself */
  readonly items?: ((body: WireBody) => unknown) | undefined
  /** Finds how many items the provider says there are. */
  readonly total?: ((body: WireBody) => unknown) | undefined
  /** How pages follow each other: one of `pages`, or a function that finds the next page. */
  readonly paginate: Paginator | NextPage
  /** Statuses that mean "no items", such as 404 for a page past the end. @default none; 204 always does */
  readonly emptyOn?: readonly number[] | undefined
  /** How changes since a cursor are read. Without it the entity is only listed. */
  readonly incremental?: Incremental<S, z.output<W>> | undefined
  /**
   * How deletions become known. @default 'soft' with `isDeleted`, 'feed' when `incremental` is a function, else 'absence'
   */
  readonly deletions?: EntityInfo['deletions'] | undefined
  /** Where one item is: a path that answers with it, or more where that is not enough. */
  readonly one?: ((id: string, context: RequestContext<S>) => string | OneItem) | undefined
  /** How several items are fetched by their ids. @default as `incremental` does it, else one by one where there is a `one` */
  readonly byIds?: FetchByIds<S> | undefined
  /**
   * Another listing of the same records, used when the first page of this one is refused (401, 403, 404, 410). If that is
   * refused too, the first refusal counts.
   */
  readonly fallback?: ListEntity<T, S> | undefined
  /**
   * Whether the refusal of a page token means that the listing must begin again. @default errors with code CURSOR_EXPIRED
   */
  readonly restartOn?: ((error: Error) => boolean) | undefined
}

/** Where one item is, where a path does not say it. */
export interface OneItem {
  readonly path: string
  readonly query?: Query | undefined
  /** Finds the item in the answer. @default the answer itself */
  readonly item?: ((body: WireBody) => unknown) | undefined
}

/** How changes since a cursor are read. */
export type Incremental<S, Row> = ChangesSince<Row> | ChangesFeed<S> | ReadChanges<S>

/** Changes are the same listing with a lower bound. Its cursors are times. */
export interface ChangesSince<Row> {
  /** The parameter that takes the lower bound; the bound is inclusive. */
  readonly param: string
  /** When a row last changed, as the provider says. Used where the provider does not state its time. */
  readonly cursor: (row: Row) => string | null | undefined
  /** How far before the cursor to read again. @default '5m' */
  readonly lookback?: Duration | undefined
  /** Writes the bound as the provider wants it. @default ISO 8601 in UTC, to the second */
  readonly format?: ((bound: Date) => string | number) | undefined
}

/** Changes come from somewhere else than the listing. */
export interface ChangesFeed<S> {
  readonly read: ReadChanges<S>
  /**
   * The cursor that a full listing gives; undefined means that changes cannot be read after it.
   * @default the provider's time at the first request of the listing, as ISO 8601 to the second
   */
  readonly start?: ((context: { readonly providerDate: Date | undefined }) => Json | undefined) | undefined
}

/**
 * Reads what changed since a cursor, page by page. A page without `next` that is not the last makes the read begin again at
 * the cursor when it is interrupted.
 */
export interface ReadChanges<S> {
  (context: ChangesContext<S>): AsyncIterable<ChangesPage>
  /** How it fetches records by their ids, where that is how it works. */
  readonly byIds?: FetchByIds<S> | undefined
}

/** A way to fetch raw items by their ids. */
export interface FetchByIds<S> {
  /** How many items one request may ask for. */
  readonly idsPerRequest: number
  readonly fetch: (ids: readonly string[], access: ItemAccess<S>) => Promise<readonly unknown[]>
}

/** What {@link ReadChanges} is given. */
export interface ChangesContext<S> extends ItemAccess<S> {
  /** What the last page of an earlier read gave, or the listing's start cursor. */
  readonly cursor: Json
  /** The `next` of the page to go on after; undefined at the beginning. */
  readonly token: Json | undefined
}

/** Access to raw items of an entity beside a walk of its listing. */
export interface ItemAccess<S> {
  readonly http: Http
  readonly settings: S
  readonly signal: AbortSignal | undefined
  /** Walks the entity's own listing with other parameters, and yields its items page by page. */
  readonly list: (overrides?: ListOverrides) => AsyncIterable<readonly unknown[]>
  /** One item by the entity's `one` path, or undefined when the provider has none (404, 410). */
  readonly one: (id: string) => Promise<unknown>
}

/** What a walk of the listing may change. */
export interface ListOverrides {
  readonly path?: string | undefined
  /** Merged over the listing's own. */
  readonly query?: Query | undefined
  readonly body?: Readonly<Record<string, unknown>> | undefined
}

/** One page of changes: raw items, read with the listing's wire schema and mapping, and ids that are gone. */
export interface ChangesPage {
  readonly items?: readonly unknown[] | undefined
  readonly deleted?: readonly (string | Deletion)[] | undefined
  readonly next?: Json | undefined
  /** Where a later read may start. Give it on the last page. */
  readonly cursor?: Json | undefined
}
