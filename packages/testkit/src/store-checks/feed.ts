import assert from 'node:assert/strict'
import type { FeedEntry, Store } from '@unioneyes/core'
import { assertRefused, assertSame, present } from './assertions.ts'
import { pageCommit, people, record, syncRun, T, takeLease } from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

const organizationId = people.organizationId

/** What the change feed must do (law 16). */
export const feedChecks: readonly StoreCheckBody[] = [
  {
    name: 'feed: an entry says what happened to which record, in which run, and when',
    async run({ store }) {
      await store.runs.create(syncRun())
      const before = await store.now()
      const lease = await takeLease(store)
      await store.pages.commitPage(pageCommit({ lease, runId: 'run_1', upserts: [record('a')] }))
      await store.pages.commitPage(pageCommit({ observedAt: T + 1, upserts: [record('a', 'second')] }))
      const [created, updated, ...rest] = await store.feed.read({ organizationId })
      assert.deepEqual(rest, [])
      for (const entry of [created, updated]) {
        assert.ok(entry && entry.at >= before && entry.at <= (await store.now()), 'a time of the store')
        assert.ok(entry.position.length > 0)
      }
      const shape = { ...people, id: 'a' }
      const meaning = (entry: FeedEntry | undefined): object => ({ ...entry, at: undefined, position: undefined })
      assertSame(
        meaning(created),
        { ...shape, kind: 'created', hash: record('a').hash, runId: 'run_1' },
        'the creation',
      )
      assertSame(
        meaning(updated),
        { ...shape, kind: 'updated', hash: record('a', 'second').hash },
        'the webhook’s update',
      )
    },
  },
  {
    name: 'feed: commits of all connections and entities of an organization stand in one order',
    async run({ store }) {
      const keys = [
        people,
        { ...people, entity: 'departments' },
        { ...people, connection: 'second' },
        { ...people, provider: 'books' },
      ]
      for (const id of ['a', 'b', 'c'])
        for (const key of keys) await store.pages.commitPage(pageCommit({ key, upserts: [record(id)] }))
      const entries = await store.feed.read({ organizationId })
      assert.deepEqual(
        entries.map((entry) => entry.id),
        ['a', 'a', 'a', 'a', 'b', 'b', 'b', 'b', 'c', 'c', 'c', 'c'],
      )
      assert.deepEqual(
        entries.slice(4, 8).map(({ entity, connection, provider }) => ({ entity, connection, provider })),
        [...keys.map(({ entity, connection, provider }) => ({ entity, connection, provider }))],
      )
    },
  },
  {
    name: 'feed: reading on from any position brings exactly the entries behind it',
    async run({ store }) {
      await fill(store, 14)
      const all = await store.feed.read({ organizationId })
      assert.equal(all.length, 14)
      assert.equal(new Set(all.map((entry) => entry.position)).size, 14, 'every entry has its own position')
      for (const [index, entry] of all.entries()) {
        assertSame(
          await store.feed.read({ organizationId, after: entry.position }),
          all.slice(index + 1),
          `after entry ${String(index)}`,
        )
      }
    },
  },
  {
    name: 'feed: the limit cuts even inside one commit, without gap or repeat',
    async run({ store }) {
      await store.pages.commitPage(
        pageCommit({ upserts: Array.from({ length: 17 }, (_, index) => record(`id ${String(index)}`)) }),
      )
      for (const limit of [1, 2, 5, 16, 17, 18]) {
        const shown: string[] = []
        for (let after: string | undefined; ;) {
          const entries = await store.feed.read({ organizationId, limit, after })
          assert.ok(entries.length <= limit, 'the limit is kept')
          if (entries.length === 0) break
          shown.push(...entries.map((entry) => entry.id))
          after = entries.at(-1)?.position
          assert.ok(shown.length <= 17, 'no entry is shown twice')
        }
        assert.equal(new Set(shown).size, 17, `every entry once with a limit of ${String(limit)}`)
      }
    },
  },
  {
    name: 'feed: at most 500 entries are read when no limit is given',
    async run({ store }) {
      await store.pages.commitPage(
        pageCommit({ upserts: Array.from({ length: 501 }, (_, index) => record(`id ${String(index)}`)) }),
      )
      const first = await store.feed.read({ organizationId })
      assert.equal(first.length, 500)
      assert.equal((await store.feed.read({ organizationId, after: first.at(-1)?.position })).length, 1)
    },
  },
  {
    name: 'feed: a reader between concurrent commits sees every entry once',
    async run({ store }) {
      const commits = Array.from({ length: 20 }, (_, index) =>
        store.pages.commitPage(
          pageCommit({
            key: { ...people, entity: `entity ${String(index % 3)}` },
            upserts: [record(`x ${String(index)}`), record(`y ${String(index)}`)],
          }),
        ),
      )
      const writing = { isDone: false }
      const all = Promise.all(commits).finally(() => {
        writing.isDone = true
      })
      const shown: string[] = []
      for (let after: string | undefined; ;) {
        const last = writing.isDone
        const entries = await store.feed.read({ organizationId, limit: 3, after })
        shown.push(...entries.map((entry) => entry.id))
        after = entries.at(-1)?.position ?? after
        if (last && entries.length === 0) break
        // Lets a commit that waits for the machine go on, however fast the reads are.
        await new Promise((resolve) => setImmediate(resolve))
      }
      await all
      assert.equal(shown.length, 40)
      assert.equal(new Set(shown).size, 40)
    },
  },
  {
    name: 'feed: a position that is none is refused with CONFIG_INVALID',
    async run({ store }) {
      await fill(store, 3)
      for (const after of ['', 'nonsense', '-1', '1.5', '{}', '1; drop', '9'.repeat(40)]) {
        await assertRefused(
          () => store.feed.read({ organizationId, after }),
          'CONFIG_INVALID',
          `reading after ${JSON.stringify(after)}`,
        )
        await assertRefused(
          () => store.feed.acknowledge(organizationId, 'reader', after),
          'CONFIG_INVALID',
          `acknowledging ${JSON.stringify(after)}`,
        )
      }
      assert.equal(await store.feed.position(organizationId, 'reader'), undefined)
    },
  },
  {
    name: 'feed: a consumer stands where it acknowledged, and never moves backwards',
    async run({ store }) {
      await fill(store, 14)
      const all = await store.feed.read({ organizationId })
      const at = (index: number): string => present(all[index], 'the entry').position
      assert.equal(await store.feed.position(organizationId, 'reader'), undefined)
      for (const [acknowledged, expected] of [
        [8, 8],
        [12, 12],
        [1, 12],
        [9, 12],
        [13, 13],
      ] as const) {
        await store.feed.acknowledge(organizationId, 'reader', at(acknowledged))
        const position = await store.feed.position(organizationId, 'reader')
        assertSame(
          await store.feed.read({ organizationId, after: position }),
          all.slice(expected + 1),
          'what is left to read',
        )
      }
      assert.equal(await store.feed.position(organizationId, 'other'), undefined)
      assert.equal(await store.feed.position('org_2', 'reader'), undefined)
    },
  },
  {
    name: 'feed: pruning drops only what is older than the given time',
    movesTime: true,
    async run({ store, clock }) {
      await fill(store, 3)
      clock.advance(1_000)
      const boundary = clock.now()
      await fill(store, 2, 'later')
      const all = await store.feed.read({ organizationId })
      assert.equal(await store.feed.prune(organizationId, boundary - 1_000), 0, 'nothing is older')
      assert.equal(await store.feed.prune(organizationId, boundary), 3)
      assertSame(
        await store.feed.read({ organizationId }),
        all.slice(3),
        'a read from the start begins at the oldest kept',
      )
      assert.equal(await store.feed.prune(organizationId, boundary), 0)
    },
  },
  {
    name: 'feed: pruning keeps what a registered consumer has not read',
    async run({ store }) {
      await fill(store, 6)
      const all = await store.feed.read({ organizationId })
      await store.feed.acknowledge(organizationId, 'fast', present(all[4], 'the entry').position)
      await store.feed.acknowledge(organizationId, 'slow', present(all[1], 'the entry').position)
      const later = (await store.now()) + 3_600_000
      assert.equal(await store.feed.prune(organizationId, later), 2)
      const slow = await store.feed.position(organizationId, 'slow')
      assertSame(
        await store.feed.read({ organizationId, after: slow }),
        all.slice(2),
        'the slow consumer misses nothing',
      )
      await store.feed.acknowledge(organizationId, 'slow', present(all[5], 'the entry').position)
      assert.equal(await store.feed.prune(organizationId, later), 3, 'then the other one decides')
    },
  },
  {
    name: 'feed: a reader behind the pruned entries is told CURSOR_EXPIRED; one that had read them goes on',
    async run({ store }) {
      await fill(store, 4)
      const all = await store.feed.read({ organizationId })
      const position = (index: number): string => present(all[index], 'the entry').position
      await store.feed.acknowledge(organizationId, 'reader', position(2))
      assert.equal(await store.feed.prune(organizationId, (await store.now()) + 1), 3)
      assert.equal(await store.feed.prune(organizationId, (await store.now()) + 1), 0, 'there is nothing more to prune')
      for (const index of [0, 1]) {
        await assertRefused(
          () => store.feed.read({ organizationId, after: position(index) }),
          'CURSOR_EXPIRED',
          `entry ${String(index)}`,
        )
      }
      assertSame(
        await store.feed.read({ organizationId, after: position(2) }),
        all.slice(3),
        'after the last pruned entry',
      )
      assertSame(await store.feed.read({ organizationId }), all.slice(3), 'from the start')
    },
  },
  {
    name: 'feed: a feed pruned empty goes on behind its old positions',
    async run({ store }) {
      await fill(store, 3)
      const last = present((await store.feed.read({ organizationId })).at(-1), 'the last entry').position
      assert.equal(await store.feed.prune(organizationId, (await store.now()) + 1), 3)
      assert.deepEqual(await store.feed.read({ organizationId }), [])
      assert.deepEqual(await store.feed.read({ organizationId, after: last }), [])
      await fill(store, 2, 'later')
      const entries = await store.feed.read({ organizationId, after: last })
      assert.deepEqual(
        entries.map((entry) => entry.id),
        ['later 0', 'later 1'],
      )
    },
  },
  {
    name: 'feed: pruning one organization leaves the others',
    async run({ store }) {
      await fill(store, 2)
      await store.pages.commitPage(pageCommit({ key: { ...people, organizationId: 'org_2' }, upserts: [record('a')] }))
      await store.feed.prune(organizationId, (await store.now()) + 1)
      assert.equal((await store.feed.read({ organizationId: 'org_2' })).length, 1)
    },
  },
]

/** Commits so many records, one at a time. */
async function fill(store: Store, count: number, word = 'id'): Promise<void> {
  for (let index = 0; index < count; index++) {
    await store.pages.commitPage(pageCommit({ upserts: [record(`${word} ${String(index)}`)] }))
  }
}
