import { IntegrationError, toJsonText } from '@unioneyes/core'
import type { IntegrationErrorCode } from '@unioneyes/core'
import assert from 'node:assert/strict'
import { distinctIds, isProven } from './reading.ts'
import type { Reading } from './reading.ts'

/** Asserts that all of these records arrived. */
export function assertArrived(reading: Reading, ids: readonly string[], when: string): void {
  const missing = ids.filter((id) => !reading.records.has(id))
  const told = reading.error === undefined ? '' : ` The read failed: ${describeError(reading.error)}.`
  assert.ok(missing.length === 0, `${some(missing)} did not arrive ${when}.${told}${invalidRows(reading)}`)
}

/** Asserts that exactly these records arrived. */
export function assertExactly(reading: Reading, ids: readonly string[], when: string): void {
  assertArrived(reading, ids, when)
  const known = new Set(ids)
  const extra = [...reading.records.keys()].filter((id) => !known.has(id))
  assert.ok(extra.length === 0, `${some(extra)} arrived ${when}, and the provider has no such record.`)
}

/** Asserts that all of these arrived, or that the read says that it does not know: by an error or by not claiming the end. */
export function assertNothingLostSilently(reading: Reading, ids: readonly string[], when: string): void {
  if (reading.error !== undefined) {
    assertOurError(reading.error, when)
    return
  }
  const missing = ids.filter((id) => !reading.records.has(id))
  assert.ok(
    missing.length === 0 || !isProven(reading),
    `${some(missing)} did not arrive ${when}, and the read claims to have reached the end: they would be deleted.`,
  )
}

/** Asserts that the read does not claim to have reached the end, or failed. */
export function assertNotProven(reading: Reading, when: string): void {
  if (reading.error !== undefined) {
    assertOurError(reading.error, when)
    return
  }
  const count = `${distinctIds(reading).size} distinct ids, stated total ${String(reading.total)}`
  assert.ok(!isProven(reading), `The read claims to have reached the end ${when} (${count}): records would be deleted.`)
}

/** Asserts that the read reached the end, provably. */
export function assertProven(reading: Reading, when: string): void {
  const count = `${distinctIds(reading).size} distinct ids, stated total ${String(reading.total)}, complete: ${String(reading.claimed)}`
  assert.ok(
    isProven(reading),
    `The read does not show that it reached the end ${when} (${count}).${invalidRows(reading)}`,
  )
}

/** Asserts that the read failed with an error of one of these codes. */
export function assertFailed(
  reading: Reading,
  codes: readonly IntegrationErrorCode[],
  when: string,
): asserts reading is Reading & { error: IntegrationError } {
  assert.ok(reading.error !== undefined, `The read ended as if nothing was wrong ${when}.`)
  assertCode(reading.error, codes, when)
}

/** Asserts that an error is ours and has one of these codes. */
export function assertCode(error: unknown, codes: readonly IntegrationErrorCode[], when: string): void {
  assert.ok(
    IntegrationError.is(error, ...codes),
    `Expected an IntegrationError ${codes.join(' or ')} ${when}, got ${describeError(error)}.`,
  )
}

/** Asserts that an error is an IntegrationError: an HTTP library's own must not get out. */
export function assertOurError(error: unknown, when: string): void {
  assert.ok(IntegrationError.is(error), `Expected an IntegrationError ${when}, got ${describeError(error)}.`)
}

/** Whether a read was stopped by its signal. */
export function assertCancelled(reading: Reading, when: string): void {
  const { error } = reading
  assert.ok(error !== undefined, `The read ended as if it was done ${when}.`)
  const named = error instanceof Error && error.name === 'AbortError'
  assert.ok(
    named || IntegrationError.is(error, 'CANCELLED'),
    `Expected CANCELLED or the signal's own reason ${when}, got ${describeError(error)}.`,
  )
}

/** An error in a few words. */
export function describeError(error: unknown): string {
  if (IntegrationError.is(error)) return `${error.code} (${error.message})`
  return error instanceof Error ? `${error.name}: ${error.message}` : typeof error
}

/** A few ids, and how many more. */
export function some(ids: readonly string[]): string {
  const named = ids.slice(0, 5).map((id) => `"${id}"`)
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : ''
  return `${named.join(', ')}${more}`
}

/** A value as JSON whose properties stand in the order of their names, so that equal values give equal text. */
export function canonical(value: unknown): string {
  return toJsonText(sorted(value))
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).filter(([, part]) => part !== undefined)
  return Object.fromEntries(
    entries.sort(([left], [right]) => (left < right ? -1 : 1)).map(([name, part]) => [name, sorted(part)]),
  )
}

function invalidRows(reading: Reading): string {
  const [first] = reading.invalid
  if (!first) return ''
  return ` ${reading.invalid.length} row(s) could not be read, the first for: ${first.issues.join('; ')}.`
}
