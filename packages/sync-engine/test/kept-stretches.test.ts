import { compareIds } from '@unioneyes/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KeptStretches, fromStretch, keptStretch, toStretch } from '../src/kept-stretches.ts'

// Few characters, so that they meet; one below and one above the halves of pairs.
const id = fc.string({ unit: fc.constantFrom('a', 'b', '/', '', '😀'), maxLength: 4 })
const given = fc.oneof(id, fc.record({ from: id, below: id }))

const keeps = (entry: string | { from: string; below: string }, one: string): boolean =>
  typeof entry === 'string'
    ? one.startsWith(entry)
    : compareIds(entry.from, one) <= 0 && compareIds(one, entry.below) < 0

test('an id is kept when one of the entries keeps it, and stretches that stand apart keep the same', () => {
  fc.assert(
    fc.property(fc.array(given, { maxLength: 6 }), fc.array(id, { maxLength: 12 }), (entries, ids) => {
      const kept = new KeptStretches()
      for (const entry of entries) kept.add(keptStretch(entry))
      const isKept = kept.test()
      for (const one of ids) expect(isKept(one)).toBe(entries.some((entry) => keeps(entry, one)))
      const apart = kept.apart()
      for (const [index, { below }] of apart.entries()) {
        const next = apart[index + 1]
        if (next) expect(compareIds(below ?? '~', next.from)).toBeLessThan(0)
      }
    }),
    { numRuns: 500 },
  )
})

test('one that was added before is not new, and each survives as JSON', () => {
  fc.assert(
    fc.property(given, (entry) => {
      const kept = new KeptStretches()
      const stretch = keptStretch(entry)
      expect([kept.add(stretch), kept.add(keptStretch(entry))]).toEqual([true, false])
      expect(toStretch(fromStretch(stretch))).toEqual(stretch)
    }),
  )
  expect([null, 7, 'a', [], [1]].map(toStretch)).toEqual([undefined, undefined, undefined, undefined, undefined])
})
