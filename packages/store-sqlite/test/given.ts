import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock, EntityKey, Lease, Listing, PageCommit, RecordWrite, Store, SyncRun } from '@unioneyes/core'
import { noCounters, systemClock } from '@unioneyes/core'
import { onTestFinished } from 'vitest'
import type { SqliteStoreOptions } from '../src/index.ts'
import { sqliteStore } from '../src/index.ts'

export const people: EntityKey = { organizationId: 'org_1', provider: 'acme', connection: 'default', entity: 'people' }

/** A file that does not exist yet, in a directory of its own that goes with the test. */
export function temporaryPath(): string {
  const directory = mkdtempSync(join(tmpdir(), 'store-sqlite-'))
  onTestFinished(() => {
    rmSync(directory, { recursive: true, force: true })
  })
  return join(directory, 'store.db')
}

/** A store that is closed when its test has finished. */
export function openStore(options: Partial<SqliteStoreOptions> = {}): Store<DatabaseSync> {
  const store = sqliteStore({ path: temporaryPath(), ...options })
  onTestFinished(() => store.close())
  return store
}

/** A store with its tables. */
export async function migratedStore(options: Partial<SqliteStoreOptions> = {}): Promise<Store<DatabaseSync>> {
  const store = openStore(options)
  await store.migrate()
  return store
}

/** The machine's clock, whose sleeps take no time: `onSleep` sees how long they would have been. */
export function sleeplessClock(onSleep: (ms: number) => void = () => undefined): Clock {
  return {
    now: systemClock.now,
    sleep(ms) {
      onSleep(ms)
      return Promise.resolve()
    },
  }
}

export function record(id: string, content = 'first', over: Partial<RecordWrite> = {}): RecordWrite {
  const data = JSON.stringify({ id, content })
  const raw = JSON.stringify({ key: id, value: content })
  return { id, data, raw, hash: `hash of ${data}`, rawHash: `hash of ${raw}`, ...over }
}

export function numbered(count: number, content = 'first'): RecordWrite[] {
  return Array.from({ length: count }, (_, index) => record(`id ${String(index).padStart(6, '0')}`, content))
}

export function commit(over: Partial<PageCommit<DatabaseSync>> = {}): PageCommit<DatabaseSync> {
  return {
    key: people,
    runId: undefined,
    lease: undefined,
    observedAt: 1_000,
    upserts: [],
    tombstones: [],
    quarantined: [],
    marks: [],
    remembered: [],
    listing: undefined,
    counters: { processed: 0, unchanged: 0, failed: 0, pages: 0, requests: 0, bytes: 0, waitedMs: 0 },
    ...over,
  }
}

export function listing(over: Partial<Listing> = {}): Listing {
  return {
    id: 'listing_1',
    type: 'full',
    phase: 'list',
    runId: 'run_1',
    startedAt: 1_000,
    pageToken: undefined,
    cursor: undefined,
    total: undefined,
    identified: true,
    mapping: 'mapping 1',
    counters: noCounters,
    ...over,
  }
}

export function syncRun(over: Partial<SyncRun> = {}): SyncRun {
  const { organizationId, provider, connection } = people
  return {
    organizationId,
    provider,
    connection,
    id: 'run_1',
    type: 'full',
    entities: ['people'],
    status: 'running',
    counters: noCounters,
    outcomes: [],
    startedAt: 1_000,
    completedAt: undefined,
    error: undefined,
    resumes: undefined,
    dryRun: false,
    ...over,
  }
}

export async function takeLease(store: Store<DatabaseSync>, key = people, runId = 'run_1'): Promise<Lease> {
  const lease = await store.leases.acquire(key, { runId, ttlMs: 60_000 })
  if ('heldBy' in lease) throw new Error(`the lease is held by ${lease.heldBy}`)
  return lease
}

/** The store's own handle, as `onPage` receives it. */
export async function handleOf(store: Store<DatabaseSync>): Promise<DatabaseSync> {
  let handle: DatabaseSync | undefined
  await store.pages.commitPage(
    commit({
      onPage: (tx) => {
        handle = tx
      },
    }),
  )
  if (handle === undefined) throw new Error('onPage was not called')
  return handle
}
