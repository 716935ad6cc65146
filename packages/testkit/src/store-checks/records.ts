import assert from 'node:assert/strict'
import { pageCommit, people, record, T } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

/** What reading synced records must do. */
export const recordChecks: readonly StoreCheckBody[] = [
  {
    name: 'records: live records are listed in the order of their ids, whatever the order of their arrival',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ upserts: ['b', 'a10', 'Z', 'a9'].map((id) => record(id)) }))
      await store.pages.commitPage(
        pageCommit({ observedAt: T + 1, upserts: [record('a'), record('')], tombstones: [{ id: 'b' }] }),
      )
      const ids = async (query?: object): Promise<string[]> =>
        (await store.records.list(people, query)).map((row) => row.id)
      assert.deepEqual(await ids(), ['', 'Z', 'a', 'a10', 'a9'])
      assert.deepEqual(await ids({ includeDeleted: true }), ['', 'Z', 'a', 'a10', 'a9', 'b'])
      assert.deepEqual(await ids({ after: '' }), ['Z', 'a', 'a10', 'a9'], 'the empty id is an id')
      assert.deepEqual(await ids({ after: 'a1', limit: 1 }), ['a10'], '`after` need not exist')
      assert.deepEqual(await ids({ after: 'a9' }), [])
      assert.equal(await store.records.count(people), 5)
    },
  },
  {
    name: 'records: ids are ordered by code point (as the bytes of UTF-8)',
    async run({ store }) {
      const ordered = ['A', 'a', 'é', 'ﬀ', '😀', '😀a']
      await store.pages.commitPage(pageCommit({ upserts: ordered.toReversed().map((id) => record(id)) }))
      assert.deepEqual(
        (await store.records.list(people)).map((row) => row.id),
        ordered,
      )
    },
  },
  {
    name: 'records: pages of the list show every record once',
    async run({ store }) {
      const ids = Array.from({ length: 23 }, (_, index) => `id ${String(index).padStart(2, '0')}`)
      await store.pages.commitPage(pageCommit({ upserts: ids.map((id) => record(id)) }))
      const shown: string[] = []
      for (let after: string | undefined; ;) {
        const rows = await store.records.list(people, { after, limit: 5 })
        assert.ok(rows.length <= 5, 'the limit is kept')
        if (rows.length === 0) break
        shown.push(...rows.map((row) => row.id))
        after = rows.at(-1)?.id
        assert.ok(shown.length <= ids.length, 'no record is shown twice')
      }
      assert.deepEqual(shown, ids)
    },
  },
  {
    name: 'records: at most 500 are listed when no limit is given',
    async run({ store }) {
      const ids = Array.from({ length: 501 }, (_, index) => `id ${String(index).padStart(3, '0')}`)
      await store.pages.commitPage(pageCommit({ upserts: ids.map((id) => record(id)) }))
      assert.equal((await store.records.list(people)).length, 500)
      assert.equal(await store.records.count(people), 501)
    },
  },
  {
    name: 'records: a deleted record is found by its id, with the time of its deletion',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ upserts: [record('a')] }))
      assert.equal((await store.records.get(people, 'a'))?.deletedAt, undefined)
      const before = await store.now()
      await store.pages.commitPage(pageCommit({ observedAt: T + 1, tombstones: [{ id: 'a' }] }))
      const deletedAt = (await store.records.get(people, 'a'))?.deletedAt
      assert.ok(
        deletedAt !== undefined && deletedAt >= before && deletedAt <= (await store.now()),
        'a time of the store',
      )
      assert.equal(await store.records.get(people, 'b'), undefined)
      assert.equal(await store.records.count(people), 0)
    },
  },
  {
    name: 'records: a record that came after a list was read stands in the next list, in its place',
    async run({ store }) {
      const ids = async (): Promise<string[]> => (await store.records.list(people)).map((row) => row.id)
      await store.pages.commitPage(pageCommit({ upserts: [record('a'), record('c')] }))
      assert.deepEqual(await ids(), ['a', 'c'])
      await store.pages.commitPage(pageCommit({ observedAt: T + 1, upserts: [record('b')], tombstones: [{ id: 'c' }] }))
      assert.deepEqual(await ids(), ['a', 'b'])
      await store.pages.commitPage(pageCommit({ observedAt: T + 2, upserts: [record('c')] }))
      assert.deepEqual(await ids(), ['a', 'b', 'c'])
    },
  },
  {
    name: 'records: a deletion repeated later keeps the time of the first one',
    movesTime: true,
    async run({ store, clock }) {
      await store.pages.commitPage(pageCommit({ upserts: [record('a')] }))
      await store.pages.commitPage(pageCommit({ observedAt: T + 1, tombstones: [{ id: 'a' }] }))
      const deletedAt = clock.now()
      clock.advance(1_000)
      await store.pages.commitPage(pageCommit({ observedAt: T + 2, tombstones: [{ id: 'a' }] }))
      assert.equal((await store.records.get(people, 'a'))?.deletedAt, deletedAt)
    },
  },
  {
    name: 'records: a deletion of something that was never stored is no record',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ tombstones: [{ id: 'never' }] }))
      assert.equal(await store.records.get(people, 'never'), undefined)
      assert.deepEqual(await store.records.list(people, { includeDeleted: true }), [])
    },
  },
]
