import { IntegrationError, memoryStore } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { faultyStore } from '../src/faulty-store.ts'
import type { StoreMoment } from '../src/faulty-store.ts'
import { pageCommit, people, record } from '../src/store-checks/examples.ts'
import { storeChecks } from '../src/store-checks/store-checks.ts'

test('a faulty store whose hook does nothing passes every store check, and every method goes through the hook', async () => {
  const calls = new Set<string>()
  const checks = storeChecks(({ clock }) =>
    faultyStore(memoryStore({ clock }), ({ call, phase }) => {
      if (phase === 'after') calls.add(call)
    }),
  )
  for (const check of checks) await check.run()
  const methods = Object.entries(memoryStore()).flatMap(([name, part]) =>
    typeof part === 'function' ? [name] : Object.keys(part).map((method) => `${name}.${method}`),
  )
  expect([...calls].sort()).toEqual(methods.sort())
})

test('a throw before a call keeps it from happening', async () => {
  const inner = memoryStore()
  const store = faultyStore(inner, ({ call, phase }) => {
    if (call === 'pages.commitPage' && phase === 'before') throw new IntegrationError('STORE_UNAVAILABLE', 'Try again.')
  })
  await expect(store.pages.commitPage(pageCommit({ upserts: [record('a')] }))).rejects.toThrow('Try again.')
  expect(await inner.records.count(people)).toBe(0)
})

test('a rejection after a call reaches the caller, and the call has happened', async () => {
  const inner = memoryStore()
  const store = faultyStore(inner, ({ phase }) => (phase === 'after' ? Promise.reject(new Error('lost')) : undefined))
  await expect(store.pages.commitPage(pageCommit({ upserts: [record('a')] }))).rejects.toThrow('lost')
  expect(await inner.records.count(people)).toBe(1)
})

test('moments come in order, numbered over all methods; a failed call has no `after`', async () => {
  const moments: StoreMoment[] = []
  const store = faultyStore(memoryStore(), (moment) => void moments.push(moment))
  await store.now()
  await expect(store.feed.read({ organizationId: 'org_1', after: 'nonsense' })).rejects.toThrow()
  await store.records.count(people)
  expect(moments.map(({ call, phase, index }) => `${String(index)} ${phase} ${call}`)).toEqual([
    '0 before now',
    '0 after now',
    '1 before feed.read',
    '2 before records.count',
    '2 after records.count',
  ])
})
