import assert from 'node:assert/strict'
import type { Lease, PageChanges, Store } from '@unioneyes/core'
import { assertIds, assertRefused, assertSame } from './assertions.ts'
import { digest, listing, mark, pageCommit, people, record, syncRun, T, takeLease, unreadable } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

const org = { organizationId: people.organizationId }

/** What a commit must leave undone when it fails (laws 2 and 3). */
export const atomicPageChecks: readonly StoreCheckBody[] = [
  {
    name: 'pages: a commit with an older fence throws LEASE_LOST and changes nothing at all',
    async run({ store }) {
      const lost = await begin(store)
      const current = await takeLease(store)
      const before = await picture(store)
      const onPage = (): void => assert.fail('onPage is not called for a commit that is refused')
      await assertRefused(() => store.pages.commitPage({ ...bigCommit(lost), onPage }), 'LEASE_LOST', 'the older fence')
      assertSame(await picture(store), before, 'everything readable')
      assertSame((await takeLease(store)).state, current.state, 'the checkpoint')
    },
  },
  {
    name: 'pages: a commit with a fence from the future throws LEASE_LOST',
    async run({ store }) {
      const lease = await begin(store)
      const invented = { ...lease, fence: lease.fence + 1 }
      await assertRefused(() => store.pages.commitPage(bigCommit(invented)), 'LEASE_LOST', 'a fence never given out')
    },
  },
  {
    name: 'pages: a throw in onPage leaves nothing changed, and the same commit then succeeds',
    async run({ store }) {
      const lease = await begin(store)
      const before = await picture(store)
      const failure = new Error('the app said no')
      const onPage = (): void => {
        throw failure
      }
      await assert.rejects(
        store.pages.commitPage({ ...bigCommit(lease), onPage }),
        failure,
        'the app’s own error comes out',
      )
      assertSame(await picture(store), before, 'everything readable')
      const { state } = await takeLease(store)
      assertSame(state, lease.state, 'the checkpoint')
      const result = await store.pages.commitPage(bigCommit(await takeLease(store)))
      assertIds(result.created, ['new'], 'created')
      assertIds(result.updated, ['changes'], 'updated')
      assertIds(result.deleted, ['goes'], 'deleted')
    },
  },
  {
    name: 'pages: a rejected promise from onPage leaves nothing changed',
    async run({ store }) {
      const lease = await begin(store)
      const before = await picture(store)
      const onPage = (): Promise<void> => Promise.reject(new Error('the app said no, later'))
      await assert.rejects(store.pages.commitPage({ ...bigCommit(lease), onPage }))
      assertSame(await picture(store), before, 'everything readable')
      assertSame((await takeLease(store)).state, lease.state, 'the checkpoint')
    },
  },
  {
    name: 'pages: onPage is called once, with what changed',
    async run({ store }) {
      const lease = await begin(store)
      const calls: PageChanges[] = []
      const result = await store.pages.commitPage({
        ...bigCommit(lease),
        onPage: (_tx, changes) => void calls.push(changes),
      })
      assert.equal(calls.length, 1)
      const { created, updated, deleted } = result
      const [changes] = calls
      assertSame(
        [changes?.created, changes?.updated, changes?.deleted],
        [created, updated, deleted],
        'what onPage was told',
      )
      assertIds(deleted, ['goes'], 'deleted')
    },
  },
  {
    name: 'pages: a throw in onPage of a commit without a lease leaves nothing changed',
    async run({ store }) {
      await begin(store)
      const before = await picture(store)
      const onPage = (): void => {
        throw new Error('no')
      }
      await assert.rejects(
        store.pages.commitPage(
          pageCommit({ observedAt: T + 9, upserts: [record('new')], tombstones: [{ id: 'goes' }], onPage }),
        ),
      )
      assertSame(await picture(store), before, 'everything readable')
    },
  },
  {
    name: 'pages: a sweep whose onPage throws, or whose fence is old, deletes nothing',
    async run({ store }) {
      const lease = await begin(store)
      const before = await picture(store)
      const sweep = { lease, listing: listing({ startedAt: T + 5 }), runId: 'run_1', limit: 10 }
      const onPage = (): void => {
        throw new Error('no')
      }
      await assert.rejects(store.pages.sweep({ ...sweep, onPage }))
      assertSame(await picture(store), before, 'after the throw')
      const current = await takeLease(store)
      await assertRefused(() => store.pages.sweep(sweep), 'LEASE_LOST', 'the older fence')
      assertSame(await picture(store), before, 'after the lost lease')
      assert.equal((await store.pages.sweep({ ...sweep, lease: current })).length, 2, 'the sweep was possible')
    },
  },
]

async function begin(store: Store): Promise<Lease> {
  await store.runs.create(syncRun())
  const lease = await takeLease(store)
  await store.pages.commitPage(
    pageCommit({
      lease,
      runId: 'run_1',
      upserts: [record('stays'), record('changes'), record('goes')],
      quarantined: [unreadable('bad')],
      marks: [mark('page 1', ['stays'])],
      listing: listing(),
      cursor: 'c1',
    }),
  )
  return takeLease(store)
}

function bigCommit(lease: Lease): ReturnType<typeof pageCommit> {
  return pageCommit({
    lease,
    runId: 'run_1',
    observedAt: T + 1,
    upserts: [record('new'), record('changes', 'second')],
    tombstones: [{ id: 'goes' }, { id: 'bad' }],
    quarantined: [unreadable('worse'), unreadable(undefined)],
    marks: [mark('page 2', ['new', 'changes'])],
    remembered: [digest('page 1')],
    listing: listing({ pageToken: 'page 3' }),
    cursor: 'c2',
    counters: { processed: 4, unchanged: 1, failed: 2, pages: 1, requests: 1, bytes: 10, waitedMs: 1 },
  })
}

async function picture(store: Store): Promise<unknown> {
  return {
    records: await store.records.list(people, { includeDeleted: true }),
    live: await store.records.count(people),
    states: await store.pages.states(people, ['stays', 'changes', 'goes', 'new', 'bad']),
    feed: await store.feed.read(org),
    quarantine: await store.quarantine.list(people),
    run: await store.runs.get('org_1', 'run_1'),
    seen: await store.pages.seen(people, 'listing_1'),
    recalled: [await store.pages.recall(people, digest('page 1')), await store.pages.recall(people, digest('page 2'))],
  }
}
