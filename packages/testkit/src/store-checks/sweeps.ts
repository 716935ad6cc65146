import assert from 'node:assert/strict'
import { noCounters } from '@unioneyes/core'
import type { Lease, Listing, Store } from '@unioneyes/core'
import { assertIds, assertRefused, assertSame, present } from './assertions.ts'
import { digest, listing, mark, pageCommit, people, record, syncRun, T, takeLease, unreadable } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

/** What deletion by absence must do, and must leave alone (law 5). */
export const sweepChecks: readonly StoreCheckBody[] = [
  {
    name: 'sweeps: exactly the records that the listing did not show are planned and deleted',
    async run({ store }) {
      const lease = await stored(store, ['a', 'b', 'c', 'd', 'e'])
      const current = listing({ startedAt: T + 10 })
      await show(store, lease, current, ['a', 'c'])
      await show(store, lease, current, ['d', 'new'])
      assertSame(await store.pages.planSweep(people, current), { missing: 2, live: 6 }, 'the plan')
      const swept = await store.pages.sweep({ lease, listing: current, runId: 'run_1', limit: 10 })
      assert.deepEqual(swept, ['b', 'e'])
      assertSame(await store.pages.planSweep(people, current), { missing: 0, live: 4 }, 'the plan afterwards')
      assert.deepEqual(
        (await store.records.list(people)).map((row) => row.id),
        ['a', 'c', 'd', 'new'],
      )
      assert.equal((await takeLease(store)).state.live, 4)
    },
  },
  {
    name: 'sweeps: a swept record keeps its content, is observed at the listing’s start, and stands in feed and run',
    async run({ store }) {
      await store.runs.create(syncRun())
      const lease = await stored(store, ['a', 'b'])
      const current = listing({ startedAt: T + 10 })
      await show(store, lease, current, ['a'])
      await store.pages.sweep({ lease, listing: current, runId: 'run_1', limit: 10 })
      const gone = present(await store.records.get(people, 'b'), 'the swept record')
      assertSame([gone.data, gone.hash, gone.observedAt], [record('b').data, record('b').hash, T + 10], 'the tombstone')
      assert.equal(typeof gone.deletedAt, 'number')
      const entry = present((await store.feed.read({ organizationId: 'org_1' })).at(-1), 'the feed entry')
      assertSame(
        [entry.kind, entry.id, entry.runId, entry.hash],
        ['deleted', 'b', 'run_1', record('b').hash],
        'the feed entry',
      )
      assert.equal((await store.runs.get('org_1', 'run_1'))?.counters.deleted, 1)
      assertIds((await late(store, T + 9, 'b')).stale, ['b'], 'a read from before the listing')
      assertIds((await late(store, T + 11, 'b')).created, ['b'], 'a read from after its start')
    },
  },
  {
    name: 'sweeps: the listing under way counts what was swept; another listing’s sweep is not its own',
    async run({ store }) {
      const lease = await stored(store, ['a', 'b', 'c'])
      const current = listing({ startedAt: T + 10, phase: 'sweep', pageToken: undefined })
      await show(store, lease, current, ['a'])
      await store.pages.sweep({ lease, listing: current, runId: 'run_1', limit: 1 })
      await store.pages.sweep({ lease, listing: { id: 'old', startedAt: T + 10 }, runId: 'run_1', limit: 1 })
      assertSame((await takeLease(store)).state.listing, { ...current, counters: { ...noCounters, deleted: 1 } }, 'it')
    },
  },
  {
    name: 'sweeps: at most `limit` records go at a time, in the order of their ids, until fewer come back',
    async run({ store }) {
      const ids = Array.from({ length: 7 }, (_, index) => `id ${String(index)}`)
      const lease = await stored(store, ids.toReversed())
      const current = listing({ startedAt: T + 10 })
      await show(store, lease, current, ['id 3'])
      const request = { lease, listing: current, runId: 'run_1', limit: 3 }
      assert.deepEqual(await store.pages.sweep(request), ['id 0', 'id 1', 'id 2'])
      assert.deepEqual(await store.pages.sweep(request), ['id 4', 'id 5', 'id 6'])
      assert.deepEqual(await store.pages.sweep(request), [])
    },
  },
  {
    name: 'sweeps: a record observed at or after the listing’s start stays, shown or not',
    async run({ store }) {
      const lease = await stored(store, ['a', 'b', 'c'])
      const current = listing({ startedAt: T + 10 })
      await show(store, lease, current, ['a'])
      await late(store, T + 10, 'b', 'changed by a webhook')
      await late(store, T + 12, 'c')
      assertSame(
        await store.pages.planSweep(people, current),
        { missing: 0, live: 3 },
        'a webhook saw both, one unchanged',
      )
      assert.deepEqual(await store.pages.sweep({ lease, listing: current, runId: 'run_1', limit: 10 }), [])
    },
  },
  {
    name: 'sweeps: a higher version read earlier does not make a record look older',
    async run({ store }) {
      const lease = await takeLease(store)
      const webhook = (version: string, observedAt: number): Promise<unknown> =>
        store.pages.commitPage(pageCommit({ observedAt, upserts: [record('a', version, { version })] }))
      await webhook('5', T + 20)
      await webhook('6', T + 5)
      const current = listing({ startedAt: T + 10 })
      assert.equal((await store.pages.planSweep(people, current)).missing, 0)
      assert.deepEqual(await store.pages.sweep({ lease, listing: current, runId: 'run_1', limit: 10 }), [])
    },
  },
  {
    name: 'sweeps: marks count distinct ids, per listing; unknown and quarantined ids count as seen',
    async run({ store }) {
      const lease = await stored(store, ['a', 'b'])
      const current = listing({ startedAt: T + 10 })
      const marks = [mark('p1', ['a', 'b']), mark(undefined, ['b', 'x', 'x']), mark('p3', [])]
      await store.pages.commitPage(
        pageCommit({ lease, observedAt: T + 10, marks, listing: current, quarantined: [unreadable('x')] }),
      )
      assert.equal(await store.pages.seen(people, current.id), 3)
      assert.equal(await store.pages.seen(people, 'listing_2'), 0)
      assertSame(await store.pages.planSweep(people, current), { missing: 0, live: 2 }, 'the plan')
      assert.equal((await store.pages.planSweep(people, { id: 'listing_2', startedAt: T + 10 })).missing, 2)
    },
  },
  {
    name: 'sweeps: a remembered page moves to the new listing, where its ids count as seen',
    async run({ store }) {
      const lease = await takeLease(store)
      await store.pages.commitPage(
        pageCommit({
          lease,
          upserts: [record('a'), record('b'), record('c')],
          marks: [mark('p0', ['c']), mark('p1', ['a', 'b'])],
          listing: listing(),
        }),
      )
      const next = listing({ id: 'listing_2', startedAt: T + 10 })
      await store.pages.commitPage(
        pageCommit({ lease, observedAt: T + 11, remembered: [digest('p1'), digest('p1')], listing: next }),
      )
      assert.equal(await store.pages.seen(people, 'listing_2'), 2)
      assert.equal(await store.pages.seen(people, 'listing_1'), 1, 'the old listing keeps its other page')
      assert.deepEqual(await store.pages.sweep({ lease, listing: next, runId: 'run_1', limit: 10 }), ['c'])
    },
  },
  {
    name: 'sweeps: marks and remembered pages of a commit that ends the listing count nowhere',
    async run({ store }) {
      const lease = await takeLease(store)
      await store.pages.commitPage(
        pageCommit({ lease, upserts: [record('a')], marks: [mark('p1', ['a'])], listing: listing() }),
      )
      await store.pages.commitPage(
        pageCommit({
          lease,
          observedAt: T + 1,
          marks: [mark('p2', ['b', 'c'])],
          remembered: [digest('p1')],
          listing: null,
        }),
      )
      assert.equal(await store.pages.seen(people, 'listing_1'), 1)
    },
  },
  {
    name: 'sweeps: dropping marks keeps the named listing’s, or none',
    async run({ store }) {
      const lease = await stored(store, ['a', 'b'])
      await show(store, lease, listing({ id: 'old' }), ['a'])
      await show(store, lease, listing({ id: 'new' }), ['a', 'b'])
      await store.pages.dropMarks(lease, 'new')
      assert.deepEqual([await store.pages.seen(people, 'old'), await store.pages.seen(people, 'new')], [0, 2])
      await store.pages.dropMarks(lease, undefined)
      assert.equal(await store.pages.seen(people, 'new'), 0)
    },
  },
  {
    name: 'sweeps: dropping marks with an older fence throws LEASE_LOST and keeps them',
    async run({ store }) {
      const lost = await stored(store, ['a'])
      await show(store, lost, listing(), ['a'])
      await takeLease(store)
      await assertRefused(() => store.pages.dropMarks(lost, undefined), 'LEASE_LOST', 'the older fence')
      assert.equal(await store.pages.seen(people, 'listing_1'), 1)
    },
  },
  {
    name: 'sweeps: marks of the same listing id in another entity do not count',
    async run({ store }) {
      const departments = { ...people, entity: 'departments' }
      const lease = await stored(store, ['a'])
      const other = await takeLease(store, departments, 'run_2')
      const current = listing({ startedAt: T + 10 })
      await store.pages.commitPage(
        pageCommit({ key: departments, lease: other, marks: [mark('p', ['a'])], listing: current, observedAt: T + 10 }),
      )
      assert.equal(await store.pages.seen(people, current.id), 0)
      assert.deepEqual(await store.pages.sweep({ lease, listing: current, runId: 'run_1', limit: 9 }), ['a'])
    },
  },
  {
    name: 'sweeps: a swept record leaves the quarantine',
    async run({ store }) {
      const lease = await stored(store, ['a', 'b'])
      const quarantined = [unreadable('a'), unreadable('b')]
      await store.pages.commitPage(pageCommit({ lease, observedAt: T + 1, quarantined }))
      const current = listing({ startedAt: T + 10 })
      await store.pages.commitPage(
        pageCommit({ lease, observedAt: T + 10, marks: [mark(undefined, ['b'])], listing: current }),
      )
      await store.pages.sweep({ lease, listing: current, runId: 'run_1', limit: 5 })
      assert.deepEqual(
        (await store.quarantine.list(people)).map((row) => row.id),
        ['b'],
      )
    },
  },
  {
    name: 'sweeps: onPage is told the deleted ids',
    async run({ store }) {
      const lease = await stored(store, ['a', 'b'])
      const told: unknown[] = []
      const onPage = (_tx: unknown, changes: unknown): void => void told.push(changes)
      await store.pages.sweep({ lease, listing: listing({ startedAt: T + 10 }), runId: 'run_1', limit: 5, onPage })
      assertSame(told, [{ created: [], updated: [], deleted: ['a', 'b'] }], 'the changes')
    },
  },
]

async function stored(store: Store, ids: readonly string[]): Promise<Lease> {
  const lease = await takeLease(store)
  await store.pages.commitPage(pageCommit({ lease, upserts: ids.map((id) => record(id)) }))
  return lease
}

async function show(store: Store, lease: Lease, current: Listing, ids: readonly string[]): Promise<void> {
  await store.pages.commitPage(
    pageCommit({
      lease,
      observedAt: T + 10,
      upserts: ids.map((id) => record(id)),
      marks: [mark(undefined, ids)],
      listing: current,
    }),
  )
}

const late = (
  store: Store,
  observedAt: number,
  id: string,
  content?: string,
): ReturnType<Store['pages']['commitPage']> =>
  store.pages.commitPage(pageCommit({ observedAt, upserts: [record(id, content)] }))
