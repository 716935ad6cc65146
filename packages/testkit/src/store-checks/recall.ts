import assert from 'node:assert/strict'
import type { PageCommit, RememberedPage, Store } from '@unioneyes/core'
import { assertSame } from './assertions.ts'
import { digest, listing, mark, pageCommit, people, record, T, takeLease, unreadable } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

/** When a page may be taken for one that is stored already. Not recalling is always safe; recalling wrongly loses changes. */
export const recallChecks: readonly StoreCheckBody[] = [
  {
    name: 'recall: a committed page is recalled with what was kept of it',
    async run({ store }) {
      await page(store, { marks: [mark('p1', ['a', 'b'], { next: { offset: 2 }, total: 9, complete: false })] })
      const expected = { fingerprint: digest('p1'), count: 2, next: { offset: 2 }, total: 9, complete: false }
      const recalled = await recall(store)
      assertSame({ complete: false, ...recalled }, expected, 'the page')
      assert.equal(await recall(store, 'p2'), undefined, 'another fingerprint')
      const elsewhere = { ...people, entity: 'departments' }
      assert.equal(await store.pages.recall(elsewhere, digest('p1')), undefined, 'another entity')
    },
  },
  {
    name: 'recall: the last page of a listing is recalled as complete, without a page token',
    async run({ store }) {
      await page(store, { marks: [mark('p1', ['a', 'b'], { complete: true, next: undefined })] })
      const recalled = await recall(store)
      assert.deepEqual([recalled?.complete, recalled?.next, recalled?.total], [true, undefined, undefined])
    },
  },
  {
    name: 'recall: a page token that is JSON null comes back as null',
    async run({ store }) {
      await page(store, { marks: [mark('p1', ['a'], { next: null })] })
      assert.equal((await recall(store))?.next, null)
    },
  },
  {
    name: 'recall: an empty page is recalled too',
    async run({ store }) {
      await page(store, { upserts: [], marks: [mark('p1', [], { complete: true })] })
      assert.equal((await recall(store))?.count, 0)
    },
  },
  {
    name: 'recall: a page that was read again unchanged stays recallable',
    async run({ store }) {
      await page(store, {})
      await page(store, { observedAt: T + 1, marks: [] })
      assert.equal((await recall(store))?.count, 2)
    },
  },
  {
    name: 'recall: a webhook that changes a record of the page ends it',
    async run({ store }) {
      await page(store, {})
      await webhook(store, { upserts: [record('b', 'changed')] })
      assert.equal(await recall(store), undefined)
    },
  },
  {
    name: 'recall: a webhook that changes another record does not',
    async run({ store }) {
      await page(store, {})
      await webhook(store, { upserts: [record('c')] })
      assert.equal((await recall(store))?.count, 2)
    },
  },
  {
    name: 'recall: a change back to the old content still ends it, until the page is committed again',
    async run({ store }) {
      await page(store, {})
      await webhook(store, { upserts: [record('b', 'changed')] })
      await webhook(store, { observedAt: T + 3, upserts: [record('b')] })
      assert.equal(await recall(store), undefined)
      await page(store, { observedAt: T + 4, listing: listing({ id: 'listing_2' }) })
      assert.equal((await recall(store))?.count, 2)
    },
  },
  {
    name: 'recall: another payload of a record ends it',
    async run({ store }) {
      await page(store, {})
      await webhook(store, { upserts: [record('b', 'first', { raw: '"other"', rawHash: digest('other') })] })
      assert.equal(await recall(store), undefined)
    },
  },
  {
    name: 'recall: a deleted record of the page ends it',
    async run({ store }) {
      await page(store, {})
      await webhook(store, { tombstones: [{ id: 'a' }] })
      assert.equal(await recall(store), undefined, 'while deleted')
      await webhook(store, { observedAt: T + 3, upserts: [record('a')] })
      assert.equal(await recall(store), undefined, 'and after it came back')
    },
  },
  {
    name: 'recall: a swept record of the page ends it',
    async run({ store }) {
      await page(store, {})
      const lease = await takeLease(store)
      await store.pages.sweep({ lease, listing: { id: 'listing_2', startedAt: T + 9 }, runId: 'run_1', limit: 1 })
      assert.equal(await recall(store), undefined)
    },
  },
  {
    name: 'recall: a page with a record that is not stored is not recalled',
    async run({ store }) {
      await page(store, { marks: [mark('p1', ['a', 'b', 'bad'])], quarantined: [unreadable('bad')] })
      assert.equal(await recall(store), undefined)
    },
  },
  {
    name: 'recall: a page whose stored record is in quarantine now is not recalled',
    async run({ store }) {
      await page(store, {})
      await page(store, {
        observedAt: T + 1,
        upserts: [record('a')],
        quarantined: [unreadable('b')],
        marks: [mark('p2', ['a', 'b'])],
        listing: listing({ id: 'listing_2' }),
      })
      assert.equal(await recall(store, 'p2'), undefined, 'it would hide a record that cannot be read')
    },
  },
  {
    name: 'recall: a page with a record that was refused as stale is not recalled',
    async run({ store }) {
      await webhook(store, { observedAt: T + 9, upserts: [record('b', 'newer')] })
      await page(store, { observedAt: T + 1 })
      assert.equal(await recall(store), undefined, 'the store holds something else than the page')
      assert.equal(await store.pages.seen(people, 'listing_1'), 2, 'its records were seen all the same')
    },
  },
  {
    name: 'recall: the newest of several pages with one fingerprint is the one that counts',
    async run({ store }) {
      await page(store, {})
      const next = listing({ id: 'listing_2' })
      await page(store, {
        observedAt: T + 1,
        upserts: [record('c')],
        marks: [mark('p1', ['c'], { total: 7 })],
        listing: next,
      })
      assertSame([(await recall(store))?.count, (await recall(store))?.total], [1, 7], 'the newest')
    },
  },
  {
    name: 'recall: a remembered page stays recallable in the listing after',
    async run({ store }) {
      await page(store, {})
      const lease = await takeLease(store)
      await store.pages.commitPage(
        pageCommit({ lease, observedAt: T + 1, remembered: [digest('p1')], listing: listing({ id: 'listing_2' }) }),
      )
      await store.pages.dropMarks(lease, 'listing_2')
      assert.equal((await recall(store))?.count, 2)
      assert.equal(await store.pages.seen(people, 'listing_2'), 2)
    },
  },
  {
    name: 'recall: remembering a page that a webhook has written into meanwhile does not make it whole again',
    async run({ store }) {
      await page(store, {})
      assert.equal((await recall(store))?.count, 2, 'the sync recalls it')
      await webhook(store, { observedAt: T + 5, upserts: [record('b', 'changed')] })
      const lease = await takeLease(store)
      await store.pages.commitPage(
        pageCommit({ lease, observedAt: T + 1, remembered: [digest('p1')], listing: listing({ id: 'listing_2' }) }),
      )
      assert.equal(await recall(store), undefined)
    },
  },
  {
    name: 'recall: dropped marks are not recalled',
    async run({ store }) {
      await page(store, {})
      await store.pages.dropMarks(await takeLease(store), undefined)
      assert.equal(await recall(store), undefined)
    },
  },
]

/** Commits a page of a listing with the records a and b under the fingerprint p1, unless told otherwise. */
async function page(store: Store, over: Partial<PageCommit>): Promise<void> {
  const lease = await takeLease(store)
  const upserts = [record('a'), record('b')]
  await store.pages.commitPage(
    pageCommit({ lease, upserts, marks: [mark('p1', ['a', 'b'])], listing: listing(), ...over }),
  )
}

async function webhook(store: Store, over: Partial<PageCommit>): Promise<void> {
  await store.pages.commitPage(pageCommit({ observedAt: T + 2, ...over }))
}

const recall = (store: Store, fingerprint = 'p1'): Promise<RememberedPage | undefined> =>
  store.pages.recall(people, digest(fingerprint))
