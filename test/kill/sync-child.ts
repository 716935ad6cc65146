/**
 * A sync in a process of its own that kills itself with SIGKILL at a chosen store call: nothing of it runs afterwards, not
 * even `finally`. The fault comes from the wrapped store; the product code knows nothing of it.
 */
import { fileURLToPath } from 'node:url'
import { bamboohr } from '@unioneyes/adapter-bamboohr'
import { createIntegrations, createVault, systemClock } from '@unioneyes/core'
import type { Clock, SyncRun } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { faultyStore } from '@unioneyes/testkit'

/** What the parent asks for. */
export interface ChildJob {
  readonly path: string
  readonly baseUrl: string
  readonly vaultKey: string
  readonly type: 'full' | 'incremental'
  /** How many people stand on a page, each of which is a commit. */
  readonly pageSize: number
  /** How much later than now it is for this process: the leases of those killed before it have ended by then. @default 0 */
  readonly hoursLater?: number | undefined
  /** The store call at which to die, counted from 0; undefined to live. */
  readonly dieAt?: StoreCallMoment | undefined
}

/** A moment at a store call. */
export interface StoreCallMoment {
  readonly index: number
  readonly phase: 'before' | 'after'
}

/** How a sync that was not killed ended. */
export interface SyncOutcome {
  readonly run: SyncRun
  /** How many calls the store received. */
  readonly calls: number
}

/** How the child's sync is set up, and the parent's that resumes it. */
export async function syncOnce(job: ChildJob): Promise<SyncOutcome> {
  const aheadMs = (job.hoursLater ?? 0) * 3_600_000
  const clock: Clock = { ...systemClock, now: () => Date.now() + aheadMs }
  const store = sqliteStore({ path: job.path, clock })
  let calls = 0
  const faulty = faultyStore(store, ({ index, phase }) => {
    calls = index + 1
    if (index === job.dieAt?.index && phase === job.dieAt.phase) process.kill(process.pid, 'SIGKILL')
  })
  const integrations = createIntegrations({
    adapters: [bamboohr],
    store: faulty,
    vault: createVault({ keys: { k1: job.vaultKey } }),
    clock,
    baseUrls: { bamboohr: job.baseUrl },
  })
  const sync = createSyncEngine({ integrations, store: faulty, recordsPerCommit: job.pageSize, gatherMs: 0 })
  const run = await sync[job.type]('org_1', 'bamboohr', ['employees', 'departments'])
  await sync.stop()
  await integrations.close()
  await store.close()
  return { run, calls }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] !== undefined) {
  const job: ChildJob = JSON.parse(process.argv[2])
  process.stdout.write(`${JSON.stringify(await syncOnce(job))}\n`)
}
