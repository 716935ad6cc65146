import type { SyncResult, SyncRun } from '@unioneyes/core'

/** A run in the words of `integration.sync()` and `executeFullSync()`. */
export function toSyncResult(run: SyncRun): SyncResult {
  const { counters } = run
  return {
    success: run.status === 'success',
    recordsProcessed: counters.processed,
    recordsCreated: counters.created,
    recordsUpdated: counters.updated,
    recordsFailed: counters.failed,
    recordsDeleted: counters.deleted,
    recordsUnchanged: counters.unchanged,
    runId: run.id,
    duration: (run.completedAt ?? run.startedAt) - run.startedAt,
    metadata: {
      status: run.status,
      ...(run.error ? { code: run.error.code, error: run.error.message, retryAt: run.error.retryAt } : {}),
      notes: run.outcomes.flatMap((outcome) => outcome.notes),
    },
  }
}
