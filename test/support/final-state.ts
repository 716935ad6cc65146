import type { EntityKey, FeedEntry, Store } from '@unioneyes/core'

/** What must be the same whatever happened on the way: records, tombstones, quarantine, and each record's feed entries. */
export interface FinalState {
  readonly records: Record<string, string>
  readonly tombstones: readonly string[]
  readonly quarantined: readonly string[]
  /** Kinds and hashes in order, per record: sequence, run id and time aside. */
  readonly feed: Record<string, readonly string[]>
}

/** Reads the final state of one entity through the public ports. */
export async function finalState(store: Store, key: EntityKey): Promise<FinalState> {
  const all = await store.records.list(key, { includeDeleted: true, limit: 1_000_000 })
  const live = all.filter((record) => record.deletedAt === undefined)
  const dead = all.filter((record) => record.deletedAt !== undefined)
  const quarantined = await store.quarantine.list(key, { limit: 1_000_000 })
  const feed: Record<string, string[]> = {}
  for (const entry of await wholeFeed(store, key.organizationId)) {
    if (entry.entity === key.entity) (feed[entry.id] ??= []).push(`${entry.kind} ${entry.hash}`)
  }
  return {
    records: Object.fromEntries(live.map((record) => [record.id, record.data])),
    tombstones: dead.map((record) => record.id),
    quarantined: quarantined.map((record) => `${record.id ?? '-'} ${record.raw}`).sort(),
    feed,
  }
}

/** Every entry of an organization's feed, in order. */
export async function wholeFeed(store: Store, organizationId: string): Promise<FeedEntry[]> {
  const entries: FeedEntry[] = []
  for (;;) {
    const after = entries.at(-1)?.position
    const part = await store.feed.read({ organizationId, after, limit: 1000 })
    if (part.length === 0) return entries
    entries.push(...part)
  }
}
