import type { EntityOutcome, RunError, RunStore, SyncRun } from '@unioneyes/core'
import { IntegrationError, SyncStatus, SyncType } from '@unioneyes/core'
import type { Insertable, Selectable, Updateable } from 'kysely'
import { fromJsonColumn, toJsonColumn } from './json-column.ts'
import { connectionColumns, toConnectionKey } from './key-columns.ts'
import type { IntegrationSyncLog } from './tables.ts'

type RunPatch = NonNullable<Parameters<RunStore['move']>[3]>

/** A run as a row. */
export function fromSyncRun(run: SyncRun): Insertable<IntegrationSyncLog> {
  const { counters } = run
  return {
    ...connectionColumns(run),
    id: run.id,
    sync_type: run.type,
    entities: JSON.stringify(run.entities),
    status: run.status,
    records_processed: counters.processed,
    records_created: counters.created,
    records_updated: counters.updated,
    records_unchanged: counters.unchanged,
    records_deleted: counters.deleted,
    records_failed: counters.failed,
    pages: counters.pages,
    requests: counters.requests,
    bytes: counters.bytes,
    waited_ms: counters.waitedMs,
    outcomes: JSON.stringify(run.outcomes),
    error: toJsonColumn(run.error),
    resumes: run.resumes ?? null,
    dry_run: run.dryRun ? 1 : 0,
    started_at: run.startedAt,
    completed_at: run.completedAt ?? null,
  }
}

/** The columns that a patch names; a name with undefined clears its column. */
export function fromRunPatch(patch: RunPatch): Updateable<IntegrationSyncLog> {
  return {
    ...('outcomes' in patch ? { outcomes: JSON.stringify(patch.outcomes ?? []) } : {}),
    ...('error' in patch ? { error: toJsonColumn(patch.error) } : {}),
    ...('completedAt' in patch ? { completed_at: patch.completedAt ?? null } : {}),
    ...('resumes' in patch ? { resumes: patch.resumes ?? null } : {}),
  }
}

/** A row as a run. */
export function toSyncRun(row: Selectable<IntegrationSyncLog>): SyncRun {
  return {
    ...toConnectionKey(row),
    id: row.id,
    type: oneOf(SyncType, row, 'sync_type'),
    entities: fromJsonColumn('integration_sync_log.entities', row.entities) as string[],
    status: oneOf(SyncStatus, row, 'status'),
    counters: {
      processed: row.records_processed,
      created: row.records_created,
      updated: row.records_updated,
      unchanged: row.records_unchanged,
      deleted: row.records_deleted,
      failed: row.records_failed,
      pages: row.pages,
      requests: row.requests,
      bytes: row.bytes,
      waitedMs: row.waited_ms,
    },
    // Written above and by nothing else.
    outcomes: fromJsonColumn('integration_sync_log.outcomes', row.outcomes) as EntityOutcome[],
    startedAt: row.started_at,
    completedAt: row.completed_at ?? undefined,
    error: row.error === null ? undefined : (fromJsonColumn('integration_sync_log.error', row.error) as RunError),
    resumes: row.resumes ?? undefined,
    dryRun: row.dry_run !== 0,
  }
}

function oneOf<T extends string>(
  words: Readonly<Record<string, T>>,
  row: Selectable<IntegrationSyncLog>,
  column: 'sync_type' | 'status',
): T {
  const found = Object.values(words).find((word) => word === row[column])
  if (found !== undefined) return found
  throw new IntegrationError(
    'STORE_INVALID',
    `The run ${row.id} in integration_sync_log has ${column} ${row[column]}, which is none of ${Object.values(words).join(', ')}`,
  )
}
