import type { CommitResult, EntityKey, Lease, Store } from '@unioneyes/core'
import { memoryStore } from '@unioneyes/core'
import { manualClock } from '@unioneyes/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'
import { commit, listing, people, record, syncRun } from './writes.ts'

// Few ids, contents, times and listings, so that they meet often.
const id = fc.constantFrom('a', 'b', 'c', 'd', 'é"')
const content = fc.constantFrom('first', 'second')
const version = fc.option(fc.constantFrom('1', '2', '10'), { nil: undefined })
const time = fc.integer({ min: 1, max: 12 })
const listingId = fc.constantFrom('listing_1', 'listing_2')
const fingerprint = fc.constantFrom('p1', 'p2', 'p3')

const page = fc.record({
  observedAt: time,
  upserts: fc.array(fc.record({ id, content, payload: fc.constantFrom('x', 'y'), version }), { maxLength: 5 }),
  tombstones: fc.array(fc.record({ id, version }), { maxLength: 2 }),
  quarantined: fc.array(fc.option(id, { nil: undefined, freq: 8 }), { maxLength: 2 }),
  marks: fc.array(
    fc.record({ fingerprint: fc.option(fingerprint, { nil: undefined }), ids: fc.array(id, { maxLength: 4 }) }),
    {
      maxLength: 2,
    },
  ),
  remembered: fc.array(fingerprint, { maxLength: 2 }),
  listing: fc.option(fc.option(listingId, { nil: undefined }), { nil: null }),
  entity: fc.constantFrom('people', 'departments'),
  leased: fc.boolean(),
})

const command = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('commit' as const), page }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('sweep' as const),
      listingId,
      startedAt: time,
      limit: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('drop' as const), keep: fc.option(listingId, { nil: undefined }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('erase' as const), whole: fc.boolean() }) },
)

type Command = typeof command extends fc.Arbitrary<infer T> ? T : never

const leaseOf = async (store: Store, key: EntityKey): Promise<Lease> => {
  const lease = await store.leases.acquire(key, { runId: 'run_1', ttlMs: 1_000 })
  if ('heldBy' in lease) throw new Error('held')
  return lease
}

/** Carries out commands and says what each of them answered. */
function player(store: Store) {
  return async (given: Command): Promise<unknown> => {
    switch (given.do) {
      case 'commit': {
        const { entity, leased, upserts, quarantined, marks, listing: listed, ...rest } = given.page
        const key = { ...people, entity }
        const result: CommitResult = await store.pages.commitPage({
          ...commit({
            ...rest,
            ...(leased ? {} : { marks: [], remembered: [] }),
            key,
            runId: 'run_1',
            lease: leased ? await leaseOf(store, key) : undefined,
            upserts: upserts.map((write) =>
              record(write.id, write.content, { version: write.version, rawHash: `${write.content} ${write.payload}` }),
            ),
            quarantined: quarantined.map((bad) => ({ id: bad, rawHash: 'h', reasons: ['bad'], raw: '{}' })),
            ...(leased
              ? {
                  marks: marks.map((mark) => ({ ...mark, next: undefined, total: 3, complete: false })),
                  listing: typeof listed === 'string' ? listing({ id: listed, startedAt: 5 }) : listed,
                }
              : {}),
          }),
          onPage: undefined,
        })
        return [sorted(result), await leaseState(store, key)]
      }
      case 'sweep': {
        const { listingId: swept, startedAt, limit } = given
        const request = { id: swept, startedAt }
        const plan = await store.pages.planSweep(people, request)
        const lease = await leaseOf(store, people)
        return [plan, await store.pages.sweep({ lease, listing: request, runId: 'run_1', limit })]
      }
      case 'drop':
        return store.pages.dropMarks(await leaseOf(store, people), given.keep)
      case 'erase':
        return store.erase({
          organizationId: people.organizationId,
          ...(given.whole ? {} : { provider: people.provider }),
        })
    }
  }
}

async function leaseState(store: Store, key: EntityKey): Promise<unknown> {
  const { state } = await leaseOf(store, key)
  return JSON.stringify(state, Object.keys(flattened(state)).sort())
}

function flattened(value: unknown, names: Record<string, true> = {}): Record<string, true> {
  if (typeof value !== 'object' || value === null) return names
  for (const [name, part] of Object.entries(value)) flattened(part, Object.assign(names, { [name]: true }))
  return names
}

function sorted({ created, updated, deleted, stale }: CommitResult): unknown {
  return [created, updated, deleted, stale].map((ids) => [...ids].sort())
}

/** Everything that can be read, positions aside. */
async function picture(store: Store): Promise<unknown> {
  const keys = ['people', 'departments'].map((entity) => ({ ...people, entity }))
  const feed = await store.feed.read({ organizationId: people.organizationId, limit: 1_000 })
  return {
    entities: await Promise.all(
      keys.map(async (key) => ({
        records: (await store.records.list(key, { includeDeleted: true })).map((row) => ({
          ...row,
          version: row.version ?? null,
        })),
        live: await store.records.count(key),
        states: [...(await store.pages.states(key, ['a', 'b', 'c', 'd', 'é"'])).states]
          .map(([name, state]) => [
            name,
            state.hash,
            state.rawHash,
            state.version ?? null,
            state.observedAt,
            state.deleted,
          ])
          .sort(),
        seen: [await store.pages.seen(key, 'listing_1'), await store.pages.seen(key, 'listing_2')],
        quarantined: (await store.quarantine.list(key)).map((row) => row.id ?? null).sort(),
      })),
    ),
    feed: perRecord(feed.map((entry) => [`${entry.entity} ${entry.id}`, entry.kind, entry.hash] as const)),
    run: (await store.runs.get(people.organizationId, 'run_1'))?.counters,
  }
}

/** The order of entries of different records in one commit is nobody's business. */
function perRecord(entries: readonly (readonly [string, string, string])[]): unknown {
  return entries
    .map(([name, ...rest], index) => [name, index, ...rest] as const)
    .toSorted(([a, i], [b, j]) => (a < b ? -1 : a > b ? 1 : i - j))
    .map(([name, , ...rest]) => [name, ...rest])
}

/**
 * Lets a commit remember only pages that are recalled, as a sync does. The store may recall less than the one in memory
 * (which is always safe), and nothing else.
 */
async function withRecalledPages(given: Command, store: Store, memory: Store): Promise<Command> {
  if (given.do !== 'commit') return given
  const key = { ...people, entity: given.page.entity }
  const remembered: typeof given.page.remembered = []
  for (const fingerprint of given.page.remembered) {
    const recalled = await store.pages.recall(key, fingerprint)
    if (recalled === undefined) continue
    expect(recalled).toEqual(await memory.pages.recall(key, fingerprint))
    remembered.push(fingerprint)
  }
  return { ...given, page: { ...given.page, remembered } }
}

test('whatever happens, the store holds and answers what the store in memory does', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(command, { minLength: 1, maxLength: 25 }), async (commands) => {
      const clock = manualClock()
      const sqlite = sqliteStore({ path: ':memory:', clock })
      await sqlite.migrate()
      const memory = memoryStore({ clock })
      try {
        const [play, expected] = [player(sqlite), player(memory)]
        for (const store of [sqlite, memory]) await store.runs.create(syncRun())
        for (const drawn of commands) {
          const given = await withRecalledPages(drawn, sqlite, memory)
          expect(await play(given), JSON.stringify(given)).toEqual(await expected(given))
        }
        expect(await picture(sqlite)).toEqual(await picture(memory))
      } finally {
        await sqlite.close()
      }
    }),
    { numRuns: 500 },
  )
}, 120_000)
