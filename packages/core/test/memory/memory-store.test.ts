import fc from 'fast-check'
import { expect, test } from 'vitest'
import { IntegrationError, memoryStore } from '../../src/index.ts'
import type { QuarantineWrite } from '../../src/index.ts'
import { compareIds, indexAfter } from '../../src/memory/compare-ids.ts'
import { mapKey } from '../../src/memory/map-key.ts'
import { pageCommit, people, record, run, takeLease } from './examples.ts'

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

test('a position ahead of everything that was given out is refused: it comes from another store', async () => {
  const store = memoryStore()
  await store.pages.commitPage(pageCommit({ upserts: [record('a', 'x')] }))
  const [entry] = await store.feed.read({ organizationId: people.organizationId })
  const ahead = String(Number(entry?.position) + 1)
  const reading = store.feed.read({ organizationId: people.organizationId, after: ahead })
  await expect(reading).rejects.toSatisfy((error) => IntegrationError.is(error, 'CONFIG_INVALID'))
})

test('ids are ordered as the bytes of their UTF-8 text', () => {
  const character = fc
    .integer({ min: 1, max: 0x10ffff })
    .filter((point) => point < 0xd800 || point > 0xdfff)
    .map((point) => String.fromCodePoint(point))
  const near = fc.constantFrom('a', '\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}')
  const text = fc.string({ unit: fc.oneof(character, near), maxLength: 6 })
  fc.assert(
    fc.property(text, text, (left, right) => {
      expect(Math.sign(compareIds(left, right))).toBe(Buffer.compare(Buffer.from(left), Buffer.from(right)))
    }),
    { numRuns: 1_000 },
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

test('a run is kept as it was created, whatever becomes of the object that was given', async () => {
  const store = memoryStore()
  const entities = [...run.entities]
  await store.runs.create({ ...run, entities })
  entities.push('pay')
  const given = await store.runs.find(run.id)
  Object.assign(given ?? {}, { status: 'failed' })
  expect(await store.runs.get(run.organizationId, run.id)).toEqual(run)
})

test('a run that ends with success without a time of its end ended now', async () => {
  const store = memoryStore({ clock: { now: () => 77, sleep: () => Promise.resolve() } })
  await store.connections.save({ ...people, type: 'hris', credentials: 'sealed', settings: {} })
  await store.runs.create(run)
  await store.runs.move(run.organizationId, run.id, 'success')
  expect((await store.connections.get(people))?.lastSyncAt).toBe(77)
})

test('the quarantine is listed oldest first, over all entities', async () => {
  let now = 0
  const store = memoryStore({ clock: { now: () => ++now, sleep: () => Promise.resolve() } })
  const bad = (id: string): QuarantineWrite[] => [{ id, rawHash: '0'.repeat(64), reasons: ['unreadable'], raw: '0' }]
  const departments = { ...people, entity: 'departments' }
  await store.pages.commitPage(pageCommit({ quarantined: bad('first') }))
  await store.pages.commitPage(pageCommit({ key: departments, quarantined: bad('second') }))
  await store.pages.commitPage(pageCommit({ quarantined: bad('third') }))
  const listed = await store.quarantine.list({ organizationId: 'org', provider: 'acme', connection: 'default' })
  expect(listed.map((row) => row.id)).toEqual(['first', 'second', 'third'])
})
