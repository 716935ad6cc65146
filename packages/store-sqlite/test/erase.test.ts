import { readFileSync } from 'node:fs'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { handleOf, migratedStore, openStore, takeLease, temporaryPath } from './given.ts'
import { commit, listing, numbered, people, record } from './writes.ts'

test('what was erased can no longer be read in the file', async () => {
  const path = temporaryPath()
  const store = await migratedStore({ path })
  const secret = 'Ada-Lovelace-1815'
  const upserts = numbered(600).map((write) => ({ ...write, raw: JSON.stringify({ name: `${secret} ${write.id}` }) }))
  const quarantined = [{ id: 'bad', rawHash: 'h', reasons: [secret], raw: secret }]
  await store.pages.commitPage(commit({ lease: await takeLease(store), upserts, quarantined, listing: listing() }))
  const bytes = (): string => readFileSync(path, 'latin1') + readFileSync(`${path}-wal`, 'latin1')
  expect(bytes()).toContain(secret)
  await store.erase({ organizationId: people.organizationId })
  expect(bytes()).not.toContain(secret)
})

test('webhook deliveries are erased and counted, another connection’s stay', async () => {
  const store = await migratedStore()
  const handle = await handleOf(store)
  for (const connection of ['default', 'default', 'second']) {
    handle
      .prepare(
        "insert into webhook_events (organization_id, provider, connection, payload) values ('org_1', 'acme', ?, '{}')",
      )
      .run(connection)
  }
  expect(await store.erase({ organizationId: 'org_1', provider: 'acme' })).toMatchObject({ webhookEvents: 2 })
  expect(handle.prepare('select connection from webhook_events').all()).toEqual([{ connection: 'second' }])
})

test('a large erasure happens in batches between which the event loop and other writes go on', async () => {
  const store = await migratedStore()
  await store.pages.commitPage(commit({ upserts: numbered(5_000) }))
  const other = { ...people, organizationId: 'org_2' }
  const progress = { isDone: false }
  const erasing = store.erase({ organizationId: 'org_1' }).finally(() => {
    progress.isDone = true
  })
  let writes = 0
  while (!progress.isDone) {
    await store.pages.commitPage(commit({ key: other, upserts: [record(`id ${String(writes++)}`)] }))
    await new Promise((resolve) => setImmediate(resolve))
  }
  expect(await erasing).toMatchObject({ records: 5_000, feedEntries: 5_000 })
  expect(writes).toBeGreaterThan(5)
  expect(await store.records.count(other)).toBe(writes)
})

test('an erasure that a dead process left half done is finished by migrate', async () => {
  const path = temporaryPath()
  const store = await migratedStore({ path })
  await store.pages.commitPage(commit({ upserts: numbered(10) }))
  await store.close()
  const handle = new DatabaseSync(path)
  handle.exec(`insert into integration_erasures select stream, organization_id, provider, connection from integration_entities;
    delete from integration_entities`)
  const rows = (): unknown =>
    handle
      .prepare('select (select count(*) from integration_records) + (select count(*) from integration_changes) as n')
      .get()
  expect(rows()).toEqual({ n: 11 })
  await openStore({ path }).migrate()
  expect(rows()).toEqual({ n: 0 })
  handle.close()
})

test('an erasure asked for again goes on with what the first one left, and counts it', async () => {
  const store = await migratedStore()
  await store.pages.commitPage(commit({ upserts: numbered(10) }))
  const handle = await handleOf(store)
  handle.exec(`insert into integration_erasures select stream, organization_id, provider, connection from integration_entities;
    delete from integration_entities`)
  expect(await store.feed.read({ organizationId: 'org_1' }), 'nobody sees it meanwhile').toEqual([])
  expect(await store.erase({ organizationId: 'org_1' })).toMatchObject({ records: 10, feedEntries: 10 })
})
