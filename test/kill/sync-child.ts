/**
 * A sync in a process of its own that kills itself with SIGKILL at a chosen store call: nothing of it runs afterwards, not
 * even `finally`. The fault comes from the wrapped store; the product code knows nothing of it.
 */
import { bamboohr } from '@unioneyes/adapter-bamboohr'
import { createIntegrations, createVault } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { faultyStore } from '@unioneyes/testkit'

/** What the parent asks for. */
export interface ChildJob {
  readonly path: string
  readonly baseUrl: string
  readonly vaultKey: string
  readonly type: 'full' | 'incremental'
  /** The store call at which to die, counted from 0; undefined to live. */
  readonly dieAt?: { readonly index: number; readonly phase: 'before' | 'after' } | undefined
}

/** How the child's sync is set up, and the parent's that resumes it. */
export async function syncOnce(job: ChildJob): Promise<{ status: string; calls: number }> {
  const store = sqliteStore({ path: job.path })
  let calls = 0
  const faulty = faultyStore(store, ({ index, phase }) => {
    calls = index + 1
    if (index === job.dieAt?.index && phase === job.dieAt.phase) process.kill(process.pid, 'SIGKILL')
  })
  const integrations = createIntegrations({
    adapters: [bamboohr],
    store: faulty,
    vault: createVault({ keys: { k1: job.vaultKey } }),
    baseUrls: { bamboohr: job.baseUrl },
  })
  // Leases end at once for the next process: who died cannot say so.
  const sync = createSyncEngine({
    integrations,
    store: faulty,
    leaseTtlMs: 400,
    leaseWaitMs: 10_000,
    recordsPerCommit: 20,
  })
  const run = await sync[job.type]('org_1', 'bamboohr')
  await sync.stop()
  await integrations.close()
  await store.close()
  return { status: run.status, calls }
}

if (process.argv[2] !== undefined) {
  const job: ChildJob = JSON.parse(process.argv[2])
  process.stdout.write(`${JSON.stringify(await syncOnce(job))}\n`)
}
