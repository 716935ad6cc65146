import { compareVersions } from '@unioneyes/core'
import type { EntityKey, PageCommit, Store } from '@unioneyes/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { storeKinds } from '../support/stores.ts'

const key: EntityKey = { organizationId: 'org_1', provider: 'scripted', connection: 'default', entity: 'people' }

interface Write {
  readonly version: number | undefined
  readonly observedAt: number
  readonly deleted: boolean
}

function commitOf(write: Write): PageCommit {
  const version = write.version === undefined ? undefined : String(write.version)
  const name = `${version ?? '-'}@${String(write.observedAt)}`
  return {
    key,
    runId: undefined,
    lease: undefined,
    observedAt: write.observedAt,
    upserts: write.deleted
      ? []
      : [{ id: 'p1', hash: name, rawHash: name, data: JSON.stringify({ id: 'p1', name }), raw: '{}', version }],
    tombstones: write.deleted ? [{ id: 'p1', version }] : [],
    quarantined: [],
    marks: [],
    remembered: [],
    listing: undefined,
    counters: { processed: 1, unchanged: 0, failed: 0, pages: 1, requests: 1, bytes: 0, waitedMs: 0 },
  }
}

async function contentOf(store: Store): Promise<string> {
  const stored = await store.records.get(key, 'p1')
  return stored === undefined || stored.deletedAt !== undefined ? 'deleted' : stored.data
}

describe.each(storeKinds)('law 12: one write path, on $name', (kind) => {
  test('events in any order end in the highest version', async () => {
    const writes = fc.uniqueArray(
      fc.record({ version: fc.nat(200), observedAt: fc.nat(1000), deleted: fc.boolean() }),
      {
        selector: (write) => write.version,
        minLength: 1,
        maxLength: 8,
      },
    )
    await fc.assert(
      fc.asyncProperty(writes, async (shuffled) => {
        await using opened = await kind.open()
        for (const write of shuffled) await opened.store.pages.commitPage(commitOf(write))
        const newest = shuffled.reduce((a, b) => (a.version >= b.version ? a : b))
        const expected = commitOf(newest).upserts[0]?.data ?? 'deleted'
        expect(await contentOf(opened.store)).toBe(expected)
      }),
      { numRuns: kind.name === 'memory' ? 200 : 40 },
    )
  })

  test('without versions, observations in any order end in the latest one', async () => {
    const writes = fc.uniqueArray(fc.record({ observedAt: fc.nat(1000), deleted: fc.boolean() }), {
      selector: (write) => write.observedAt,
      minLength: 1,
      maxLength: 8,
    })
    await fc.assert(
      fc.asyncProperty(writes, async (shuffled) => {
        await using opened = await kind.open()
        for (const write of shuffled) await opened.store.pages.commitPage(commitOf({ ...write, version: undefined }))
        const newest = shuffled.reduce((a, b) => (a.observedAt >= b.observedAt ? a : b))
        const expected = commitOf({ ...newest, version: undefined }).upserts[0]?.data ?? 'deleted'
        expect(await contentOf(opened.store)).toBe(expected)
      }),
      { numRuns: kind.name === 'memory' ? 200 : 40 },
    )
  })

  test('a webhook observed before the last sync page is stale even where the page left the row as it was', async () => {
    await using opened = await kind.open()
    const { store } = opened
    await store.pages.commitPage(commitOf({ version: undefined, observedAt: 10, deleted: false }))
    const lease = await store.leases.acquire(key, { runId: 'r', ttlMs: 1000 })
    if (!('fence' in lease)) throw new Error('the lease is free')
    await store.pages.commitPage({
      ...commitOf({ version: undefined, observedAt: 20, deleted: false }),
      upserts: [],
      lease,
    })
    const late = await store.pages.commitPage(commitOf({ version: undefined, observedAt: 15, deleted: false }))
    expect(late).toMatchObject({ stale: ['p1'], updated: [] })
  })

  test('a webhook commit moves no checkpoint', async () => {
    await using opened = await kind.open()
    const { store } = opened
    const first = await store.leases.acquire(key, { runId: 'r1', ttlMs: 1000 })
    if (!('fence' in first)) throw new Error('the lease is free')
    await store.pages.commitPage({
      ...commitOf({ version: 1, observedAt: 5, deleted: false }),
      lease: first,
      cursor: 'c1',
      listing: null,
    })
    await store.leases.release(first)
    await store.pages.commitPage(commitOf({ version: 2, observedAt: 500, deleted: false }))
    const second = await store.leases.acquire(key, { runId: 'r2', ttlMs: 1000 })
    expect(second).toMatchObject({ state: { cursor: 'c1', observedAt: 5, live: 1 } })
  })
})

test('law 12: versions compare by value when they are whole numbers, else as text', () => {
  expect(compareVersions('9', '10')).toBeLessThan(0)
  expect(compareVersions('9007199254740993', '9007199254740992')).toBeGreaterThan(0)
  expect(compareVersions('2024-01-02', '2024-01-10')).toBeLessThan(0)
  expect(compareVersions('a', 'a')).toBe(0)
})
