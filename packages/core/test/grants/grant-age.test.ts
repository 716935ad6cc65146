import fc from 'fast-check'
import { expect, test } from 'vitest'
import { isGood, marginOf, renewedGrant, splitGrant } from '../../src/grants/grant.ts'
import type { StoredGrant } from '../../src/grants/grant.ts'

const time = fc.integer({ min: 1_600_000_000_000, max: 2_000_000_000_000 })
const life = fc.integer({ min: 1, max: 30 * 24 * 3_600_000 })
const none: StoredGrant = splitGrant({}).grant

const issued = (at: number, lifeMs: number): StoredGrant =>
  renewedGrant(none, { kind: 'renewed', accessToken: 'a', refreshToken: 'r', expiresInMs: lifeMs }, at)

test('a token is good when it is new, and no longer from its margin on, whatever its life', () => {
  fc.assert(
    fc.property(time, life, (at, lifeMs) => {
      const grant = issued(at, lifeMs)
      expect(isGood(grant, at)).toBe(true)
      const margin = marginOf(grant)
      expect(margin).toBeGreaterThan(0)
      expect(margin).toBeLessThanOrEqual(5 * 60_000)
      expect(isGood(grant, at + lifeMs - margin)).toBe(false)
      expect(isGood(grant, at + lifeMs - margin, true)).toBe(true)
      expect(isGood(grant, at + lifeMs, true)).toBe(false)
    }),
  )
})

test('a token is never sent after its end by a clock that is behind by less than the margin', () => {
  fc.assert(
    fc.property(
      time,
      life,
      fc.double({ min: 0, max: 0.99, noNaN: true }),
      fc.double({ min: 0, max: 2, noNaN: true }),
      (at, lifeMs, part, later) => {
        const grant = issued(at, lifeMs)
        const trueTime = at + later * lifeMs
        const behind = trueTime - part * marginOf(grant)
        if (trueTime >= at + lifeMs) expect(isGood(grant, behind)).toBe(false)
      },
    ),
  )
})

test('what cannot be renewed is good to its very end; what has no stated end, until it is refused', () => {
  const last = { ...issued(1000, 500), refreshToken: undefined }
  expect(isGood(last, 1499)).toBe(true)
  expect(isGood(last, 1500)).toBe(false)
  expect(isGood({ ...issued(1000, 500), endedAt: 1100 }, 1499)).toBe(true)
  expect(isGood({ ...none, accessToken: 'a' }, Number.MAX_SAFE_INTEGER)).toBe(true)
  expect(isGood({ ...none, refreshToken: 'r' }, 0)).toBe(false)
})

test('what a server leaves out stays as it was', () => {
  const before = { ...issued(1000, 500), scope: 'employee', endedAt: 7, endedWhy: 'no' }
  expect(renewedGrant(before, { kind: 'renewed', accessToken: 'b' }, 2000)).toEqual({
    accessToken: 'b',
    refreshToken: 'r',
    expiresAt: undefined,
    issuedAt: 2000,
    scope: 'employee',
    endedAt: undefined,
    endedWhy: undefined,
  })
})

test('a grant that was written by hand without the time of its issue is renewed five minutes before its end', () => {
  const { grant, others } = splitGrant({ accessToken: 'a', refreshToken: 'r', expiresAt: 1_000_000, webhookKey: 'w' })
  expect(others).toEqual({ webhookKey: 'w' })
  expect(isGood(grant, 1_000_000 - 5 * 60_000 - 1)).toBe(true)
  expect(isGood(grant, 1_000_000 - 5 * 60_000)).toBe(false)
})

test('what is no time or no token is as if it were absent', () => {
  const { grant } = splitGrant({ accessToken: '', refreshToken: 7, expiresAt: 'soon', issuedAt: Number.NaN })
  expect(grant).toEqual(none)
})
