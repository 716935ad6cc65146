import { IntegrationError } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { migratedStore, takeLease } from './given.ts'
import { commit, people, record } from './writes.ts'

test('a lease that was given back allows nothing more, although nobody has taken it since', async () => {
  const store = await migratedStore()
  const lease = await takeLease(store)
  await store.leases.release(lease)
  await expect(store.pages.commitPage(commit({ lease, upserts: [record('a')] }))).rejects.toSatisfy((error) =>
    IntegrationError.is(error, 'LEASE_LOST'),
  )
  expect(await store.leases.renew(lease, 60_000)).toBe(false)
  expect(await store.records.count(people)).toBe(0)
})

test('fences grow over all entities, so that a lease never fits another one', async () => {
  const store = await migratedStore()
  const fences: number[] = []
  for (const entity of ['a', 'b', 'a', 'c']) fences.push((await takeLease(store, { ...people, entity })).fence)
  expect(fences).toEqual([1, 2, 3, 4])
})
