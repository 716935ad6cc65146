import { addCounters, noCounters } from '@unioneyes/core'
import type { RunCounters, SyncRun } from '@unioneyes/core'
import { keyOf } from './app.ts'
import type { App } from './app.ts'
import { compareWithTruth } from './compare-with-truth.ts'
import { answerOf } from './start-sandboxes.ts'
import type { Sandboxed } from './start-sandboxes.ts'
import { troublesOf } from './sync-all.ts'

/** The runs of one provider, and how many of its records have to be gone. */
export interface Road extends Sandboxed {
  readonly full: SyncRun
  readonly interrupted: SyncRun
  readonly resumed: SyncRun
  readonly incremental: SyncRun
  readonly removed: number
}

/** What the syncs of one provider did, for `--json`. */
export interface ProviderResult {
  readonly fullSync: RunCounters
  readonly resumed: {
    readonly interruptedRun: string
    readonly resumes: string | undefined
    readonly status: string
    /** What the listings did in all, the killed run included. */
    readonly chain: RunCounters
  }
  readonly incremental: RunCounters
  /** All four syncs together, by the log. */
  readonly total: RunCounters
  /** Records in the database, by entity. */
  readonly records: Readonly<Record<string, number>>
  /** Records that ended as tombstones. */
  readonly deleted: number
  /** Requests that the sandbox got, and those that it refused because they came too fast. */
  readonly requests: number
  readonly refused: number
  /** What is not as it should be, one sentence each. */
  readonly differences: readonly string[]
}

/** Compares a provider with its sandbox and sums up what its syncs did. */
export async function judge(app: App, road: Road): Promise<ProviderResult> {
  const { provider, sandbox, full, interrupted, resumed, incremental, removed } = road
  const truth = await answerOf(road, provider.truth(sandbox))
  const differences: string[] = []
  const records: Record<string, number> = {}
  for (const entity of provider.entities) {
    records[entity] = await app.store.records.count({ ...keyOf(provider.adapter), entity })
    differences.push(...(await compareWithTruth(app.store, provider, entity, truth[entity] ?? [])))
  }
  const total = sumOf([full, interrupted, resumed, incremental].map(({ counters }) => counters))
  const { deleted } = total
  if (deleted !== removed) differences.push(`${String(deleted)} records were deleted, not ${String(removed)}`)
  if (resumed.resumes !== interrupted.id) differences.push('the resumed run does not name the interrupted one')
  for (const run of [full, resumed, incremental]) differences.push(...troublesOf(run))
  const { total: requests, byStatus } = await answerOf(road, sandbox.counters())
  return {
    fullSync: full.counters,
    resumed: {
      interruptedRun: interrupted.id,
      resumes: resumed.resumes,
      status: resumed.status,
      chain: sumOf(resumed.outcomes.map(({ chain }) => chain)),
    },
    incremental: incremental.counters,
    total,
    records,
    deleted,
    requests,
    refused: byStatus[429] ?? 0,
    differences,
  }
}

/** The sum of counters, name by name. */
export const sumOf = (counters: readonly RunCounters[]): RunCounters => counters.reduce(addCounters, noCounters)
