import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { systemClock } from '../src/ports/clock.ts'
import { compareVersions, mayReplace } from '../src/ports/page-store.ts'
import { addCounters, counterNames, nextStatuses, noCounters } from '../src/ports/run-store.ts'
import { describeIssue } from '../src/standard-schema.ts'
import { SyncStatus } from '../src/integration-type.ts'

describe('systemClock', () => {
  beforeEach(() => void vi.useFakeTimers({ now: 1000 }))
  afterEach(() => void vi.useRealTimers())

  test('tells the time and sleeps', async () => {
    expect(systemClock.now()).toBe(1000)
    let isAwake = false
    const sleeping = systemClock.sleep(500).then(() => (isAwake = true))
    await vi.advanceTimersByTimeAsync(499)
    expect(isAwake).toBe(false)
    await vi.advanceTimersByTimeAsync(1)
    await sleeping
    expect(isAwake).toBe(true)
  })

  test('an abort ends the sleep at once with its reason, and leaves no timer', async () => {
    const controller = new AbortController()
    const sleeping = systemClock.sleep(60_000, controller.signal)
    controller.abort(new Error('stop'))
    await expect(sleeping).rejects.toThrow('stop')
    expect(vi.getTimerCount()).toBe(0)
    await expect(systemClock.sleep(60_000, controller.signal)).rejects.toThrow('stop')
    expect(vi.getTimerCount()).toBe(0)
  })

  test('an abort with something that is no error is an AbortError', async () => {
    await expect(systemClock.sleep(1, AbortSignal.abort('text'))).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('a sleep that ended lets go of its signal', async () => {
    const { signal } = new AbortController()
    const removed = vi.spyOn(signal, 'removeEventListener')
    const sleeping = systemClock.sleep(10, signal)
    await vi.advanceTimersByTimeAsync(10)
    await sleeping
    expect(removed).toHaveBeenCalledTimes(1)
  })
})

describe('versions', () => {
  test('whole numbers by value however long, anything else as text', () => {
    const pair = fc.tuple(fc.bigInt(0n, 10n ** 40n), fc.bigInt(0n, 10n ** 40n))
    fc.assert(
      fc.property(pair, ([left, right]) => {
        const expected = left < right ? -1 : left > right ? 1 : 0
        expect(compareVersions(String(left), String(right))).toBe(expected)
      }),
    )
    expect(compareVersions('2024-01-02', '2024-01-01')).toBe(1)
    expect(compareVersions('a', 'b')).toBe(-1)
    expect(compareVersions('a', 'a')).toBe(0)
    expect(compareVersions('007', '7')).toBe(0)
  })

  test.each([
    ['a higher version', { version: '2', observedAt: 1 }, true],
    ['the same version', { version: '1', observedAt: 1 }, true],
    ['a lower version, though seen later', { version: '0', observedAt: 99 }, false],
    ['no version, seen later', { observedAt: 6 }, true],
    ['no version, seen at the same time', { observedAt: 5 }, true],
    ['no version, seen earlier', { observedAt: 4 }, false],
  ])('%s may replace version 1 seen at 5: %o', (_what, incoming, expected) => {
    expect(mayReplace({ version: '1', observedAt: 5 }, incoming)).toBe(expected)
  })
})

describe('runs', () => {
  test('counters add up by name, and what is left out is nothing', () => {
    const all = Object.fromEntries(counterNames.map((name, index) => [name, index + 1]))
    expect(addCounters(noCounters, all)).toEqual(all)
    expect(addCounters({ ...noCounters, pages: 2 }, { pages: 3, bytes: 7 })).toEqual({
      ...noCounters,
      pages: 5,
      bytes: 7,
    })
    expect(Object.keys(noCounters).sort()).toEqual([...counterNames].sort())
  })

  test('a run that has ended never moves again, but for approved deletions', () => {
    const ended = Object.values(SyncStatus).filter((status) => nextStatuses[status].length === 0)
    expect(ended.sort()).toEqual(['cancelled', 'failed', 'success'])
    expect(nextStatuses.partial).toEqual(['success'])
    expect(nextStatuses.pending).not.toContain('success')
  })
})

test('an issue reads as path and message', () => {
  expect(describeIssue({ message: 'Required' })).toBe('Required')
  expect(describeIssue({ message: 'Required', path: ['a', { key: 'b' }, 0] })).toBe('a.b.0: Required')
  expect(describeIssue({ message: 'Required', path: [Symbol('s')] })).toBe('Symbol(s): Required')
})
