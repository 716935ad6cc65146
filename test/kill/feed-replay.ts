import type { EntityKey, FeedEntry, Store } from '@unioneyes/core'
import { expect } from 'vitest'
import { wholeFeed } from '../support/final-state.ts'

/**
 * Fails unless the feed, played from its start, gives exactly what is stored: each record is created before it is updated or
 * deleted, created again only after it was deleted, and its last entry has the hash of what is stored.
 */
export async function expectFeedReplays(store: Store, keys: readonly EntityKey[]): Promise<void> {
  const [{ organizationId } = { organizationId: '' }] = keys
  const feed = await wholeFeed(store, organizationId)
  for (const key of keys) {
    const live = replay(feed.filter(({ entity }) => entity === key.entity))
    const stored = await store.records.list(key, { limit: 1_000_000 })
    const odd = stored.filter(({ id, hash }) => live.get(id) !== hash).map(({ id }) => id)
    expect(odd, `${key.entity} whose last entry tells something else than what is stored`).toEqual([])
    expect(live.size, `${key.entity} that the feed leaves`).toBe(stored.length)
  }
}

/** The hashes of what is there after the last entry. */
function replay(feed: readonly FeedEntry[]): Map<string, string> {
  const live = new Map<string, string>()
  for (const { kind, id, hash, position } of feed) {
    // Not asserted one by one, of which there are tens of thousands.
    if (live.has(id) === (kind === 'created')) throw new Error(`${kind} ${id} at ${position} does not follow.`)
    if (kind === 'updated' && hash === live.get(id))
      throw new Error(`${id} was updated to what it was, at ${position}.`)
    if (kind === 'deleted') live.delete(id)
    else live.set(id, hash)
  }
  return live
}
