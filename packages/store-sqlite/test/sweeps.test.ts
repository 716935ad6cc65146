import { describe, expect, test } from 'vitest'
import { handleOf, migratedStore, takeLease } from './given.ts'
import { commit, listing, numbered, people, record } from './writes.ts'

const current = listing({ id: 'current', startedAt: 5_000 })

test('a large difference is worked out in steps between which the event loop goes on', async () => {
  const store = await migratedStore()
  const lease = await takeLease(store)
  const upserts = numbered(40_000)
  await store.pages.commitPage(commit({ lease, upserts }))
  const ids = upserts.map(({ id }) => id)
  const marks = Array.from({ length: 80 }, (_, page) => ({
    fingerprint: undefined,
    ids: ids.slice(page * 500, page * 500 + 500).filter((_id, index) => index % 10 !== 0),
    next: undefined,
    total: undefined,
    complete: false,
  }))
  await store.pages.commitPage(commit({ lease, observedAt: 5_000, marks, listing: current }))

  let turns = 0
  let isDone = false
  const count = (): void => {
    turns++
    if (!isDone) setImmediate(count)
  }
  setImmediate(count)
  const plan = await store.pages.planSweep(people, current)
  isDone = true
  expect(plan).toEqual({ missing: 4_000, live: 40_000 })
  expect(turns).toBeGreaterThan(12)
  expect(await store.pages.seen(people, 'current')).toBe(36_000)
})

test('a sweep in many batches deletes each record once, and leaves no temporary table', async () => {
  const store = await migratedStore()
  const lease = await takeLease(store)
  await store.pages.commitPage(commit({ lease, upserts: numbered(1_000) }))
  const swept: string[] = []
  for (;;) {
    const batch = await store.pages.sweep({ lease, listing: current, runId: 'run_1', limit: 70 })
    swept.push(...batch)
    if (batch.length < 70) break
  }
  expect(swept).toEqual(numbered(1_000).map(({ id }) => id))
  expect(await store.records.count(people)).toBe(0)
  const handle = await handleOf(store)
  expect(handle.prepare('select name from temp.sqlite_schema').all()).toEqual([])
})

test('what a webhook writes between two batches of a sweep is taken into account', async () => {
  const store = await migratedStore()
  const lease = await takeLease(store)
  await store.pages.commitPage(commit({ upserts: numbered(10) }))
  const sweep = (limit: number): Promise<readonly string[]> =>
    store.pages.sweep({ lease, listing: current, runId: 'run_1', limit })
  expect(await sweep(2)).toEqual(['id 000000', 'id 000001'])
  // Seen since the listing began, gone already, and new with an observation from before the listing.
  await store.pages.commitPage(commit({ observedAt: 6_000, upserts: [record('id 000002')] }))
  await store.pages.commitPage(commit({ observedAt: 6_000, tombstones: [{ id: 'id 000003' }] }))
  await store.pages.commitPage(commit({ observedAt: 4_000, upserts: [record('id 000003x')] }))
  expect(await sweep(3)).toEqual(['id 000003x', 'id 000004', 'id 000005'])
  expect(await sweep(100)).toEqual(['id 000006', 'id 000007', 'id 000008', 'id 000009'])
  expect((await store.records.list(people)).map(({ id }) => id)).toEqual(['id 000002'])
})

test('a page shown after the plan was made is not swept', async () => {
  const store = await migratedStore()
  const lease = await takeLease(store)
  await store.pages.commitPage(commit({ lease, upserts: numbered(4) }))
  expect((await store.pages.planSweep(people, current)).missing).toBe(4)
  const marks = [
    { fingerprint: 'p', ids: ['id 000001', 'id 000002'], next: undefined, total: undefined, complete: false },
  ]
  await store.pages.commitPage(commit({ lease, marks, listing: current }))
  expect(await store.pages.sweep({ lease, listing: current, runId: 'run_1', limit: 9 })).toEqual([
    'id 000000',
    'id 000003',
  ])
})

test('a sweep whose transaction fails is not forgotten by the next one', async () => {
  const store = await migratedStore()
  const lease = await takeLease(store)
  await store.pages.commitPage(commit({ lease, upserts: numbered(6) }))
  const request = { lease, listing: current, runId: 'run_1', limit: 4 }
  const onPage = (): void => {
    throw new Error('no')
  }
  await expect(store.pages.sweep({ ...request, onPage })).rejects.toThrow('no')
  expect(await store.pages.sweep(request)).toHaveLength(4)
  expect(await store.pages.sweep(request)).toHaveLength(2)
})

test('differences of several entities are worked out at the same time without mixing', async () => {
  const store = await migratedStore()
  const keys = Array.from({ length: 6 }, (_, index) => ({ ...people, entity: `entity ${String(index)}` }))
  for (const [index, key] of keys.entries()) {
    await store.pages.commitPage(commit({ key, upserts: numbered(4_100 + index) }))
  }
  const plan = async (key: typeof people): Promise<number> => (await store.pages.planSweep(key, current)).missing
  const expected = keys.map((_, index) => 4_100 + index)
  expect(await Promise.all(keys.map(plan))).toEqual(expected)
  expect(await Promise.all([...keys, ...keys].map(plan)), 'each twice at once').toEqual([...expected, ...expected])
  const tables = (await handleOf(store)).prepare('select name from temp.sqlite_schema').all()
  expect(tables.length, 'only the last few are kept').toBeLessThanOrEqual(8)
})

describe('what is committed while the difference is being worked out', () => {
  const count = 20_000

  async function begin() {
    const store = await migratedStore()
    const lease = await takeLease(store)
    await store.pages.commitPage(commit({ lease, upserts: numbered(count) }))
    const sweep = (limit: number): Promise<readonly string[]> =>
      store.pages.sweep({ lease, listing: current, runId: 'run_1', limit })
    const turns = async (times: number): Promise<void> => {
      for (let turn = 0; turn < times; turn++) await new Promise((resolve) => setImmediate(resolve))
    }
    return { store, lease, sweep, turns }
  }

  test('a new record is found', async () => {
    const { store, sweep, turns } = await begin()
    const sweeping = sweep(2)
    await turns(3)
    await store.pages.commitPage(commit({ upserts: [record('id 000000 and a bit')] }))
    expect(await sweeping).toEqual(['id 000000', 'id 000000 and a bit'])
  })

  test('a page that shows records keeps them', async () => {
    const { store, lease, sweep, turns } = await begin()
    const sweeping = sweep(2)
    await turns(3)
    const marks = [{ fingerprint: 'p', ids: ['id 000000'], next: undefined, total: undefined, complete: false }]
    await store.pages.commitPage(commit({ lease, marks, listing: current }))
    expect(await sweeping).toEqual(['id 000001', 'id 000002'])
  })

  test('a second call does not pull the tables from under the first', async () => {
    const { store, lease, turns } = await begin()
    await store.pages.planSweep(people, current)
    await store.pages.commitPage(commit({ upserts: [record('new')] }))
    const first = store.pages.planSweep(people, current)
    await turns(2)
    const marks = [{ fingerprint: 'p', ids: ['id 000000'], next: undefined, total: undefined, complete: false }]
    await store.pages.commitPage(commit({ lease, marks, listing: current }))
    const second = store.pages.planSweep(people, current)
    expect((await first).missing).toBe(count + 1)
    expect((await second).missing).toBe(count)
  })

  test('deletions that never stop coming neither stop the sweep nor are deleted twice', async () => {
    const { store, sweep, turns } = await begin()
    const progress = { isDone: false }
    const sweeping = sweep(count).finally(() => {
      progress.isDone = true
    })
    for (let next = 0; !progress.isDone; next++) {
      const tombstones = [{ id: `id ${String(next).padStart(6, '0')}` }]
      await store.pages.commitPage(commit({ observedAt: 4_000, tombstones }))
      await turns(1)
    }
    const swept = await sweeping
    expect(swept.length).toBeGreaterThan(count / 2)
    const feed = await store.feed.read({ organizationId: people.organizationId, limit: 3 * count })
    const deleted = feed.filter(({ kind }) => kind === 'deleted').map(({ id }) => id)
    expect(deleted).toHaveLength(count)
    expect(new Set(deleted).size).toBe(count)
  })
})

test('the plan counts what is left after each batch', async () => {
  const store = await migratedStore()
  const lease = await takeLease(store)
  await store.pages.commitPage(commit({ lease, upserts: numbered(5) }))
  const left: number[] = []
  for (let batch = 0; batch < 3; batch++) {
    left.push((await store.pages.planSweep(people, current)).missing)
    await store.pages.sweep({ lease, listing: current, runId: 'run_1', limit: 2 })
  }
  expect(left).toEqual([5, 3, 1])
})
