import assert from 'node:assert/strict'
import type { EntityKey, Store } from '@unioneyes/core'
import { assertSame } from './assertions.ts'
import {
  connectionInput,
  digest,
  listing,
  mark,
  pageCommit,
  people,
  record,
  syncRun,
  takeLease,
  unreadable,
} from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

/** Names that a store joining its keys carelessly takes for one another. */
const names = [
  '',
  'a',
  'a"',
  'a","b',
  'a/b',
  '../a',
  'a:b',
  "a'b",
  "'; drop table records; --",
  'a%',
  'a_',
  'A',
  '\u00e1',
  'a\u0301',
  ' a',
  '𝒶',
  'null',
  '\\',
]

/** Pairs of keys whose parts, put one behind the other, read the same. */
const lookalikes: readonly (readonly [EntityKey, EntityKey])[] = [
  [entityKey('a', 'b', 'c', 'd'), entityKey('a","b', 'c', 'd', '')],
  [entityKey('a:b', 'c', 'd', 'e'), entityKey('a', 'b:c', 'd', 'e')],
  [entityKey('a', '', 'b', 'c'), entityKey('', 'a', 'b', 'c')],
  [entityKey('o', 'p', 'c/e', 'x'), entityKey('o', 'p', 'c', 'e/x')],
  [entityKey('o', 'p', 'c', ''), entityKey('o', 'p', '', 'c')],
]

/** What keeps organizations and connections apart (law 1). */
export const tenancyChecks: readonly StoreCheckBody[] = [
  {
    name: 'tenancy: organizations with confusable names never see each other',
    async run({ store }) {
      const keys = names.map((organizationId) => ({ ...people, organizationId }))
      await Promise.all(keys.map((key, index) => fill(store, key, index)))
      for (const [index, key] of keys.entries()) await assertOwn(store, key, index)
    },
  },
  {
    name: 'tenancy: connections, providers and entities with confusable names never mix',
    async run({ store }) {
      const keys = names.flatMap((name) => [
        { ...people, provider: name },
        { ...people, connection: name, provider: 'other' },
        { ...people, entity: name, provider: 'third' },
      ])
      for (const [index, key] of keys.entries()) await fill(store, key, index)
      for (const [index, key] of keys.entries()) await assertOwnRecords(store, key, index)
    },
  },
  {
    name: 'tenancy: keys that read the same when joined are different keys',
    async run({ store }) {
      for (const pair of lookalikes) {
        for (const [index, key] of pair.entries()) await fill(store, key, index)
        for (const [index, key] of pair.entries()) await assertOwnRecords(store, key, index)
      }
    },
  },
  {
    name: 'tenancy: confusable record ids are different records',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ upserts: names.map((id, index) => record(id, String(index))) }))
      assert.equal(await store.records.count(people), names.length)
      for (const [index, id] of names.entries()) {
        assert.equal((await store.records.get(people, id))?.data, record(id, String(index)).data, JSON.stringify(id))
      }
      const { states } = await store.pages.states(people, names)
      assert.equal(states.size, names.length)
    },
  },
  {
    name: 'tenancy: confusable run ids and consumers are different ones',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ upserts: names.map((id) => record(id)) }))
      const entries = await store.feed.read({ organizationId: people.organizationId })
      for (const [index, name] of names.entries()) {
        await store.runs.create(syncRun({ id: name, startedAt: index }))
        await store.feed.acknowledge(people.organizationId, name, entries[index]?.position ?? '')
      }
      for (const [index, name] of names.entries()) {
        assert.equal((await store.runs.get(people.organizationId, name))?.startedAt, index, JSON.stringify(name))
        assert.equal(
          await store.feed.position(people.organizationId, name),
          entries[index]?.position,
          JSON.stringify(name),
        )
      }
    },
  },
  {
    name: 'tenancy: one organization’s lease, marks and write counter are nothing to another’s',
    async run({ store }) {
      const other = { ...people, organizationId: 'org_2' }
      const lease = await takeLease(store, people, 'run_1')
      await takeLease(store, other, 'run_1')
      await store.pages.commitPage(
        pageCommit({ lease, upserts: [record('a')], marks: [mark('p', ['a'])], listing: listing(), cursor: 'c' }),
      )
      assert.equal(await store.pages.seen(other, 'listing_1'), 0)
      assert.equal(await store.pages.recall(other, digest('p')), undefined)
      assertSame((await takeLease(store, other, 'run_1')).state, { live: 0, observedAt: 0 }, 'the other state')
      assertSame([...(await store.pages.states(other, ['a'])).states], [], 'the other states')
    },
  },
]

function entityKey(organizationId: string, provider: string, connection: string, entity: string): EntityKey {
  return { organizationId, provider, connection, entity }
}

/** Gives a key its own record, quarantined row, connection, run and budget, all recognizable by the number. */
async function fill(store: Store, key: EntityKey, number: number): Promise<void> {
  const { organizationId, provider, connection } = key
  await store.connections.save(
    connectionInput({ organizationId, provider, connection, credentials: `sealed:${String(number)}` }),
  )
  await store.budgets.block(key, 1_000 + number)
  await store.pages.commitPage(
    pageCommit({ key, upserts: [record('a', String(number))], quarantined: [unreadable('bad', String(number))] }),
  )
}

async function assertOwnRecords(store: Store, key: EntityKey, number: number): Promise<void> {
  const about = JSON.stringify(key)
  const records = await store.records.list(key)
  assertSame(
    records.map((row) => row.data),
    [record('a', String(number)).data],
    `the records of ${about}`,
  )
  const quarantined = await store.quarantine.list(key)
  assertSame(
    quarantined.map((row) => row.raw),
    [unreadable('bad', String(number)).raw],
    `the quarantine of ${about}`,
  )
}

async function assertOwn(store: Store, key: EntityKey, number: number): Promise<void> {
  const about = JSON.stringify(key.organizationId)
  await assertOwnRecords(store, key, number)
  assert.equal((await store.connections.get(key))?.credentials, `sealed:${String(number)}`, about)
  assert.equal((await store.connections.list({ organizationId: key.organizationId })).length, 1, about)
  assert.equal(await store.budgets.blockedUntil(key), 1_000 + number, about)
  const feed = await store.feed.read({ organizationId: key.organizationId })
  assertSame(
    feed.map((entry) => [entry.organizationId, entry.hash]),
    [[key.organizationId, record('a', String(number)).hash]],
    about,
  )
}
