import { DatabaseSync } from 'node:sqlite'
import { IntegrationError } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { handleOf, migratedStore, sleeplessClock, temporaryPath } from './given.ts'
import { commit, people, record } from './writes.ts'

test('a write waits for another process without blocking, with growing delays, and then happens', async () => {
  const path = temporaryPath()
  const delays: number[] = []
  const store = await migratedStore({
    path,
    clock: sleeplessClock((ms) => {
      delays.push(ms)
      if (delays.length === 7) other.exec('commit')
    }),
  })
  const other = new DatabaseSync(path)
  other.exec('begin immediate')
  const result = await store.pages.commitPage(commit({ upserts: [record('a')] }))
  expect(result.created).toEqual(['a'])
  expect(delays).toEqual([5, 10, 20, 40, 80, 100, 100])
  other.close()
})

test('a lock that stays is an error that says so, after `lockWaitMs`, and nothing is written', async () => {
  const path = temporaryPath()
  let waited = 0
  const store = await migratedStore({ path, lockWaitMs: 1_000, clock: sleeplessClock((ms) => (waited += ms)) })
  const other = new DatabaseSync(path)
  other.exec('begin immediate')
  const attempt = store.pages.commitPage(commit({ upserts: [record('a')] }))
  const failure = await attempt.catch((error: unknown) => error)
  expect(IntegrationError.is(failure, 'STORE_UNAVAILABLE')).toBe(true)
  expect(String(failure)).toContain('Another process holds the database')
  expect(waited).toBeGreaterThan(500)
  expect(waited).toBeLessThan(1_200)
  other.exec('rollback')
  other.close()
  expect(await store.records.count(people)).toBe(0)
  expect((await store.pages.commitPage(commit({ upserts: [record('a')] }))).created).toEqual(['a'])
})

test('reading goes on while another process writes', async () => {
  const path = temporaryPath()
  const store = await migratedStore({
    path,
    clock: sleeplessClock(() => {
      throw new Error('a reader waited')
    }),
  })
  await store.pages.commitPage(commit({ upserts: [record('a')] }))
  const other = new DatabaseSync(path)
  other.exec('begin immediate; delete from integration_records')
  expect(await store.records.list(people)).toHaveLength(1)
  other.exec('rollback')
  other.close()
})

test('writes are carried out in the order of their calls, also when the first has to wait', async () => {
  const path = temporaryPath()
  let sleeps = 0
  const store = await migratedStore({
    path,
    clock: sleeplessClock(() => {
      if (++sleeps === 2) other.exec('commit')
    }),
  })
  const other = new DatabaseSync(path)
  other.exec('begin immediate')
  await Promise.all(
    ['a', 'b', 'c'].map((id, index) => store.pages.commitPage(commit({ observedAt: index, upserts: [record(id)] }))),
  )
  other.close()
  const entries = await store.feed.read({ organizationId: 'org_1' })
  expect(entries.map(({ id }) => id)).toEqual(['a', 'b', 'c'])
})

test('a queue of writes behind a lock gives up together, not one `lockWaitMs` after the other', async () => {
  const path = temporaryPath()
  let waited = 0
  const store = await migratedStore({ path, lockWaitMs: 1_000, clock: sleeplessClock((ms) => (waited += ms)) })
  const other = new DatabaseSync(path)
  other.exec('begin immediate')
  const attempts = Array.from({ length: 5 }, () => store.pages.commitPage(commit()))
  const outcomes = await Promise.allSettled(attempts)
  expect(outcomes.map(({ status }) => status)).toEqual(Array.from({ length: 5 }, () => 'rejected'))
  expect(waited).toBeLessThan(1_200)
  other.exec('rollback')
  other.close()
})

test('opening a fresh file waits as well', async () => {
  const path = temporaryPath()
  const other = new DatabaseSync(path)
  other.exec('create table mine (a); begin exclusive')
  let sleeps = 0
  const store = await migratedStore({
    path,
    clock: sleeplessClock(() => {
      if (++sleeps === 3) other.exec('commit')
    }),
  })
  other.close()
  expect(sleeps).toBe(3)
  expect(await store.records.count(people)).toBe(0)
})

test('a write holds the lock before it reads, so that what it decides on cannot change under it', async () => {
  const path = temporaryPath()
  const store = await migratedStore({ path })
  const handle = await handleOf(store)
  const other = new DatabaseSync(path)
  other.exec('pragma busy_timeout = 0')
  const seen: string[] = []
  // Called when a statement is first prepared, that is, inside the transaction and before its first read.
  handle.setAuthorizer((_action, table) => {
    if (table === 'integration_audit') {
      try {
        other.exec('begin immediate; rollback')
        seen.push('free')
      } catch {
        seen.push('locked')
      }
    }
    return 0
  })
  await store.audit.append({ at: 1, organizationId: 'org_1', actor: 'system', action: 'a.b', target: 'c' })
  handle.setAuthorizer(null)
  other.close()
  expect(new Set(seen)).toEqual(new Set(['locked']))
})
