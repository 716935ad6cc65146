import assert from 'node:assert/strict'
import type { FieldPlace } from './adapter-subject.ts'
import type { AdapterCheckBody, Stage } from './adapter-check.ts'
import { anyIds, hasField, hasText, textField } from './applicability.ts'
import { assertArrived } from './expectations.ts'
import { changeFirst } from './field-drift.ts'
import { idText, valueAt, withValueAt } from './place.ts'

const BIG = 9_007_199_254_740_993n
const TEXT = '👩🏽‍🏭 Zoë e\u0301 בן־דוד \u202eabc 美咲 ﬁ'
// Fourteen hours ahead and eleven behind: what goes through local time moves to another day in one of them.
const ZONES = ['Pacific/Kiritimati', 'Pacific/Pago_Pago']

/** Values that are easily spoiled on their way. */
export const valueChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'big-number',
    name: 'a whole number beyond 2^53 arrives with every digit',
    remedy: 'Read answers with `parseJsonText` of core, and accept a bigint.',
    unless: hasField('number'),
    async run(stage) {
      const shown = await shownAs(stage, stage.fields.number, BIG)
      assert.equal(idText(shown), BIG.toString(), 'A big number as it arrived')
    },
  },
  {
    hazard: 'unicode',
    name: 'text in every script arrives as it is',
    remedy: 'Decode answers as UTF-8, and neither normalize nor cut text.',
    unless: hasText,
    run: async (stage) => assert.equal(await shownAs(stage, textField(stage.fields), TEXT), TEXT, 'Text as it arrived'),
  },
  {
    hazard: 'day',
    name: 'a calendar day stays the same day wherever the program runs',
    remedy: 'Pass days on as text: a `Date` in between moves them into the machine’s time zone.',
    unless: hasField('day'),
    async run(stage) {
      for (const day of ['2024-03-10', '2024-12-31', '2000-02-29']) {
        const shown = await inEachZone(() => shownAs(stage, stage.fields.day, day))
        assert.deepEqual(shown, [day, day], `The day ${day} as it arrived, in ${ZONES.join(' and in ')}`)
      }
    },
  },
  {
    hazard: 'moment',
    name: 'a moment stays the same moment wherever the program runs, with an offset and without',
    remedy: 'Say which zone a time without one is in (mostly UTC), and never let `new Date(text)` guess the machine’s.',
    unless: hasField('moment'),
    async run(stage) {
      const offset = '2024-03-10T01:30:00+05:30'
      const shown = await inEachZone(() => shownAs(stage, stage.fields.moment, offset))
      const times = shown.map((value) => Date.parse(typeof value === 'string' ? value : ''))
      assert.deepEqual(
        times,
        [Date.parse(offset), Date.parse(offset)],
        `The moment ${offset} as it arrived: ${shown.join()}`,
      )
      const [east, west] = await inEachZone(() => shownAs(stage, stage.fields.moment, '2024-03-10T01:30:00', true))
      assert.equal(east, west, `A time without a zone, in ${ZONES.join(' and in ')}`)
    },
  },
  {
    hazard: 'alike-ids',
    name: 'identifiers that look alike are kept apart',
    remedy: 'Use the provider’s identifier as it is: no trimming, no change of case, no reading as a number.',
    unless: anyIds,
    async run({ place, idOf, open }) {
      const scene = await open()
      let alike: string[] = []
      const { reading } = await changeFirst(scene, idOf, (item) => {
        const second = scene.wire.page(1).items[1]
        // A number cannot begin with a zero; a much bigger one is as good.
        const id = typeof valueAt(item, place) === 'string' ? `0${idText(valueAt(second, place))}` : BIG
        const changed = withValueAt(item, place, id)
        alike = [idOf(changed), idOf(second)]
        return changed
      })
      assertArrived(reading, alike, 'beside another identifier that looks like it')
    },
  },
]

/**
 * Reads with a value in a field of the first item, and gives what the record shows for it.
 * @param refusable whether the record may be invalid for it; what is given is then null
 */
async function shownAs(
  stage: Stage,
  place: FieldPlace | undefined,
  value: unknown,
  refusable = false,
): Promise<unknown> {
  const scene = await stage.open()
  const { reading, id } = await changeFirst(scene, stage.idOf, (item) => withValueAt(item, place?.wire ?? '', value))
  if (refusable && reading.invalid.some((row) => row.id === id)) return null
  assertArrived(reading, [id], 'with an unusual value in a field')
  return valueAt(reading.records.get(id), place?.record ?? '')
}

async function inEachZone<T>(work: () => Promise<T>): Promise<T[]> {
  const before = process.env.TZ
  const results: T[] = []
  try {
    for (const zone of ZONES) {
      process.env.TZ = zone
      assert.notEqual(
        new Date(0).getTimezoneOffset(),
        0,
        'The time zone of this process cannot be set: run these checks in processes rather than in threads.',
      )
      results.push(await work())
    }
  } finally {
    if (before === undefined) delete process.env.TZ
    else process.env.TZ = before
  }
  return results
}
