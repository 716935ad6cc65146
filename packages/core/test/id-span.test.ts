import fc from 'fast-check'
import { expect, test } from 'vitest'
import { apartBeginnings, beginsWithAny, textAfter, toIdSpan } from '../src/id-span.ts'

const byBytes = (left: string, right: string): number => Buffer.compare(Buffer.from(left), Buffer.from(right))

const text = fc
  .array(fc.constantFrom('a', 'b', '\ud7ff', '\ue000', '\uffff', '😀', '\u{10ffff}'), { maxLength: 4 })
  .map((parts) => parts.join(''))

test('what begins with a text lies between it and the text after it, and nothing else does', () => {
  fc.assert(
    fc.property(text, text, (prefix, other) => {
      const end = textAfter(prefix)
      const isBetween = byBytes(prefix, other) <= 0 && (end === undefined || byBytes(other, end) < 0)
      expect(isBetween).toBe(other.startsWith(prefix))
    }),
  )
  expect(textAfter('')).toBeUndefined()
  expect(textAfter('\u{10ffff}')).toBeUndefined()
})

test('a span includes what lies in its range by code point and begins with nothing that it keeps', () => {
  fc.assert(
    fc.property(text, text, fc.array(text, { maxLength: 4 }), text, (from, below, keeps, id) => {
      const isInside = byBytes(from, id) <= 0 && byBytes(id, below) < 0
      const isKept = keeps.some((kept) => id.startsWith(kept))
      expect(toIdSpan({ from, below, keeps })?.includes(id) ?? false).toBe(isInside && !isKept)
    }),
  )
})

test('a text speaks of what begins with it, and an empty one of nothing', () => {
  const span = toIdSpan('C1:')
  expect([span?.from, span?.below]).toEqual(['C1:', 'C1;'])
  expect(['C1:', 'C1:7', 'C1', 'C10:7'].map((id) => span?.includes(id))).toEqual([true, true, false, false])
  for (const nothing of ['', '\ud83d', 'a\0', { from: 'b', below: 'b' }, { from: 'b', below: '\ud83d' }]) {
    expect(toIdSpan(nothing)).toBeUndefined()
  }
})

test('of many beginnings those that begin with another are left out, and nothing is missed', () => {
  fc.assert(
    fc.property(fc.array(text, { maxLength: 12 }), text, (beginnings, id) => {
      const apart = apartBeginnings(beginnings)
      expect(apart.every((one) => apart.filter((other) => one.startsWith(other)).length === 1)).toBe(true)
      expect(beginsWithAny(beginnings)(id)).toBe(beginnings.some((one) => id.startsWith(one)))
    }),
    { numRuns: 500 },
  )
})
