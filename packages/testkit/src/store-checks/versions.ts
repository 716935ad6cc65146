import assert from 'node:assert/strict'
import type { CommitResult, PageCommit, Store } from '@unioneyes/core'
import { assertIds, assertSame, present } from './assertions.ts'
import { listing, pageCommit, people, record, T, takeLease } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

/** What keeps an older read from replacing a newer one (law 12). */
export const versionChecks: readonly StoreCheckBody[] = [
  {
    name: 'versions: a lower version never replaces a higher one, however late it was read',
    async run({ store }) {
      await write(store, T, { upserts: [record('a', 'ten', { version: '10' })] })
      assertIds(
        (await write(store, T + 9, { upserts: [record('a', 'nine', { version: '9' })] })).stale,
        ['a'],
        'numbers, not text',
      )
      assert.equal(await contentOf(store, 'a'), 'ten')
      const result = await write(store, T - 9, { upserts: [record('a', 'eleven', { version: '11' })] })
      assertSame([result.updated, result.stale], [['a'], []], 'a higher version, read earlier')
      assert.equal(await contentOf(store, 'a'), 'eleven')
    },
  },
  {
    name: 'versions: versions beyond 2^53 and textual ones are compared exactly',
    async run({ store }) {
      await write(store, T, {
        upserts: [
          record('big', 'new', { version: '9007199254740993' }),
          record('text', 'new', { version: '2024-01-02T00:00:00Z' }),
        ],
      })
      const result = await write(store, T + 1, {
        upserts: [
          record('big', 'old', { version: '9007199254740992' }),
          record('text', 'old', { version: '2024-01-01T23:59:59Z' }),
        ],
      })
      assertIds(result.stale, ['big', 'text'], 'stale')
      assertSame([await contentOf(store, 'big'), await contentOf(store, 'text')], ['new', 'new'], 'the content')
    },
  },
  {
    name: 'versions: the same version again may replace the content',
    async run({ store }) {
      await write(store, T, { upserts: [record('a', 'first', { version: '5' })] })
      assertIds(
        (await write(store, T + 1, { upserts: [record('a', 'mapped anew', { version: '5' })] })).updated,
        ['a'],
        'updated',
      )
    },
  },
  {
    name: 'versions: without versions an earlier observation never replaces a later one',
    async run({ store }) {
      await write(store, T + 5, { upserts: [record('a', 'later')] })
      assertIds((await write(store, T + 4, { upserts: [record('a', 'earlier')] })).stale, ['a'], 'stale')
      assert.equal(await contentOf(store, 'a'), 'later')
      assertIds(
        (await write(store, T + 5, { upserts: [record('a', 'same moment')] })).updated,
        ['a'],
        'the same moment may',
      )
    },
  },
  {
    name: 'versions: a version on one side only is decided by observation, and the known version stays known',
    async run({ store }) {
      await write(store, T + 5, { upserts: [record('a', 'five', { version: '5' })] })
      assertIds(
        (await write(store, T + 4, { upserts: [record('a', 'earlier')] })).stale,
        ['a'],
        'unversioned and earlier',
      )
      assertIds(
        (await write(store, T + 6, { upserts: [record('a', 'later')] })).updated,
        ['a'],
        'unversioned and later',
      )
      assert.equal((await store.records.get(people, 'a'))?.version, '5')
      assertIds(
        (await write(store, T + 7, { upserts: [record('a', 'four', { version: '4' })] })).stale,
        ['a'],
        'a lower version',
      )
      assert.equal(await contentOf(store, 'a'), 'later')
    },
  },
  {
    name: 'versions: an unchanged read raises the version and, in a webhook, the observation',
    async run({ store }) {
      await write(store, T, { upserts: [record('a', 'same', { version: '1' }), record('b', 'same')] })
      const result = await write(store, T + 9, {
        upserts: [record('a', 'same', { version: '7' }), record('b', 'same')],
      })
      assertSame(result, { created: [], updated: [], deleted: [], stale: [] }, 'no change for the app')
      assert.equal(await contentOf(store, 'b'), 'same')
      const late = { upserts: [record('a', 'between', { version: '4' }), record('b', 'between')] }
      assertIds((await write(store, T + 5, late)).stale, ['a', 'b'], 'what was read in between comes too late')
    },
  },
  {
    name: 'versions: a sync’s read of a higher version with the same payload raises the version',
    async run({ store }) {
      const lease = await takeLease(store)
      await write(store, T, { lease, upserts: [record('a', 'same', { version: '1' })] })
      await write(store, T + 1, { lease, upserts: [record('a', 'same', { version: '7' })] })
      assertIds(
        (await write(store, T + 2, { upserts: [record('a', 'between', { version: '4' })] })).stale,
        ['a'],
        'stale',
      )
    },
  },
  {
    name: 'versions: an older tombstone deletes nothing',
    async run({ store }) {
      await write(store, T + 5, { upserts: [record('a', 'new', { version: '5' }), record('b', 'new')] })
      const result = await write(store, T + 4, { tombstones: [{ id: 'a', version: '4' }, { id: 'b' }] })
      assertIds(result.stale, ['a', 'b'], 'stale')
      assert.deepEqual(result.deleted, [])
      assert.equal(await store.records.count(people), 2)
    },
  },
  {
    name: 'versions: an older write brings no deleted record back',
    async run({ store }) {
      await write(store, T, { upserts: [record('a', 'x', { version: '1' }), record('b', 'x')] })
      await write(store, T + 5, { tombstones: [{ id: 'a', version: '5' }, { id: 'b' }] })
      const result = await write(store, T + 4, { upserts: [record('a', 'y', { version: '4' }), record('b', 'y')] })
      assertIds(result.stale, ['a', 'b'], 'stale')
      assert.equal(await store.records.count(people), 0)
      const newer = await write(store, T + 6, { upserts: [record('a', 'z', { version: '6' }), record('b', 'z')] })
      assertIds(newer.created, ['a', 'b'], 'newer ones do')
    },
  },
  {
    name: 'versions: a tombstone without a version keeps the version it deletes; the same version read earlier stays deleted',
    async run({ store }) {
      await write(store, T, { upserts: [record('a', 'five', { version: '5' })] })
      await write(store, T + 5, { tombstones: [{ id: 'a' }] })
      assertIds(
        (await write(store, T + 9, { upserts: [record('a', 'four', { version: '4' })] })).stale,
        ['a'],
        'a lower version',
      )
      assertIds(
        (await write(store, T + 4, { upserts: [record('a', 'five', { version: '5' })] })).stale,
        ['a'],
        'read before',
      )
      assertIds(
        (await write(store, T + 6, { upserts: [record('a', 'five', { version: '5' })] })).created,
        ['a'],
        'read after',
      )
      await write(store, T + 20, { tombstones: [{ id: 'a' }] })
      const higher = await write(store, T + 10, { upserts: [record('a', 'six', { version: '6' })] })
      assertIds(higher.created, ['a'], 'a higher version, whenever it was read')
    },
  },
  {
    name: 'versions: a repeated deletion raises version and observation of the tombstone, an older one does not lower them',
    async run({ store }) {
      await write(store, T, { upserts: [record('a', 'x', { version: '1' }), record('b')] })
      await write(store, T + 5, { tombstones: [{ id: 'a', version: '5' }, { id: 'b' }] })
      await write(store, T + 8, { tombstones: [{ id: 'a', version: '8' }, { id: 'b' }] })
      const older = await write(store, T + 3, { tombstones: [{ id: 'a', version: '3' }, { id: 'b' }] })
      assertIds(older.stale, ['a', 'b'], 'the older deletion')
      const between = await write(store, T + 7, { upserts: [record('a', 'y', { version: '7' }), record('b', 'y')] })
      assertIds(between.stale, ['a', 'b'], 'a write between the deletions')
    },
  },
  {
    name: 'versions: a webhook older than the latest sync page is stale, although the unchanged row is older still',
    async run({ store }) {
      const lease = await takeLease(store)
      await write(store, T, { lease, upserts: [record('a', 'same')] })
      await write(store, T + 20, { lease, upserts: [record('a', 'same')] })
      const late = await write(store, T + 10, { upserts: [record('a', 'between')] })
      assertSame(late, { created: [], updated: [], deleted: [], stale: ['a'] }, 'a late write')
      assertIds((await write(store, T + 10, { tombstones: [{ id: 'a' }] })).stale, ['a'], 'a late deletion')
      assert.equal(await contentOf(store, 'a'), 'same')
      assertIds(
        (await write(store, T + 20, { upserts: [record('a', 'after')] })).updated,
        ['a'],
        'a webhook as late as the page',
      )
    },
  },
  {
    name: 'versions: a webhook older than the latest sync page is stale, too, when only one side has a version',
    async run({ store }) {
      const lease = await takeLease(store)
      const upserts = [record('a', 'same', { version: '5' }), record('b', 'same')]
      await write(store, T, { lease, upserts })
      await write(store, T + 20, { lease, upserts })
      const late = { upserts: [record('a', 'between'), record('b', 'between', { version: '9' })] }
      assertIds((await write(store, T + 10, late)).stale, ['a', 'b'], 'stale')
    },
  },
  {
    name: 'versions: a webhook older than the latest sync page creates nothing the listing did not show',
    async run({ store }) {
      const lease = await takeLease(store)
      await write(store, T + 20, { lease, listing: listing() })
      const late = await write(store, T + 10, { upserts: [record('gone')], tombstones: [{ id: 'unknown' }] })
      assertIds(late.stale, ['gone', 'unknown'], 'it must be fetched again')
      assert.equal(await store.records.count(people), 0)
    },
  },
  {
    name: 'versions: a webhook with a higher version is written, although a sync page was observed later',
    async run({ store }) {
      const lease = await takeLease(store)
      await write(store, T + 20, { lease, upserts: [record('a', 'three', { version: '3' })] })
      assertIds(
        (await write(store, T + 10, { upserts: [record('a', 'four', { version: '4' })] })).updated,
        ['a'],
        'updated',
      )
    },
  },
  {
    name: 'versions: a page read before a webhook but committed after it leaves the webhook’s record',
    async run({ store }) {
      await write(store, T, { upserts: [record('a'), record('b')] })
      await write(store, T + 10, { upserts: [record('a', 'webhook')] })
      const result = await write(store, T + 5, {
        lease: await takeLease(store),
        upserts: [record('a', 'page'), record('b', 'page')],
      })
      assertSame(result, { created: [], updated: ['b'], deleted: [], stale: ['a'] }, 'the rest of the page is written')
      assert.equal(await contentOf(store, 'a'), 'webhook')
    },
  },
]

const write = (store: Store, observedAt: number, over: Partial<PageCommit>): Promise<CommitResult> =>
  store.pages.commitPage(pageCommit({ observedAt, ...over }))

async function contentOf(store: Store, id: string): Promise<unknown> {
  const parsed: unknown = JSON.parse(present(await store.records.get(people, id), `the record ${id}`).data)
  return typeof parsed === 'object' && parsed !== null && 'content' in parsed ? parsed.content : undefined
}
