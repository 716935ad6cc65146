import { parseJsonText } from '@unioneyes/core'
import { wireDecimal } from '@unioneyes/adapter-kit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'

const read = (json: string): string | undefined => wireDecimal().safeParse(parseJsonText(json)).data

describe('a decimal number is read as text', () => {
  test.each([
    ['275', '275'],
    ['12.75', '12.75'],
    ['-0.005', '-0.005'],
    ['"100.10"', '100.10'],
    ['9007199254740993', '9007199254740993'],
    ['9007199254740993.25', '9007199254740993.25'],
    ['123456789012345.67', '123456789012345.67'],
    ['1e21', '1000000000000000000000'],
    ['1.5e-7', '0.00000015'],
    ['"-1.25E+3"', '-1250'],
  ])('%s', (json, text) => {
    expect(read(json)).toBe(text)
  })

  test.each(['"x"', '""', '"1,000"', '"1e9999"', 'null', 'true', '[]', '{}'])('%s is none', (json) => {
    expect(read(json)).toBeUndefined()
  })

  test('whatever double it is, the text stands for exactly that double and has no exponent', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const text = wireDecimal().parse(value)
        expect(text).toMatch(/^-?\d+(?:\.\d+)?$/)
        expect(Number(text)).toBe(value === 0 ? Number(text) : value)
      }),
    )
  })

  test('an amount with up to 15 digits keeps the digits that were sent', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -99_999_999_999, max: 99_999_999_999 }),
        fc.integer({ min: 1, max: 99 }),
        (whole, cents) => {
          const sent = `${String(whole)}.${String(cents).padStart(2, '0').replace(/0$/, '')}`
          expect(read(sent)).toBe(sent === '0' ? '0' : sent)
        },
      ),
    )
  })
})
