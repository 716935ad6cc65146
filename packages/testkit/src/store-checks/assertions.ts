import assert from 'node:assert/strict'
import { IntegrationError } from '@unioneyes/core'
import type { IntegrationErrorCode } from '@unioneyes/core'

/** Asserts deep equality, an absent property counting as one that is undefined: stores may leave either behind. */
export function assertSame(actual: unknown, expected: unknown, message: string): void {
  assert.deepEqual(defined(actual), defined(expected), message)
}

function defined(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(defined)
  if (value instanceof Map)
    return defined([...value].sort(([left], [right]) => (String(left) < String(right) ? -1 : 1)))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(entries.map(([name, part]) => [name, defined(part)]))
}

/** Asserts that the ids are these, in whatever order. */
export function assertIds(actual: readonly string[], expected: readonly string[], message: string): void {
  assert.deepEqual([...actual].sort(), [...expected].sort(), message)
}

/** Asserts that an action is refused with an {@link IntegrationError} of this code. */
export async function assertRefused(
  action: () => Promise<unknown>,
  code: IntegrationErrorCode,
  message: string,
): Promise<void> {
  await assert.rejects(action, (error) => {
    assert.ok(IntegrationError.is(error, code), `${message}: expected ${code}, got ${describe(error)}`)
    return true
  })
}

function describe(error: unknown): string {
  if (IntegrationError.is(error)) return error.code
  return error instanceof Error ? `${error.name}: ${error.message}` : typeof error
}

/** Gives a value that must be there. */
export function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) assert.fail(`${what} is missing`)
  return value
}
