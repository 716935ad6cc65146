import { IntegrationError } from '@unioneyes/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { addDays, dayOf, readAgainFrom, windowAfter, windowFrom } from '../src/leave-windows.ts'
import type { LeaveWindow } from '../src/leave-windows.ts'

const day = fc
  .date({ min: new Date('1990-01-01'), max: new Date('2060-12-31'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const days = fc.integer({ min: 0, max: 4000 })

/** The windows of a whole read. */
function walk(start: string, horizon: string): LeaveWindow[] {
  const windows: LeaveWindow[] = []
  for (let window: LeaveWindow | undefined = windowFrom(start); window; window = windowAfter(window, horizon)) {
    windows.push(window)
  }
  return windows
}

describe('windows of leave', () => {
  test('follow each other without a gap and without a day twice, each within one year', () => {
    fc.assert(
      fc.property(day, day, (start, horizon) => {
        const windows = walk(start, horizon)
        expect(windows[0]?.start).toBe(start)
        for (const [index, window] of windows.entries()) {
          expect(window.start <= window.end).toBe(true)
          expect(window.start.slice(0, 4)).toBe(window.end.slice(0, 4))
          const before = windows[index - 1]
          if (before) expect(addDays(before.end, 1)).toBe(window.start)
        }
        // The horizon is reached, and nothing is asked beyond its year.
        const last = windows.at(-1)?.end ?? ''
        expect(last >= horizon).toBe(true)
        const later = start > horizon ? start : horizon
        expect(last).toBe(`${later.slice(0, 4)}-12-31`)
      }),
    )
  })

  test('leave that overlaps what is asked for is in at least one of them, however many years it spans', () => {
    fc.assert(
      fc.property(day, day, day, fc.integer({ min: 0, max: 900 }), (start, horizon, first, length) => {
        const last = addDays(first, length)
        const windows = walk(start, horizon)
        const shown = windows.filter((window) => first <= window.end && last >= window.start)
        const overlaps = last >= start && first <= (windows.at(-1)?.end ?? '')
        expect(shown.length > 0).toBe(overlaps)
      }),
    )
  })

  test('of an incremental read show nothing that a full read of the same day would not', () => {
    fc.assert(
      fc.property(day, days, days, days, (leaveFrom, leaveBackDays, leaveAheadDays, passed) => {
        const cursor = addDays(leaveFrom, passed)
        const horizon = addDays(cursor, leaveAheadDays)
        const full = walk(leaveFrom, horizon)
        const again = walk(readAgainFrom(cursor, { leaveFrom, leaveBackDays }), horizon)
        expect(again[0] && again[0].start >= leaveFrom).toBe(true)
        expect(again[0] && again[0].start <= cursor).toBe(true)
        expect(again.at(-1)?.end).toBe(full.at(-1)?.end)
      }),
    )
  })

  test('never end earlier on a later day', () => {
    fc.assert(
      fc.property(day, day, days, days, (start, today, leaveAheadDays, passed) => {
        const endOn = (date: string): string => walk(start, addDays(date, leaveAheadDays)).at(-1)?.end ?? ''
        expect(endOn(addDays(today, passed)) >= endOn(today)).toBe(true)
      }),
    )
  })
})

test('a horizon on New Year’s Day is in the new year', () => {
  expect(walk('2026-05-01', '2026-12-31')).toEqual([{ start: '2026-05-01', end: '2026-12-31' }])
  expect(walk('2026-05-01', '2027-01-01').at(-1)).toEqual({ start: '2027-01-01', end: '2027-12-31' })
})

test('days are counted through leap years, and back again', () => {
  expect(addDays('2024-02-28', 1)).toBe('2024-02-29')
  expect(addDays('2026-03-01', -1)).toBe('2026-02-28')
  fc.assert(
    fc.property(day, fc.integer({ min: -20_000, max: 20_000 }), (from, count) => {
      expect(addDays(addDays(from, count), -count)).toBe(from)
    }),
  )
})

test('a day is the provider’s, in UTC; without one there is nothing to count from', () => {
  expect(dayOf(new Date('2026-06-01T23:59:59-05:00'))).toBe('2026-06-02')
  try {
    dayOf(undefined)
    expect.unreachable()
  } catch (error) {
    expect(IntegrationError.is(error, 'RESPONSE_INVALID')).toBe(true)
  }
})
