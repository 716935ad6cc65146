import type { EntityKey, Store } from '@unioneyes/core'
import { expect } from 'vitest'
import { wholeFeed } from '../support/final-state.ts'

/**
 * Fails unless the feed, played from its start, gives exactly what is stored: each record is created before it is updated or
 * deleted, created again only after it was deleted, and its last entry has the hash of what is stored.
 */
export async function expectFeedReplays(store: Store, key: EntityKey): Promise<void> {
  const live = new Map<string, string>()
  for (const { kind, id, hash, entity, position } of await wholeFeed(store, key.organizationId)) {
    if (entity !== key.entity) continue
    expect(live.has(id), `${kind} ${id} at ${position}`).toBe(kind !== 'created')
    if (kind === 'updated') expect(hash, `${id} was updated to what it was, at ${position}`).not.toBe(live.get(id))
    if (kind === 'deleted') live.delete(id)
    else live.set(id, hash)
  }
  const stored = await store.records.list(key, { limit: 1_000_000 })
  expect(new Map(stored.map(({ id, hash }) => [id, hash]))).toEqual(
    new Map([...live].sort(([a], [b]) => (a < b ? -1 : 1))),
  )
}
