import assert from 'node:assert/strict'
import type { Page, PageMemory, RememberedPage } from '@unioneyes/core'
import type { AdapterCheckBody } from './adapter-check.ts'
import { paged } from './applicability.ts'
import { assertExactly, canonical } from './expectations.ts'
import type { Scene } from './scene.ts'

// By the time as many requests of our own were answered, those of an adapter that reads ahead would have come.
const PROBES = 12

/** What an adapter keeps in memory, and what it remembers. */
export const memoryChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'read-ahead',
    name: 'pages are handed out one by one, as they are asked for',
    remedy: 'Yield each page before asking for the next; the engine reads ahead where that helps. Gather nothing.',
    unless: paged,
    async run({ entity, paging, open }) {
      const scene = await open({ records: 5 * (paging?.size ?? 0) })
      const { integration } = await scene.app()
      const iterator = integration.read?.(entity)[Symbol.asyncIterator]()
      const first = await iterator?.next()
      for (let n = 0; n < PROBES; n += 1) await fetch(`${scene.sandbox.url}/is-anything-else-coming`)
      const asked = scene.wire.listings
      await iterator?.return?.()
      assert.ok(asked <= 2, `The adapter asked for ${asked} pages before the second one was wanted.`)
      const { rows, records } = pageOf(first)
      const size = (rows?.items.length ?? 0) + (records?.length ?? 0)
      const most = paging?.size ?? 0
      assert.ok(size <= most, `The first page holds ${size} records; the provider’s pages hold ${most}.`)
    },
  },
  {
    hazard: 'unchanged',
    name: 'what did not change reads the same every time',
    remedy:
      'Leave out what differs at every read: the time of reading, signed links that expire (`volatile` in the kit), random values.',
    async run({ open }) {
      const scene = await open()
      const first = await (await scene.app()).read()
      scene.clock.advance(3_600_000)
      const second = await (await scene.app()).read()
      for (const [id, record] of first.records) {
        assert.equal(canonical(second.records.get(id)), canonical(record), `The unchanged record "${id}", read again`)
        assert.equal(
          second.payloads.get(id),
          first.payloads.get(id),
          `The payload of the unchanged "${id}", read again`,
        )
      }
    },
  },
  {
    hazard: 'fingerprint',
    name: 'a page that changed is never taken for one that is remembered',
    remedy: 'Make the fingerprint from every byte of the answer, from the page’s place and from `memory.mapping`.',
    async run(stage) {
      const scene = await stage.open()
      const memory = pageMemory()
      const before = await readRemembering(scene, memory)
      const [changed = ''] = scene.ids()
      scene.change(changed)
      const after = await readRemembering(scene, memory)
      const now = await (await scene.app()).read()
      assertExactly(now, scene.ids(), 'in a listing without memory')
      // Nothing is parsed of a remembered page; its records are as they were.
      const [shown, real] = [after.get(changed) ?? before.get(changed), canonical(now.records.get(changed))]
      assert.equal(shown, real, `The record "${changed}" changed, and its page was taken for the one before.`)
    },
  },
]

interface RecordingMemory extends PageMemory {
  remember(page: Page, count: number): void
}

function pageMemory(): RecordingMemory {
  const pages = new Map<string, RememberedPage>()
  return {
    mapping: 'the mapping of the check',
    recall: (fingerprint) => Promise.resolve(pages.get(fingerprint)),
    remember({ fingerprint, next, rememberNext, total, complete }, count) {
      if (fingerprint === undefined) return
      pages.set(fingerprint, { fingerprint, count, next: rememberNext ?? next, total, complete })
    },
  }
}

/** What the pages showed that were not remembered: records by id, as text. */
async function readRemembering(scene: Scene, memory: RecordingMemory): Promise<Map<string, string>> {
  const app = await scene.app()
  const reading = await app.read(
    { memory },
    {
      onPage(page, { sizes }) {
        if (!page.remembered) memory.remember(page, sizes.at(-1) ?? 0)
        return true
      },
    },
  )
  return new Map([...reading.records].map(([id, record]) => [id, canonical(record)]))
}

type FirstResult = Awaited<ReturnType<AsyncIterator<Page>['next']>> | undefined

function pageOf(result: FirstResult): Page {
  assert.ok(result && result.done !== true, 'The read ended before its first page.')
  return result.value
}
