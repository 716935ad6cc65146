import { expect, test } from 'vitest'
import { handleOf, migratedStore, takeLease } from './given.ts'
import { commit, listing, numbered, people, record } from './writes.ts'

const mark = (fingerprint: string, ids: readonly string[]) => ({
  fingerprint,
  ids,
  next: undefined,
  total: undefined,
  complete: false,
})

test('a page whose records were never stored is not recalled, also while nothing was ever written', async () => {
  const store = await migratedStore()
  const lease = await takeLease(store)
  await store.pages.commitPage(commit({ lease, marks: [mark('p', ['a'])], listing: listing() }))
  expect(await store.pages.recall(people, 'p')).toBeUndefined()
})

test('a page with a row that has no readable id is not recalled: the listing would pass for complete', async () => {
  const store = await migratedStore()
  const lease = await takeLease(store)
  const quarantined = [{ id: undefined, rawHash: 'h', reasons: ['no id'], raw: '{}' }]
  await store.pages.commitPage(
    commit({ lease, upserts: [record('a')], quarantined, marks: [mark('p', ['a'])], listing: listing() }),
  )
  expect(await store.pages.recall(people, 'p')).toBeUndefined()
  expect(await store.pages.seen(people, 'listing_1')).toBe(1)
})

test('of two pages in one commit that show a record differently, neither is recalled as a whole', async () => {
  const store = await migratedStore()
  const lease = await takeLease(store)
  await store.pages.commitPage(
    commit({
      lease,
      upserts: [record('a', 'one'), record('b'), record('a', 'two')],
      marks: [mark('p1', ['a']), mark('p2', ['b', 'a'])],
      listing: listing(),
    }),
  )
  expect(await store.pages.recall(people, 'p1')).toBeUndefined()
})

test('a fingerprint that comes back with other ids does not unshow what its first page showed', async () => {
  const store = await migratedStore()
  const lease = await takeLease(store)
  await store.pages.commitPage(
    commit({ lease, upserts: numbered(4), marks: [mark('p', ['id 000000', 'id 000001'])], listing: listing() }),
  )
  await store.pages.commitPage(commit({ lease, marks: [mark('p', ['id 000002'])], listing: listing() }))
  expect(await store.pages.seen(people, 'listing_1')).toBe(3)
  expect((await store.pages.recall(people, 'p'))?.count).toBe(1)
})

test('a recalled page is looked at closely once, and then known until something is written', async () => {
  const store = await migratedStore()
  const lease = await takeLease(store)
  const upserts = numbered(3)
  const ids = upserts.map(({ id }) => id)
  await store.pages.commitPage(commit({ lease, upserts, marks: [mark('p', ids)], listing: listing() }))
  await store.pages.commitPage(commit({ upserts: [record('elsewhere')] }))
  await store.pages.recall(people, 'p')
  await store.pages.commitPage(commit({ lease, remembered: ['p'], listing: listing({ id: 'listing_2' }) }))
  const handle = await handleOf(store)
  expect(handle.prepare('select write_no, whole_at, listing from integration_page_marks').get()).toEqual({
    write_no: 1,
    whole_at: 2,
    listing: 'listing_2',
  })
  await store.pages.commitPage(commit({ observedAt: 9_000, upserts: [record('id 000001', 'changed')] }))
  expect(await store.pages.recall(people, 'p')).toBeUndefined()
})
