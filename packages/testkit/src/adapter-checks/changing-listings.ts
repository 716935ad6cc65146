import assert from 'node:assert/strict'
import type { AdapterCheckBody } from './adapter-check.ts'
import { incremental, inSeveralPages, paged, removable, timed, unless } from './applicability.ts'
import { assertArrived, assertNothingLostSilently } from './expectations.ts'

const MINUTES = 60_000

/** What happens to records while a listing of them is read. */
export const changingListingChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'vanishing',
    name: 'records that are removed while the listing is read take no others with them',
    remedy:
      'When pages moved or the provider no longer knows the place, begin the listing again (`restarted`); or do not claim `complete`.',
    unless: unless(paged, removable),
    async run({ open }) {
      // At the edge, where cursors point; and in front, where offsets shift.
      for (const at of [-1, 0]) {
        const scene = await open()
        let removed = ''
        scene.wire.before(2, () => {
          removed = scene.wire.page(1).ids.at(at) ?? ''
          scene.remove(removed)
        })
        const reading = await scene.attempt()
        scene.wire.assertMet()
        const where = at === 0 ? 'first' : 'last'
        assertNothingLostSilently(reading, scene.ids(), `after the ${where} record of the first page was removed`)
      }
    },
  },
  {
    hazard: 'appearing',
    name: 'a record that is added while the listing is read does not disturb the others',
    remedy: 'Expect totals and pages to move while a listing is read.',
    unless: paged,
    async run({ paging, open }) {
      const scene = await open({ records: 2 * (paging?.size ?? 0) })
      const before = scene.ids()
      scene.wire.before(2, () => void scene.add())
      const reading = await scene.attempt()
      scene.wire.assertMet()
      assertArrived(reading, before, 'when one was added between two pages')
    },
  },
  {
    hazard: 'changing',
    name: 'a record that changes after it was read comes with the next increment',
    remedy: 'Take the cursor from the provider’s time at the first request of the listing, not at its end.',
    unless: unless(paged, incremental, timed),
    async run({ open }) {
      const scene = await open()
      let changed = ''
      scene.wire.before(2, () => {
        scene.advance(30 * MINUTES)
        changed = scene.wire.page(1).ids[0] ?? ''
        scene.change(changed)
        scene.advance(30 * MINUTES)
      })
      const full = await scene.read()
      scene.wire.assertMet()
      const next = await scene.read(
        { type: 'incremental', cursor: full.cursor ?? null },
        { known: full.records.keys() },
      )
      assertArrived(next, [changed], 'in the increment after a listing during which it changed')
    },
  },
  {
    hazard: 'changing-while-interrupted',
    name: 'a record that changes while a listing is interrupted comes with the next increment',
    remedy:
      'Keep the time of the first request in the page token, so that a resumed listing ends with the same cursor.',
    unless: unless(inSeveralPages, incremental, timed),
    async run({ open }) {
      const scene = await open()
      const [changed = ''] = scene.ids()
      // Interrupted behind the page that shows the one that is going to change.
      const begun = await scene.read({}, { onPage: (_page, { shown }) => shown.at(-1)?.includes(changed) !== true })
      const token = begun.pages.at(-1)?.next
      assert.ok(token !== undefined, `The page that shows "${changed}" gives no page token (\`next\`).`)
      scene.advance(30 * MINUTES)
      scene.change(changed)
      scene.advance(30 * MINUTES)
      const resumed = await scene.read({ pageToken: token })
      if (resumed.restarts > 0) {
        assertArrived(resumed, scene.ids(), 'when the listing began again')
        return
      }
      const next = await scene.read({ type: 'incremental', cursor: resumed.cursor ?? null }, { known: scene.ids() })
      assertArrived(next, [changed], 'in the increment after an interrupted listing during which it changed')
    },
  },
]
