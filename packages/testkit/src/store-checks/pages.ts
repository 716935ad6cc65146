import assert from 'node:assert/strict'
import { noCounters, recordHash } from '@unioneyes/core'
import type { RecordWrite } from '@unioneyes/core'
import { assertIds, assertSame, present } from './assertions.ts'
import { listing, pageCommit, people, record, syncRun, T, takeLease } from './examples.ts'
import { idChecks } from './ids-between.ts'
import type { StoreCheckBody } from './store-check.ts'

const org = { organizationId: people.organizationId }

/** What a commit must write (law 12), and what it must say of it. */
export const pageChecks: readonly StoreCheckBody[] = [
  {
    name: 'pages: new records are created, with everything that was given',
    async run({ store }) {
      const given = record('a', 'É "\\ 😀', { version: '7' })
      const result = await store.pages.commitPage(
        pageCommit({ observedAt: T + 3, upserts: [given, record('b', 'x', { raw: undefined })] }),
      )
      assertIds(result.created, ['a', 'b'], 'created')
      assertSame([result.updated, result.deleted, result.stale], [[], [], []], 'nothing else')
      const stored = present(await store.records.get(people, 'a'), 'the record')
      const { id, data, raw, hash, version } = given
      assertSame(stored, { id, data, raw, hash, version, observedAt: T + 3 }, 'the record as stored')
      assert.equal((await store.records.get(people, 'b'))?.raw, undefined, 'a record without a payload')
    },
  },
  {
    name: 'pages: hashes that a commit leaves out are taken by the store, and later ones are compared with them',
    async run({ store }) {
      const bare = { hash: undefined, rawHash: undefined }
      const [a, b] = [record('a', 'É', bare), record('b', 'x', { ...bare, raw: undefined })]
      const given = { upserts: [a, b], mappingTag: ' by mapping 1' }
      await store.pages.commitPage(pageCommit(given))
      const { states } = await store.pages.states(people, ['a', 'b'])
      const hashes = ({ data, raw = data }: RecordWrite): string[] => [
        recordHash(data),
        `${recordHash(raw)} by mapping 1`,
      ]
      for (const write of [a, b]) {
        const { hash, rawHash } = present(states.get(write.id), `the state of ${write.id}`)
        assertSame([hash, rawHash], hashes(write), `the hashes of ${write.id}`)
      }
      const again = await store.pages.commitPage(pageCommit({ ...given, observedAt: T + 1 }))
      assertSame(again, { created: [], updated: [], deleted: [], stale: [] }, 'the same again')
    },
  },
  {
    name: 'pages: a record with another hash is updated',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ upserts: [record('a'), record('b')] }))
      const result = await store.pages.commitPage(
        pageCommit({ observedAt: T + 1, upserts: [record('a', 'second'), record('b')] }),
      )
      assertSame(result, { created: [], updated: ['a'], deleted: [], stale: [] }, 'the result')
      const stored = present(await store.records.get(people, 'a'), 'the record')
      assertSame(
        [stored.data, stored.raw, stored.hash, stored.observedAt],
        [record('a', 'second').data, record('a', 'second').raw, record('a', 'second').hash, T + 1],
        'the new content',
      )
    },
  },
  {
    name: 'pages: the same content again is no change: no feed entry, nothing counted, nothing written',
    async run({ store }) {
      await store.runs.create(syncRun())
      const lease = await takeLease(store)
      await store.pages.commitPage(pageCommit({ lease, upserts: [record('a')] }))
      const feed = await store.feed.read(org)
      const before = await store.pages.states(people, ['a'])
      const result = await store.pages.commitPage(
        pageCommit({ lease, runId: 'run_1', observedAt: T + 1, upserts: [record('a')] }),
      )
      assertSame(result, { created: [], updated: [], deleted: [], stale: [] }, 'the result')
      assertSame(await store.feed.read(org), feed, 'the feed')
      assertSame(await store.pages.states(people, ['a']), before, 'the state and the write counter')
      const counters = present(await store.runs.get('org_1', 'run_1'), 'the run').counters
      assert.deepEqual([counters.created, counters.updated, counters.deleted], [0, 0, 0])
    },
  },
  {
    name: 'pages: another payload of the same content is kept without a feed entry',
    async run({ store }) {
      await store.runs.create(syncRun())
      const lease = await takeLease(store)
      await store.pages.commitPage(pageCommit({ lease, upserts: [record('a')] }))
      const { writes } = await store.pages.states(people, [])
      const repacked = record('a', 'first', {
        raw: '{"key":"a","value":"first","etag":2}',
        rawHash: 'f'.repeat(64),
        version: '2',
      })
      const result = await store.pages.commitPage(
        pageCommit({ lease, runId: 'run_1', observedAt: T + 1, upserts: [repacked] }),
      )
      assertSame(result, { created: [], updated: [], deleted: [], stale: [] }, 'the result')
      const stored = present(await store.records.get(people, 'a'), 'the record')
      assertSame(
        [stored.raw, stored.version, stored.observedAt],
        [repacked.raw, '2', T + 1],
        'payload, version and observation',
      )
      const known = await store.pages.states(people, ['a'])
      assert.equal(known.states.get('a')?.rawHash, repacked.rawHash)
      assert.ok(known.writes > writes, 'a record row was written')
      assert.equal((await store.feed.read(org)).length, 1, 'only its creation stands in the feed')
      assert.equal((await store.runs.get('org_1', 'run_1'))?.counters.updated, 0)
    },
  },
  {
    name: 'pages: of repeated ids in one commit the last one wins, once',
    async run({ store }) {
      const result = await store.pages.commitPage(
        pageCommit({ upserts: [record('a', 'one'), record('b'), record('a', 'two'), record('a', 'three')] }),
      )
      assertIds(result.created, ['a', 'b'], 'created')
      assert.deepEqual(result.updated, [])
      assert.equal((await store.records.get(people, 'a'))?.data, record('a', 'three').data)
      assert.equal((await store.feed.read(org)).length, 2)
    },
  },
  {
    name: 'pages: a repeated id whose last content is the stored one is no change',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ upserts: [record('a')] }))
      const result = await store.pages.commitPage(
        pageCommit({ observedAt: T + 1, upserts: [record('a', 'other'), record('a')] }),
      )
      assertSame(result, { created: [], updated: [], deleted: [], stale: [] }, 'the result')
      assert.equal((await store.feed.read(org)).length, 1)
    },
  },
  {
    name: 'pages: a tombstone deletes a live record and keeps its last content',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ upserts: [record('a'), record('b')] }))
      const result = await store.pages.commitPage(pageCommit({ observedAt: T + 1, tombstones: [{ id: 'a' }] }))
      assertSame(result, { created: [], updated: [], deleted: ['a'], stale: [] }, 'the result')
      const stored = present(await store.records.get(people, 'a'), 'the deleted record')
      assertSame(
        [stored.data, stored.raw, stored.hash],
        [record('a').data, record('a').raw, record('a').hash],
        'its last content',
      )
      assert.equal(typeof stored.deletedAt, 'number')
      assert.equal(stored.observedAt, T + 1)
      const entry = present((await store.feed.read(org)).at(-1), 'the feed entry')
      assertSame([entry.kind, entry.id, entry.hash], ['deleted', 'a', record('a').hash], 'the feed entry')
      assert.equal(await store.records.count(people), 1)
      assert.equal((await takeLease(store)).state.live, 1)
    },
  },
  {
    name: 'pages: a second deletion is no change',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ upserts: [record('a')] }))
      await store.pages.commitPage(pageCommit({ observedAt: T + 1, tombstones: [{ id: 'a' }] }))
      const again = await store.pages.commitPage(
        pageCommit({ observedAt: T + 2, tombstones: [{ id: 'a' }, { id: 'a' }] }),
      )
      assertSame(again, { created: [], updated: [], deleted: [], stale: [] }, 'the result')
      assert.equal((await store.feed.read(org)).length, 2)
      assert.equal((await store.records.get(people, 'a'))?.observedAt, T + 2, 'its observation advances')
      assert.equal((await takeLease(store)).state.live, 0)
    },
  },
  {
    name: 'pages: a deleted record that is seen again is created again, even with the same content',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ upserts: [record('a')] }))
      await store.pages.commitPage(pageCommit({ observedAt: T + 1, tombstones: [{ id: 'a' }] }))
      const result = await store.pages.commitPage(pageCommit({ observedAt: T + 2, upserts: [record('a')] }))
      assertSame(result, { created: ['a'], updated: [], deleted: [], stale: [] }, 'the result')
      assert.equal((await store.records.get(people, 'a'))?.deletedAt, undefined)
      assert.deepEqual(
        (await store.feed.read(org)).map((entry) => entry.kind),
        ['created', 'deleted', 'created'],
      )
      assert.equal(await store.records.count(people), 1)
    },
  },
  {
    name: 'pages: a tombstone of an unknown id changes nothing for the app and keeps an older read from creating it',
    async run({ store }) {
      await store.runs.create(syncRun())
      const result = await store.pages.commitPage(
        pageCommit({ runId: 'run_1', observedAt: T + 5, tombstones: [{ id: 'a' }] }),
      )
      assertSame(result, { created: [], updated: [], deleted: [], stale: [] }, 'the result')
      assert.deepEqual(await store.feed.read(org), [])
      assert.equal((await store.runs.get('org_1', 'run_1'))?.counters.deleted, 0)
      assert.equal(await store.records.count(people), 0)
      assert.equal((await store.pages.states(people, ['a'])).states.get('a')?.deleted, true)
      const late = await store.pages.commitPage(pageCommit({ observedAt: T + 4, upserts: [record('a')] }))
      assertSame(late, { created: [], updated: [], deleted: [], stale: ['a'] }, 'an older read')
      const newer = await store.pages.commitPage(pageCommit({ observedAt: T + 6, upserts: [record('a')] }))
      assertSame(newer, { created: ['a'], updated: [], deleted: [], stale: [] }, 'a newer read')
    },
  },
  {
    name: 'pages: an id both written and deleted in one commit is deleted',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ upserts: [record('a')] }))
      const result = await store.pages.commitPage(
        pageCommit({
          observedAt: T + 1,
          upserts: [record('a', 'second'), record('b'), record('c')],
          tombstones: [{ id: 'a' }, { id: 'b' }],
        }),
      )
      assertSame(result, { created: ['c'], updated: [], deleted: ['a'], stale: [] }, 'the result')
      assert.deepEqual(
        (await store.feed.read(org))
          .map((entry) => [entry.kind, entry.id])
          .slice(1)
          .sort(),
        [
          ['created', 'c'],
          ['deleted', 'a'],
        ],
      )
      assert.equal(await store.records.count(people), 1)
    },
  },
  {
    name: 'pages: the cursor is saved when present, JSON null included, and otherwise left',
    async run({ store }) {
      const lease = await takeLease(store)
      await store.pages.commitPage(pageCommit({ lease, cursor: { since: 1 } }))
      await store.pages.commitPage(pageCommit({ lease }))
      assertSame((await takeLease(store)).state.cursor, { since: 1 }, 'left as it was')
      await store.pages.commitPage(pageCommit({ lease: await takeLease(store), cursor: null }))
      assert.equal((await takeLease(store)).state.cursor, null, 'null is a value')
      for (const cursor of ['', 0, false, [], 'é"']) {
        await store.pages.commitPage(pageCommit({ lease: await takeLease(store), cursor }))
        assertSame((await takeLease(store)).state.cursor, cursor, `the cursor ${JSON.stringify(cursor)}`)
      }
    },
  },
  {
    name: 'pages: the listing is replaced, left, or ended as the commit says',
    async run({ store }) {
      const lease = await takeLease(store)
      const first = listing({ pageToken: null })
      await store.pages.commitPage(pageCommit({ lease, listing: first }))
      await store.pages.commitPage(pageCommit({ lease }))
      const kept = (await takeLease(store)).state.listing
      assertSame(kept, first, 'left as it was')
      assert.equal(kept?.pageToken, null, 'the page token null is a value')
      const second = listing({
        id: 'listing_2',
        phase: 'sweep',
        pageToken: undefined,
        cursor: null,
        total: 0,
        identified: false,
      })
      await store.pages.commitPage(pageCommit({ lease: await takeLease(store), listing: second }))
      const replaced = (await takeLease(store)).state.listing
      assertSame(replaced, second, 'replaced')
      assert.deepEqual([replaced?.pageToken, replaced?.cursor], [undefined, null], 'nothing is left of the first')
      await store.pages.commitPage(pageCommit({ lease: await takeLease(store), listing: null }))
      assert.equal((await takeLease(store)).state.listing, undefined, 'ended')
    },
  },
  {
    name: 'pages: the listing counts what its commits created, updated and deleted, on top of what it is given',
    async run({ store }) {
      const lease = await takeLease(store)
      const first = listing({ counters: { ...noCounters, created: 10, requests: 3 } })
      await store.pages.commitPage(
        pageCommit({ lease, upserts: ['a', 'b', 'c'].map((id) => record(id)), listing: first }),
      )
      const counted = present((await takeLease(store)).state.listing, 'the listing')
      assertSame(counted.counters, { ...noCounters, created: 13, requests: 3 }, 'after the first commit')
      await store.pages.commitPage(
        pageCommit({
          lease: await takeLease(store),
          observedAt: T + 1,
          upserts: [record('a', 'second'), record('b'), record('d')],
          tombstones: [{ id: 'c' }, { id: 'unknown' }],
          listing: counted,
        }),
      )
      const { counters } = present((await takeLease(store)).state.listing, 'the listing')
      assertSame(
        counters,
        { ...noCounters, created: 14, updated: 1, deleted: 1, requests: 3 },
        'after the second commit',
      )
    },
  },
  {
    name: 'pages: the entity’s observation only advances, and only by commits under a lease',
    async run({ store }) {
      const lease = await takeLease(store)
      await store.pages.commitPage(pageCommit({ lease, observedAt: T + 5 }))
      const earlier = await store.pages.commitPage(pageCommit({ lease, observedAt: T + 3, upserts: [record('b')] }))
      assert.deepEqual(earlier.created, ['b'], 'a page read earlier is written all the same')
      await store.pages.commitPage(pageCommit({ observedAt: T + 9, upserts: [record('a')] }))
      assert.equal((await takeLease(store)).state.observedAt, T + 5)
    },
  },
  {
    name: 'pages: a commit without a lease moves neither checkpoint nor lease',
    async run({ store }) {
      const lease = await takeLease(store)
      await store.pages.commitPage(pageCommit({ lease, listing: listing(), cursor: 'c1' }))
      const webhook = pageCommit({ observedAt: T + 1, upserts: [record('a')], cursor: 'c2', listing: null })
      await store.pages.commitPage(webhook)
      await store.pages.commitPage(pageCommit({ lease, observedAt: T + 2, upserts: [record('b')] }))
      const { state } = await takeLease(store)
      assertSame([state.cursor, state.listing, state.live], ['c1', listing(), 2], 'the state')
    },
  },
  {
    name: 'pages: commits at the same time lose nothing',
    async run({ store }) {
      await store.runs.create(syncRun())
      const ids = Array.from({ length: 12 }, (_, index) => `id ${String(index)}`)
      const results = await Promise.all(
        ids.map((id) =>
          store.pages.commitPage(pageCommit({ runId: 'run_1', upserts: [record(id), record('shared', id)] })),
        ),
      )
      assert.equal(await store.records.count(people), ids.length + 1)
      assert.equal(
        results.filter((result) => result.created.includes('shared')).length,
        1,
        'one created the shared record',
      )
      assert.equal((await store.runs.get('org_1', 'run_1'))?.counters.created, ids.length + 1)
      assert.equal((await store.runs.get('org_1', 'run_1'))?.counters.updated, ids.length - 1)
      assert.equal((await store.feed.read(org)).length, 2 * ids.length)
    },
  },
  {
    name: 'pages: states are given of stored ids only, tombstones included, and count the writes',
    async run({ store }) {
      const empty = await store.pages.states(people, ['a'])
      assert.equal(empty.states.size, 0)
      await store.pages.commitPage(pageCommit({ upserts: [record('a', 'first', { version: '3' }), record('b')] }))
      await store.pages.commitPage(pageCommit({ observedAt: T + 1, tombstones: [{ id: 'b' }] }))
      const known = await store.pages.states(people, ['a', 'b', 'c', 'a'])
      assert.deepEqual([...known.states.keys()].sort(), ['a', 'b'])
      const { hash, rawHash } = record('a')
      assertSame(known.states.get('a'), { hash, rawHash, version: '3', observedAt: T, deleted: false }, 'the live one')
      assert.equal(known.states.get('b')?.deleted, true)
      assert.ok(known.writes > empty.writes)
      const lease = await takeLease(store)
      await store.pages.commitPage(pageCommit({ lease, observedAt: T + 2, listing: listing(), cursor: 'c' }))
      assert.equal((await store.pages.states(people, [])).writes, known.writes, 'a checkpoint alone writes no record')
    },
  },
  {
    name: 'pages: a page larger than a database’s parameter limit is written whole',
    async run({ store }) {
      const ids = Array.from({ length: 6_000 }, (_, index) => `id ${String(index).padStart(5, '0')}`)
      const lease = await takeLease(store)
      const commit = pageCommit({ lease, upserts: ids.map((id) => record(id)), listing: listing() })
      assert.equal((await store.pages.commitPage(commit)).created.length, ids.length)
      assert.equal((await store.pages.states(people, ids)).states.size, ids.length)
      const again = await store.pages.commitPage({
        ...commit,
        observedAt: T + 1,
        upserts: [],
        tombstones: ids.map((id) => ({ id })),
      })
      assert.equal(again.deleted.length, ids.length)
      assert.equal(await store.records.count(people), 0)
    },
  },
  ...idChecks,
]
