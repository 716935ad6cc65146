import { DatabaseSync } from 'node:sqlite'
import { IntegrationError } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { migrations } from '../src/migrations.ts'
import { migratedStore, openStore, temporaryPath } from './given.ts'
import { commit, people, record } from './writes.ts'

const STEPS = ['0001-tables', '0002-budget-scopes']

test('a store without tables names the command to run, and runs after it', async () => {
  const store = openStore()
  const failure = await store.records.count(people).catch((error: unknown) => error)
  expect(IntegrationError.is(failure, 'CONFIG_INVALID')).toBe(true)
  expect(String(failure)).toContain('await store.migrate()')
  await expect(store.pages.commitPage(commit())).rejects.toThrow('await store.migrate()')
  expect(await store.migrate()).toEqual(STEPS)
  expect(await store.records.count(people)).toBe(0)
})

test('migrating again takes no step', async () => {
  const path = temporaryPath()
  await migratedStore({ path })
  expect(await openStore({ path }).migrate()).toEqual([])
})

test('of several stores that migrate at the same time one takes the steps', async () => {
  const path = temporaryPath()
  const stores = Array.from({ length: 6 }, () => openStore({ path }))
  const steps = await Promise.all(stores.map((store) => store.migrate()))
  expect(steps.flat()).toEqual(STEPS)
})

test('what was stored before budgets had scopes is kept, as the connection’s own', async () => {
  const path = temporaryPath()
  const handle = new DatabaseSync(path)
  handle.exec('create table integration_migrations (name text primary key not null, taken_at integer not null)')
  for (const statement of migrations[0]?.statements ?? []) {
    const { sql, parameters } = statement.compile()
    handle.prepare(sql).run(...parameters.map(String))
  }
  handle.exec("insert into integration_migrations values ('0001-tables', 1)")
  handle.exec("insert into integration_budgets values ('org_1', 'acme', 'default', 5000, 1)")
  handle.close()
  const store = openStore({ path })
  expect(await store.migrate()).toEqual(STEPS.slice(1))
  expect(await store.budgets.blockedUntil(people)).toBe(5000)
  expect(await store.budgets.blockedUntil(people, 'items.list')).toBeUndefined()
  await store.budgets.block(people, 6000, 'items.list')
  expect(await store.budgets.blockedUntil(people)).toBe(5000)
  expect(await store.budgets.blockedUntil(people, 'items.list')).toBe(6000)
})

test('a step that fails leaves the file as it was', async () => {
  const path = temporaryPath()
  const app = new DatabaseSync(path)
  app.exec('create table webhook_events (mine text)')
  app.close()
  await expect(openStore({ path }).migrate()).rejects.toSatisfy((error) => IntegrationError.is(error, 'STORE_INVALID'))
  const after = new DatabaseSync(path)
  expect(after.prepare("select group_concat(name) as names from sqlite_schema where type = 'table'").get()).toEqual({
    names: 'webhook_events',
  })
  after.close()
})

test('an older schema is refused with the command to run', async () => {
  const path = await withMigrations("delete from integration_migrations where name = '0001-tables'")
  const failure = await openStore({ path })
    .pages.commitPage(commit({ upserts: [record('a')] }))
    .catch((error: unknown) => error)
  expect(IntegrationError.is(failure, 'CONFIG_INVALID')).toBe(true)
  expect(String(failure)).toContain('await store.migrate()')
})

test('a newer schema is refused, also by migrate, and nothing is changed', async () => {
  const path = await withMigrations("insert into integration_migrations values ('9999-from-the-future', 1)")
  const store = openStore({ path })
  for (const attempt of [store.records.count(people), store.migrate()]) {
    const failure = await attempt.catch((error: unknown) => error)
    expect(IntegrationError.is(failure, 'STORE_INVALID')).toBe(true)
    expect(String(failure)).toContain('9999-from-the-future')
    expect(String(failure)).toContain('update the package')
  }
})

async function withMigrations(change: string): Promise<string> {
  const path = temporaryPath()
  await (await migratedStore({ path })).close()
  const handle = new DatabaseSync(path)
  handle.exec(change)
  handle.close()
  return path
}
