import fc from 'fast-check'
import { IntegrationError, memoryStore } from '@unioneyes/core'
import type { IdRange, Page, PageStore, Store } from '@unioneyes/core'
import { describe, expect, test } from 'vitest'
import { IDS_PER_SLICE, storedIds } from '../src/stored-ids.ts'
import { pagedEngine, storedThings, thing, thingsKey } from './support/paged-provider.ts'
import type { Thing } from './support/paged-provider.ts'

/** The order of code points, by another way than the engine's. */
const byBytes = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right))

const words = (ids: readonly string[], word = 'first'): Record<string, string> =>
  Object.fromEntries(ids.map((id) => [id, word]))

/** A store with these things, and an engine whose next sync answers with the pages that it is given. */
async function synced(ids: readonly string[], store: Store = memoryStore(), recordsPerCommit = 100) {
  let pages: readonly Page<Thing>[] = [{ records: ids.map((id) => thing(id)) }]
  const engine = await pagedEngine(store, () => pages, { recordsPerCommit })
  await engine.full('org_1', 'paged', ['things'])
  const incremental = (next: readonly Page<Thing>[]) => {
    pages = next
    return engine.incremental('org_1', 'paged', ['things'])
  }
  return { store, engine, incremental }
}

// So many others that no range is too large a part of all to vanish.
const others = Array.from({ length: 300 }, (_, n) => `A${String(n)}`)

describe('a page that shows everything between two ids', () => {
  test('deletes what it does not show from the one up to the other, and nothing else', async () => {
    const ids = ['C1:1', 'C1:2', 'C1:3', 'C1:4', 'C1:5', 'C10:3', 'C2:3']
    const { store, incremental } = await synced([...others, ...ids])
    const run = await incremental([
      { records: [thing('C1:3', 'second'), thing('C1:35')], replaces: [{ from: 'C1:2', below: 'C1:5' }] },
    ])
    expect(run).toMatchObject({ status: 'success', counters: { created: 1, updated: 1, deleted: 2, processed: 4 } })
    expect(await storedThings(store)).toEqual({
      ...words([...others, 'C1:1', 'C1:35', 'C1:5', 'C10:3', 'C2:3']),
      'C1:3': 'second',
    })
  })

  test('says nothing about what begins with one of hundreds of its `keeps`', async () => {
    const parents = Array.from({ length: 400 }, (_, n) => `C1:${String(1_000 + n)}`)
    const replies = parents.flatMap((id) => [`${id}/1`, `${id}/2`])
    const { store, incremental } = await synced([...others, ...parents, ...replies, 'C1:1399x'])
    const shown = parents.filter((id) => id !== 'C1:1007')
    const page = {
      records: shown.map((id) => thing(id)),
      replaces: [{ from: 'C1:', below: 'C1;', keeps: shown.map((id) => `${id}/`) }],
    }
    const run = await incremental([page])
    expect(run).toMatchObject({ status: 'success', counters: { deleted: 4 } })
    const left = Object.keys(await storedThings(store))
    expect(left).not.toContain('C1:1007/1')
    expect(left).not.toContain('C1:1399x')
    expect(left.length).toBe(300 + 399 + 798)
  })

  test.each<{ what: string; range: IdRange | string }>([
    { what: 'both ends are the same', range: { from: 'b', below: 'b' } },
    { what: 'it ends before it begins', range: { from: 'c', below: 'a' } },
    { what: 'it ends before the first text', range: { from: '', below: '' } },
    { what: 'its ends stand the other way round by code point', range: { from: '😀', below: '\ue000' } },
    { what: 'an end is half a character', range: { from: 'a', below: '\ud83d' } },
    { what: 'a beginning holds NUL', range: 'a\0' },
    { what: 'everything in it is kept', range: { from: 'a', below: 'z', keeps: [''] } },
  ])('deletes nothing when $what', async ({ range }) => {
    const { store, incremental } = await synced([...others, 'a', 'b', 'c', '\ue000', '😀'])
    const run = await incremental([{ records: [], replaces: [range] }])
    expect(run).toMatchObject({ status: 'success', counters: { deleted: 0, processed: 0 } })
    expect(Object.keys(await storedThings(store))).toHaveLength(305)
  })

  test('deletes nothing when one of its rows has no readable id, which may be any of them', async () => {
    const { store, incremental } = await synced([...others, 'a', 'b'])
    const run = await incremental([{ records: [thing('')], replaces: [{ from: 'a', below: 'z' }] }])
    expect(run).toMatchObject({ status: 'partial', counters: { failed: 1, deleted: 0 } })
    expect(Object.keys(await storedThings(store))).toHaveLength(302)
  })

  test('keeps the version of a deletion that it states itself, and counts it once', async () => {
    const { store, incremental } = await synced([...others, 'b'])
    const page = { records: [], deleted: [{ id: 'b', version: '7' }], replaces: [{ from: 'b', below: 'c' }] }
    const run = await incremental([page, { records: [], replaces: [{ from: 'b', below: 'c' }] }])
    expect(run.counters).toMatchObject({ deleted: 1, processed: 1 })
    const { states } = await store.pages.states(thingsKey, ['b'])
    expect(states.get('b')).toMatchObject({ deleted: true, version: '7' })
  })

  test('leaves a record that a webhook wrote after the page was asked for', async () => {
    const clock = { now: 1_000 }
    const { store, incremental } = await synced([...others, 'b'], memoryStore({ clock: clockOf(clock) }))
    const hook = { id: 'b2', data: '{"id":"b2","word":"hook"}', raw: undefined }
    const counters = { processed: 1, unchanged: 0, failed: 0, pages: 1, requests: 1, bytes: 0, waitedMs: 0 }
    const none = { tombstones: [], quarantined: [], marks: [], remembered: [], listing: undefined, counters }
    const base = { key: thingsKey, runId: undefined, lease: undefined, ...none }
    await store.pages.commitPage({ ...base, observedAt: 9_000, upserts: [hook] })
    const run = await incremental([{ records: [], replaces: [{ from: 'b', below: 'c' }] }])
    expect(run.counters.deleted).toBe(1)
    expect(await storedThings(store)).toMatchObject({ b2: 'hook' })
  })

  test('is looked through slice by slice, whatever it holds', async () => {
    const many = Array.from({ length: 2 * IDS_PER_SLICE + 10 }, (_, n) => `C1:${String(100_000 + n)}`)
    const asked: number[] = []
    const { store, incremental } = await synced([...others, ...many], countingIds(memoryStore(), asked))
    asked.length = 0
    const gone = new Set([0, IDS_PER_SLICE - 1, IDS_PER_SLICE, 2 * IDS_PER_SLICE, many.length - 1].map((n) => many[n]))
    const records = many.filter((id) => !gone.has(id)).map((id) => thing(id))
    const run = await incremental([{ records, replaces: [{ from: 'C1:', below: 'C1;' }] }])
    expect(run.counters.deleted).toBe(gone.size)
    expect(Object.keys(await storedThings(store))).toHaveLength(300 + many.length - gone.size)
    expect(asked).toEqual([IDS_PER_SLICE, IDS_PER_SLICE, 10])
  })

  test('is not believed when it lacks most of what there is, nor looked through any further', async () => {
    const many = Array.from({ length: 3 * IDS_PER_SLICE }, (_, n) => `C1:${String(100_000 + n)}`)
    const asked: number[] = []
    const { store, incremental } = await synced(many, countingIds(memoryStore(), asked))
    asked.length = 0
    const run = await incremental([{ records: [], replaces: [{ from: 'C1:', below: 'C1;' }] }])
    expect(run).toMatchObject({ status: 'partial', counters: { deleted: 0 } })
    expect(run.outcomes[0]).toMatchObject({ type: 'full', held: { deletions: many.length } })
    expect(Object.keys(await storedThings(store))).toHaveLength(many.length)
    expect(asked).toEqual([IDS_PER_SLICE])
  })

  test('counts for the brake over all pages of a run', async () => {
    const ids = Array.from({ length: 100 }, (_, n) => `C1:${String(100 + n)}`)
    const { store, incremental } = await synced(ids, memoryStore(), 1)
    // Ten pages that each lack three of ten: 24 are believed, the ninth page is one too many.
    const pages = Array.from({ length: 10 }, (_, n) => ({
      records: ids.slice(10 * n + 3, 10 * n + 10).map((id) => thing(id)),
      replaces: [{ from: `C1:${String(100 + 10 * n)}`, below: `C1:${String(110 + 10 * n)}` }],
    }))
    const run = await incremental(pages)
    expect(run.outcomes[0]).toMatchObject({ type: 'full' })
    expect(run.outcomes[0]?.notes.join(' ')).toContain('27 records of things vanished')
    expect(Object.keys(await storedThings(store)).length).toBe(70)
  })

  test('goes on after an interruption between two pages, and ends with what all pages say', async () => {
    const ids = Array.from({ length: 90 }, (_, n) => `C1:${String(100 + n)}`)
    const pages = [6, 3, 0].map((tens) => ({
      records: ids.slice(10 * tens + 1, 10 * tens + 30).map((id) => thing(id, 'second')),
      replaces: [{ from: `C1:${String(100 + 10 * tens)}`, below: `C1:${String(130 + 10 * tens)}` }],
    }))
    const expected = words(
      ids.filter((id) => !['C1:100', 'C1:130', 'C1:160'].includes(id)),
      'second',
    )
    for (const failing of [1, 2, 3]) {
      const given = memoryStore()
      const { incremental } = await synced(ids, given, 1)
      let commits = 0
      const commitPage: PageStore['commitPage'] = (commit) => {
        commits += 1
        if (commits === failing) throw new IntegrationError('STORE_UNAVAILABLE', 'The disk is full.')
        return given.pages.commitPage(commit)
      }
      const broken = { ...given, pages: { ...given.pages, commitPage } }
      const engine = await pagedEngine(broken, () => pages, { recordsPerCommit: 1 })
      const failed = await engine.incremental('org_1', 'paged', ['things'])
      expect(failed).toMatchObject({ status: 'failed', counters: { deleted: failing - 1 } })
      const resumed = await incremental(pages)
      expect(resumed).toMatchObject({ status: 'success', counters: { deleted: 4 - failing, pages: 4 - failing } })
      expect(await storedThings(given)).toEqual(expected)
    }
  })

  test('whatever is stored and shown, in whatever pages and slices of a commit, what is stored is what a simple model says', async () => {
    const id = fc
      .array(fc.constantFrom('a', 'b', '/', '\ud7ff', '\ue000', '😀', '\u{10ffff}'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join(''))
    const range = fc.record({
      from: fc.oneof(id, fc.constant('')),
      below: id,
      keeps: fc.option(fc.array(id, { maxLength: 4 }), { nil: undefined }),
    })
    const page = fc.record({
      shown: fc.uniqueArray(id, { maxLength: 5 }),
      replaces: fc.array(fc.oneof({ weight: 3, arbitrary: range }, { weight: 1, arbitrary: id }), { maxLength: 2 }),
    })
    const given = {
      stored: fc.uniqueArray(id, { maxLength: 30 }),
      pages: fc.array(page, { minLength: 1, maxLength: 6 }),
      perCommit: fc.integer({ min: 1, max: 8 }),
    }
    const speaksOf = (one: string | IdRange, candidate: string): boolean => {
      if (typeof one === 'string') return candidate.startsWith(one)
      const isInside = byBytes(one.from, candidate) <= 0 && byBytes(candidate, one.below) < 0
      return isInside && one.keeps?.some((kept) => candidate.startsWith(kept)) !== true
    }
    await fc.assert(
      fc.asyncProperty(fc.record(given), async ({ stored, pages, perCommit }) => {
        const { store, incremental } = await synced([...others, ...stored], memoryStore(), perCommit)
        const expected = new Set([...others, ...stored])
        for (const { shown, replaces } of pages) {
          for (const candidate of [...expected])
            if (replaces.some((one) => speaksOf(one, candidate)) && !shown.includes(candidate))
              expected.delete(candidate)
          for (const one of shown) expected.add(one)
        }
        // Ranges from '' hold the others too: then the brake decides, which other tests are about.
        fc.pre(others.every((one) => expected.has(one)))
        const run = await incremental(
          pages.map(({ shown, replaces }) => ({ records: shown.map((one) => thing(one)), replaces })),
        )
        expect(run).toMatchObject({ status: 'success' })
        expect(run.outcomes[0]).toMatchObject({ type: 'incremental' })
        expect(Object.keys(await storedThings(store)).sort()).toEqual([...expected].sort())
      }),
      { numRuns: 300 },
    )
  })
})

test('ids of the store come in slices of any size, each once and in order', async () => {
  const ids = ['a', 'b', 'b/1', 'c', '\ue000', '😀']
  const { store } = await synced(ids)
  for (let limit = 1; limit <= 7; limit += 1) {
    const slices: (readonly string[])[] = []
    for await (const slice of storedIds(store, thingsKey, { from: 'b', below: undefined }, limit)) slices.push(slice)
    expect(slices.flat()).toEqual(ids.slice(1))
    expect(slices.every((slice) => slice.length > 0 && slice.length <= limit)).toBe(true)
  }
})

/** The store, noting how many ids each call gave. */
function countingIds(store: Store, asked: number[]): Store {
  const idsBetween: PageStore['idsBetween'] = async (key, query) => {
    const ids = await store.pages.idsBetween(key, query)
    asked.push(ids.length)
    return ids
  }
  return { ...store, pages: { ...store.pages, idsBetween } }
}

function clockOf(time: { now: number }) {
  return { now: () => time.now, sleep: () => Promise.resolve() }
}
