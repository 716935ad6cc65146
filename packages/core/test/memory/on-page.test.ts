import { expect, test } from 'vitest'
import { IntegrationError, memoryStore } from '../../src/index.ts'
import type { StoredRecord } from '../../src/index.ts'
import { contents, pageCommit, people, record, takeLease } from './examples.ts'

test('the handle shows the records as the commit leaves them, while the store still shows the old ones', async () => {
  const store = memoryStore()
  await store.pages.commitPage(
    pageCommit({ upserts: [record('changes', 'old'), record('goes', 'old'), record('stays', 'old')] }),
  )
  const shown: (StoredRecord | undefined)[] = []
  let before: unknown
  await store.pages.commitPage(
    pageCommit({
      observedAt: 1,
      upserts: [record('changes', 'new'), record('comes', 'new')],
      tombstones: [{ id: 'goes' }, { id: 'never' }],
      async onPage(tx) {
        shown.push(...['changes', 'comes', 'goes', 'stays', 'never', 'nowhere'].map((id) => tx.record(id)))
        before = await contents(store)
        expect(tx.key).toEqual(people)
      },
    }),
  )
  expect(before).toEqual({ changes: 'old', goes: 'old', stays: 'old' })
  expect(shown.map((row) => row && [row.data, row.deletedAt !== undefined])).toEqual([
    [record('changes', 'new').data, false],
    [record('comes', 'new').data, false],
    [record('goes', 'old').data, true],
    [record('stays', 'old').data, false],
    undefined,
    undefined,
  ])
})

test('commits to the entity wait for an asynchronous onPage, and see what it led to', async () => {
  const store = memoryStore()
  const gate = Promise.withResolvers<undefined>()
  const first = store.pages.commitPage(pageCommit({ upserts: [record('a', 'first')], onPage: () => gate.promise }))
  const second = store.pages.commitPage(pageCommit({ observedAt: 1, upserts: [record('a', 'second')] }))
  const elsewhere = { ...people, entity: 'departments' }
  await store.pages.commitPage(pageCommit({ key: elsewhere, upserts: [record('d', 'first')] }))
  expect(await store.records.count(people)).toBe(0)
  gate.resolve(undefined)
  expect((await first).created).toEqual(['a'])
  expect((await second).updated).toEqual(['a'])
})

test('after a failed onPage the next commit is not held up', async () => {
  const store = memoryStore()
  const gate = Promise.withResolvers<undefined>()
  const first = store.pages.commitPage(pageCommit({ upserts: [record('a', 'first')], onPage: () => gate.promise }))
  const second = store.pages.commitPage(pageCommit({ upserts: [record('b', 'first')] }))
  gate.reject(new Error('no'))
  await expect(first).rejects.toThrow('no')
  await second
  expect(await contents(store)).toEqual({ b: 'first' })
})

test('a lease cannot change hands inside a commit', async () => {
  let now = 0
  const store = memoryStore({ clock: { now: () => now, sleep: () => Promise.resolve() } })
  const lease = await takeLease(store)
  const gate = Promise.withResolvers<undefined>()
  const commit = store.pages.commitPage(
    pageCommit({ lease, upserts: [record('a', 'first')], onPage: () => gate.promise }),
  )
  now = 3_600_000
  const taken = store.leases.acquire(people, { runId: 'another', ttlMs: 1_000 })
  gate.resolve(undefined)
  await commit
  expect(await taken).toMatchObject({ runId: 'another', state: { live: 1 } })
})

test('an erasure during onPage takes a sync’s lease away, and nothing of the commit is written', async () => {
  const store = memoryStore()
  const lease = await takeLease(store)
  const gate = Promise.withResolvers<undefined>()
  const commit = store.pages.commitPage(
    pageCommit({ lease, upserts: [record('a', 'first')], onPage: () => gate.promise }),
  )
  const lost = expect(commit).rejects.toSatisfy((error) => IntegrationError.is(error, 'LEASE_LOST'))
  await new Promise((resolve) => setImmediate(resolve))
  await store.erase({ organizationId: people.organizationId })
  gate.resolve(undefined)
  await lost
  expect(await contents(store)).toEqual({})
  expect(await store.feed.read({ organizationId: people.organizationId })).toEqual([])
})

test('an erasure during a webhook’s onPage comes after its commit: nothing is left of it', async () => {
  const store = memoryStore()
  const gate = Promise.withResolvers<undefined>()
  const commit = store.pages.commitPage(pageCommit({ upserts: [record('a', 'first')], onPage: () => gate.promise }))
  await new Promise((resolve) => setImmediate(resolve))
  await store.erase({ organizationId: people.organizationId })
  gate.resolve(undefined)
  expect((await commit).created).toEqual(['a'])
  expect(await contents(store)).toEqual({})
  expect(await store.feed.read({ organizationId: people.organizationId })).toEqual([])
})

test('onPage may call the rest of the store', async () => {
  const store = memoryStore()
  const lease = await takeLease(store)
  await store.pages.commitPage(
    pageCommit({
      lease,
      upserts: [record('a', 'first')],
      async onPage() {
        await store.leases.renew(lease, 60_000)
        await store.pages.commitPage(
          pageCommit({ key: { ...people, entity: 'departments' }, upserts: [record('d', 'x')] }),
        )
        await store.audit.append({ at: 0, organizationId: 'org', actor: 'app', action: 'page.seen', target: 'people' })
      },
    }),
  )
  expect(await contents(store)).toEqual({ a: 'first' })
  expect(await store.audit.list('org')).toHaveLength(1)
})
