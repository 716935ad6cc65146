import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compareDecimals, isZero } from '../src/decimals.ts'

const cents = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n })
const places = fc.nat(6)

/** Hundredths as decimal text with some zeros behind it. */
function toText(value: bigint, zeros: number): string {
  const digits = String(value < 0n ? -value : value).padStart(3, '0')
  return `${value < 0n ? '-' : ''}${digits.slice(0, -2)}.${digits.slice(-2)}${'0'.repeat(zeros)}`
}

test('decimals are compared exactly, however many digits they have', () => {
  fc.assert(
    fc.property(cents, cents, places, places, (left, right, some, more) => {
      expect(compareDecimals(toText(left, some), toText(right, more))).toBe(left < right ? -1 : left > right ? 1 : 0)
    }),
  )
  expect(compareDecimals('90071992547409.93', '90071992547409.94')).toBe(-1)
  expect(compareDecimals('1', '1.0')).toBe(0)
  expect(compareDecimals('-0.5', '-0.45')).toBe(-1)
})

test('nothing is nothing in any number of digits', () => {
  for (const zero of ['0', '0.00', '-0', '000']) expect(isZero(zero), zero).toBe(true)
  for (const other of ['0.01', '10', '-0.001', '', '.', 'no']) expect(isZero(other), other).toBe(false)
})
