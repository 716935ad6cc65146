import fc from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../../src/index.ts'
import type { RecordWrite } from '../../src/index.ts'
import { contents, pageCommit, record, takeLease } from './examples.ts'

const ids = ['a', 'b', 'c']

test('whatever order versioned writes arrive in, and whenever they were read, the highest version stands', async () => {
  const write = fc.record({
    id: fc.constantFrom(...ids),
    version: fc.integer({ min: 1, max: 12 }),
    observedAt: fc.integer({ min: 1, max: 20 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(write, { maxLength: 25 }), async (writes) => {
      const store = memoryStore()
      for (const { id, version, observedAt } of writes) {
        await store.pages.commitPage(pageCommit({ observedAt, ...atVersion(id, version) }))
      }
      const expected: Record<string, string> = {}
      for (const id of ids) {
        const highest = Math.max(0, ...writes.filter((other) => other.id === id).map((other) => other.version))
        if (highest > 0 && !isDeletion(highest)) expected[id] = contentAt(highest)
      }
      expect(await contents(store)).toEqual(expected)
    }),
    { numRuns: 300 },
  )
})

// Neighbouring versions share their content, so that unchanged reads are among the writes.
const contentAt = (version: number): string => `content ${String(Math.floor(version / 2))}`
const isDeletion = (version: number): boolean => version % 4 === 0

function atVersion(
  id: string,
  number: number,
): { upserts?: RecordWrite[]; tombstones?: { id: string; version: string }[] } {
  const version = String(number)
  return isDeletion(number) ? { tombstones: [{ id, version }] } : { upserts: [record(id, contentAt(number), version)] }
}

/** The provider: what each record is from a time on; undefined while it does not exist. */
type Timeline = readonly (readonly [from: number, content: string | undefined])[]

const timeline = fc
  .uniqueArray(
    fc.tuple(fc.integer({ min: 1, max: 30 }), fc.option(fc.constantFrom('x', 'y', 'z'), { nil: undefined })),
    {
      selector: ([from]) => from,
      maxLength: 5,
    },
  )
  .map((changes): Timeline => [...changes].sort(([left], [right]) => left - right))

const at = (history: Timeline | undefined, time: number): string | undefined =>
  history?.findLast(([from]) => from <= time)?.[1]

test('without versions: syncs and webhooks, delayed at will, end at what was read last; stale webhooks are fetched again', async () => {
  const read = fc.record({
    ids: fc.subarray(ids, { minLength: 1 }),
    time: fc.integer({ min: 1, max: 30 }),
    isSync: fc.boolean(),
  })
  await fc.assert(
    fc.asyncProperty(
      fc.array(timeline, { minLength: 3, maxLength: 3 }),
      fc.array(read, { maxLength: 14 }),
      async (world, reads) => {
        const store = memoryStore()
        const lease = await takeLease(store)
        const end = 40
        const refetched = new Set<string>()
        for (const { ids: read, time, isSync } of inSyncOrder(reads)) {
          const page = pageAt(world, read, time)
          const { stale } = await store.pages.commitPage(
            pageCommit({ observedAt: time, lease: isSync ? lease : undefined, ...page }),
          )
          if (!isSync) for (const id of stale) refetched.add(id)
        }
        for (const id of refetched) {
          const { stale } = await store.pages.commitPage(pageCommit({ observedAt: end, ...pageAt(world, [id], end) }))
          expect(stale).toEqual([])
        }
        const expected: Record<string, string> = {}
        for (const [index, id] of ids.entries()) {
          const times = reads.filter((other) => other.ids.includes(id)).map((other) => other.time)
          const latest = refetched.has(id) ? end : Math.max(0, ...times)
          const content = times.length === 0 ? undefined : at(world[index], latest)
          if (content !== undefined) expected[id] = content
        }
        expect(await contents(store)).toEqual(expected)
      },
    ),
    { numRuns: 500 },
  )
})

function pageAt(
  world: readonly Timeline[],
  read: readonly string[],
  time: number,
): { upserts: RecordWrite[]; tombstones: { id: string }[] } {
  const upserts: RecordWrite[] = []
  const tombstones: { id: string }[] = []
  for (const id of read) {
    const content = at(world[ids.indexOf(id)], time)
    if (content === undefined) tombstones.push({ id })
    else upserts.push(record(id, content))
  }
  return { upserts, tombstones }
}

/** A sync's own pages are committed in the order in which they were read; webhooks come whenever they come. */
function inSyncOrder<T extends { readonly time: number; readonly isSync: boolean }>(reads: readonly T[]): T[] {
  const pages = reads.filter((read) => read.isSync).sort((left, right) => left.time - right.time)
  return reads.flatMap((read) => (read.isSync ? pages.splice(0, 1) : [read]))
}
