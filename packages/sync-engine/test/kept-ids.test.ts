import fc from 'fast-check'
import { memoryStore } from '@unioneyes/core'
import type { Page, PageStore, Store } from '@unioneyes/core'
import { describe, expect, test } from 'vitest'
import { IDS_PER_SLICE } from '../src/stored-ids.ts'
import { pagedEngine, storedThings, thing } from './support/paged-provider.ts'
import type { Thing } from './support/paged-provider.ts'

const numbered = (channel: string, count: number): string[] =>
  Array.from({ length: count }, (_, n) => `${channel}:${String(100_000 + n)}`)
const pageOf = (ids: readonly string[], rest: Partial<Page<Thing>> = {}): Page<Thing> => ({
  records: ids.map((id) => thing(id)),
  ...rest,
})
const idsIn = async (store: Store): Promise<string[]> => Object.keys(await storedThings(store)).sort()

/** A store with these things, and full syncs that answer with the pages that they are given. */
async function synced(ids: readonly string[], store: Store = memoryStore(), recordsPerCommit = 100) {
  let pages: readonly Page<Thing>[] = [pageOf(ids)]
  const engine = await pagedEngine(store, () => pages, { recordsPerCommit })
  const full = (next: readonly Page<Thing>[]) => {
    pages = next
    return engine.full('org_1', 'paged', ['things'])
  }
  await full(pages)
  return { store, engine, full }
}

describe('a full listing that cannot look at everything', () => {
  test('keeps what it cannot look at, deletes what is gone of the rest, and counts only what it showed', async () => {
    const { store, full } = await synced(['C1:1', 'C1:2', 'C1', 'C10:1', 'C2:1', 'C2:2'])
    const run = await full([pageOf(['C10:1'], { keeps: ['C1:', 'C9:'] }), pageOf(['C2:2'])])
    expect(run).toMatchObject({ status: 'success', counters: { processed: 2, unchanged: 2, deleted: 2, pages: 2 } })
    expect(run.outcomes[0]?.notes.join()).toContain('2 records that the listing could not look at are kept')
    expect(await idsIn(store)).toEqual(['C10:1', 'C1:1', 'C1:2', 'C2:2'])
  })

  test('keeps what stands between the things that it looked at', async () => {
    const { store, full } = await synced(['A', 'C1:1', 'C1:2', 'C2:1', 'C3:1', 'C3:2', 'D'])
    const between = [
      { from: '', below: 'C1:' },
      { from: 'C1;', below: 'C3:' },
      { from: 'C3;', below: '\u{10ffff}' },
    ]
    const run = await full([pageOf(['C1:1'], { keeps: between }), pageOf(['C3:2'])])
    expect(run).toMatchObject({ status: 'success', counters: { processed: 2, deleted: 2 } })
    expect(await idsIn(store)).toEqual(['A', 'C1:1', 'C2:1', 'C3:2', 'D'])
  })

  test('what it can look at again the next time is deleted if it is gone', async () => {
    const { store, full } = await synced(['C1:1', 'C1:2', 'C2:1'])
    await full([pageOf(['C2:1'], { keeps: ['C1:'] })])
    expect((await full([pageOf(['C1:1', 'C2:1'])])).counters.deleted).toBe(1)
    expect(await idsIn(store)).toEqual(['C1:1', 'C2:1'])
  })

  test('a stated total is reached by what was shown alone', async () => {
    const { store, full } = await synced(['C1:1', 'C1:2', 'C2:1', 'C2:2'])
    const short = await full([pageOf(['C2:1'], { keeps: ['C1:'], total: 2 })])
    expect(short).toMatchObject({ status: 'partial', counters: { deleted: 0 } })
    expect(short.outcomes[0]?.notes.join()).toContain('stated 2 records and showed 1')
    expect(await idsIn(store)).toHaveLength(4)
    const whole = await full([pageOf(['C2:1'], { keeps: ['C1:'], total: 1 })])
    expect(whole).toMatchObject({ status: 'success', counters: { deleted: 1 } })
  })

  test('a listing that began again forgets what its first walk could not look at', async () => {
    const { store, full } = await synced(['C1:1', 'C1:2', 'C2:1'], memoryStore(), 1)
    const run = await full([pageOf([], { keeps: ['C1:'] }), pageOf(['C1:1', 'C2:1'], { restarted: 'it was asked to' })])
    expect(run.counters.deleted).toBe(1)
    expect(await idsIn(store)).toEqual(['C1:1', 'C2:1'])
  })

  test('in an incremental read it means nothing', async () => {
    const store = memoryStore()
    let pages = [pageOf(['C1:1', 'C1:2', 'C2:1'])]
    const engine = await pagedEngine(store, () => pages)
    await engine.full('org_1', 'paged', ['things'])
    pages = [pageOf(['C1:1'], { keeps: ['C1:'], replaces: ['C1:'] })]
    expect((await engine.incremental('org_1', 'paged', ['things'])).counters.deleted).toBe(1)
    pages = [pageOf(['C2:1'])]
    expect((await engine.full('org_1', 'paged', ['things'])).counters.deleted).toBe(1)
    expect(await idsIn(store)).toEqual(['C2:1'])
  })

  test('a dry run says what would be deleted, and keeps the same', async () => {
    const store = memoryStore()
    let pages = [pageOf(['C1:1', 'C1:2', 'C2:1', 'C2:2'])]
    const engine = await pagedEngine(store, () => pages)
    await engine.full('org_1', 'paged', ['things'])
    pages = [pageOf(['C2:1'], { keeps: ['C1:'] })]
    const run = await engine.full('org_1', 'paged', ['things'], { dryRun: true })
    expect(run.counters).toMatchObject({ processed: 1, deleted: 1 })
  })

  test.each([
    { what: 'an empty beginning stands for everything', keeps: '', left: ['C1:1', 'C1:😀', 'C2:1', 'C2:2'] },
    {
      what: 'half a character stands for all that begin before it',
      keeps: 'C1:\ud83d',
      left: ['C1:1', 'C1:😀', 'C2:1'],
    },
    { what: 'NUL ends a beginning', keeps: 'C1:\0x', left: ['C1:1', 'C1:😀', 'C2:1'] },
  ])('$what', async ({ keeps, left }) => {
    const { store, full } = await synced(['C1:1', 'C1:😀', 'C2:1', 'C2:2'])
    await full([pageOf(['C2:1'], { keeps: [keeps] })])
    expect(await idsIn(store)).toEqual(left)
  })

  test('any number of records is marked in slices, and one that is named twice is counted once', async () => {
    const [one, two] = [numbered('C1', 2 * IDS_PER_SLICE), numbered('C2', IDS_PER_SLICE + 1)]
    const given = memoryStore()
    const marked: number[] = []
    const commitPage: PageStore['commitPage'] = (commit) => {
      if (commit.counters.pages === 0) marked.push(...commit.marks.map(({ ids }) => ids.length))
      return given.pages.commitPage(commit)
    }
    const store = { ...given, pages: { ...given.pages, commitPage } }
    const { full } = await synced([...one, ...two, 'C3:1'], store)
    const run = await full([
      pageOf([], { keeps: ['C1:', 'C1:1', 'C2:'] }),
      pageOf([], { keeps: ['C1:'] }),
      pageOf(['C3:1'], { keeps: ['C2:', 'C4:'] }),
    ])
    expect(run).toMatchObject({ status: 'success', counters: { processed: 1, deleted: 0 } })
    expect(run.outcomes[0]?.notes.join()).toContain(`${String(one.length + two.length)} records that`)
    expect(Math.max(...marked)).toBeLessThan(2 * IDS_PER_SLICE)
    expect(marked.reduce((sum, count) => sum + count)).toBe(one.length + two.length)
    expect(await idsIn(given)).toHaveLength(one.length + two.length + 1)
  })

  test('the brake measures what is missing by what the listing could look at, and an approval keeps the rest', async () => {
    const { store, engine, full } = await synced([...numbered('C1', 900), ...numbered('C2', 100)])
    // 30 of 1000 would pass, but it could look at 100 only.
    const run = await full([pageOf(numbered('C2', 70), { keeps: ['C1:'] })])
    expect(run).toMatchObject({ status: 'partial', outcomes: [{ held: { deletions: 30 } }] })
    expect((await engine.approveDeletions(run.id)).counters).toMatchObject({ deleted: 30 })
    expect(await idsIn(store)).toHaveLength(970)
  })

  test('that shows nothing else is held too', async () => {
    const { full } = await synced([...numbered('C1', 90), ...numbered('C2', 3)])
    const run = await full([pageOf([], { keeps: ['C1:'] })])
    expect(run.outcomes[0]?.held).toMatchObject({ deletions: 3 })
  })

  test('killed at any store call, it goes on with what it cannot look at', async () => {
    const stored = ['C1:1', 'C1:2', 'C2:1', 'C2:2', 'C2:3', 'C3:1', 'C4:1']
    const pages = [
      pageOf(['C2:1'], { keeps: ['C1:'] }),
      pageOf(['C2:2'], { total: 3 }),
      pageOf(['C2:5'], { keeps: ['C4:', 'C1:'] }),
    ]
    let deaths = 0
    for (let at = 0; ; at += 1) {
      const { store } = await synced(stored, memoryStore(), 1)
      const dying = dyingStore(store, at)
      const engine = await pagedEngine(dying.store, () => pages, { recordsPerCommit: 1 })
      dying.arm()
      await engine.full('org_1', 'paged', ['things']).catch(() => undefined)
      if (dying.isAlive()) break
      deaths += 1
      // The next process begins with nothing in memory.
      const after = await pagedEngine(store, () => pages, { recordsPerCommit: 1 })
      const run = await after.full('org_1', 'paged', ['things'])
      expect(run.status, `died at call ${String(at)}`).toBe('success')
      expect(await idsIn(store), `died at call ${String(at)}`).toEqual(['C1:1', 'C1:2', 'C2:1', 'C2:2', 'C2:5', 'C4:1'])
    }
    expect(deaths).toBeGreaterThan(10)
  })

  test('whatever is stored, shown and kept, wherever it is interrupted, what is stored is what a simple model says', async () => {
    const id = fc
      .array(fc.constantFrom('a', 'b', '/', '\ud7ff', '\ue000', '😀', '\u{10ffff}'), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join(''))
    const page = fc.record({
      shown: fc.uniqueArray(id, { maxLength: 5 }),
      keeps: fc.option(fc.array(id, { maxLength: 2 }), { nil: undefined }),
    })
    const given = {
      stored: fc.uniqueArray(id, { maxLength: 20 }),
      pages: fc.array(page, { minLength: 1, maxLength: 5 }),
      perCommit: fc.integer({ min: 1, max: 8 }),
      diesAt: fc.integer({ min: 0, max: 40 }),
    }
    const others = Array.from({ length: 200 }, (_, n) => `A${String(n)}`)
    await fc.assert(
      fc.asyncProperty(fc.record(given), async ({ stored, pages, perCommit, diesAt }) => {
        const { store } = await synced([...others, ...stored], memoryStore(), perCommit)
        const shown = new Set([...others, ...pages.flatMap((one) => one.shown)])
        const keeps = pages.flatMap((one) => one.keeps ?? [])
        const expected = new Set([...shown, ...stored.filter((one) => keeps.some((kept) => one.startsWith(kept)))])
        const given = [
          pageOf(others),
          ...pages.map(({ shown: ids, keeps: kept }) => pageOf(ids, { keeps: kept, total: shown.size })),
        ]
        const dying = dyingStore(store, diesAt)
        const first = await pagedEngine(dying.store, () => given, { recordsPerCommit: perCommit })
        dying.arm()
        await first.full('org_1', 'paged', ['things']).catch(() => undefined)
        const engine = await pagedEngine(store, () => given, { recordsPerCommit: perCommit })
        expect(await engine.full('org_1', 'paged', ['things'])).toMatchObject({ status: 'success' })
        expect(await idsIn(store)).toEqual([...expected].sort())
      }),
      { numRuns: 200 },
    )
  })
})

/** A store whose calls to its pages fail for good from one of them on: what a killed process leaves behind. */
function dyingStore(store: Store, at: number) {
  let isArmed = false
  let calls = 0
  const isDead = (): boolean => calls > at
  const alive = <R>(call: () => Promise<R>): Promise<R> => {
    if (isArmed) calls += 1
    return isDead() ? Promise.reject(new Error('the process is dead')) : call()
  }
  const { pages } = store
  const dying: Store = {
    ...store,
    pages: {
      ...pages,
      idsBetween: (...given) => alive(() => pages.idsBetween(...given)),
      states: (...given) => alive(() => pages.states(...given)),
      recall: (...given) => alive(() => pages.recall(...given)),
      commitPage: (commit) => alive(() => pages.commitPage(commit)),
      seen: (...given) => alive(() => pages.seen(...given)),
      planSweep: (...given) => alive(() => pages.planSweep(...given)),
      sweep: (request) => alive(() => pages.sweep(request)),
      dropMarks: (...given) => alive(() => pages.dropMarks(...given)),
    },
  }
  return { store: dying, arm: () => (isArmed = true), isAlive: () => !isDead() }
}
