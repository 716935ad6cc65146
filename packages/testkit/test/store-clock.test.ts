import fc from 'fast-check'
import { expect, test } from 'vitest'
import { manualClock } from '../src/manual-clock.ts'

test('it stands still until it is moved, forwards or back', () => {
  const clock = manualClock(1_000)
  expect(clock.now()).toBe(1_000)
  clock.advance(250)
  clock.advance(-50)
  expect(clock.now()).toBe(1_200)
})

test('sleepers wake when their time has come, not earlier, the earliest first', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 8 }),
      fc.array(fc.integer({ min: -5, max: 10 }), { maxLength: 6 }),
      async (sleeps, moves) => {
        const clock = manualClock(0)
        const woken: number[] = []
        for (const ms of sleeps) void clock.sleep(ms).then(() => woken.push(ms))
        await Promise.resolve()
        let latest = 0
        for (const move of moves) {
          clock.advance(move)
          latest = Math.max(latest, clock.now())
          await new Promise((resolve) => setImmediate(resolve))
          expect([...woken].sort((left, right) => left - right)).toEqual(
            sleeps.filter((ms) => ms <= latest).sort((left, right) => left - right),
          )
        }
        if (moves.length === 1) expect(woken).toEqual([...woken].sort((left, right) => left - right))
      },
    ),
  )
})

test('an abort ends the sleep with the signal’s reason, before or while asleep', async () => {
  const clock = manualClock()
  const controller = new AbortController()
  const asleep = clock.sleep(10, controller.signal)
  controller.abort(new Error('stopped'))
  await expect(asleep).rejects.toThrow('stopped')
  await expect(clock.sleep(10, controller.signal)).rejects.toThrow('stopped')
  clock.advance(10)
})

test('a sleep of no time ends at once', async () => {
  await manualClock().sleep(0)
})
