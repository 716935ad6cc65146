import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../../src/index.ts'
import type { Listing, Store } from '../../src/index.ts'
import { noCounters } from '../../src/index.ts'
import { contents, pageCommit, people, record, takeLease } from './examples.ts'

const ids = ['a', 'b', 'c', 'd']
const word = fc.constantFrom('x', 'y')
const rows = fc.uniqueArray(fc.tuple(fc.constantFrom(...ids), word), { selector: ([id]) => id, maxLength: 3 })
type Rows = readonly (readonly [string, string])[]

const time = fc.integer({ min: 1, max: 20 })

const step = fc.oneof(
  fc.record({ kind: fc.constant('page' as const), rows, time, listing: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('remember' as const), rows, time, listing: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ kind: fc.constant('webhook' as const), id: fc.constantFrom(...ids), content: fc.option(word), time }),
  fc.record({ kind: fc.constant('unreadable' as const), id: fc.constantFrom(...ids), time }),
  fc.record({ kind: fc.constant('sweep' as const), listing: fc.integer({ min: 1, max: 3 }), time }),
)

test('a page that is recalled is exactly what the store holds, whatever happened in between', async () => {
  let recalled = 0
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
      const store = memoryStore()
      const lease = await takeLease(store)
      const known = new Map<string, Rows>()
      for (const done of steps) {
        const observedAt = done.time
        if (done.kind === 'page') {
          known.set(JSON.stringify(done.rows), done.rows)
          await store.pages.commitPage(
            pageCommit({
              lease,
              observedAt,
              upserts: done.rows.map(([id, content]) => record(id, content)),
              marks: [markOf(done.rows)],
              listing: listingOf(done.listing),
            }),
          )
        } else if (done.kind === 'remember') {
          const remembered = [JSON.stringify(done.rows)]
          await store.pages.commitPage(pageCommit({ lease, observedAt, remembered, listing: listingOf(done.listing) }))
        } else if (done.kind === 'webhook') {
          const { id, content } = done
          await store.pages.commitPage(
            pageCommit(
              content === null ? { observedAt, tombstones: [{ id }] } : { observedAt, upserts: [record(id, content)] },
            ),
          )
        } else if (done.kind === 'unreadable') {
          const bad = { id: done.id, rawHash: '0'.repeat(64), reasons: ['unreadable'], raw: '0' }
          await store.pages.commitPage(pageCommit({ observedAt, quarantined: [bad] }))
        } else {
          const listing = { id: `listing ${String(done.listing)}`, startedAt: done.time }
          await store.pages.sweep({ lease, listing, runId: 'run', limit: 2 })
        }
        for (const [fingerprint, held] of known) recalled += await checkRecall(store, fingerprint, held)
      }
    }),
    { numRuns: 400 },
  )
  expect(recalled, 'pages were recalled at all').toBeGreaterThan(100)
})

async function checkRecall(store: Store, fingerprint: string, rows: Rows): Promise<number> {
  const page = await store.pages.recall(people, fingerprint)
  if (page === undefined) return 0
  const held = Object.fromEntries(rows)
  expect(await contents(store)).toMatchObject(held)
  const quarantined = (await store.quarantine.list(people)).map((row) => row.id)
  expect(quarantined.filter((id) => id !== undefined && id in held)).toEqual([])
  return 1
}

const markOf = (page: Rows): ReturnType<typeof pageCommit>['marks'][number] => ({
  fingerprint: JSON.stringify(page),
  ids: page.map(([id]) => id),
  next: undefined,
  total: undefined,
  complete: false,
})

const listingOf = (number: number): Listing => ({
  id: `listing ${String(number)}`,
  type: 'full',
  phase: 'list',
  runId: 'run',
  startedAt: 0,
  pageToken: undefined,
  cursor: undefined,
  total: undefined,
  identified: true,
  mapping: 'mapping',
  counters: noCounters,
})
