import type { Lease, LeaseStore } from '../ports/lease-store.ts'
import { inTurn } from './in-turn.ts'
import { entityMapKey } from './map-key.ts'
import { isLeased } from './memory-entity.ts'
import type { MemoryEntity } from './memory-entity.ts'
import { findEntity, openEntity } from './memory-state.ts'
import type { MemoryState } from './memory-state.ts'
import { promised } from './promised.ts'

/** Leases in memory, timed by the store's clock. */
export function memoryLeases(state: MemoryState): LeaseStore {
  const held = (lease: Lease): MemoryEntity | undefined => {
    const entity = findEntity(state, lease.key)
    return entity?.lease !== undefined && entity.fence === lease.fence ? entity : undefined
  }
  return {
    // In turn with the entity's commits: a commit whose onPage is under way ends before the lease can change hands.
    acquire: (key, { runId, ttlMs }) =>
      inTurn(state.turns, entityMapKey(key), () =>
        promised(() => {
          const entity = openEntity(state, key)
          const now = state.clock.now()
          if (entity.lease !== undefined && entity.lease.runId !== runId && isLeased(entity, now)) {
            return { heldBy: entity.lease.runId, expiresAt: entity.lease.expiresAt }
          }
          entity.fence = ++state.latest.fence
          entity.lease = { runId, ttlMs, expiresAt: now + ttlMs }
          const { cursor, listing, live, observedAt } = entity
          return {
            key: entity.key,
            runId,
            fence: entity.fence,
            state: structuredClone({ cursor, listing, live, observedAt }),
          }
        }),
      ),
    renew: (lease, ttlMs) =>
      promised(() => {
        const entity = held(lease)
        if (entity === undefined) return false
        entity.lease = { runId: lease.runId, ttlMs, expiresAt: state.clock.now() + ttlMs }
        return true
      }),
    release: (lease) =>
      promised(() => {
        const entity = held(lease)
        if (entity !== undefined) entity.lease = undefined
      }),
  }
}
