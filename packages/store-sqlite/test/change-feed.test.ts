import { DatabaseSync } from 'node:sqlite'
import { IntegrationError } from '@unioneyes/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { handleOf, migratedStore, temporaryPath } from './given.ts'
import { commit, numbered, people, record } from './writes.ts'

const organizationId = people.organizationId

test('a commit of thousands of changes is read in pieces of any size, in order', async () => {
  const store = await migratedStore()
  await store.pages.commitPage(commit({ upserts: numbered(2_500) }))
  await store.pages.commitPage(commit({ observedAt: 2_000, upserts: numbered(1_200, 'second') }))
  const all = await store.feed.read({ organizationId, limit: 10_000 })
  expect(all.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
    ...numbered(2_500).map(({ id }) => `created ${id}`),
    ...numbered(1_200).map(({ id }) => `updated ${id}`),
  ])
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 0, max: all.length - 1 }),
      fc.integer({ min: 1, max: 3_000 }),
      async (at, limit) => {
        const after = all[at]?.position
        expect(await store.feed.read({ organizationId, after, limit })).toEqual(all.slice(at + 1, at + 1 + limit))
      },
    ),
    { numRuns: 40 },
  )
})

test('a commit is one row, however many changes of one page it holds', async () => {
  const store = await migratedStore()
  await store.pages.commitPage(commit({ upserts: numbered(500) }))
  const handle = await handleOf(store)
  expect(handle.prepare('select count(*) as n, sum(count) as entries from integration_changes').get()).toEqual({
    n: 1,
    entries: 500,
  })
})

test('a position ahead of the feed, or of another organization, is refused rather than skipping what comes', async () => {
  const store = await migratedStore()
  const other = { ...people, organizationId: 'org_2' }
  await store.pages.commitPage(commit({ upserts: [record('a')] }))
  await store.pages.commitPage(commit({ key: other, upserts: [record('a')] }))
  const [foreign] = await store.feed.read({ organizationId: 'org_2' })
  for (const after of ['99/0', '1/1', foreign?.position ?? '']) {
    await expect(store.feed.read({ organizationId, after }), after).rejects.toSatisfy((error) =>
      IntegrationError.is(error, 'CONFIG_INVALID'),
    )
  }
})

test('a long feed is pruned in steps and counted whole', async () => {
  const store = await migratedStore()
  for (let index = 0; index < 450; index++) await store.pages.commitPage(commit({ upserts: [record(String(index))] }))
  expect(await store.feed.prune(organizationId, Number.MAX_SAFE_INTEGER)).toBe(450)
  expect(await store.feed.read({ organizationId })).toEqual([])
})

test('a read is of one moment: another process that prunes in the middle of it makes no gap', async () => {
  const path = temporaryPath()
  const store = await migratedStore({ path })
  const ids = ['a', 'b', 'c']
  for (const id of ids) await store.pages.commitPage(commit({ upserts: [record(id)] }))
  const handle = await handleOf(store)
  const other = new DatabaseSync(path)
  let isPruned = false
  // Called when a statement is first prepared: that on entities is the last of a read, after the position was checked.
  handle.setAuthorizer((_action, table) => {
    if (table === 'integration_entities' && !isPruned) {
      isPruned = true
      other.exec(`delete from integration_changes; insert into integration_feed_floors values ('org_1', 3, 0)`)
    }
    return 0
  })
  const entries = await store.feed.read({ organizationId, after: '1/0' })
  handle.setAuthorizer(null)
  other.close()
  expect(isPruned).toBe(true)
  expect(entries.map(({ id }) => id)).toEqual(['b', 'c'])
  await expect(store.feed.read({ organizationId, after: '1/0' })).rejects.toThrow(/pruned/)
})
