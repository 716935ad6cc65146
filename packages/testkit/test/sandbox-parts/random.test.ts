import fc from 'fast-check'
import { expect, test } from 'vitest'
import { randomFrom } from '../../src/index.ts'

test('every draw stays within its bounds, down to the last fraction below 1', () => {
  const fraction = fc.oneof(
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    fc.constantFrom(0, 0.25, 1 - 2 ** -32),
  )
  fc.assert(
    fc.property(fraction, fc.integer({ min: 1, max: 1e9 }), (drawn, limit) => {
      const random = randomFrom(() => drawn)
      expect(random.below(limit)).toBe(Math.floor(drawn * limit))
      expect(random.below(limit)).toBeLessThan(limit)
      expect(random.chance(0)).toBe(false)
      expect(random.chance(1)).toBe(true)
      expect(random.chance(0.25)).toBe(drawn < 0.25)
      expect(['a', 'b', 'c']).toContain(random.pick(['a', 'b', 'c']))
    }),
  )
})

test('draws take one fraction each, in order', () => {
  const fractions = [0.5, 0.1, 0.99]
  const random = randomFrom(() => fractions.shift() ?? 0)
  expect([random.below(10), random.chance(0.2), random.pick(['a', 'b', 'c'])]).toEqual([5, true, 'c'])
  expect(fractions).toEqual([])
  expect(() => random.pick([])).toThrow('A pool of the sandbox is empty.')
})
