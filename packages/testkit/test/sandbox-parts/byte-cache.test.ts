import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createByteCache } from '../../src/index.ts'

test('what fits is made once, until what it depends on is another', () => {
  const cache = createByteCache<Buffer>(100)
  let made = 0
  const make = (): Buffer => {
    made += 1
    return Buffer.alloc(10)
  }
  const first = cache.get('a', '1', make)
  expect(cache.get('a', '1', make)).toBe(first)
  expect(cache.get('b', '1', make)).not.toBe(first)
  expect(made).toBe(2)
  expect(cache.get('a', '2', make)).not.toBe(first)
  expect(cache.get('a', '1', make)).not.toBe(first)
  expect(made).toBe(4)
})

test('it keeps the newest that fit together, and gives the right entry always', () => {
  const asked = fc.record({ key: fc.constantFrom('a', 'b', 'c', 'd'), stamp: fc.constantFrom('1', '2') })
  fc.assert(
    fc.property(
      fc.array(asked, { maxLength: 40 }),
      fc.integer({ min: 0, max: 12 }),
      fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 7 }),
      (all, limit, sizes) => {
        const cache = createByteCache<{ readonly byteLength: number; readonly what: string }>(limit)
        let kept: { readonly what: string; readonly key: string; readonly byteLength: number }[] = []
        for (const [n, { key, stamp }] of all.entries()) {
          const what = `${key}/${stamp}`
          const byteLength = sizes[n % sizes.length] ?? 1
          const isKept = kept.some((one) => one.what === what)
          const made = { byteLength, what }
          const entry = cache.get(key, stamp, () => made)
          expect(entry.what).toBe(what)
          expect(entry === made).toBe(!isKept)
          if (isKept) continue
          kept = [...kept.filter((one) => one.key !== key), { what, key, byteLength }]
          while (kept.reduce((sum, one) => sum + one.byteLength, 0) > limit) kept.shift()
        }
      },
    ),
  )
})
