import type { EntityRecord, Json } from '@unioneyes/core'
import type { z } from 'zod'
import { toMs } from './duration.ts'
import type { ChangesFeed, FetchByIds, Incremental, ListOptions, ReadChanges } from './list-options.ts'
import type { Query } from './http/request-options.ts'
import { customPages } from './pages/custom-pages.ts'
import type { Paginator } from './pages/paginator.ts'
import { wireRows } from './wire-rows.ts'
import type { Mapped, ToRows } from './wire-rows.ts'

type OfPages = 'path' | 'method' | 'query' | 'body' | 'headers' | 'items' | 'total' | 'emptyOn'

/** What it takes to fetch the pages of a listing. */
export interface PagedListing<S> extends Pick<ListOptions<EntityRecord, S, z.ZodType>, OfPages> {
  readonly paginator: Paginator
}

/** A listing as the kit works with it: the types of its wire rows are closed inside its functions. */
export interface Listing<T extends EntityRecord, S>
  extends PagedListing<S>, Pick<ListOptions<T, S, z.ZodType>, 'one' | 'restartOn'> {
  readonly rows: ToRows<T, S>
  readonly changes: Changes<S> | undefined
  readonly byIds: FetchByIds<S> | undefined
}

/** How a listing reads changes. */
export type Changes<S> = ChangesByParam | ChangesByReader<S>

/** Changes as the same listing with a lower bound. */
export interface ChangesByParam {
  readonly kind: 'param'
  /** The query of a lower bound. */
  readonly query: (since: Date) => Query
  readonly lookbackMs: number
  /** When a raw item last changed, or undefined when it cannot be told. */
  readonly changedAt: (item: unknown) => Date | undefined
}

/** Changes from a feed of their own. */
export interface ChangesByReader<S> {
  readonly kind: 'reader'
  readonly read: ReadChanges<S>
  readonly start: (providerDate: Date | undefined) => Json | undefined
}

/** Takes the options of a listing apart into what the kit works with. */
export function toListing<T extends EntityRecord, S, W extends z.ZodType, R extends Mapped<T>>(
  model: z.ZodType<T>,
  options: ListOptions<T, S, W, R>,
): Listing<T, S> {
  const { path, method, query, body, headers, items, total, emptyOn, one, restartOn, paginate } = options
  return {
    ...{ path, method, query, body, headers, items, total, emptyOn, one, restartOn },
    paginator: typeof paginate === 'function' ? customPages(paginate) : paginate,
    rows: wireRows<T, S, W, R>(model, options),
    changes: toChanges(options),
    byIds: options.byIds ?? byIdsOf(options.incremental),
  }
}

function byIdsOf<S, Row>(incremental: Incremental<S, Row> | undefined): FetchByIds<S> | undefined {
  if (typeof incremental === 'function') return incremental.byIds
  return incremental && 'read' in incremental ? incremental.read.byIds : undefined
}

function toChanges<T extends EntityRecord, S, W extends z.ZodType, R extends Mapped<T>>(
  options: ListOptions<T, S, W, R>,
): Changes<S> | undefined {
  const { incremental, wire } = options
  if (incremental === undefined) return undefined
  if (typeof incremental === 'function') return byReader({ read: incremental })
  if ('read' in incremental) return byReader(incremental)
  const { param, cursor, lookback = '5m', format = isoSeconds } = incremental
  return {
    kind: 'param',
    query: (since) => ({ [param]: format(since) }),
    lookbackMs: toMs(lookback),
    changedAt: (item) => {
      const row = wire.safeParse(item)
      return row.success ? toDate(cursor(row.data)) : undefined
    },
  }
}

function byReader<S>(feed: ChangesFeed<S>): ChangesByReader<S> {
  const start = feed.start ?? (({ providerDate }) => providerDate && isoSeconds(providerDate))
  return { kind: 'reader', read: feed.read, start: (providerDate) => start({ providerDate }) }
}

/** A time as ISO 8601 in UTC, down to the whole second. */
export function isoSeconds(date: Date): string {
  return `${date.toISOString().slice(0, 19)}Z`
}

/** A time that a provider wrote, or undefined when it is none. */
export function toDate(value: unknown): Date | undefined {
  const date = typeof value === 'string' || typeof value === 'number' ? new Date(value) : undefined
  return date && !Number.isNaN(date.getTime()) ? date : undefined
}
