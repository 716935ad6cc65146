import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../../src/index.ts'
import type { FeedEntry, Store } from '../../src/index.ts'
import { pageCommit, people, record, run, takeLease } from './examples.ts'

const { entities } = run
const ids = ['a', 'b', 'c', 'd', 'e']

const change = fc.record({
  entity: fc.constantFrom(...entities),
  upserts: fc.array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom('x', 'y')), { maxLength: 4 }),
  tombstones: fc.subarray(ids, { maxLength: 2 }),
  observedAt: fc.integer({ min: 1, max: 9 }),
  waits: fc.boolean(),
})

test('readers with any limits, reading while commits are under way, see every entry exactly once and in order', async () => {
  const reader = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 })
  await fc.assert(
    fc.asyncProperty(
      fc.array(change, { maxLength: 20 }),
      fc.array(reader, { minLength: 1, maxLength: 3 }),
      async (changes, readers) => {
        const store = memoryStore()
        let done = false
        const writing = Promise.all(changes.map((one) => commit(store, one))).finally(() => {
          done = true
        })
        const shown = await Promise.all(readers.map((limits) => readAll(store, limits, () => done)))
        await writing
        const all = await store.feed.read({ organizationId: people.organizationId, limit: 10_000 })
        for (const entries of shown) expect(entries).toEqual(all)
      },
    ),
    { numRuns: 200 },
  )
})

async function readAll(store: Store, limits: readonly number[], isDone: () => boolean): Promise<FeedEntry[]> {
  const shown: FeedEntry[] = []
  for (let turn = 0; ; turn++) {
    const last = isDone()
    const limit = limits[turn % limits.length]
    const entries = await store.feed.read({
      organizationId: people.organizationId,
      limit,
      after: shown.at(-1)?.position,
    })
    shown.push(...entries)
    await new Promise((resolve) => setImmediate(resolve))
    if (last && entries.length === 0) return shown
  }
}

test('the feed, replayed, gives the records, and the run counts what the feed says', async () => {
  const step = fc.oneof(
    change,
    fc.record({ sweep: fc.constantFrom(...entities), startedAt: fc.integer({ min: 1, max: 9 }) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const store = memoryStore()
      await store.runs.create(run)
      for (const one of steps) {
        if (!('sweep' in one)) {
          await commit(store, one)
          continue
        }
        const lease = await takeLease(store, { ...people, entity: one.sweep })
        await store.pages.sweep({ lease, listing: { id: 'none', startedAt: one.startedAt }, runId: run.id, limit: 2 })
      }
      const entries = await store.feed.read({ organizationId: people.organizationId, limit: 10_000 })
      const replayed = new Map<string, string>()
      for (const { entity, id, kind, hash } of entries) {
        const name = `${entity} ${id}`
        expect(replayed.has(name), `${kind} ${name}`).toBe(kind !== 'created')
        if (kind === 'updated') expect(replayed.get(name)).not.toBe(hash)
        if (kind === 'deleted') expect(replayed.get(name)).toBe(hash)
        if (kind === 'deleted') replayed.delete(name)
        else replayed.set(name, hash)
      }
      const stored = new Map<string, string>()
      for (const entity of entities) {
        const rows = await store.records.list({ ...people, entity })
        for (const row of rows) stored.set(`${entity} ${row.id}`, row.hash)
        expect(await store.records.count({ ...people, entity })).toBe(rows.length)
      }
      expect(new Map([...replayed].sort())).toEqual(new Map([...stored].sort()))
      const counters = (await store.runs.get(people.organizationId, run.id))?.counters
      for (const kind of ['created', 'updated', 'deleted'] as const) {
        expect(counters?.[kind]).toBe(entries.filter((entry) => entry.kind === kind).length)
      }
    }),
    { numRuns: 300 },
  )
})

interface Change {
  readonly entity: string
  readonly upserts: readonly (readonly [string, string])[]
  readonly tombstones: readonly string[]
  readonly observedAt: number
  readonly waits: boolean
}

async function commit(store: Store, { entity, upserts, tombstones, observedAt, waits }: Change): Promise<void> {
  await store.pages.commitPage(
    pageCommit({
      key: { ...people, entity },
      runId: run.id,
      observedAt,
      upserts: upserts.map(([id, content]) => record(id, content)),
      tombstones: tombstones.map((id) => ({ id })),
      onPage: waits ? () => new Promise((resolve) => setImmediate(resolve)) : undefined,
    }),
  )
}
