import fc from 'fast-check'
import { IntegrationError, memoryStore } from '@unioneyes/core'
import type { IdRange, Page, PageStore, Store } from '@unioneyes/core'
import { describe, expect, test } from 'vitest'
import { pagedEngine, storedThings as stored, thing } from './support/paged-provider.ts'
import type { Thing } from './support/paged-provider.ts'

const engineOn = (
  store: Store,
  pages: () => readonly Page<Thing>[],
  recordsPerCommit: number,
  asked: (page: number) => void = () => undefined,
) => pagedEngine(store, pages, { recordsPerCommit, asked })

/** The store, with commits that take a while, as on another thread or another machine. */
function slowly(store: Store, around: (commit: () => Promise<unknown>) => Promise<void>): Store {
  const commitPage: PageStore['commitPage'] = async (commit) => {
    let result: Awaited<ReturnType<PageStore['commitPage']>> | undefined
    await around(async () => (result = await store.pages.commitPage(commit)))
    if (!result) throw new Error('the commit was not carried out')
    return result
  }
  return { ...store, pages: { ...store.pages, commitPage } }
}

async function turns(count: number): Promise<void> {
  for (let n = 0; n < count; n += 1) await new Promise((resolve) => setImmediate(resolve))
}

describe('the commit under way', () => {
  test('does not hold up the pages after it, and there is never a second one', async () => {
    const store = memoryStore()
    let asked = 0
    let under = 0
    let most = 0
    const askedMeanwhile: number[] = []
    const slow = slowly(store, async (commit) => {
      under += 1
      most = Math.max(most, under)
      const before = asked
      await turns(20)
      await commit()
      askedMeanwhile.push(asked - before)
      under -= 1
    })
    const pages = Array.from({ length: 8 }, (_, n) => ({ records: [thing(`a${String(n)}`), thing(`b${String(n)}`)] }))
    const engine = await engineOn(
      slow,
      () => pages,
      2,
      () => (asked += 1),
    )
    const run = await engine.full('org_1', 'paged', ['things'])
    expect(run).toMatchObject({ status: 'success', counters: { processed: 16, created: 16 } })
    expect(most).toBe(1)
    expect(Math.max(...askedMeanwhile)).toBeGreaterThan(0)
  })

  test('that fails stops the run before anything later is written, and the next run goes on there', async () => {
    const store = memoryStore()
    let commits = 0
    const failing = slowly(store, async (commit) => {
      commits += 1
      await turns(3)
      if (commits === 3) throw new IntegrationError('STORE_UNAVAILABLE', 'The disk is full.')
      await commit()
    })
    const pages = Array.from({ length: 8 }, (_, n) => ({ records: [thing(`a${String(n)}`)] }))
    const run = await (await engineOn(failing, () => pages, 1)).full('org_1', 'paged', ['things'])
    expect(run).toMatchObject({ status: 'failed', error: { code: 'STORE_UNAVAILABLE' } })
    expect(Object.keys(await stored(store))).toEqual(['a0', 'a1'])
  })

  test('whatever pages say, and however slowly they are written, the last word of each record is stored', async () => {
    const ids = fc.constantFrom('a/1', 'a/2', 'b/1', 'b/2', 'c')
    const ab = { from: 'a/2', below: 'b/2' }
    const upToC = { from: 'a', below: 'c', keeps: ['a/2', 'b/1'] }
    const speaksOf = (range: string | IdRange, id: string): boolean =>
      typeof range === 'string'
        ? id.startsWith(range)
        : id >= range.from && id < range.below && range.keeps?.includes(id) !== true
    const page = fc.record({
      records: fc.array(fc.record({ id: ids, word: fc.constantFrom('one', 'two', 'three') }), { maxLength: 4 }),
      deleted: fc.array(ids, { maxLength: 1 }),
      replaces: fc.array(fc.constantFrom<string | IdRange>('a/', 'b/', ab, upToC), { maxLength: 2 }),
    })
    const syncs = fc.array(fc.array(page, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 3 })
    await fc.assert(
      fc.asyncProperty(syncs, fc.integer({ min: 1, max: 5 }), fc.constantFrom(0, 1, 5, 30), async (all, per, slow) => {
        const store = memoryStore()
        // So many others that no group is too large a part of all to vanish.
        const others = Array.from({ length: 200 }, (_, n) => thing(`other ${String(n)}`))
        let pages: readonly Page<Thing>[] = [{ records: others }]
        const engine = await engineOn(
          slowly(store, async (commit) => {
            await turns(slow)
            await commit()
          }),
          () => pages,
          per,
        )
        const expected = new Map(others.map(({ id, word }) => [id, word]))
        await engine.full('org_1', 'paged', ['things'])
        for (pages of all) {
          for (const { records = [], deleted = [], replaces = [] } of pages) {
            const shown = new Set(records.map(({ id }) => id))
            for (const id of [...expected.keys()])
              if (!shown.has(id) && replaces.some((range) => speaksOf(range, id))) expected.delete(id)
            for (const { id, word } of records) expected.set(id, word)
            for (const id of deleted) if (typeof id === 'string') expected.delete(id)
          }
          const run = await engine.incremental('org_1', 'paged', ['things'])
          expect(run.error).toBeUndefined()
          expect(await stored(store)).toEqual(Object.fromEntries(expected))
        }
      }),
      { numRuns: 150 },
    )
  })
})

describe('a page that replaces a group', () => {
  test('deletes what it does not show of the group, and nothing else', async () => {
    const store = memoryStore()
    let pages: readonly Page<Thing>[] = [{ records: [thing('1/a'), thing('1/b'), thing('10/a'), thing('2/a')] }]
    const engine = await engineOn(store, () => pages, 100)
    await engine.full('org_1', 'paged', ['things'])
    pages = [
      { records: [thing('1/b', 'second'), thing('1/c')], replaces: ['1/'] },
      { records: [], replaces: ['3/'] },
    ]
    const run = await engine.incremental('org_1', 'paged', ['things'])
    expect(run).toMatchObject({ status: 'success', counters: { created: 1, updated: 1, deleted: 1 } })
    expect(await stored(store)).toEqual({ '1/b': 'second', '1/c': 'first', '10/a': 'first', '2/a': 'first' })
  })

  test('is not believed when it would delete most of what there is: everything is read, and the deletions are held', async () => {
    const store = memoryStore()
    const all = Array.from({ length: 40 }, (_, n) => thing(`${String(n)}/a`))
    let pages: readonly Page<Thing>[] = [{ records: all }]
    const engine = await engineOn(store, () => pages, 5)
    await engine.full('org_1', 'paged', ['things'])
    // What is gone for a full listing too is held by its brake; the page's own end says that the listing is complete.
    pages = all.map(({ id }) => ({ records: [], replaces: [id.slice(0, -1)] }))
    const run = await engine.incremental('org_1', 'paged', ['things'])
    expect(run).toMatchObject({ status: 'partial' })
    expect(run.outcomes[0]).toMatchObject({ type: 'full', held: { live: expect.any(Number) as unknown } })
    expect(run.outcomes[0]?.notes.join(' ')).toContain('too many to believe')
    // Those before the brake was reached are gone, at most the minimum that it lets pass.
    expect(Object.keys(await stored(store)).length).toBeGreaterThanOrEqual(40 - 24)
    expect((await engine.approveDeletions(run.id)).status).toBe('success')
    expect(await stored(store)).toEqual({})
  })

  test('deletes nothing when one of its rows has no readable id, which may be any of them', async () => {
    const store = memoryStore()
    let pages: readonly Page<Thing>[] = [{ records: [thing('1/a'), thing('1/b')] }]
    const engine = await engineOn(store, () => pages, 100)
    await engine.full('org_1', 'paged', ['things'])
    pages = [{ records: [thing('1/b', 'second'), thing('')], replaces: ['1/'] }]
    const run = await engine.incremental('org_1', 'paged', ['things'])
    expect(run).toMatchObject({ status: 'partial', counters: { failed: 1, deleted: 0 } })
    expect(await stored(store)).toEqual({ '1/a': 'first', '1/b': 'second' })
  })
})
