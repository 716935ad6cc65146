import type { Clock, RunCounters, RunError, RunStore } from '@unioneyes/core'
import { IntegrationError, SyncStatus, nextStatuses } from '@unioneyes/core'
import { sql } from 'kysely'
import type { Database } from './database.ts'
import { connectionColumns } from './key-columns.ts'
import { queries } from './queries.ts'
import { rowLimit } from './row-limit.ts'
import { fromRunPatch, fromSyncRun, toSyncRun } from './run-row.ts'
import type { Statements } from './statements.ts'

const INTERRUPTED: RunError = {
  code: 'INTERRUPTED',
  message:
    'The process that ran this sync ended before the sync did. The next sync goes on after the last committed page',
}

const runs = queries.selectFrom('integration_sync_log').selectAll()

/** Runs in `integration_sync_log`. */
export function sqliteRunStore(database: Database, clock: Clock): RunStore {
  return {
    async create(run) {
      const query = queries
        .insertInto('integration_sync_log')
        .values(fromSyncRun(run))
        .onConflict((conflict) => conflict.column('id').doNothing())
      const created = await database.write((statements) => statements.run(query))
      if (created === 1) return
      throw new IntegrationError('CONFIG_INVALID', `There is a run ${run.id} already: give every run an id of its own`)
    },

    async get(organizationId, runId) {
      const query = runs.where('organization_id', '=', organizationId).where('id', '=', runId)
      const row = await database.read((statements) => statements.first(query))
      return row && toSyncRun(row)
    },

    async find(runId) {
      const row = await database.read((statements) => statements.first(runs.where('id', '=', runId)))
      return row && toSyncRun(row)
    },

    async list({ organizationId, provider, connection, status, limit, beforeRunId }) {
      let query = runs
        .where('organization_id', '=', organizationId)
        .orderBy('started_at', 'desc')
        .orderBy(sql`rowid`, 'desc')
        .limit(rowLimit(limit, 50))
      if (provider !== undefined) query = query.where('provider', '=', provider)
      if (connection !== undefined) query = query.where('connection', '=', connection)
      if (status !== undefined) query = query.where('status', '=', status)
      if (beforeRunId !== undefined) {
        query = query.where(
          sql<boolean>`(started_at, rowid) < (select started_at, rowid from integration_sync_log
            where organization_id = ${organizationId} and id = ${beforeRunId})`,
        )
      }
      return (await database.read((statements) => statements.all(query))).map(toSyncRun)
    },

    move: (organizationId, runId, status, patch = {}) =>
      database.write((statements) => {
        const moved = statements.run(
          queries
            .updateTable('integration_sync_log')
            .set({ status, ...fromRunPatch(patch) })
            .where('organization_id', '=', organizationId)
            .where('id', '=', runId)
            .where('status', 'in', statusesBefore(status)),
        )
        if (moved === 1 && status === SyncStatus.SUCCESS) noteSuccess(statements, organizationId, runId, clock.now())
        return moved === 1
      }),

    closeInterrupted: (key) =>
      database.write((statements) => {
        const now = clock.now()
        const closed = statements.all(
          queries
            .updateTable('integration_sync_log')
            .set({ status: SyncStatus.FAILED, ...fromRunPatch({ error: INTERRUPTED, completedAt: now }) })
            .where((run) => run.and(connectionColumns(key)))
            .where('status', '=', SyncStatus.RUNNING)
            .where(({ not, exists, selectFrom }) =>
              not(
                exists(
                  selectFrom('integration_entities as entity')
                    .select('entity.stream')
                    .where((row) => row.and({ 'entity.organization_id': key.organizationId }))
                    .where('entity.provider', '=', key.provider)
                    .where('entity.connection', '=', key.connection)
                    .whereRef('entity.lease_run_id', '=', 'integration_sync_log.id')
                    .where(sql<boolean>`entity.lease_expires_at - ${now} between 1 and entity.lease_ttl_ms`),
                ),
              ),
            )
            .returningAll(),
        )
        return closed.map(toSyncRun)
      }),
  }
}

function statusesBefore(status: SyncStatus): SyncStatus[] {
  return Object.values(SyncStatus).filter((from) => nextStatuses[from].includes(status))
}

function noteSuccess(statements: Statements, organizationId: string, runId: string, now: number): void {
  statements
    .prepare(
      `update integration_configs set last_sync_at = max(coalesce(last_sync_at, 0), coalesce(run.completed_at, ?))
       from integration_sync_log run
       where run.organization_id = ? and run.id = ? and run.dry_run = 0
         and integration_configs.organization_id = run.organization_id
         and integration_configs.provider = run.provider
         and integration_configs.connection = run.connection`,
    )
    .run(now, organizationId, runId)
}

const ADD_COUNTERS = `update integration_sync_log set
  records_processed = records_processed + ?, records_created = records_created + ?,
  records_updated = records_updated + ?, records_unchanged = records_unchanged + ?,
  records_deleted = records_deleted + ?, records_failed = records_failed + ?,
  pages = pages + ?, requests = requests + ?, bytes = bytes + ?, waited_ms = waited_ms + ?
  where organization_id = ? and id = ?`

/** Adds to a run's counters, inside the transaction of what they count. */
export function addRunCounters(statements: Statements, organizationId: string, runId: string, add: RunCounters): void {
  statements
    .prepare(ADD_COUNTERS)
    .run(
      add.processed,
      add.created,
      add.updated,
      add.unchanged,
      add.deleted,
      add.failed,
      add.pages,
      add.requests,
      add.bytes,
      add.waitedMs,
      organizationId,
      runId,
    )
}
