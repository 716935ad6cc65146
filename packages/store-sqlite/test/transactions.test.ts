import { IntegrationError } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { migratedStore } from './given.ts'
import { commit, people, record } from './writes.ts'

test('an asynchronous onPage rolls back and says that transactions are synchronous', async () => {
  const store = await migratedStore()
  const attempt = store.pages.commitPage(commit({ upserts: [record('a')], onPage: async () => Promise.resolve() }))
  const failure = await attempt.catch((error: unknown) => error)
  expect(IntegrationError.is(failure, 'CONFIG_INVALID')).toBe(true)
  expect(String(failure)).toContain('synchronous')
  expect(await store.records.count(people)).toBe(0)
})

test('a promise of onPage that rejects later ends no process', async () => {
  const store = await migratedStore()
  const unhandled: unknown[] = []
  const note = (reason: unknown): void => void unhandled.push(reason)
  process.on('unhandledRejection', note)
  const onPage = (): Promise<void> => Promise.reject(new Error('later'))
  await expect(store.pages.commitPage(commit({ onPage }))).rejects.toThrow('synchronous')
  await new Promise((resolve) => setImmediate(resolve))
  process.off('unhandledRejection', note)
  expect(unhandled).toEqual([])
})

test('an SQL error in onPage comes out as it is: it is the app’s own', async () => {
  const store = await migratedStore()
  const attempt = store.pages.commitPage(
    commit({ upserts: [record('a')], onPage: (tx) => tx.exec('insert into nowhere values (1)') }),
  )
  await expect(attempt).rejects.toMatchObject({ code: 'ERR_SQLITE_ERROR' })
  expect(await store.records.count(people)).toBe(0)
})

test('an onPage that ends the transaction is refused', async () => {
  const store = await migratedStore()
  const attempt = store.pages.commitPage(commit({ upserts: [record('a')], onPage: (tx) => tx.exec('rollback') }))
  await expect(attempt).rejects.toSatisfy((error) => IntegrationError.is(error, 'CONFIG_INVALID'))
  expect(await store.records.count(people)).toBe(0)
})

test('a store call made inside onPage waits for the commit: nothing gets into the transaction by accident', async () => {
  const store = await migratedStore()
  let inner: Promise<unknown> | undefined
  const attempt = store.pages.commitPage(
    commit({
      upserts: [record('a')],
      onPage: () => {
        inner = store.pages.commitPage(commit({ upserts: [record('b')] }))
        throw new Error('rolled back')
      },
    }),
  )
  await expect(attempt).rejects.toThrow('rolled back')
  await inner
  expect((await store.records.list(people)).map(({ id }) => id)).toEqual(['b'])
})

test('an id that would come back as another one is refused, with the provider named', async () => {
  const store = await migratedStore()
  for (const id of ['a\0b', 'a\ud800']) {
    for (const page of [{ upserts: [record(id)] }, { tombstones: [{ id }] }]) {
      await expect(store.pages.commitPage(commit(page))).rejects.toSatisfy(
        (error) => IntegrationError.is(error, 'RESPONSE_INVALID') && error.provider === 'acme',
      )
    }
    const key = { ...people, organizationId: id }
    await expect(store.records.count(key)).rejects.toSatisfy((error) => IntegrationError.is(error, 'CONFIG_INVALID'))
    await expect(store.connections.get(key)).rejects.toSatisfy((error) => IntegrationError.is(error, 'CONFIG_INVALID'))
  }
  expect(await store.records.count(people)).toBe(0)
})
