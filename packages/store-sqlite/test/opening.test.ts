import { existsSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { IntegrationError } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'
import { handleOf, migratedStore, openStore, temporaryPath } from './given.ts'
import { commit, people, record } from './writes.ts'

test('every commit is flushed: the live settings are synchronous=FULL on a write-ahead log', async () => {
  const handle = await handleOf(await migratedStore())
  const live = (name: string): unknown => Object.values(handle.prepare(`pragma ${name}`).get() ?? {})[0]
  expect(live('synchronous')).toBe(2)
  expect(live('journal_mode')).toBe('wal')
  expect(live('page_size')).toBe(16_384)
  expect(live('foreign_keys')).toBe(1)
  expect(live('busy_timeout')).toBe(20)
})

test('what was committed is there after closing and opening again, and the log is empty', async () => {
  const path = temporaryPath()
  const first = await migratedStore({ path })
  await first.pages.commitPage(commit({ upserts: [record('a')] }))
  await first.close()
  const second = openStore({ path })
  expect(await second.records.count(people)).toBe(1)
})

test('a call after close says that the store was closed; closing twice is nothing', async () => {
  const store = await migratedStore()
  await store.close()
  await store.close()
  await expect(store.records.count(people)).rejects.toThrow(/was closed/)
  await expect(store.audit.list('org_1')).rejects.toSatisfy((error) => IntegrationError.is(error, 'STORE_UNAVAILABLE'))
})

test('close waits for the writes that were called before it', async () => {
  const path = temporaryPath()
  const store = await migratedStore({ path })
  const writes = Promise.all(['a', 'b', 'c'].map((id) => store.pages.commitPage(commit({ upserts: [record(id)] }))))
  await store.close()
  await writes
  expect(await openStore({ path }).records.count(people)).toBe(3)
})

test('close right after the first call waits for it, and leaves the file closed', async () => {
  const path = temporaryPath()
  const store = sqliteStore({ path })
  const migrating = store.migrate().catch((error: unknown) => error)
  await store.close()
  expect(String(await migrating)).toContain('was closed')
  expect(existsSync(`${path}-wal`)).toBe(false)
})

test('a store that was never used closes', async () => {
  await sqliteStore({ path: temporaryPath() }).close()
})

test(':memory: is a store as well', async () => {
  const store = await migratedStore({ path: ':memory:' })
  await store.pages.commitPage(commit({ upserts: [record('a')] }))
  expect(await store.records.count(people)).toBe(1)
})

test('options that make no sense are refused at once, all of them named', () => {
  expect(() => sqliteStore({ path: '', lockWaitMs: -1, maxPages: 0.5 })).toThrow(/path: .*lockWaitMs: .*maxPages: /)
})

test('the app’s own tables live in the same file', async () => {
  const path = temporaryPath()
  const app = new DatabaseSync(path)
  app.exec("create table users (name text); insert into users values ('Ada')")
  app.close()
  const store = await migratedStore({ path })
  await store.pages.commitPage(
    commit({
      upserts: [record('a')],
      onPage: (tx, changes) => {
        for (const id of changes.created) tx.prepare('insert into users values (?)').run(id)
      },
    }),
  )
  const handle = await handleOf(store)
  expect(handle.prepare('select group_concat(name) as names from users').get()).toEqual({ names: 'Ada,a' })
})
