import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Lease, Store } from '@unioneyes/core'
import { systemClock } from '@unioneyes/core'
import { onTestFinished } from 'vitest'
import type { SqliteStoreOptions } from '../src/index.ts'
import { sqliteStore } from '../src/index.ts'
import { commit, people } from './writes.ts'

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
    now: () => systemClock.now(),
    sleep(ms) {
      onSleep(ms)
      return Promise.resolve()
    },
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
