import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../../src/index.ts'
import { compareIds, indexAfter } from '../../src/memory/compare-ids.ts'
import { mapKey } from '../../src/memory/map-key.ts'
import { pageCommit, people, record, takeLease } from './examples.ts'

test('two stores share nothing', async () => {
  const [one, other] = [memoryStore(), memoryStore()]
  await takeLease(one)
  await one.pages.commitPage(pageCommit({ upserts: [record('a', 'x')] }))
  expect(await other.records.count(people)).toBe(0)
  expect(await other.feed.read({ organizationId: people.organizationId })).toEqual([])
  expect((await takeLease(other)).fence).toBe(1)
})

test('without a clock it goes by the machine’s time', async () => {
  const before = Date.now()
  const now = await memoryStore().now()
  expect(now).toBeGreaterThanOrEqual(before)
  expect(now).toBeLessThanOrEqual(Date.now())
})

test('what a caller is given is its own: changing it changes nothing in the store', async () => {
  const store = memoryStore()
  const settings = { list: ['a'] }
  const saved = await store.connections.save({ ...people, type: 'hris', credentials: 'sealed', settings })
  Object.assign(saved, { credentials: 'changed' })
  Object.assign(saved.settings, { list: [] })
  expect(await store.connections.get(people)).toMatchObject({ credentials: 'sealed', settings })
  const cursor = { since: [1] }
  await store.pages.commitPage(pageCommit({ lease: await takeLease(store), cursor }))
  cursor.since.push(2)
  Object.assign((await takeLease(store)).state, { cursor: 'changed' })
  expect((await takeLease(store)).state.cursor).toEqual({ since: [1] })
})

test('ids are ordered as the bytes of their UTF-8 text', () => {
  const text = fc.string({ unit: 'binary', maxLength: 6 })
  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(Math.sign(compareIds(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)))
    }),
    { numRuns: 300 },
  )
  expect(compareIds('\u{1f600}', '\uff61')).toBeGreaterThan(0)
})

test('the place after an id in a sorted list is the count of ids up to it', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\u{1f600}', '\uff61'), maxLength: 3 })
  fc.assert(
    fc.property(fc.uniqueArray(text), text, (ids, id) => {
      const sorted = ids.sort(compareIds)
      expect(indexAfter(sorted, id)).toBe(sorted.filter((other) => compareIds(other, id) <= 0).length)
    }),
  )
})

test('names never join into the same map key unless they are the same names', () => {
  const name = fc.string({ unit: fc.constantFrom('"', ',', '[', ']', '\\', 'a', '\ud800'), maxLength: 4 })
  const names = fc.array(name, { maxLength: 4 })
  fc.assert(
    fc.property(names, names, (left, right) => {
      const same = left.length === right.length && left.every((part, index) => part === right[index])
      expect(mapKey(...left) === mapKey(...right)).toBe(same)
    }),
    { numRuns: 2_000 },
  )
})
