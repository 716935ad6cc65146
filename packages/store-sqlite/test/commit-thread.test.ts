import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { DatabaseSync } from 'node:sqlite'
import { IntegrationError } from '@unioneyes/core'
import type { Store } from '@unioneyes/core'
import { storeChecks } from '@unioneyes/testkit'
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest'
import { CommitThread } from '../src/commit-thread.ts'
import { storeWithThread } from '../src/sqlite-store.ts'
import type { SqliteStoreOptions } from '../src/index.ts'
import { takeLease, temporaryPath } from './given.ts'
import { commit, listing, numbered, people, record, syncRun } from './writes.ts'

/** A store whose commits all go through the thread, unless they bring an `onPage`. */
async function threaded(over: Partial<SqliteStoreOptions> = {}): Promise<{
  readonly store: Store<DatabaseSync>
  readonly thread: CommitThread
}> {
  const options = { path: temporaryPath(), ...over }
  const thread = new CommitThread({ path: options.path, lockWaitMs: 10_000, maxPages: options.maxPages })
  await thread.start()
  const store = storeWithThread(options, 0, thread)
  onTestFinished(() => store.close())
  await store.migrate()
  return { store, thread }
}

describe('commits on a second thread', () => {
  test('are seen by this thread at once, and what this thread wrote by them', async () => {
    const { store, thread } = await threaded()
    expect(thread.ready).toBe(true)
    await store.runs.create(syncRun())
    const lease = await takeLease(store)
    const page = { lease, runId: 'run_1', listing: listing({ pageToken: 7 }) }
    const first = await store.pages.commitPage(commit({ ...page, upserts: numbered(1_000) }))
    expect(first.created).toHaveLength(1_000)
    expect(await store.records.count(people)).toBe(1_000)
    const onThisThread = commit({
      ...page,
      observedAt: 1_001,
      upserts: [record('id 000005', 'here')],
      onPage: () => undefined,
    })
    expect(await store.pages.commitPage(onThisThread)).toMatchObject({ updated: ['id 000005'] })
    const again = numbered(1_000, 'second').map((write) =>
      write.id === 'id 000005' ? record(write.id, 'here') : write,
    )
    const third = await store.pages.commitPage(commit({ ...page, observedAt: 1_002, upserts: again }))
    expect(third).toMatchObject({ created: [], deleted: [], stale: [] })
    expect(third.updated).toHaveLength(999)
    expect((await store.feed.read({ organizationId: 'org_1', limit: 5_000 })).length).toBe(2_000)
    expect((await store.runs.get('org_1', 'run_1'))?.counters).toMatchObject({ created: 1_000, updated: 1_000 })
  })

  test('leave this thread free: it goes on turning while one is carried out', async () => {
    const { store } = await threaded()
    let turns = 0
    const turning = { on: true }
    const count = (): void => {
      turns += 1
      if (turning.on) setImmediate(count)
    }
    setImmediate(count)
    await store.pages.commitPage(commit({ upserts: numbered(5_000) }))
    turning.on = false
    // Carried out here, it would be over within two.
    expect(turns).toBeGreaterThan(10)
  })

  test('are refused with the same errors: a lost lease changes nothing', async () => {
    const { store } = await threaded()
    const lease = await takeLease(store)
    await store.leases.release(lease)
    await takeLease(store, people, 'run_2')
    const late = store.pages.commitPage(commit({ lease, upserts: numbered(3) }))
    await expect(late).rejects.toSatisfy((error) => IntegrationError.is(error, 'LEASE_LOST'))
    expect(await store.records.count(people)).toBe(0)
  })

  test('meet a full disk with the same words, and what was committed stays', async () => {
    const { store } = await threaded({ maxPages: 60 })
    await store.pages.commitPage(commit({ upserts: numbered(50) }))
    const large = numbered(500).map((write) => ({ ...write, id: `more ${write.id}`, raw: 'x'.repeat(4_000) }))
    const failure = await store.pages.commitPage(commit({ upserts: large })).catch((error: unknown) => error)
    expect(IntegrationError.is(failure, 'STORE_UNAVAILABLE')).toBe(true)
    expect(String(failure)).toContain('maxPages')
    expect(await store.records.count(people)).toBe(50)
  })

  test('a thread that dies in the middle of one is an error to try again, and the store goes on without it', async () => {
    const { store, thread } = await threaded()
    const interrupted = store.pages.commitPage(commit({ upserts: numbered(20_000) }))
    await new Promise((resolve) => setImmediate(resolve))
    await thread.close()
    const failure = await interrupted.catch((error: unknown) => error)
    expect(IntegrationError.is(failure, 'STORE_UNAVAILABLE') && failure.retryable).toBe(true)
    expect([0, 20_000]).toContain(await store.records.count(people))
    const again = await store.pages.commitPage(commit({ observedAt: 1_001, upserts: numbered(20_000) }))
    expect(await store.records.count(people)).toBe(20_000)
    expect(again.stale).toEqual([])
  })

  test('without a thread, as in a bundle that left its file out, commits are carried out here', async () => {
    const path = temporaryPath()
    const thread = new CommitThread({ path: join(path, 'no', 'such', 'file'), lockWaitMs: 1, maxPages: undefined })
    await thread.close()
    const store = storeWithThread({ path }, 0, thread)
    onTestFinished(() => store.close())
    await store.migrate()
    expect((await store.pages.commitPage(commit({ upserts: numbered(10) }))).created).toHaveLength(10)
  })

  test('an idle thread keeps no process alive', async () => {
    const path = temporaryPath()
    const index = JSON.stringify(new URL('../src/sqlite-store.ts', import.meta.url).href)
    const writes = JSON.stringify(new URL('writes.ts', import.meta.url).href)
    const threadFile = JSON.stringify(new URL('../src/commit-thread.ts', import.meta.url).href)
    const program = `
      const { storeWithThread } = await import(${index})
      const { CommitThread } = await import(${threadFile})
      const { commit, numbered } = await import(${writes})
      const path = ${JSON.stringify(path)}
      const thread = new CommitThread({ path, lockWaitMs: 10000, maxPages: undefined })
      await thread.start()
      const store = storeWithThread({ path }, 0, thread)
      await store.migrate()
      const { created } = await store.pages.commitPage(commit({ upserts: numbered(10) }))
      console.log(created.length, thread.ready)`
    const arguments_ = ['--conditions=@unioneyes/source', '--input-type=module', '-e', program]
    const { stdout } = await promisify(execFile)(process.execPath, arguments_, { timeout: 20_000 })
    expect(stdout.trim()).toBe('10 true')
  })
})

describe('the checks of commits, on a second thread', () => {
  let directory = ''
  let stores = 0
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'store-sqlite-'))
  })
  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  const checks = storeChecks(async ({ clock }) => {
    const path = join(directory, `${String(++stores)}.db`)
    const thread = new CommitThread({ path, lockWaitMs: 10_000, maxPages: undefined })
    await thread.start()
    const store = storeWithThread({ path, clock }, 0, thread)
    await store.migrate()
    return store
  })
  // Those whose subject is what a commit writes: the rest meets no thread.
  for (const { name, run } of checks) if (/^(pages|versions|recall|sweeps):/.test(name)) test(name, run)
})
