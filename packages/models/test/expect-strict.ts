import { expect, test } from 'vitest'
import type { z } from 'zod'

type Path = readonly (string | number)[]

/**
 * Tests that a schema takes the least record and the fullest, keeps every property of them, and refuses null in each place and
 * the absence of what the least record has.
 */
export function expectStrict<S extends z.ZodObject>(schema: S, least: z.infer<S>, fullest: z.infer<S>): void {
  const refused = (value: unknown) => !schema.safeParse(value).success

  test('takes the least and the fullest record as they are', () => {
    expect(schema.parse(least)).toEqual(least)
    expect(schema.parse(fullest)).toEqual(fullest)
    expect(Object.keys(fullest).toSorted()).toEqual(Object.keys(schema.shape).toSorted())
  })

  test('needs what the least record has, and an id that is not empty', () => {
    for (const name of Object.keys(least)) expect(refused(replaced(fullest, [name], undefined)), name).toBe(true)
    expect(refused({ ...least, id: '' })).toBe(true)
  })

  test('leaves out what is not known: null is refused everywhere', () => {
    for (const path of pathsOf(fullest)) expect(refused(replaced(fullest, path, null)), path.join('.')).toBe(true)
  })

  test('keeps whole what the organization’s own fields hold', () => {
    const record = { ...least, customFields: { size: 'XL', sizes: [1, null] } }
    expect(schema.parse(record)).toEqual(record)
  })
}

/** Every place in a value but those in the organization's own fields, which may hold anything. */
function pathsOf(value: unknown): Path[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, inner]) => [
    [name],
    ...(name === 'customFields' ? [] : pathsOf(inner).map((path) => [name, ...path])),
  ])
}

function replaced(value: unknown, [name, ...rest]: Path, by: unknown): unknown {
  if (name === undefined) return by
  if (Array.isArray(value))
    return value.map((inner: unknown, at) => (String(at) === name ? replaced(inner, rest, by) : inner))
  return Object.fromEntries(
    Object.entries(value ?? {}).map(([key, inner]) => [key, key === name ? replaced(inner, rest, by) : inner]),
  )
}
