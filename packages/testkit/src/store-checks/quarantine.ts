import assert from 'node:assert/strict'
import { assertSame, present } from './assertions.ts'
import { digest, pageCommit, people, record, syncRun, T, takeLease, unreadable } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

/** What the quarantine must do (law 6). */
export const quarantineChecks: readonly StoreCheckBody[] = [
  {
    name: 'quarantine: a record that could not be read is kept with its reasons and payload',
    async run({ store }) {
      await store.runs.create(syncRun())
      const before = await store.now()
      const bad = unreadable('a', 'É "\\', { reasons: ['name: expected text', 'É "\\'] })
      await store.pages.commitPage(pageCommit({ lease: await takeLease(store), runId: 'run_1', quarantined: [bad] }))
      const [row, ...rest] = await store.quarantine.list(people)
      assert.deepEqual(rest, [])
      const { id, reasons, raw } = bad
      const { firstSeenAt, lastSeenAt, ...content } = present(row, 'the row')
      assertSame(content, { ...people, id, reasons, raw, runId: 'run_1' }, 'the row')
      assert.equal(firstSeenAt, lastSeenAt)
      assert.ok(
        firstSeenAt <= (await store.now()) && (firstSeenAt >= before || firstSeenAt === T),
        'a time of the store',
      )
      assert.equal(await store.records.count(people), 0, 'it is no record')
      assert.deepEqual(await store.feed.read({ organizationId: 'org_1' }), [])
    },
  },
  {
    name: 'quarantine: the same id again replaces reasons and payload and keeps when it was first seen',
    movesTime: true,
    async run({ store, clock }) {
      await store.pages.commitPage(pageCommit({ quarantined: [unreadable('a')] }))
      const first = present((await store.quarantine.list(people))[0], 'the row')
      clock.advance(5_000)
      const worse = unreadable('a', 'worse')
      await store.pages.commitPage(pageCommit({ observedAt: T + 5_000, quarantined: [worse], runId: 'run_2' }))
      assert.equal(await store.quarantine.count(people), 1)
      const row = present((await store.quarantine.list(people))[0], 'the row')
      assertSame([row.raw, row.reasons, row.runId], [worse.raw, worse.reasons, 'run_2'], 'the newer content')
      assert.equal(row.firstSeenAt, first.firstSeenAt)
      assert.ok(row.lastSeenAt > first.lastSeenAt)
    },
  },
  {
    name: 'quarantine: rows without a readable id are told apart by their payload, and never from an id that looks alike',
    async run({ store }) {
      const nameless = unreadable(undefined, 'one')
      await store.pages.commitPage(
        pageCommit({ quarantined: [nameless, unreadable(undefined, 'two'), unreadable(nameless.rawHash)] }),
      )
      await store.pages.commitPage(pageCommit({ observedAt: T + 1, quarantined: [nameless] }))
      assert.equal(await store.quarantine.count(people), 3)
      await store.pages.commitPage(pageCommit({ observedAt: T + 2, upserts: [record(nameless.rawHash)] }))
      assert.deepEqual(
        (await store.quarantine.list(people)).map((row) => row.id),
        [undefined, undefined],
      )
      await store.pages.commitPage(pageCommit({ observedAt: T + 3, quarantined: [unreadable('')] }))
      assert.equal(await store.quarantine.count(people), 3, 'the empty id is an id')
    },
  },
  {
    name: 'quarantine: a record leaves when it is read well, even unchanged, or is deleted',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ upserts: [record('known')] }))
      const bad = ['new', 'known', 'gone', 'stays'].map((id) => unreadable(id))
      await store.pages.commitPage(pageCommit({ observedAt: T + 1, quarantined: bad }))
      await store.pages.commitPage(
        pageCommit({ observedAt: T + 2, upserts: [record('new'), record('known')], tombstones: [{ id: 'gone' }] }),
      )
      assert.deepEqual(
        (await store.quarantine.list(people)).map((row) => row.id),
        ['stays'],
      )
      assert.equal(await store.quarantine.count(people), 1)
    },
  },
  {
    name: 'quarantine: list and count take a whole connection or one entity, and a limit',
    async run({ store }) {
      const departments = { ...people, entity: 'departments' }
      const quarantined = ['a', 'b', 'c'].map((id) => unreadable(id))
      await store.pages.commitPage(pageCommit({ quarantined }))
      await store.pages.commitPage(pageCommit({ key: departments, quarantined: [unreadable('a')] }))
      await store.pages.commitPage(pageCommit({ key: { ...people, connection: 'second' }, quarantined }))
      const { organizationId, provider, connection } = people
      const whole = { organizationId, provider, connection }
      assert.equal(await store.quarantine.count(whole), 4)
      assert.equal((await store.quarantine.list(whole)).length, 4)
      assert.equal((await store.quarantine.list(whole, { limit: 2 })).length, 2)
      assert.equal(await store.quarantine.count(departments), 1)
      assert.deepEqual(
        (await store.quarantine.list(departments)).map((row) => [row.entity, row.id]),
        [['departments', 'a']],
      )
    },
  },
  {
    name: 'quarantine: a stored record stays as it was while its newer payload is in quarantine',
    async run({ store }) {
      await store.pages.commitPage(pageCommit({ upserts: [record('a')] }))
      const result = await store.pages.commitPage(
        pageCommit({ observedAt: T + 1, quarantined: [unreadable('a', 'broken', { rawHash: digest('b') })] }),
      )
      assertSame(result, { created: [], updated: [], deleted: [], stale: [] }, 'the result')
      assert.equal((await store.records.get(people, 'a'))?.data, record('a').data)
      assert.equal(await store.records.count(people), 1)
    },
  },
]
