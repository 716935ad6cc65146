import { expect, test } from 'vitest'
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
  const marks = [{ fingerprint: 'p', ids: ['id 000001', 'id 000002'], next: undefined, total: undefined, complete: false }]
  await store.pages.commitPage(commit({ lease, marks, listing: current }))
  expect(await store.pages.sweep({ lease, listing: current, runId: 'run_1', limit: 9 })).toEqual(['id 000000', 'id 000003'])
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
  const keys = Array.from({ length: 7 }, (_, index) => ({ ...people, entity: `entity ${String(index)}` }))
  for (const [index, key] of keys.entries()) await store.pages.commitPage(commit({ key, upserts: numbered(index + 1) }))
  const plans = await Promise.all(keys.map((key) => store.pages.planSweep(key, current)))
  expect(plans.map(({ missing }) => missing)).toEqual([1, 2, 3, 4, 5, 6, 7])
  const again = await Promise.all(keys.toReversed().map((key) => store.pages.planSweep(key, current)))
  expect(again.map(({ missing }) => missing)).toEqual([7, 6, 5, 4, 3, 2, 1])
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
