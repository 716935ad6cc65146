import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSandboxClock } from '../../src/index.ts'

const AT = Date.UTC(2026, 5, 1, 12)
const moves = fc.array(fc.integer({ min: -1e9, max: 1e9 }), { maxLength: 8 })

test('a stopped clock moves only when it is moved, forwards or back', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: AT }), moves, (stoppedAt, all) => {
      const clock = createSandboxClock({ stoppedAt })
      for (const ms of all) clock.advance(ms)
      expect(clock.now()).toBe(stoppedAt + all.reduce((sum, ms) => sum + ms, 0))
    }),
  )
})

test('a clock that goes is ahead of the given one by what it was moved', () => {
  let time = AT
  const clock = createSandboxClock({ now: () => time, stoppedAt: 7 })
  clock.advance(500)
  time += 1_000
  expect(clock.now()).toBe(AT + 1_500)
  const before = Date.now()
  expect(createSandboxClock({}).now()).toBeGreaterThanOrEqual(before)
  expect(createSandboxClock({}).now()).toBeLessThanOrEqual(Date.now())
})

test('two sandboxes of the same options do not move each other', () => {
  const options = { stoppedAt: AT }
  const [one, other] = [createSandboxClock(options), createSandboxClock(options)]
  one.advance(5)
  expect(other.now()).toBe(AT)
})

test('the Date header is the moved time and what it is wrong by, to the second', () => {
  fc.assert(
    fc.property(fc.integer({ min: -1e8, max: 1e8 }), moves, (dateSkewMs, all) => {
      const clock = createSandboxClock({ stoppedAt: AT, dateSkewMs })
      for (const ms of all) clock.advance(ms)
      expect(Date.parse(clock.dateHeader())).toBe(Math.floor((clock.now() + dateSkewMs) / 1000) * 1000)
    }),
  )
  expect(createSandboxClock({ stoppedAt: AT }).dateHeader()).toBe('Mon, 01 Jun 2026 12:00:00 GMT')
})
