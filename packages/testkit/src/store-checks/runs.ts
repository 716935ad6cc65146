import assert from 'node:assert/strict'
import { nextStatuses, noCounters } from '@unioneyes/core'
import type { EntityOutcome, SyncStatus } from '@unioneyes/core'
import { assertSame, present } from './assertions.ts'
import { pageCommit, people, record, syncRun, T, takeLease } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

const statuses: readonly SyncStatus[] = ['pending', 'running', 'success', 'partial', 'failed', 'cancelled']

const outcome: EntityOutcome = {
  entity: 'people',
  status: 'partial',
  type: 'full',
  counters: { ...noCounters, processed: 3 },
  chain: { ...noCounters, processed: 9 },
  notes: ['The listing had no end.', 'É "quoted"'],
  held: { deletions: 4, live: 9, listing: { id: 'listing_1', startedAt: T }, seen: 5 },
}

/** What the log of runs must do. */
export const runChecks: readonly StoreCheckBody[] = [
  {
    name: 'runs: a run comes back as it was created',
    async run({ store }) {
      const run = syncRun({
        status: 'pending',
        entities: ['people', 'de"part'],
        outcomes: [outcome],
        counters: { ...noCounters, requests: 2, bytes: 2 ** 40 },
        completedAt: T + 5,
        error: { code: 'RATE_LIMITED', message: 'wait', retryAt: T + 9 },
        resumes: 'run_0',
      })
      await store.runs.create(run)
      assertSame(await store.runs.get('org_1', 'run_1'), run, 'every field')
      await store.runs.create(syncRun({ id: 'run_2' }))
      assertSame(await store.runs.get('org_1', 'run_2'), syncRun({ id: 'run_2' }), 'a run with nothing optional')
      assert.equal(await store.runs.get('org_1', 'run_3'), undefined)
    },
  },
  {
    name: 'runs: a dry run is stored as one',
    async run({ store }) {
      await store.runs.create(syncRun({ dryRun: true, status: 'running' }))
      assert.equal((await store.runs.get('org_1', 'run_1'))?.dryRun, true)
      assert.equal((await store.runs.list({ organizationId: 'org_1' }))[0]?.dryRun, true)
    },
  },
  {
    name: 'runs: the newest stands first, and of runs started at the same moment the one created last',
    async run({ store }) {
      for (const [id, startedAt] of [
        ['b', 20],
        ['a', 10],
        ['d', 30],
        ['c', 20],
        ['e', 20],
      ] as const) {
        await store.runs.create(syncRun({ id, startedAt: T + startedAt }))
      }
      const ids = (await store.runs.list({ organizationId: 'org_1' })).map((run) => run.id)
      assert.deepEqual(ids, ['d', 'e', 'c', 'b', 'a'])
    },
  },
  {
    name: 'runs: pages of the list by limit and beforeRunId show every run once',
    async run({ store }) {
      const created = Array.from({ length: 11 }, (_, index) => `run_${String(index)}`)
      for (const [index, id] of created.entries())
        await store.runs.create(syncRun({ id, startedAt: T + Math.floor(index / 3) }))
      const shown: string[] = []
      for (let beforeRunId: string | undefined; ;) {
        const page = await store.runs.list({ organizationId: 'org_1', limit: 4, beforeRunId })
        assert.ok(page.length <= 4, 'the limit is kept')
        if (page.length === 0) break
        shown.push(...page.map((run) => run.id))
        beforeRunId = page.at(-1)?.id
        assert.ok(shown.length <= created.length, 'no run is shown twice')
      }
      assert.deepEqual(shown, created.toReversed())
    },
  },
  {
    name: 'runs: at most 50 are listed when no limit is given',
    async run({ store }) {
      for (let index = 0; index < 52; index++)
        await store.runs.create(syncRun({ id: `run_${String(index)}`, startedAt: T + index }))
      const listed = await store.runs.list({ organizationId: 'org_1' })
      assert.equal(listed.length, 50)
      assert.equal(listed[0]?.id, 'run_51')
    },
  },
  {
    name: 'runs: the filters of the list combine',
    async run({ store }) {
      await store.runs.create(syncRun({ id: 'a' }))
      await store.runs.create(syncRun({ id: 'b', status: 'failed' }))
      await store.runs.create(syncRun({ id: 'c', connection: 'second' }))
      await store.runs.create(syncRun({ id: 'd', provider: 'books' }))
      await store.runs.create(syncRun({ id: 'e', organizationId: 'org_2' }))
      const ids = async (filter: object): Promise<string[]> =>
        (await store.runs.list({ organizationId: 'org_1', ...filter })).map((run) => run.id)
      assert.deepEqual(await ids({}), ['d', 'c', 'b', 'a'])
      assert.deepEqual(await ids({ provider: 'acme' }), ['c', 'b', 'a'])
      assert.deepEqual(await ids({ provider: 'acme', connection: 'default' }), ['b', 'a'])
      assert.deepEqual(await ids({ provider: 'acme', connection: 'default', status: 'failed' }), ['b'])
      assert.deepEqual(await ids({ provider: 'acme', limit: 1, beforeRunId: 'c' }), ['b'])
    },
  },
  {
    name: 'runs: only the allowed moves happen; a refused one changes nothing',
    async run({ store }) {
      for (const from of statuses) {
        for (const to of statuses) {
          const id = `${from} to ${to}`
          await store.runs.create(syncRun({ id, status: from }))
          const allowed = nextStatuses[from].includes(to)
          const patch = { completedAt: T + 7, error: { code: 'CANCELLED', message: 'stopped' } as const }
          assert.equal(await store.runs.move('org_1', id, to, patch), allowed, id)
          const expected = allowed ? syncRun({ id, status: to, ...patch }) : syncRun({ id, status: from })
          assertSame(await store.runs.get('org_1', id), expected, id)
        }
      }
    },
  },
  {
    name: 'runs: a move patches what it is given and keeps the rest',
    async run({ store }) {
      await store.runs.create(syncRun({ resumes: 'run_0' }))
      await store.runs.move('org_1', 'run_1', 'partial', { outcomes: [outcome], completedAt: T + 1 })
      assertSame(
        await store.runs.get('org_1', 'run_1'),
        syncRun({ status: 'partial', resumes: 'run_0', outcomes: [outcome], completedAt: T + 1 }),
        'after the first move',
      )
      await store.runs.move('org_1', 'run_1', 'success')
      const last = present(await store.runs.get('org_1', 'run_1'), 'the run')
      assert.deepEqual([last.status, last.completedAt, last.outcomes.length], ['success', T + 1, 1])
    },
  },
  {
    name: 'runs: of several moves to an end at the same time exactly one happens',
    async run({ store }) {
      await store.runs.create(syncRun())
      const ends = ['success', 'failed', 'cancelled', 'failed'] as const
      const moved = await Promise.all(ends.map((status) => store.runs.move('org_1', 'run_1', status)))
      assert.equal(moved.filter(Boolean).length, 1)
    },
  },
  {
    name: 'runs: a run of another organization is neither found nor moved, nor counted for',
    async run({ store }) {
      await store.runs.create(syncRun())
      assert.equal(await store.runs.get('org_2', 'run_1'), undefined)
      assert.equal(await store.runs.move('org_2', 'run_1', 'failed'), false)
      await store.pages.commitPage(
        pageCommit({ key: { ...people, organizationId: 'org_2' }, runId: 'run_1', upserts: [record('a')] }),
      )
      assertSame(await store.runs.get('org_1', 'run_1'), syncRun(), 'the run is as it was')
      assert.deepEqual(await store.runs.list({ organizationId: 'org_2' }), [])
    },
  },
  {
    name: 'runs: an operator finds a run by its id alone',
    async run({ store }) {
      await store.runs.create(syncRun())
      await store.runs.create(syncRun({ id: 'run_2', organizationId: 'org_2' }))
      assertSame(await store.runs.find('run_2'), syncRun({ id: 'run_2', organizationId: 'org_2' }), 'the run')
      assert.equal(await store.runs.find('run_3'), undefined)
    },
  },
  {
    name: 'runs: a second run under an id is refused, and the first one stays',
    async run({ store }) {
      await store.runs.create(syncRun())
      await assert.rejects(store.runs.create(syncRun({ status: 'pending' })))
      assertSame(await store.runs.get('org_1', 'run_1'), syncRun(), 'the run is as it was')
    },
  },
  {
    name: 'runs: counters grow with every commit, and a move keeps them',
    async run({ store }) {
      await store.runs.create(syncRun({ counters: { ...noCounters, requests: 1 } }))
      const lease = await takeLease(store)
      const counters = { processed: 3, unchanged: 1, failed: 1, pages: 1, requests: 2, bytes: 100, waitedMs: 7 }
      const shared = { lease, runId: 'run_1', counters }
      await store.pages.commitPage(pageCommit({ ...shared, upserts: [record('a'), record('b')] }))
      await store.pages.commitPage(
        pageCommit({ ...shared, observedAt: T + 1, upserts: [record('a', 'second')], tombstones: [{ id: 'b' }] }),
      )
      await store.runs.move('org_1', 'run_1', 'success')
      assertSame(
        (await store.runs.get('org_1', 'run_1'))?.counters,
        {
          processed: 6,
          created: 2,
          updated: 1,
          unchanged: 2,
          deleted: 1,
          failed: 2,
          pages: 2,
          requests: 5,
          bytes: 200,
          waitedMs: 14,
        },
        'the sum of both commits',
      )
    },
  },
  {
    name: 'runs: a commit for a run that the log does not have still writes its records',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ runId: 'nowhere', upserts: [record('a')] }))
      assert.equal(await store.records.count(people), 1)
      assert.equal(await store.runs.get('org_1', 'nowhere'), undefined)
    },
  },
]
