import assert from 'node:assert/strict'
import type { EntityKey, Lease, Store } from '@unioneyes/core'
import { assertRefused, assertSame } from './assertions.ts'
import {
  connectionInput,
  digest,
  listing,
  mark,
  pageCommit,
  people,
  record,
  syncRun,
  T,
  takeLease,
  unreadable,
} from './examples.ts'
import type { StoreCheckBody } from './store-check.ts'

const second: EntityKey = { ...people, connection: 'second' }
const books: EntityKey = { ...people, provider: 'books' }
const elsewhere: EntityKey = { ...people, organizationId: 'org_2' }
const removedByOne = { connections: 1, records: 2, runs: 1, feedEntries: 2, quarantined: 1, webhookEvents: 0 }
const nothing = { connections: 0, records: 0, runs: 0, feedEntries: 0, quarantined: 0, webhookEvents: 0 }

/** What an erasure must remove, and must leave. */
export const eraseChecks: readonly StoreCheckBody[] = [
  {
    name: 'erase: one connection goes with everything it had, and the report says so; the others stay',
    async run({ store }) {
      for (const key of [people, second, books, elsewhere]) await fill(store, key)
      const kept = await Promise.all([second, books, elsewhere].map((key) => contents(store, key)))
      const scope = { organizationId: 'org_1', provider: 'acme', connection: 'default' }
      assertSame(await store.erase(scope), removedByOne, 'the report')
      await assertGone(store, people)
      const now = await Promise.all([second, books, elsewhere].map((key) => contents(store, key)))
      assertSame(now, kept, 'the other connections')
      assertSame(await store.erase(scope), nothing, 'a second time there is nothing to remove')
    },
  },
  {
    name: 'erase: a provider without a connection name means the default connection',
    async run({ store }) {
      for (const key of [people, second]) await fill(store, key)
      assertSame(await store.erase({ organizationId: 'org_1', provider: 'acme' }), removedByOne, 'the report')
      await assertGone(store, people)
      assert.equal(await store.records.count(second), 2)
    },
  },
  {
    name: 'erase: a connection named goes, and the default one stays',
    async run({ store }) {
      for (const key of [people, second]) await fill(store, key)
      const scope = { organizationId: 'org_1', provider: 'acme', connection: 'second' }
      assertSame(await store.erase(scope), removedByOne, 'the report')
      await assertGone(store, second)
      assert.equal(await store.records.count(people), 2)
    },
  },
  {
    name: 'erase: consumers of the feed stay registered when a connection goes, and go with the organization',
    async run({ store }) {
      for (const key of [people, second]) await fill(store, key)
      const position = (await store.feed.read({ organizationId: 'org_1' })).at(-1)?.position ?? ''
      await store.feed.acknowledge('org_1', 'reader', position)
      await store.erase({ organizationId: 'org_1', provider: 'acme' })
      assert.equal(await store.feed.position('org_1', 'reader'), position)
      await store.erase({ organizationId: 'org_1' })
      assert.equal(await store.feed.position('org_1', 'reader'), undefined)
    },
  },
  {
    name: 'erase: a whole organization goes; another one stays',
    async run({ store }) {
      for (const key of [people, second, books, elsewhere]) await fill(store, key)
      const kept = await contents(store, elsewhere)
      const report = await store.erase({ organizationId: 'org_1' })
      assertSame(
        report,
        { connections: 3, records: 6, runs: 3, feedEntries: 6, quarantined: 3, webhookEvents: 0 },
        'the report',
      )
      for (const key of [people, second, books]) await assertGone(store, key)
      assert.deepEqual(await store.feed.read({ organizationId: 'org_1' }), [])
      assertSame(await contents(store, elsewhere), kept, 'the other organization')
    },
  },
  {
    name: 'erase: a connection name without a provider is refused, and nothing goes',
    async run({ store }) {
      await fill(store, people)
      await assertRefused(
        () => store.erase({ organizationId: 'org_1', connection: 'default' }),
        'CONFIG_INVALID',
        'no provider',
      )
      assert.equal(await store.records.count(people), 2)
    },
  },
  {
    name: 'erase: audit entries stay',
    async run({ store }) {
      await store.audit.append({
        at: T,
        organizationId: 'org_1',
        actor: 'system',
        action: 'connection.save',
        target: 'acme',
      })
      await fill(store, people)
      await store.erase({ organizationId: 'org_1', provider: 'acme' })
      await store.erase({ organizationId: 'org_1' })
      assert.equal((await store.audit.list('org_1')).length, 1)
    },
  },
  {
    name: 'erase: a sync that was running has lost its lease: it writes nothing more, also after another sync began',
    async run({ store }) {
      const lease = await fill(store, people)
      await store.erase({ organizationId: 'org_1', provider: 'acme' })
      const commit = pageCommit({ lease, runId: 'run_1', upserts: [record('zombie')], cursor: 'c', listing: listing() })
      const refuse = async (when: string): Promise<void> => {
        await assertRefused(() => store.pages.commitPage(commit), 'LEASE_LOST', `a commit ${when}`)
        await assertRefused(
          () => store.pages.sweep({ lease, listing: listing(), runId: 'x', limit: 1 }),
          'LEASE_LOST',
          `a sweep ${when}`,
        )
        await assertRefused(() => store.pages.dropMarks(lease, undefined), 'LEASE_LOST', `dropping marks ${when}`)
        assert.equal(await store.leases.renew(lease, 60_000), false, `renewing ${when}`)
      }
      await refuse('after the erasure')
      await assertGone(store, people)
      // Were fences to start again, the old lease would soon pass for a current one.
      for (let turn = 0; turn < 4; turn++) {
        const current = await takeLease(store, people, 'another run')
        assert.notEqual(current.fence, lease.fence, 'a fence is never given out twice')
        await refuse('after another run took the lease')
        await store.leases.release(current)
      }
      assert.equal(await store.records.count(people), 0)
    },
  },
  {
    name: 'erase: a feed reader goes on after an erasure and misses nothing new',
    async run({ store }) {
      for (const key of [people, second]) await fill(store, key)
      const all = await store.feed.read({ organizationId: 'org_1' })
      for (const scope of [{ organizationId: 'org_1', provider: 'acme' }, { organizationId: 'org_1' }]) {
        await store.erase(scope)
        const word = scope.provider ?? 'everything'
        await store.pages.commitPage(
          pageCommit({ key: second, observedAt: T + 50, upserts: [record(`after erasing ${word}`)] }),
        )
        const entries = await store.feed.read({ organizationId: 'org_1', after: all.at(-1)?.position })
        assert.equal(entries.at(-1)?.id, `after erasing ${word}`)
      }
    },
  },
  {
    name: 'erase: a connection saved again starts empty, under a new id',
    async run({ store }) {
      await fill(store, people)
      const before = await store.connections.get(people)
      await store.erase({ organizationId: 'org_1', provider: 'acme' })
      const saved = await store.connections.save(connectionInput())
      assert.notEqual(saved.id, before?.id)
      assert.equal(await store.records.count(people), 0)
      assertSame((await takeLease(store)).state, { live: 0, observedAt: 0 }, 'the checkpoint')
    },
  },
]

/** Gives an entity one of everything; the lease stays held. */
async function fill(store: Store, key: EntityKey): Promise<Lease> {
  const { organizationId, provider, connection } = key
  const runId = runIdOf(key)
  await store.connections.save(connectionInput({ organizationId, provider, connection }))
  await store.runs.create(syncRun({ organizationId, provider, connection, id: runId }))
  const lease = await takeLease(store, key, runId)
  await store.pages.commitPage(
    pageCommit({
      key,
      lease,
      runId,
      upserts: [record('a'), record('b')],
      quarantined: [unreadable('bad')],
      marks: [mark('p1', ['a', 'b'])],
      listing: listing(),
      cursor: 'c',
    }),
  )
  await store.budgets.block(key, T + 10)
  await store.budgets.block(key, T + 10, 'people')
  return lease
}

const runIdOf = (key: EntityKey): string => `run of ${key.organizationId} ${key.provider} ${key.connection}`

async function contents(store: Store, key: EntityKey): Promise<unknown> {
  return {
    connection: await store.connections.get(key),
    run: await store.runs.get(key.organizationId, runIdOf(key)),
    records: await store.records.list(key, { includeDeleted: true }),
    quarantine: await store.quarantine.list(key),
    feed: (await store.feed.read({ organizationId: key.organizationId })).filter(
      (entry) => entry.provider === key.provider && entry.connection === key.connection,
    ),
    seen: await store.pages.seen(key, 'listing_1'),
    recalled: await store.pages.recall(key, digest('p1')),
    budget: await store.budgets.blockedUntil(key),
    budgetOfScope: await store.budgets.blockedUntil(key, 'people'),
    leasedBy: await holderOf(store, key),
  }
}

/** Who holds the lease on an entity, found out by asking for it. */
async function holderOf(store: Store, key: EntityKey): Promise<string | undefined> {
  const answer = await store.leases.acquire(key, { runId: 'somebody else', ttlMs: 60_000 })
  if ('heldBy' in answer) return answer.heldBy
  await store.leases.release(answer)
  return undefined
}

async function assertGone(store: Store, key: EntityKey): Promise<void> {
  const empty = { records: [], quarantine: [], feed: [], seen: 0 }
  assertSame(await contents(store, key), empty, `what is left of ${JSON.stringify(key)}`)
}
