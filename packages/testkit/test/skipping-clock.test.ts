import { expect, test } from 'vitest'
import { skippingClock } from '../src/index.ts'

test('every wait is over at once, moves the time, and is told', async () => {
  const clock = skippingClock(1000)
  await clock.sleep(500)
  await clock.sleep(250)
  expect([clock.now(), clock.sleeps]).toEqual([1750, [500, 250]])
})

test('a wait that is cancelled before it begins is none', async () => {
  const clock = skippingClock(0)
  await expect(clock.sleep(500, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  expect([clock.now(), clock.sleeps]).toEqual([0, []])
})
