import type { Clock } from '@unioneyes/core'
import { pages } from '@unioneyes/adapter-kit'
import fc from 'fast-check'
import { expect, onTestFinished, test } from 'vitest'
import { connected, readAll, skippingClock, testBudgets, virtualClock } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import { trialRequest, trialTurns } from './trial-turns.ts'

/** The most events in any window of a length: [t, t + windowMs). */
function busiest(times: readonly number[], windowMs: number): number {
  const sorted = [...times].sort((left, right) => left - right)
  return Math.max(
    0,
    ...sorted.map((from, index) => sorted.slice(index).filter((time) => time < from + windowMs).length),
  )
}

/** What happens to one request: how long before it asks, how long it travels, how long the provider works on it. */
interface Journey {
  readonly pauseMs: number
  readonly travelMs: number
  readonly workMs: number
}

const journeysOf = (maxTravelMs: number) =>
  fc.array(
    fc.record({ pauseMs: fc.nat({ max: 400 }), travelMs: fc.nat({ max: maxTravelMs }), workMs: fc.nat({ max: 300 }) }),
    {
      minLength: 1,
      maxLength: 40,
    },
  )

/** What makes a run uneven. */
interface Disturbance {
  /** How our clock jumps before a journey. */
  readonly jumps?: ReadonlyMap<number, number> | undefined
  /** By how much the next timer is late. */
  readonly late?: (() => number) | undefined
}

/** Runs journeys, several at a time, in virtual time. */
async function run(limit: number, journeys: readonly Journey[], lanes: number, disturbance: Disturbance = {}) {
  const { jumps, late = () => 0 } = disturbance
  const clock = virtualClock()
  const turns = trialTurns([{ requests: limit, per: 'second' }], clock)
  const starts: number[] = []
  const arrivals: number[] = []
  const queue = [...journeys.entries()]
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) {
      const [index, { pauseMs, travelMs, workMs }] = next
      await clock.sleep(pauseMs)
      clock.jump(jumps?.get(index) ?? 0)
      const counted = await turns.start(trialRequest(clock, { late }))
      starts.push(clock.elapsed())
      await clock.sleep(travelMs)
      arrivals.push(clock.elapsed())
      await clock.sleep(workMs)
      counted()
    }
  }
  await clock.run(Promise.all(Array.from({ length: lanes }, lane)))
  return { starts, arrivals, tookMs: clock.elapsed() }
}

const limits = fc.integer({ min: 1, max: 7 })
const lanesAtOnce = fc.integer({ min: 1, max: 9 })

test('never more starts than the limit in any second, wherever it lies', async () => {
  await fc.assert(
    fc.asyncProperty(limits, lanesAtOnce, journeysOf(200), async (limit, lanes, journeys) => {
      const { starts } = await run(limit, journeys, lanes)
      expect(starts).toHaveLength(journeys.length)
      expect(busiest(starts, 1000)).toBeLessThanOrEqual(limit)
    }),
    { numRuns: 150 },
  )
})

test('never more arrivals than the limit in any second, however unevenly requests travel', async () => {
  await fc.assert(
    // Until 20 answers tell the shortest round trip, nothing is taken for granted.
    fc.asyncProperty(limits, lanesAtOnce, journeysOf(240), async (limit, lanes, journeys) => {
      const { arrivals } = await run(limit, journeys.slice(0, 20), lanes)
      expect(busiest(arrivals, 1000)).toBeLessThanOrEqual(limit)
    }),
    { numRuns: 150 },
  )
})

test('the shortest round trip is no delay: a provider that is far away is asked as often as one nearby', async () => {
  const journeys = Array.from({ length: 300 }, () => ({ pauseMs: 0, travelMs: 80, workMs: 40 }))
  const { starts, arrivals } = await run(10, journeys, 5)
  expect(busiest(arrivals, 1000)).toBeLessThanOrEqual(10)
  const late = starts.filter((time) => time > 10_000)
  const seconds = ((late.at(-1) ?? 0) - (late[0] ?? 0)) / 1000
  expect((late.length - 1) / seconds / 10).toBeGreaterThanOrEqual(0.97)
})

test('after a pause a burst may come, and it stays under the limit', async () => {
  const burst = Array.from({ length: 10 }, () => ({ pauseMs: 0, travelMs: 1, workMs: 1 }))
  const pause = { pauseMs: 3000, travelMs: 0, workMs: 0 }
  const { starts } = await run(10, [...burst, ...burst, pause, ...burst.slice(1)], 1)
  expect(busiest(starts, 1000)).toBeLessThanOrEqual(10)
  expect((starts[9] ?? 0) - (starts[0] ?? 0)).toBeLessThan(50)
  expect((starts[29] ?? 0) - (starts[20] ?? 0)).toBeLessThan(50)
})

test('a clock that is set back makes no wait much longer than an interval, and none too short', async () => {
  await fc.assert(
    fc.asyncProperty(
      journeysOf(100),
      fc.nat({ max: 39 }),
      fc.integer({ min: -100_000, max: -1 }),
      async (journeys, at, jump) => {
        const { starts, tookMs } = await run(3, journeys, 1, { jumps: new Map([[at, jump]]) })
        expect(busiest(starts, 1000)).toBeLessThanOrEqual(3)
        const busy = journeys.reduce((sum, { pauseMs, travelMs, workMs }) => sum + pauseMs + travelMs + workMs, 0)
        expect(tookMs).toBeLessThanOrEqual(busy + (journeys.length / 3 + 2) * 1300)
      },
    ),
    { numRuns: 100 },
  )
})

test('at least 97 % of the budget is used, and nothing is refused, though timers are late and answers take unevenly long', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 5, max: 50 }),
      fc.integer({ min: 1, max: 4 }),
      fc.infiniteStream(fc.nat({ max: 12 })),
      async (limit, lanes, noise) => {
        const late = (): number => Number(noise.next().value)
        const journeys = Array.from({ length: limit * 12 }, () => ({ pauseMs: 0, travelMs: 1, workMs: late() }))
        const { arrivals } = await run(limit, journeys, lanes, { late })
        expect(busiest(arrivals, 1000)).toBeLessThanOrEqual(limit)
        const seconds = ((arrivals.at(-1) ?? 0) - (arrivals[0] ?? 0)) / 1000
        expect(arrivals.length / limit / seconds).toBeGreaterThanOrEqual(0.97)
      },
    ),
    { numRuns: 20 },
  )
})

test('a wait for the limit beyond maxWaitMs closes the read, with the time to come back for every process', async () => {
  const server = await startServer(() => ({ json: [] }))
  onTestFinished(() => server.close())
  const api = simpleApi({ rateLimit: { requests: 2, per: 'hour' } })
  const things = api.entity(thing).list({ path: 'things', paginate: pages.single(), ...thingRows })
  const clock = skippingClock()
  const budgets = testBudgets()
  const integration = await connected(simpleAdapter(api, { things }), {
    baseUrl: server.url,
    clock,
    budgets,
    maxWaitMs: 60_000,
  })
  await readAll(integration, 'things')
  await readAll(integration, 'things')
  const error: unknown = await readAll(integration, 'things').catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code: 'RATE_LIMITED', retryable: true })
  expect(error).toHaveProperty('retryAfterMs', expect.closeTo(3_600_000, -5))
  expect(server.seen).toHaveLength(2)
  expect(budgets.blocks).toHaveLength(1)
})

test('a wait within a full minute of a limit per minute is sat out with the default maxWaitMs', async () => {
  const server = await startServer(() => ({ json: [] }))
  onTestFinished(() => server.close())
  const api = simpleApi({ rateLimit: { requests: 3, per: 'minute' } })
  const things = api.entity(thing).list({ path: 'things', paginate: pages.single(), ...thingRows })
  const clock = skippingClock()
  const integration = await connected(simpleAdapter(api, { things }), { baseUrl: server.url, clock })
  await Promise.all(Array.from({ length: 4 }, () => readAll(integration, 'things')))
  expect(server.seen).toHaveLength(4)
  expect(clock.sleeps[0]).toBeGreaterThan(60_000)
})

test('whoever is cancelled while queueing leaves the queue at once, and the others keep their turn', async () => {
  const stop = new AbortController()
  let wake: (() => void) | undefined
  let time = 0
  const clock: Clock = { now: () => time, sleep: () => new Promise((resolve) => (wake = resolve)) }
  const turns = trialTurns([{ requests: 1, per: 'second' }], clock)
  await turns.start(trialRequest(clock))
  const waiting = turns.start(trialRequest(clock))
  const queued = turns.start(trialRequest(clock, { signal: stop.signal }))
  stop.abort(new Error('enough'))
  await expect(queued).rejects.toThrow('enough')
  time = 2000
  wake?.()
  await expect(waiting).resolves.toBeTypeOf('function')
})
