import fc from 'fast-check'
import { describe, expect, test, vi } from 'vitest'
import { parseJsonText, toJsonText } from '../src/json.ts'

describe('parseJsonText', () => {
  test.each([
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740991', -9007199254740991],
    ['-9007199254740993', -9007199254740993n],
    ['12345678901234567890', 12345678901234567890n],
    [`1${'0'.repeat(400)}`, 10n ** 400n],
    ['-0', -0],
  ])('reads the integer %s exactly', (text, expected) => {
    expect(parseJsonText(text)).toBe(expected)
  })

  test.each([
    ['1.5', 1.5],
    ['0.1', 0.1],
    ['1e5', 100000],
    ['1.5E+300', 1.5e300],
    ['2.5e-7', 2.5e-7],
    ['0.1000000000000000', 0.1],
    ['1.0000000000000000', 1],
    ['123456789.1234567', 123456789.1234567],
    ['1234567890123456e5', 1234567890123456e5],
  ])('reads %s as the number it is', (text, expected) => {
    expect(parseJsonText(text)).toBe(expected)
  })

  test.each([
    '0.1000000000000000055',
    '1.00000000000000001',
    '4503599627370497.25',
    '9007199254740990.7',
    '19.99000000000000000000001',
    '-123456789012.123456789',
    '12345678901234567890e-5',
    '1234567890123456e400',
    `0.${'0'.repeat(330)}1`,
  ])('keeps the text of %s, which no double holds', (text) => {
    expect(parseJsonText(text)).toBe(text)
    expect(parseJsonText(`[${text}]`)).toEqual([text])
  })

  test('leaves texts that look like numbers alone', () => {
    const value = { '12345678901234567890': '12345678901234567890', b: '0.1000000000000000055', c: '1e400', d: '12n' }
    expect(parseJsonText(JSON.stringify(value))).toEqual(value)
  })

  test('finds long numbers however deep they stand', () => {
    const text = '{"a":[{"b":{"c":[1,12345678901234567890,{"d":-98765432109876543210}]}}],"e":true,"f":null}'
    expect(parseJsonText(text)).toEqual({
      a: [{ b: { c: [1, 12345678901234567890n, { d: -98765432109876543210n }] } }],
      e: true,
      f: null,
    })
  })

  test.each(['{"__proto__":{"admin":true},"id":1}', '{"__proto__":{"admin":true},"id":12345678901234567890}'])(
    'keeps a key called __proto__ an ordinary key: %s',
    (text) => {
      const value = parseJsonText(text)
      expect(Object.keys(value as object)).toEqual(['__proto__', 'id'])
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
      expect((value as { admin?: boolean }).admin).toBeUndefined()
      expect(toJsonText(value)).toBe(text)
    },
  )

  test.each(['', ' ', '{', '[1,]', '01', '1.', '.5', '+1', 'NaN', 'Infinity', "{'a':1}", '1 2', 'undefined', '1n'])(
    'refuses %j, also beside a long number',
    (text) => {
      expect(() => parseJsonText(text)).toThrow(SyntaxError)
      expect(() => parseJsonText(`[12345678901234567890,${text}`)).toThrow(SyntaxError)
    },
  )

  test('calls no function per value when no long number is there', () => {
    const parse = vi.spyOn(JSON, 'parse')
    try {
      parseJsonText('{"id":123456789012345,"phone":"+1 613 555 0100","pay":12345.67}')
      parseJsonText('{"id":1234567890123456}')
      expect(parse.mock.calls.map((call) => call.length)).toEqual([1, 2])
    } finally {
      parse.mockRestore()
    }
  })

  test('any integer of up to 60 digits comes back exactly, wherever it stands', () => {
    const limit = 10n ** 60n
    fc.assert(
      fc.property(fc.bigInt({ min: 1n - limit, max: limit - 1n }), fc.string(), (integer, key) => {
        const text = `{"id":${String(integer)},"list":["x",${String(integer)}],${JSON.stringify(`k${key}`)}:{"n":${String(integer)}}}`
        const isSafe = integer >= BigInt(Number.MIN_SAFE_INTEGER) && integer <= BigInt(Number.MAX_SAFE_INTEGER)
        const expected = isSafe ? Number(integer) : integer
        const value = parseJsonText(text) as { id: unknown; list: unknown[] }
        expect(value.id).toBe(expected)
        expect(value.list).toEqual(['x', expected])
        expect(toJsonText(value)).toBe(text)
      }),
    )
  })

  test('any decimal comes back as a number of exactly its value, or as its own text', () => {
    const digits = (max: number): fc.Arbitrary<string> => fc.stringMatching(new RegExp(`^[0-9]{1,${String(max)}}$`))
    const exponent = fc.option(fc.tuple(fc.constantFrom('e', 'E', 'e+', 'e-'), fc.nat(30)), { nil: undefined })
    fc.assert(
      fc.property(
        fc.constantFrom('', '-'),
        fc.bigInt(0n, 10n ** 25n),
        digits(25),
        exponent,
        (sign, whole, part, exp) => {
          const text = `${sign}${String(whole)}.${part}${exp ? exp.join('') : ''}`
          const value = parseJsonText(text)
          expect(decimalOf(String(value))).toEqual(decimalOf(text))
          if (decimalOf(String(Number(text))).join() === decimalOf(text).join()) expect(value).toBe(Number(text))
          else expect(value).toBe(text)
        },
      ),
      { numRuns: 500 },
    )
  })
})

describe('toJsonText', () => {
  test('any JSON value survives the way through text and back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 5 }), (value) => {
        const text = JSON.stringify(value)
        expect(toJsonText(value)).toBe(text)
        const read = parseJsonText(text)
        expect(toJsonText(read)).toBe(text)
        expect(read).toEqual(withBigIntegers(JSON.parse(text)))
      }),
      { numRuns: 500 },
    )
  })

  test('writes big integers as bare digits, beside anything else', () => {
    const value = {
      id: 12345678901234567890n,
      list: [-1n, { deep: 2n ** 70n }],
      text: '12n',
      at: new Date(0),
      gone: undefined,
    }
    expect(toJsonText(value)).toBe(
      '{"id":12345678901234567890,"list":[-1,{"deep":1180591620717411303424}],"text":"12n","at":"1970-01-01T00:00:00.000Z"}',
    )
  })

  test('writes null for what JSON has no word for', () => {
    expect(toJsonText(undefined)).toBe('null')
    expect(toJsonText(() => 1)).toBe('null')
  })

  test('visits a value once when it holds no big integer', () => {
    let visits = 0
    const counted = { toJSON: () => (visits += 1) }
    toJsonText({ counted })
    expect(visits).toBe(1)
  })

  test('a cycle is a TypeError, not an endless descent', () => {
    const value: Record<string, unknown> = { big: 1n }
    value.self = value
    expect(() => toJsonText(value)).toThrow(TypeError)
  })
})

/** A decimal as sign, digits without zeros at either end, and exponent: equal exactly when the values are. */
function decimalOf(text: string): readonly [string, string, number] {
  const [, sign = '', whole = '', part = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(text) ?? []
  const digits = `${whole}${part}`.replace(/^0+/, '')
  const kept = digits.replace(/0+$/, '')
  if (kept === '') return ['', '0', 0]
  return [sign, kept, Number(exponent) - part.length + (digits.length - kept.length)]
}

/** What `JSON.parse` gave, with the integers that text holds as digits beyond 2^53 as big integers. */
function withBigIntegers(value: unknown): unknown {
  if (typeof value === 'number') {
    return !Number.isSafeInteger(value) && /^-?\d+$/.test(String(value)) ? BigInt(String(value)) : value
  }
  if (Array.isArray(value)) return value.map(withBigIntegers)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, withBigIntegers(inner)]))
}
