import assert from 'node:assert/strict'
import type { AdapterCheckBody } from './adapter-check.ts'
import {
  endsBySignal,
  expectable,
  paged,
  removable,
  shortPagesAllowed,
  stated,
  unless,
  unordered,
} from './applicability.ts'
import {
  assertArrived,
  assertExactly,
  assertNothingLostSilently,
  assertNotProven,
  assertProven,
  canonical,
} from './expectations.ts'

const ENDLESS = 40

/** How a full listing is read, page after page. */
export const pagingChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'everything',
    name: 'a full listing of many pages brings every record, and nothing else',
    remedy: 'Follow the pages to the end that the provider names, without a limit of your own, and drop no record.',
    async run({ paging, open }) {
      const scene = await open({ records: paging ? 6 * paging.size + 1 : 5 })
      assertExactly(await scene.read(), scene.ids(), 'in a full listing')
    },
  },
  {
    hazard: 'true-records',
    name: 'every record says what the provider says',
    remedy: 'Compare the mapping with the hand’s `expected`, field by field.',
    unless: expectable,
    async run({ open }) {
      const scene = await open()
      const reading = await scene.read()
      for (const [id, record] of reading.records) {
        assert.equal(canonical(record), canonical(scene.expected(id)), `The record "${id}" is not what was expected.`)
      }
    },
  },
  {
    hazard: 'complete',
    name: 'a full listing that reached its end says so',
    remedy:
      'Give `complete: true` on the last page when the provider itself named the end; without it nothing is ever deleted by absence.',
    async run({ open }) {
      const scene = await open()
      assertProven(await scene.read(), 'of an undisturbed full listing')
    },
  },
  {
    hazard: 'empty-listing',
    name: 'a listing without any record ends without an error',
    remedy: 'Take an empty first page that is also the last for what it is: a company without records.',
    unless: removable,
    async run({ open }) {
      const scene = await open({ records: 0 })
      assertExactly(await scene.read(), scene.ids(), 'in an empty listing')
    },
  },
  {
    hazard: 'empty-first-page',
    name: 'an empty first page is not the end',
    remedy: 'Go on as long as the provider names a next page, however many items this one brought.',
    unless: unless(paged, endsBySignal),
    run: async ({ open }) => pageIsNoEnd(await open(), 1, () => []),
  },
  {
    hazard: 'empty-middle-page',
    name: 'an empty page in the middle is not the end',
    remedy: 'Go on as long as the provider names a next page, however many items this one brought.',
    unless: unless(paged, endsBySignal),
    run: async ({ open }) => pageIsNoEnd(await open(), 2, () => []),
  },
  {
    hazard: 'short-page',
    name: 'a page with fewer items than asked for is not the end',
    remedy: 'Do not compare the number of items with the size asked for: providers cap sizes and leave items out.',
    unless: unless(paged, shortPagesAllowed),
    run: async ({ open }) => pageIsNoEnd(await open(), 2, (items) => items.slice(0, -1)),
  },
  {
    hazard: 'exact-multiple',
    name: 'a listing whose last page is full loses nothing and ends',
    remedy: 'Check the arithmetic of the number of pages where records fill them exactly.',
    unless: unless(paged, removable),
    async run({ paging, open }) {
      for (const pages of [1, 2]) {
        const scene = await open({ records: pages * (paging?.size ?? 0) })
        const reading = await scene.read()
        assertExactly(reading, scene.ids(), `from ${pages} page(s) that are exactly full`)
      }
    },
  },
  {
    hazard: 'loop',
    name: 'a listing that goes round in circles is noticed',
    remedy: 'Remember the page tokens of a listing and stop with RESPONSE_INVALID when one comes again.',
    unless: paged,
    async run({ open }) {
      const scene = await open()
      const { wire } = scene
      let second: Awaited<Parameters<Parameters<typeof wire.change>[1]>[0]> | undefined
      wire.change({ from: 2 }, (answer) => (second ??= answer))
      const reading = await scene.attempt({}, { onPage: () => wire.listings < ENDLESS })
      wire.assertMet()
      assert.ok(
        wire.listings < ENDLESS,
        `The adapter asked for the same page again and again (${wire.listings} requests).`,
      )
      assertNotProven(reading, 'of a listing that goes round in circles')
    },
  },
  {
    hazard: 'repeated-page',
    name: 'a page shown twice in place of another is not a complete listing',
    remedy: 'Count distinct ids rather than rows, and pass on the total that the provider states.',
    unless: unless(paged, stated),
    async run({ open }) {
      const scene = await open()
      scene.wire.items(2, () => scene.wire.page(1).items)
      const reading = await scene.attempt()
      scene.wire.assertMet()
      assertNothingLostSilently(reading, scene.ids(), 'when the first page was shown twice')
    },
  },
  {
    hazard: 'overlapping-pages',
    name: 'a record shown by two pages is no reason to stop',
    remedy: 'Let later pages show an id again: records move while a listing is read.',
    unless: unless(paged, endsBySignal),
    async run({ open }) {
      const scene = await open()
      scene.wire.items(2, (items) => [...scene.wire.page(1).items.slice(-1), ...items])
      const reading = await scene.attempt()
      scene.wire.assertMet()
      assertExactly(reading, scene.ids(), 'when two pages overlap')
    },
  },
  {
    hazard: 'shuffled-pages',
    name: 'items of a page in another order all arrive',
    remedy:
      'Rely on the order of items only where the provider promises one, and say so in the hand (`paging.ordered`).',
    unless: unless(paged, unordered),
    async run({ open }) {
      const scene = await open()
      scene.wire.items({ from: 1 }, (items) => items.toReversed())
      assertExactly(await scene.attempt(), scene.ids(), 'when items stand in another order')
    },
  },
  {
    hazard: 'missing-items',
    name: 'a listing that shows fewer records than it states is not a complete one',
    remedy: 'Pass on the total that the provider states (`total`), or do not claim `complete`.',
    unless: unless(paged, stated),
    async run({ open }) {
      const scene = await open()
      scene.wire.items(2, (items) => items.slice(0, -1))
      const reading = await scene.attempt()
      scene.wire.assertMet()
      assertNotProven(reading, 'of a listing that leaves out a record')
    },
  },
]

async function pageIsNoEnd(
  scene: Awaited<ReturnType<Parameters<AdapterCheckBody['run']>[0]['open']>>,
  nth: number,
  change: (items: readonly unknown[]) => readonly unknown[],
): Promise<void> {
  const hidden: string[] = []
  scene.wire.items(nth, (items) => {
    const left = change(items)
    hidden.push(...scene.wire.page(nth).ids.slice(left.length))
    return left
  })
  const reading = await scene.attempt()
  scene.wire.assertMet()
  const others = scene.ids().filter((id) => !hidden.includes(id))
  assertArrived(reading, others, `after page ${nth} had ${hidden.length} item(s) fewer`)
}
