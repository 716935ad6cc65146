import assert from 'node:assert/strict'
import type { Json } from '@unioneyes/core'
import type { AdapterCheckBody } from './adapter-check.ts'
import {
  backdatable,
  incremental,
  notIncremental,
  inSeveralPages,
  removable,
  tellsDeletions,
  timed,
  unless,
} from './applicability.ts'
import { checkClock } from './check-clock.ts'
import { assertArrived, assertExactly, assertFailed, canonical } from './expectations.ts'
import type { Reading } from './reading.ts'
import type { App, Scene } from './scene.ts'

const MINUTES = 60_000
const HOURS = 60 * MINUTES

/** How changes and deletions are read. */
export const incrementChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'increment',
    name: 'an increment brings everything that was changed or added since, as it is now',
    remedy: 'Read every page of changes, ask for additions as well as changes, and map them as the listing does.',
    unless: unless(incremental, timed),
    async run({ paging, open }) {
      const scene = await open()
      const full = await scene.read()
      scene.advance(HOURS)
      const changed = scene.ids().slice(0, paging ? paging.size + 1 : 2)
      for (const id of changed) scene.change(id)
      changed.push(scene.add(), scene.add())
      scene.advance(HOURS)
      const next = await increment(scene, full)
      assertArrived(next, changed, 'in the increment after it was changed or added')
      const now = await (await scene.app()).read()
      for (const id of changed) {
        const [told, listed] = [canonical(next.records.get(id)), canonical(now.records.get(id))]
        assert.equal(told, listed, `The increment shows "${id}" otherwise than the full listing does.`)
      }
    },
  },
  {
    hazard: 'quiet-increment',
    name: 'an increment without changes leaves a cursor that later changes are found from',
    remedy: 'When nothing changed, keep the cursor (leave it out, or give the old one again).',
    unless: unless(incremental, timed),
    async run({ open }) {
      const scene = await open()
      const full = await scene.read()
      scene.advance(HOURS)
      const quiet = await increment(scene, full)
      scene.advance(HOURS)
      const [changed = ''] = scene.ids()
      scene.change(changed)
      const cursor = quiet.cursor === undefined ? full.cursor : quiet.cursor
      assertArrived(await increment(scene, { ...full, cursor }), [changed], 'after an increment without changes')
    },
  },
  {
    hazard: 'boundary',
    name: 'a change at the very moment of the cursor is not lost',
    remedy: 'Ask for changes at or after the cursor, not only after it.',
    unless: unless(incremental, timed),
    async run({ open }) {
      const scene = await open()
      const full = await scene.read()
      const [changed = ''] = scene.ids()
      scene.change(changed)
      scene.advance(HOURS)
      assertArrived(await increment(scene, full), [changed], 'although it changed at the moment of the cursor')
    },
  },
  {
    hazard: 'late-arrival',
    name: 'a change that shows up a minute late is not lost',
    remedy: 'Read again from a few minutes before the cursor (a lookback): providers enter changes late.',
    unless: unless(incremental, timed, backdatable),
    async run({ open }) {
      const scene = await open()
      const full = await scene.read()
      const [changed = ''] = scene.ids()
      scene.backdate(changed, MINUTES)
      scene.advance(HOURS)
      assertArrived(await increment(scene, full), [changed], 'although it was only dated a minute before the cursor')
    },
  },
  {
    hazard: 'wrong-clock',
    name: 'a clock of ours that is years ahead loses no change',
    remedy: 'Take cursors from the provider (its `Date` header or its own high-water mark), never from our clock.',
    unless: unless(incremental, timed),
    async run({ open }) {
      const scene = await open()
      const ahead = await scene.app({ clock: checkClock(Date.UTC(2090, 0, 1)) })
      const full = await ahead.read()
      scene.advance(HOURS)
      const [changed = ''] = scene.ids()
      scene.change(changed)
      scene.advance(HOURS)
      assertArrived(await increment(ahead, full), [changed], 'although our clock is ahead')
    },
  },
  {
    hazard: 'foreign-cursor',
    name: 'a cursor that is none of the adapter’s is refused as CURSOR_EXPIRED',
    remedy: 'Check a saved cursor before using it: another version of the adapter may have written it.',
    unless: incremental,
    async run({ open }) {
      const scene = await open()
      const strange: readonly Json[] = [{ unlike: 'any cursor' }, 'neither a time nor a token', [1]]
      for (const cursor of strange) {
        const reading = await scene.attempt({ type: 'incremental', cursor })
        assertFailed(reading, ['CURSOR_EXPIRED'], `with the cursor ${JSON.stringify(cursor)}`)
      }
    },
  },
  {
    hazard: 'early-cursor',
    name: 'a cursor is given only where nothing before it is still to come',
    remedy: 'Give the cursor of an unsorted listing with its last page only.',
    unless: unless(incremental, inSeveralPages),
    async run({ open }) {
      const scene = await open()
      const full = await scene.read()
      for (const [index, page] of full.pages.slice(0, -1).entries()) {
        if (page.cursor === undefined) continue
        const next = await increment(scene, { ...full, cursor: page.cursor })
        const seen = new Set(full.shown.slice(0, index + 1).flat())
        const rest = scene.ids().filter((id) => !seen.has(id))
        assertArrived(next, rest, `from the cursor that page ${index + 1} gave while more pages were to come`)
      }
    },
  },
  {
    hazard: 'undeclared-increment',
    name: 'an increment of an entity that has none is refused as UNSUPPORTED',
    remedy: 'Throw UNSUPPORTED for `type: "incremental"`, or declare `incremental: true` and read changes.',
    unless: notIncremental,
    async run({ open }) {
      const scene = await open()
      const reading = await scene.attempt({ type: 'incremental', cursor: '2024-01-01T00:00:00Z' })
      assertFailed(reading, ['UNSUPPORTED'], 'for an increment that the adapter does not declare')
    },
  },
  {
    hazard: 'deletion',
    name: 'an increment tells what was removed',
    remedy:
      'Give removed ids in `deleted`, or read their rows as `kind: "deleted"`; or declare `deletions: "absence"`.',
    unless: unless(tellsDeletions, timed, removable),
    async run({ open }) {
      const scene = await open()
      const full = await scene.read()
      scene.advance(HOURS)
      const [removed = ''] = scene.ids()
      scene.remove(removed)
      scene.advance(HOURS)
      const next = await increment(scene, full)
      assert.ok(next.deleted.has(removed), `The increment does not tell that "${removed}" was removed.`)
    },
  },
  {
    hazard: 'current',
    name: 'a second full listing shows what there is by then, and no longer what is gone',
    remedy: 'Keep no answers between two reads, and read rows that the provider marks as removed as `kind: "deleted"`.',
    async run({ can, open }) {
      const scene = await open()
      const before = await scene.read()
      scene.advance(HOURS)
      scene.add()
      const [removed = '', changed = ''] = scene.ids()
      scene.change(changed)
      if (can.remove) scene.remove(removed)
      const reading = await scene.read()
      assertExactly(reading, scene.ids(), 'in a second full listing, after changes')
      const [old, now] = [before.records.get(changed), reading.records.get(changed)]
      assert.notEqual(canonical(now), canonical(old), `The change of "${changed}" does not show in a second listing.`)
    },
  },
]

async function increment(from: Pick<Scene | App, 'read'>, full: Reading): Promise<Reading> {
  assert.ok(full.cursor !== undefined, 'The read gave no cursor, so no increment can follow it.')
  return from.read({ type: 'incremental', cursor: full.cursor }, { known: full.records.keys() })
}
