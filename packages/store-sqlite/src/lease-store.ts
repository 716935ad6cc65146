import type { Clock, LeaseStore } from '@unioneyes/core'
import { IntegrationError } from '@unioneyes/core'
import type { Database } from './database.ts'
import type { EntityRow } from './entity-row.ts'
import { findLeased, openEntity, readEntityState } from './entity-row.ts'
import type { Statements } from './statements.ts'
import { checkText } from './statements.ts'

/** Leases as columns of `integration_entities`. */
export function sqliteLeaseStore(database: Database, clock: Clock): LeaseStore {
  return {
    acquire: (key, { runId, ttlMs }) =>
      database.write((sql) => {
        const now = clock.now()
        const row = openEntity(sql, key)
        const held = currentHolder(row, now)
        if (held !== undefined && held.heldBy !== runId) return held
        const fence = nextFence(sql)
        sql
          .prepare(
            `update integration_entities
             set fence = ?, lease_run_id = ?, lease_expires_at = ?, lease_ttl_ms = ? where stream = ?`,
          )
          .run(fence, checkText(runId), now + ttlMs, ttlMs, row.stream)
        return { key, runId, fence, state: readEntityState(sql, row.stream) }
      }),

    renew: (lease, ttlMs) =>
      database.write((sql) => {
        const row = findLeased(sql, lease)
        if (row === undefined) return false
        sql
          .prepare('update integration_entities set lease_expires_at = ?, lease_ttl_ms = ? where stream = ?')
          .run(clock.now() + ttlMs, ttlMs, row.stream)
        return true
      }),

    async release(lease) {
      await database.write((sql) => {
        const row = findLeased(sql, lease)
        if (row === undefined) return
        sql
          .prepare(
            `update integration_entities
             set lease_run_id = null, lease_expires_at = null, lease_ttl_ms = null where stream = ?`,
          )
          .run(row.stream)
      })
    },
  }
}

/** Who holds the lease now. One timed further ahead than its own length was taken before the clock jumped back: expired. */
function currentHolder(row: EntityRow, now: number): { heldBy: string; expiresAt: number } | undefined {
  const { lease_run_id: heldBy, lease_expires_at: expiresAt, lease_ttl_ms: ttlMs } = row
  if (heldBy === null || expiresAt === null || ttlMs === null) return undefined
  return expiresAt > now && expiresAt - now <= ttlMs ? { heldBy, expiresAt } : undefined
}

// One sequence for all entities: it outlives an erasure, so no new lease ever gets the number of an old one.
function nextFence(sql: Statements): number {
  const row = sql
    .prepare<{ value: number }>(
      "update integration_sequences set value = value + 1 where name = 'fence' returning value",
    )
    .first()
  if (row === undefined) throw new IntegrationError('STORE_INVALID', 'The row `fence` of integration_sequences is gone')
  return row.value
}
