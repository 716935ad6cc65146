import assert from 'node:assert/strict'
import { noCounters } from '@unioneyes/core'
import { assertRefused, assertSame } from './assertions.ts'
import { listing, pageCommit, people, record, T, takeLease } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

/** What leases must do (law 3). */
export const leaseChecks: readonly StoreCheckBody[] = [
  {
    name: 'leases: a held lease is refused with its holder and its end',
    async run({ store }) {
      const before = await store.now()
      await takeLease(store, people, 'run_1', 60_000)
      const answer = await store.leases.acquire(people, { runId: 'run_2', ttlMs: 60_000 })
      assert.ok('heldBy' in answer, 'the lease is held')
      assert.equal(answer.heldBy, 'run_1')
      assert.ok(answer.expiresAt >= before + 60_000, 'until its time is over')
    },
  },
  {
    name: 'leases: of several runs that ask at the same time exactly one gets the lease',
    async run({ store }) {
      const runs = ['run_1', 'run_2', 'run_3', 'run_4']
      const answers = await Promise.all(runs.map((runId) => store.leases.acquire(people, { runId, ttlMs: 60_000 })))
      assert.equal(answers.filter((answer) => !('heldBy' in answer)).length, 1)
    },
  },
  {
    name: 'leases: entities of one connection, and the same entity elsewhere, are leased apart',
    async run({ store }) {
      await takeLease(store, people, 'run_1')
      const others = [
        { ...people, entity: 'departments' },
        { ...people, connection: 'second' },
        { ...people, provider: 'books' },
        { ...people, organizationId: 'org_2' },
      ]
      for (const key of others)
        assertSame((await takeLease(store, key, 'run_2')).key, key, 'the lease names its entity')
    },
  },
  {
    name: 'leases: the fence grows with every acquisition, also by the same run and after a release',
    async run({ store }) {
      const first = await takeLease(store)
      const again = await takeLease(store)
      assert.ok(again.fence > first.fence, 'the same run asked again')
      await store.leases.release(again)
      const next = await takeLease(store, people, 'run_2')
      assert.ok(next.fence > again.fence, 'after a release')
      assert.deepEqual([next.runId, first.runId], ['run_2', 'run_1'])
    },
  },
  {
    name: 'leases: the lease that the same run took before is lost when it asks again',
    async run({ store }) {
      const first = await takeLease(store)
      const again = await takeLease(store)
      await assertRefused(() => store.pages.commitPage(pageCommit({ lease: first })), 'LEASE_LOST', 'the older lease')
      assert.equal(await store.leases.renew(first, 60_000), false)
      await store.leases.release(first)
      await store.pages.commitPage(pageCommit({ lease: again, upserts: [record('a')] }))
      assert.equal(await store.leases.renew(again, 60_000), true, 'releasing the older one did not free the newer')
    },
  },
  {
    name: 'leases: an expired lease is taken over with a larger fence, and not a moment earlier',
    movesTime: true,
    async run({ store, clock }) {
      const first = await takeLease(store, people, 'run_1', 1_000)
      clock.advance(999)
      assert.ok(
        'heldBy' in (await store.leases.acquire(people, { runId: 'run_2', ttlMs: 1_000 })),
        'one millisecond is left',
      )
      clock.advance(1)
      const second = await takeLease(store, people, 'run_2', 1_000)
      assert.ok(second.fence > first.fence)
      assert.equal(await store.leases.renew(first, 1_000), false, 'the first run has lost it')
    },
  },
  {
    name: 'leases: a lease timed further ahead than its own duration counts as expired (the clock jumped back)',
    movesTime: true,
    async run({ store, clock }) {
      const first = await takeLease(store, people, 'run_1', 60_000)
      clock.advance(-1)
      const second = await takeLease(store, people, 'run_2', 3_600_000)
      assert.ok(second.fence > first.fence)
    },
  },
  {
    name: 'leases: a long lease is not taken for a clock jump by a run that asks for a short one',
    async run({ store }) {
      await takeLease(store, people, 'run_1', 3_600_000)
      const answer = await store.leases.acquire(people, { runId: 'run_2', ttlMs: 1_000 })
      assert.ok('heldBy' in answer, 'its own duration counts, not the one asked for')
    },
  },
  {
    name: 'leases: renewing prolongs the lease, also after it expired, unless another run took it',
    movesTime: true,
    async run({ store, clock }) {
      const lease = await takeLease(store, people, 'run_1', 1_000)
      clock.advance(800)
      assert.equal(await store.leases.renew(lease, 1_000), true)
      clock.advance(800)
      assert.ok('heldBy' in (await store.leases.acquire(people, { runId: 'run_2', ttlMs: 1_000 })), 'it was prolonged')
      clock.advance(1_000)
      assert.equal(await store.leases.renew(lease, 5_000), true, 'expired, but nobody took it')
      clock.advance(4_999)
      assert.ok(
        'heldBy' in (await store.leases.acquire(people, { runId: 'run_2', ttlMs: 1_000 })),
        'by the new duration',
      )
      clock.advance(1)
      await takeLease(store, people, 'run_2', 1_000)
      assert.equal(await store.leases.renew(lease, 1_000), false)
    },
  },
  {
    name: 'leases: releasing frees the lease at once, and a lease taken over since stays',
    movesTime: true,
    async run({ store, clock }) {
      const first = await takeLease(store, people, 'run_1', 1_000)
      await store.leases.release(first)
      const second = await takeLease(store, people, 'run_2', 1_000)
      clock.advance(1_000)
      await takeLease(store, people, 'run_3', 1_000)
      await store.leases.release(second)
      const answer = await store.leases.acquire(people, { runId: 'run_4', ttlMs: 1_000 })
      assert.ok('heldBy' in answer && answer.heldBy === 'run_3', 'the late release changed nothing')
    },
  },
  {
    name: 'leases: a commit under an expired lease that nobody took is accepted (the fence decides)',
    movesTime: true,
    async run({ store, clock }) {
      const lease = await takeLease(store, people, 'run_1', 1_000)
      clock.advance(10_000)
      await store.pages.commitPage(pageCommit({ lease, upserts: [record('a')] }))
      assert.equal(await store.records.count(people), 1)
    },
  },
  {
    name: 'leases: the state of an untouched entity is empty',
    async run({ store }) {
      const { state } = await takeLease(store)
      assertSame(state, { live: 0, observedAt: 0 }, 'the state')
    },
  },
  {
    name: 'leases: the state holds the cursor, the listing, the live records and the latest observation',
    async run({ store }) {
      const lease = await takeLease(store)
      const under = listing({
        pageToken: { offset: 2, deep: [null] },
        cursor: 'c2',
        total: 9,
        startedAt: T - 5,
        type: 'incremental',
      })
      await store.pages.commitPage(
        pageCommit({
          lease,
          observedAt: T + 3,
          upserts: ['a', 'b', 'c'].map((id) => record(id)),
          listing: under,
          cursor: { since: 'x' },
        }),
      )
      await store.pages.commitPage(pageCommit({ lease, observedAt: T + 4, tombstones: [{ id: 'b' }] }))
      const { state } = await takeLease(store)
      const counted = { ...under, counters: { ...noCounters, created: 3 } }
      assertSame(state, { cursor: { since: 'x' }, listing: counted, live: 2, observedAt: T + 4 }, 'the state')
    },
  },
  {
    name: 'leases: another entity’s lease allows nothing, whatever its fence',
    async run({ store }) {
      const departments = { ...people, entity: 'departments' }
      const lease = await takeLease(store, people)
      await takeLease(store, departments)
      await assertRefused(
        () => store.pages.commitPage(pageCommit({ key: departments, lease, upserts: [record('a')] })),
        'LEASE_LOST',
        'a commit to another entity',
      )
      assert.equal(await store.records.count(departments), 0)
    },
  },
]
