import type { RateLimit } from '@unioneyes/core'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { WaitTooLongError } from '../src/http/request-turns.ts'
import type { TurnWait } from '../src/http/request-turns.ts'
import { virtualClock } from './live.ts'
import type { VirtualClock } from './live.ts'
import { trialRequest, trialTurns } from './trial-turns.ts'

const PER_MS = { second: 1000, minute: 60_000, hour: 3_600_000 } as const

/** One request: when it asks, for what, how long it travels and how long the provider works on it. */
interface Asked {
  readonly atMs: number
  readonly path: string
  readonly travelMs: number
  readonly workMs: number
  /** After how long in the queue its reader is cancelled. */
  readonly cancelAfterMs?: number | undefined
}

interface Started extends Asked {
  readonly startedAt: number
  readonly arrivedAt: number
  readonly endedAt: number
}

/** Lets requests ask at their times, in virtual time. @returns those that started, in the order in which they asked. */
async function run(
  limits: readonly RateLimit[],
  asked: readonly Asked[],
  { concurrency, clock = virtualClock() }: { concurrency?: number | undefined; clock?: VirtualClock } = {},
): Promise<Started[]> {
  const turns = trialTurns(limits, clock, concurrency)
  const one = async (request: Asked): Promise<Started | undefined> => {
    await clock.sleep(request.atMs)
    const stop = new AbortController()
    if (request.cancelAfterMs !== undefined) void clock.sleep(request.cancelAfterMs).then(() => stop.abort())
    const turn = turns.start(trialRequest(clock, { path: request.path, signal: stop.signal }))
    const end = await turn.catch((error: unknown) => {
      if (stop.signal.aborted) return undefined
      throw error
    })
    if (!end) return undefined
    const startedAt = clock.elapsed()
    await clock.sleep(request.travelMs)
    const arrivedAt = clock.elapsed()
    await clock.sleep(request.workMs)
    end()
    return { ...request, startedAt, arrivedAt, endedAt: clock.elapsed() }
  }
  const inOrder = asked.toSorted((left, right) => left.atMs - right.atMs)
  const started = await clock.run(Promise.all(inOrder.map(one)))
  return started.filter((request) => request !== undefined)
}

/** The most events in any window of a length: [t, t + windowMs). */
function busiest(times: readonly number[], windowMs: number): number {
  const sorted = times.toSorted((left, right) => left - right)
  return Math.max(0, ...sorted.map((from, at) => sorted.slice(at).filter((time) => time < from + windowMs).length))
}

/** Counts as the provider does: every limit, for every path that it names, at the start and at the arrival. */
function assertUnder(limits: readonly RateLimit[], started: readonly Started[]): void {
  for (const { requests, per, each } of limits) {
    const counted = each?.map((path) => started.filter((request) => request.path === path)) ?? [started]
    for (const those of counted) {
      for (const at of ['startedAt', 'arrivedAt'] as const) {
        const times = those.map((request) => request[at])
        expect(busiest(times, PER_MS[per])).toBeLessThanOrEqual(requests)
      }
    }
  }
}

const paths = ['a', 'b', 'c'] as const
const requests = (most: { travelMs: number; count: number }, cancelled = false) =>
  fc.array(
    fc.record({
      atMs: fc.nat({ max: 2500 }),
      path: fc.constantFrom(...paths),
      travelMs: fc.nat({ max: most.travelMs }),
      workMs: fc.nat({ max: 600 }),
      cancelAfterMs: cancelled ? fc.option(fc.nat({ max: 1500 }), { nil: undefined }) : fc.constant(undefined),
    }),
    { minLength: 1, maxLength: most.count },
  )

const perSecond = fc.record({ requests: fc.integer({ min: 1, max: 6 }), per: fc.constant('second' as const) })
const general: fc.Arbitrary<RateLimit> = fc.oneof(
  perSecond,
  fc.record({ requests: fc.integer({ min: 3, max: 20 }), per: fc.constant('minute' as const) }),
)
const ofPaths: fc.Arbitrary<RateLimit> = fc
  .tuple(perSecond, fc.uniqueArray(fc.constantFrom(...paths), { minLength: 1 }))
  .map(([limit, each]) => ({ ...limit, each }))
const anyLimits = fc
  .tuple(fc.array(general, { maxLength: 2 }), fc.array(ofPaths, { maxLength: 3 }))
  .map(([all, some]) => [...all, ...some])
const anyConcurrency = fc.option(fc.integer({ min: 1, max: 4 }), { nil: undefined })

test('no window of any limit ever holds more requests than it allows, at their start or at their arrival', async () => {
  await fc.assert(
    // Until 20 answers tell the shortest round trip, nothing is taken for granted.
    fc.asyncProperty(
      anyLimits,
      anyConcurrency,
      requests({ travelMs: 240, count: 20 }, true),
      async (limits, concurrency, asked) => {
        assertUnder(limits, await run(limits, asked, { concurrency }))
      },
    ),
    { numRuns: 150 },
  )
})

test('requests for one path start in the order in which they asked, and every one that is not cancelled starts', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyLimits,
      anyConcurrency,
      requests({ travelMs: 50, count: 30 }, true),
      async (limits, concurrency, asked) => {
        const started = await run(limits, asked, { concurrency })
        expect(started.length).toBeGreaterThanOrEqual(asked.filter((one) => one.cancelAfterMs === undefined).length)
        for (const path of paths) {
          const times = started.filter((request) => request.path === path).map(({ startedAt }) => startedAt)
          expect(times).toEqual(times.toSorted((left, right) => left - right))
        }
      },
    ),
    { numRuns: 100 },
  )
})

test('never more requests are under way at once than allowed, however many are cancelled, and no place is lost', async () => {
  await fc.assert(
    fc.asyncProperty(
      anyLimits,
      fc.integer({ min: 1, max: 4 }),
      requests({ travelMs: 50, count: 30 }, true),
      async (limits, concurrency, asked) => {
        // A whole hour later everything is free again, and as many as are allowed start together.
        const later = Array.from({ length: concurrency }, () => ({
          atMs: 3_600_000,
          path: 'z',
          travelMs: 1,
          workMs: 9,
        }))
        const started = await run(limits, [...asked, ...later], { concurrency })
        for (const { startedAt } of started) {
          const underWay = started.filter((one) => one.startedAt <= startedAt && one.endedAt > startedAt)
          expect(underWay.length).toBeLessThanOrEqual(concurrency)
        }
        const most = Math.min(concurrency, ...limits.filter((limit) => !limit.each).map((limit) => limit.requests))
        expect(started.filter(({ startedAt }) => startedAt === 3_600_000)).toHaveLength(most)
      },
    ),
    { numRuns: 100 },
  )
})

test('a path is not held up by others that wait for limits of their own: it starts as if they had not asked', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(ofPaths, { minLength: 1, maxLength: 3 }),
      requests({ travelMs: 50, count: 30 }),
      async (limits, asked) => {
        // Shared, and never full.
        const all = [{ requests: 1000, per: 'second' } as const, ...limits]
        const together = await run(all, asked)
        for (const path of paths) {
          const ofPath = (request: Asked): boolean => request.path === path
          const alone = await run(all, asked.filter(ofPath))
          expect(together.filter(ofPath).map(({ startedAt }) => startedAt)).toEqual(
            alone.map(({ startedAt }) => startedAt),
          )
        }
      },
    ),
    { numRuns: 60 },
  )
})

test('what all paths share goes to whoever asked first, when nothing else holds it back', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(general, { minLength: 1, maxLength: 2 }),
      anyConcurrency,
      requests({ travelMs: 50, count: 25 }),
      async (limits, concurrency, asked) => {
        const times = (
          await run([...limits, { requests: 1000, per: 'second', each: paths.slice(0, 2) }], asked, { concurrency })
        ).map(({ startedAt }) => startedAt)
        expect(times).toEqual(times.toSorted((left, right) => left - right))
      },
    ),
    { numRuns: 60 },
  )
})

test('a request that waits for its own path is passed by, and is the next to start once its path has room', async () => {
  const limits: RateLimit[] = [
    { requests: 2, per: 'second' },
    { requests: 1, per: 'minute', each: ['a'] },
  ]
  const at = (atMs: number, path: string): Asked => ({ atMs, path, travelMs: 0, workMs: 0 })
  const others = Array.from({ length: 200 }, (_, index) => at(2 + index, 'b'))
  const started = await run(limits, [at(0, 'a'), at(1, 'a'), ...others])
  const second = started[1]
  expect(second).toMatchObject({ path: 'a' })
  // A minute, the distance kept from the provider’s window, and one turn of the limit that is shared.
  expect(second?.startedAt).toBeGreaterThanOrEqual(60_000)
  expect(second?.startedAt).toBeLessThan(60_000 + 120 + 1100)
  const before = started.filter(({ path, startedAt }) => path === 'b' && startedAt < 60_000)
  expect(before.length).toBeGreaterThanOrEqual(2 * 60 * 0.97)
})

test('of two limits the tighter one is used to at least 97 %, and the burst of the looser one stays under both', async () => {
  const limits: RateLimit[] = [
    { requests: 500, per: 'minute' },
    { requests: 10, per: 'second' },
  ]
  const asked = Array.from({ length: 2000 }, () => ({ atMs: 0, path: 'a', travelMs: 5, workMs: 20 }))
  const started = await run(limits, asked, { concurrency: 10 })
  const times = started.map(({ arrivedAt }) => arrivedAt)
  const windows = (length: number): number[] =>
    Array.from({ length: Math.floor((times.at(-1) ?? 0) / length) }, (_, window) => window * length).map(
      (from) => times.filter((time) => time >= from && time < from + length).length,
    )
  expect(Math.max(...windows(1000))).toBeLessThanOrEqual(10)
  expect(Math.max(...windows(60_000))).toBeLessThanOrEqual(500)
  // The first 500 go at the pace of the second limit alone; from then on the first one is the tighter.
  const seconds = ((times.at(-1) ?? 0) - (times[500] ?? 0)) / 1000
  expect((times.length - 501) / seconds).toBeGreaterThanOrEqual((500 / 60) * 0.97)
})

test('who gives up a wait for one limit has used nothing of another', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 2, max: 8 }), fc.nat({ max: 12 }), async (shared, givingUp) => {
      const clock = virtualClock()
      const limits: RateLimit[] = [
        { requests: shared, per: 'minute' },
        { requests: 1, per: 'hour', each: ['a'] },
      ]
      const turns = trialTurns(limits, clock, shared)
      await turns.start(trialRequest(clock, { path: 'a' }))
      const impatient = {
        ...trialRequest(clock, { path: 'a' }),
        wait: ({ ms }: { ms: number }) => Promise.reject(new WaitTooLongError(ms)),
      }
      const given = await Promise.allSettled(Array.from({ length: givingUp }, () => turns.start(impatient)))
      expect(given.filter(({ status }) => status === 'fulfilled')).toEqual([])
      const others = Array.from({ length: shared - 1 }, () => turns.start(trialRequest(clock, { path: 'b' })))
      await clock.run(Promise.all(others))
      expect(clock.elapsed()).toBe(0)
    }),
    { numRuns: 40 },
  )
})

test('a pause that comes while requests wait holds them back: all of them, or those of its path', async () => {
  const clock = virtualClock()
  const turns = trialTurns(
    [
      { requests: 1, per: 'second' },
      { requests: 100, per: 'second', each: ['a', 'b'] },
    ],
    clock,
  )
  const startOf = async (path: string): Promise<number> => {
    ;(await turns.start(trialRequest(clock, { path })))()
    return clock.elapsed()
  }
  const work = async (): Promise<number[]> => {
    await startOf('c')
    const waiting = [startOf('a'), startOf('b'), startOf('c')]
    await clock.sleep(10)
    await turns.pause('a', 30_000)
    const [a = 0, b = 0, c = 0] = await Promise.all(waiting)
    await turns.pause('', 60_000)
    return [a, b, c, await startOf('b')]
  }
  const [a = 0, b = 0, c = 0, last = 0] = await clock.run(work())
  expect(b).toBeLessThan(1300)
  expect(c).toBeLessThan(2600)
  expect(a).toBeGreaterThanOrEqual(30_010)
  expect(a).toBeLessThan(31_500)
  expect(last).toBeGreaterThanOrEqual(a + 60_000)
})

test('a pause for all that comes in the pause of a path is obeyed too', async () => {
  const clock = virtualClock()
  const turns = trialTurns([{ requests: 100, per: 'second', each: ['a'] }], clock)
  const work = async (): Promise<number> => {
    await turns.pause('a', 1000)
    const waiting = turns.start(trialRequest(clock, { path: 'a' }))
    await clock.sleep(500)
    await turns.pause('', 60_000)
    await waiting
    return clock.elapsed()
  }
  expect(await clock.run(work())).toBe(60_500)
})

test('of several waits the longest is asked for at once, and it is known whom it concerns', async () => {
  const clock = virtualClock()
  const limits: RateLimit[] = [
    { requests: 3, per: 'minute' },
    { requests: 2, per: 'hour', each: ['a'] },
    { requests: 1, per: 'second', each: ['b'] },
  ]
  const turns = trialTurns(limits, clock)
  for (const path of ['a', 'a', 'b']) await turns.start(trialRequest(clock, { path }))
  const asked: unknown[] = []
  for (const path of ['a', 'b']) {
    const wait = (given: TurnWait) => {
      asked.push(given)
      return Promise.reject(new WaitTooLongError(given.ms))
    }
    await expect(turns.start({ ...trialRequest(clock, { path }), wait })).rejects.toThrow(WaitTooLongError)
  }
  expect(asked).toMatchObject([
    { scope: 'a', reason: 'rate_limit', ms: 3_600_000 * 1.002 },
    { scope: '', reason: 'rate_limit', ms: 60_000 * 1.002 },
  ])
})

test.each(['starts', 'fails', 'is cancelled'])(
  'whoever waits because another asked before goes on as soon as that one %s',
  async (how) => {
    const clock = virtualClock()
    const turns = trialTurns(
      [
        { requests: 100, per: 'second', each: ['a'] },
        { requests: 9, per: 'second' },
      ],
      clock,
    )
    const stop = new AbortController()
    const ready = async (): Promise<void> => {
      await clock.sleep(100)
      if (how === 'fails') throw new Error('no token')
      if (how === 'is cancelled') stop.abort(new Error('enough'))
    }
    const first = turns.start({ ...trialRequest(clock, { path: 'a', signal: stop.signal }), ready })
    const second = turns.start(trialRequest(clock, { path: 'b' }))
    // Nobody says that the first request has ended.
    const [one] = await clock.run(Promise.allSettled([first, second]))
    expect(one.status).toBe(how === 'starts' ? 'fulfilled' : 'rejected')
    expect(clock.elapsed()).toBe(100)
  },
)
