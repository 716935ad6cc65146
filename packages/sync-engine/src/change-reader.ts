import { parseJsonText } from '@unioneyes/core'
import type { AdapterOf, AnyAdapter, EntitiesOf, EntityName, EntityRecord, FeedEntry, Store } from '@unioneyes/core'

/** One change of one record, typed by the adapter's model. */
export type Change<A extends AnyAdapter = AnyAdapter> = {
  [P in A['provider']]: {
    [E in EntityName<AdapterOf<A, P>>]: ChangeOf<P, E, EntitiesOf<AdapterOf<A, P>>[E]>
  }[EntityName<AdapterOf<A, P>>]
}[A['provider']]

/** The shape of a {@link Change}. */
export interface ChangeOf<Provider extends string, Entity extends string, T> {
  readonly kind: 'created' | 'updated' | 'deleted'
  readonly organizationId: string
  readonly provider: Provider
  readonly connection: string
  readonly entity: Entity
  readonly id: string
  /**
   * The record as it is now: a later change of the same record may already be in it. Absent when it is deleted by now.
   */
  readonly record?: T | undefined
  /** SHA-256 of the record's content right after this change. */
  readonly hash: string
  readonly runId: string | undefined
  /** Milliseconds since 1970. */
  readonly at: number
  /** Where a reader that has handled this change stands: pass it as `after`. */
  readonly position: string
}

/** Where to start reading the feed. */
export interface ChangesOptions {
  /** The position of the last change that was handled. @default the beginning */
  readonly after?: string | undefined
  /** Starts where this registered consumer stands, and moves it as the changes are taken. */
  readonly consumer?: string | undefined
  /** Stops after this many changes. @default all there are */
  readonly limit?: number | undefined
  readonly signal?: AbortSignal | undefined
}

const BATCH = 500

/** Yields an organization's changes in order, up to the newest one; each batch of a consumer is acknowledged once it was handled. */
export async function* readChanges(
  store: Store,
  organizationId: string,
  options: ChangesOptions = {},
): AsyncGenerator<ChangeOf<string, string, EntityRecord>> {
  const { consumer, limit = Number.POSITIVE_INFINITY, signal } = options
  let after =
    options.after ?? (consumer === undefined ? undefined : await store.feed.position(organizationId, consumer))
  let given = 0
  while (given < limit) {
    signal?.throwIfAborted()
    const entries = await store.feed.read({ organizationId, after, limit: Math.min(BATCH, limit - given) })
    for (const entry of entries) {
      yield await withRecord(store, entry)
      given += 1
    }
    after = entries.at(-1)?.position
    if (after === undefined) return
    if (consumer !== undefined) await store.feed.acknowledge(organizationId, consumer, after)
  }
}

async function withRecord(store: Store, entry: FeedEntry): Promise<ChangeOf<string, string, EntityRecord>> {
  if (entry.kind === 'deleted') return entry
  const stored = await store.records.get(entry, entry.id)
  if (!stored || stored.deletedAt !== undefined) return entry
  const record: unknown = parseJsonText(stored.data)
  // Validated by the adapter's model before it was stored.
  return { ...entry, record: record as EntityRecord }
}
