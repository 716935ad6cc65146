import type { DatabaseSync } from 'node:sqlite'
import { eq, getTableColumns } from 'drizzle-orm'
import { getTableConfig } from 'drizzle-orm/sqlite-core'
import { drizzle } from 'drizzle-orm/sqlite-proxy'
import { expect, expectTypeOf, test } from 'vitest'
import { integrationConfigs, integrationSyncLog, webhookEvents } from '../src/drizzle.ts'
import { handleOf, migratedStore } from './given.ts'
import { people, syncRun } from './writes.ts'

const sealed = 'v1.key-1.b64nonce.b64text'

function drizzleOn(handle: DatabaseSync) {
  return drizzle((sql, parameters, method) => {
    const statement = handle.prepare(sql)
    statement.setReturnArrays(true)
    if (method === 'run') statement.run(...parameters)
    return Promise.resolve({ rows: method === 'run' ? [] : statement.all(...parameters) })
  })
}

test('a connection inserted with Drizzle is the store’s, and the other way round', async () => {
  const store = await migratedStore()
  const db = drizzleOn(await handleOf(store))
  await db.insert(integrationConfigs).values({
    organizationId: 'org_1',
    type: 'hris',
    provider: 'acme',
    credentials: sealed,
    settings: { subdomain: 'acme' },
  })
  const stored = await store.connections.get(people)
  expect(stored).toMatchObject({
    credentials: sealed,
    settings: { subdomain: 'acme' },
    enabled: true,
    status: 'active',
  })
  expect(stored?.id).toMatch(/^[0-9a-f]{32}$/)

  await store.runs.create(syncRun())
  await store.runs.move('org_1', 'run_1', 'success', { completedAt: 7_000 })
  const [row] = await db.select().from(integrationConfigs).where(eq(integrationConfigs.organizationId, 'org_1'))
  expect(row?.lastSyncAt).toEqual(new Date(7_000))
  expect(row?.settings).toEqual({ subdomain: 'acme' })
})

test('runs and deliveries are read with Drizzle', async () => {
  const store = await migratedStore()
  const db = drizzleOn(await handleOf(store))
  await store.runs.create(syncRun({ error: { code: 'RATE_LIMITED', message: 'wait' } }))
  const [run] = await db.select().from(integrationSyncLog)
  expect(run).toMatchObject({ id: 'run_1', entities: ['people'], startedAt: new Date(1_000), dryRun: false })
  expect(run?.error).toEqual({ code: 'RATE_LIMITED', message: 'wait' })
  await db.insert(webhookEvents).values({ organizationId: 'org_1', provider: 'acme', payload: '{}', verified: true })
  const [delivery] = await db.select().from(webhookEvents)
  expect(delivery).toMatchObject({ connection: 'default', status: 'pending', verified: true, processedAt: null })
  expect(delivery?.receivedAt.getTime()).toBeGreaterThan(Date.UTC(2024, 0, 1))
})

test.for([integrationConfigs, integrationSyncLog, webhookEvents])(
  'the definition %# is the table that migrate makes',
  async (table) => {
    const handle = await handleOf(await migratedStore())
    const { name, columns } = getTableConfig(table)
    const defined = columns.map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      notnull: column.notNull || column.primary ? 1 : 0,
      pk: column.primary ? 1 : 0,
      hasDefault: column.hasDefault,
    }))
    const made = handle
      .prepare('select name, type, "notnull", pk, dflt_value is not null as hasDefault from pragma_table_info(?)')
      .all(name)
      .map(({ name: column, type, notnull, pk, hasDefault }) => ({
        name: column,
        type: String(type).toUpperCase(),
        notnull,
        pk,
        hasDefault: hasDefault === 1,
      }))
    expect(defined.toSorted(inOrder)).toEqual(made.toSorted(inOrder))
  },
)

test('the types of a row are what an app expects', () => {
  type Connection = typeof integrationConfigs.$inferInsert
  expectTypeOf<Connection['credentials']>().toEqualTypeOf<string>()
  expectTypeOf<undefined>().toExtend<Connection['connection']>()
  expectTypeOf<(typeof integrationSyncLog.$inferSelect)['completedAt']>().toEqualTypeOf<Date | null>()
  // @ts-expect-error credentials are required
  const incomplete: Connection = { organizationId: 'org_1', type: 'hris', provider: 'acme' }
  expect(Object.keys(getTableColumns(integrationConfigs))).toEqual(expect.arrayContaining(Object.keys(incomplete)))
})

function inOrder(left: object, right: object): number {
  return JSON.stringify(left) < JSON.stringify(right) ? -1 : 1
}
