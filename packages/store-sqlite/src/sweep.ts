import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Listing, PageStore, SweepPlan } from '@unioneyes/core'
import { addCounters, noCounters, toJsonText } from '@unioneyes/core'
import type { EntityKey } from '@unioneyes/core'
import type { Database } from './database.ts'
import type { EntityRow } from './entity-row.ts'
import { findEntity, readEntityState, requireLease } from './entity-row.ts'
import { appendChanges } from './feed-rows.ts'
import { callOnPage } from './host-callback.ts'
import type { ListingDifferences, MissingIds } from './listing-difference.ts'
import { releaseRecords } from './quarantine-rows.ts'
import { addRunCounters } from './run-store.ts'
import type { Statements } from './statements.ts'

type SweepRequest = Parameters<PageStore<DatabaseSync>['sweep']>[0]

// When webhooks write all the time, the difference is not taken anew for ever: what they wrote is too new to be swept.
const COMPARISONS = 3

/** What a sweep would delete now. */
export function planSweep(
  database: Database,
  differences: ListingDifferences,
  key: EntityKey,
  { id, startedAt }: Pick<Listing, 'id' | 'startedAt'>,
): Promise<SweepPlan> {
  return differences.exclusively(async () => {
    const entity = await database.read((sql) => findEntity(sql, key))
    if (entity === undefined) return { missing: 0, live: 0 }
    const { count } = await differences.missing(entity, id, startedAt)
    return { missing: count, live: entity.live }
  })
}

/** Deletes what the listing has not shown, at most `limit` records in one transaction. */
export function sweep(
  database: Database,
  differences: ListingDifferences,
  clock: Clock,
  request: SweepRequest,
): Promise<readonly string[]> {
  const { lease, listing } = request
  return differences.exclusively(async () => {
    for (let comparison = 1; ; comparison++) {
      const before = await database.read((sql) => requireLease(sql, lease))
      const missing = await differences.missing(before, listing.id, listing.startedAt)
      const swept = await database.write((sql) => {
        const entity = requireLease(sql, lease)
        const isCurrent = entity.writes === missing.writes || comparison === COMPARISONS
        if (entity.mark_writes !== before.mark_writes || !isCurrent) return undefined
        return sweepMissing(sql, entity, missing, request, clock.now())
      })
      if (swept === undefined) continue
      if (swept.writes !== undefined) missing.writes = swept.writes
      missing.count -= swept.ids.length
      if (swept.ids.length < request.limit) await differences.forget(before.stream)
      return swept.ids
    }
  })
}

interface Swept {
  readonly ids: readonly string[]
  /** The write counter after the sweep, when the table of missing ids is still true at it. */
  readonly writes: number | undefined
}

function sweepMissing(
  sql: Statements,
  entity: EntityRow,
  missing: MissingIds,
  request: SweepRequest,
  now: number,
): Swept {
  const { lease, listing, runId, limit, onPage } = request
  const { stream } = entity
  const rows = sql
    .prepareOnce<{ id: string; hash: string }>(
      `select record.id, record.hash from ${missing.table} missing
       cross join integration_records record on record.stream = ? and record.id = missing.id
       where record.deleted_at is null and record.observed_at < ? order by missing.id limit ?`,
    )
    .all(stream, listing.startedAt, limit)
  if (rows.length === 0) return { ids: [], writes: undefined }

  const ids = rows.map(({ id }) => id)
  const writes = entity.writes + 1
  sql
    .prepare(
      `update integration_records set deleted_at = ?, observed_at = ?, write_no = ?
       where stream = ? and id in (select value from json_each(?))`,
    )
    .run(now, listing.startedAt, writes, stream, JSON.stringify(ids))
  sql.prepareOnce(`delete from ${missing.table} where id <= ?`).run(ids.at(-1) ?? '')
  sql
    .prepare('update integration_entities set live = live - ?, writes = ? where stream = ?')
    .run(ids.length, writes, stream)
  releaseRecords(sql, stream, ids)
  countInListing(sql, stream, listing.id, ids.length)
  addRunCounters(sql, lease.key.organizationId, runId, { ...noCounters, deleted: ids.length })
  appendChanges(
    sql,
    { organizationId: lease.key.organizationId, stream, runId, at: now },
    rows.map(({ id, hash }) => ({ kind: 'deleted', id, hash })),
  )
  callOnPage(onPage, sql.handle, { created: [], updated: [], deleted: ids })
  return { ids, writes: entity.writes === missing.writes ? writes : undefined }
}

function countInListing(sql: Statements, stream: number, listingId: string, deleted: number): void {
  const { listing } = readEntityState(sql, stream)
  if (listing?.id !== listingId) return
  const counters = addCounters(listing.counters, { deleted })
  sql
    .prepare('update integration_entities set listing = ? where stream = ?')
    .run(toJsonText({ ...listing, counters }), stream)
}
