import { IntegrationError } from '../integration-error.ts'
import type { ConnectionKey } from '../ports/keys.ts'
import { nextStatuses } from '../ports/run-store.ts'
import type { RunStore, SyncRun } from '../ports/run-store.ts'
import { connectionMapKey, isOf } from './map-key.ts'
import { isLeased } from './memory-entity.ts'
import type { MemoryState } from './memory-state.ts'
import { promised } from './promised.ts'

/** The log of runs in memory. */
export function memoryRuns(state: MemoryState): RunStore {
  const { runs, clock } = state
  return {
    create: (run) =>
      promised(() => {
        if (!runs.has(run.id)) return void runs.set(run.id, structuredClone(run))
        throw new IntegrationError('CONFIG_INVALID', `There already is a run ${run.id}. Give every run its own id.`)
      }),
    get: (organizationId, runId) =>
      promised(() => {
        const run = runs.get(runId)
        return run?.organizationId === organizationId ? structuredClone(run) : undefined
      }),
    find: (runId) => promised(() => structuredClone(runs.get(runId))),
    list: ({ organizationId, provider, connection, status, limit = 50, beforeRunId }) =>
      promised(() => {
        const newestFirst = [...runs.values()]
          .filter((run) => run.organizationId === organizationId)
          .reverse()
          .sort((left, right) => right.startedAt - left.startedAt)
        const before = beforeRunId === undefined ? -1 : newestFirst.findIndex((run) => run.id === beforeRunId)
        if (beforeRunId !== undefined && before < 0) return []
        return newestFirst
          .slice(before + 1)
          .filter(
            (run) =>
              (provider === undefined || run.provider === provider) &&
              (connection === undefined || run.connection === connection) &&
              (status === undefined || run.status === status),
          )
          .slice(0, limit)
          .map((run) => structuredClone(run))
      }),
    move: (organizationId, runId, status, patch = {}) =>
      promised(() => {
        const run = runs.get(runId)
        if (run?.organizationId !== organizationId || !nextStatuses[run.status].includes(status)) return false
        const moved: SyncRun = { ...run, ...structuredClone(patch), status }
        runs.set(runId, moved)
        if (status === 'success' && !moved.dryRun) rememberSync(state, moved)
        return true
      }),
    closeInterrupted: (key) =>
      promised(() => {
        const alive = runsWithLease(state, key)
        const closed: SyncRun[] = []
        for (const run of runs.values()) {
          if (!isOf(run, key) || run.status !== 'running' || alive.has(run.id)) continue
          const message = 'The process that ran this sync is gone. The next sync goes on where it stopped.'
          const failed: SyncRun = {
            ...run,
            status: 'failed',
            error: { code: 'INTERRUPTED', message },
            completedAt: clock.now(),
          }
          runs.set(run.id, failed)
          closed.push(structuredClone(failed))
        }
        return closed
      }),
  }
}

function rememberSync({ connections, clock }: MemoryState, run: SyncRun): void {
  const name = connectionMapKey(run)
  const connection = connections.get(name)
  const endedAt = run.completedAt ?? clock.now()
  if (connection !== undefined) {
    connections.set(name, { ...connection, lastSyncAt: Math.max(connection.lastSyncAt ?? endedAt, endedAt) })
  }
}

function runsWithLease({ entities, clock }: MemoryState, key: ConnectionKey): Set<string> {
  const now = clock.now()
  const alive = new Set<string>()
  for (const entity of entities.values()) {
    if (entity.lease !== undefined && isOf(entity.key, key) && isLeased(entity, now)) alive.add(entity.lease.runId)
  }
  return alive
}
