/**
 * A sync in a process of its own that kills itself with SIGKILL at a chosen store call: nothing of it runs afterwards, not
 * even `finally`. The fault comes from the wrapped store; the product code knows nothing of it.
 */
import { fileURLToPath } from 'node:url'
import { createIntegrations, createVault } from '@unioneyes/core'
import type { AnyAdapter, SyncRun } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { faultyStore } from '@unioneyes/testkit'
import type { StoreCall, StoreMoment } from '@unioneyes/testkit'
import { fastClock, realTime } from './fast-clock.ts'
import type { FastTime } from './fast-clock.ts'

/** The adapters whose syncs are killed. A process loads only the one that it needs. */
export const adapters = {
  bamboohr: async (): Promise<AnyAdapter> => (await import('@unioneyes/adapter-bamboohr')).bamboohr,
  quickbooks: async (): Promise<AnyAdapter> => (await import('@unioneyes/adapter-quickbooks')).quickbooks,
  slack: async (): Promise<AnyAdapter> => (await import('@unioneyes/adapter-slack')).slack,
}

/** What the parent asks for. */
export interface ChildJob {
  readonly path: string
  readonly baseUrl: string
  readonly vaultKey: string
  readonly provider: keyof typeof adapters
  readonly entities: readonly string[]
  readonly type: 'full' | 'incremental'
  /** About how many records make a commit. */
  readonly recordsPerCommit: number
  /** How long a page waits for others to be committed with, in milliseconds that pass. @default 0 */
  readonly gatherMs?: number | undefined
  /** @default the machine's own */
  readonly time?: FastTime | undefined
  /** How much later than now it is for this process: the leases of those killed before it have ended by then. @default 0 */
  readonly hoursLater?: number | undefined
  /** The store call at which to die, counted from 0; undefined to live. */
  readonly dieAt?: StoreCallMoment | undefined
}

/** A moment at a store call. */
export interface StoreCallMoment {
  readonly index: number
  readonly phase: 'before' | 'after'
  /** Counts only calls of this method. @default all */
  readonly call?: StoreCall | undefined
}

/** How a sync that was not killed ended. */
export interface SyncOutcome {
  readonly run: SyncRun
  /** The calls that the store received, in their order. */
  readonly calls: readonly StoreCall[]
}

// How long a process may be busy with something else without losing its leases, in milliseconds that pass.
const LEASE_MS = 5_000

/** How the child's sync is set up, and the parent's that resumes it. */
export async function syncOnce(job: ChildJob): Promise<SyncOutcome> {
  const { provider, time = realTime, hoursLater = 0, gatherMs = 0 } = job
  const clock = fastClock(time, hoursLater * 3_600_000)
  const store = sqliteStore({ path: job.path, clock })
  const calls: StoreCall[] = []
  const isLast = job.dieAt && untilMoment(job.dieAt)
  const faulty = faultyStore(store, (moment) => {
    if (moment.phase === 'before') calls.push(moment.call)
    if (isLast?.(moment) === true) process.kill(process.pid, 'SIGKILL')
  })
  const integrations = createIntegrations({
    adapters: [await adapters[provider]()],
    store: faulty,
    vault: createVault({ keys: { k1: job.vaultKey } }),
    clock,
    baseUrls: { [provider]: job.baseUrl },
  })
  const sync = createSyncEngine({
    integrations,
    store: faulty,
    recordsPerCommit: job.recordsPerCommit,
    gatherMs: gatherMs * time.speed,
    // An own lease must end before the next process comes, an hour later.
    leaseTtlMs: Math.max(30_000, LEASE_MS * time.speed),
  })
  const run = await sync[job.type]('org_1', provider, [...job.entities])
  await sync.stop()
  await integrations.close()
  await store.close()
  return { run, calls }
}

/** Tells whether a moment is the one that is waited for. */
function untilMoment({ index, phase, call }: StoreCallMoment): (moment: StoreMoment) => boolean {
  let counted = -1
  let chosen: number | undefined
  return (moment) => {
    if (moment.phase === 'before' && (call === undefined || call === moment.call)) {
      counted += 1
      if (counted === index) chosen = moment.index
    }
    return moment.index === chosen && moment.phase === phase
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url) && process.argv[2] !== undefined) {
  const job: ChildJob = JSON.parse(process.argv[2])
  process.stdout.write(`${JSON.stringify(await syncOnce(job))}\n`)
}
