import assert from 'node:assert/strict'
import { assertIds, present } from './assertions.ts'
import { people, syncRun, takeLease } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

const connection = { organizationId: 'org_1', provider: 'acme', connection: 'default' }

/** What must become of runs whose process is gone. */
export const interruptedRunChecks: readonly StoreCheckBody[] = [
  {
    name: 'runs: a running run without a lease is closed as failed with INTERRUPTED',
    async run({ store }) {
      await store.runs.create(syncRun())
      const closed = await store.runs.closeInterrupted(connection)
      assertIds(
        closed.map((run) => run.id),
        ['run_1'],
        'the closed runs are returned',
      )
      const run = present(await store.runs.get('org_1', 'run_1'), 'the run')
      for (const seen of [run, present(closed[0], 'the closed run')]) {
        assert.equal(seen.status, 'failed')
        assert.equal(seen.error?.code, 'INTERRUPTED')
        assert.equal(typeof seen.completedAt, 'number')
      }
      assert.deepEqual(await store.runs.closeInterrupted(connection), [], 'a second call finds nothing')
    },
  },
  {
    name: 'runs: a run with a live lease on any of its entities stays running, until the lease is released',
    async run({ store }) {
      await store.runs.create(syncRun({ entities: ['people', 'departments'] }))
      const first = await takeLease(store, people)
      const second = await takeLease(store, { ...people, entity: 'departments' })
      await store.leases.release(first)
      assert.deepEqual(await store.runs.closeInterrupted(connection), [])
      assert.equal(await store.leases.renew(second, 60_000), true)
      assert.deepEqual(await store.runs.closeInterrupted(connection), [], 'a renewed lease still names its run')
      assert.equal((await store.runs.get('org_1', 'run_1'))?.status, 'running')
      await store.leases.release(second)
      assertIds(
        (await store.runs.closeInterrupted(connection)).map((run) => run.id),
        ['run_1'],
        'no lease is left',
      )
    },
  },
  {
    name: 'runs: an expired lease, or one timed ahead by a clock that jumped back, keeps no run alive',
    movesTime: true,
    async run({ store, clock }) {
      await store.runs.create(syncRun())
      await takeLease(store, people, 'run_1', 1_000)
      clock.advance(1_001)
      assertIds(
        (await store.runs.closeInterrupted(connection)).map((run) => run.id),
        ['run_1'],
        'after the lease expired',
      )
      await store.runs.create(syncRun({ id: 'run_2' }))
      await takeLease(store, people, 'run_2', 1_000)
      clock.advance(-3_600_000)
      assertIds(
        (await store.runs.closeInterrupted(connection)).map((run) => run.id),
        ['run_2'],
        'after the clock jumped back',
      )
    },
  },
  {
    name: 'runs: a lease taken over by another run no longer keeps the first one alive',
    movesTime: true,
    async run({ store, clock }) {
      await store.runs.create(syncRun())
      await store.runs.create(syncRun({ id: 'run_2' }))
      await takeLease(store, people, 'run_1', 1_000)
      clock.advance(1_001)
      await takeLease(store, people, 'run_2', 1_000)
      assertIds(
        (await store.runs.closeInterrupted(connection)).map((run) => run.id),
        ['run_1'],
        'only the first one',
      )
    },
  },
  {
    name: 'runs: only running runs of that very connection are closed, and only its own leases count',
    async run({ store }) {
      await store.runs.create(syncRun({ id: 'pending', status: 'pending' }))
      await store.runs.create(syncRun({ id: 'partial', status: 'partial' }))
      await store.runs.create(syncRun({ id: 'second', connection: 'second' }))
      await store.runs.create(syncRun({ id: 'books', provider: 'books' }))
      await store.runs.create(syncRun({ id: 'foreign', organizationId: 'org_2' }))
      await store.runs.create(syncRun({ id: 'alone' }))
      await takeLease(store, { ...people, organizationId: 'org_2' }, 'alone')
      assertIds(
        (await store.runs.closeInterrupted(connection)).map((run) => run.id),
        ['alone'],
        'the closed runs',
      )
      assert.equal((await store.runs.get('org_2', 'foreign'))?.status, 'running')
      for (const id of ['second', 'books']) assert.equal((await store.runs.get('org_1', id))?.status, 'running', id)
      assert.equal((await store.runs.get('org_1', 'pending'))?.status, 'pending')
    },
  },
]
