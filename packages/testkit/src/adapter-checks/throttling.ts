import assert from 'node:assert/strict'
import { IntegrationError } from '@unioneyes/core'
import type { AnyAdapter, RateLimit } from '@unioneyes/core'
import type { AdapterCheckBody, Facts, Stage } from './adapter-check.ts'
import { midway, paged, saysHowLong, unless } from './applicability.ts'
import { assertArrived, assertFailed } from './expectations.ts'
import type { Scene } from './scene.ts'

const PER_MS = { second: 1000, minute: 60_000, hour: 3_600_000 } as const
const MOST_REQUESTS = 200
const HOUR_S = 3600

/** How an adapter behaves when it is asked to slow down, and before. */
export const throttlingChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'throttled',
    name: 'a provider that asks to slow down is given the time it asks for',
    remedy: 'Wait on the context’s clock as long as the provider says before the next request, or throw RATE_LIMITED.',
    async run(stage) {
      const scene = await stage.open()
      const refused = throttleOnce(stage, scene, stage.retryAfter ? '7' : undefined)
      await assertWaited(scene, refused, stage.retryAfter ? 7000 : 1)
    },
  },
  {
    hazard: 'throttled-until',
    name: 'a time to come back that is given as a date is obeyed, by the provider’s clock',
    remedy: 'Read Retry-After as a date too, and measure it from the answer’s own `Date`.',
    unless: saysHowLong,
    async run(stage) {
      const scene = await stage.open()
      const refused = throttleOnce(stage, scene, 'date')
      await assertWaited(scene, refused, 9000)
    },
  },
  {
    hazard: 'long-wait',
    name: 'a wait that is too long is reported as RATE_LIMITED with the time to come back',
    remedy: 'Compare with `context.maxWaitMs`; beyond it throw RATE_LIMITED with `retryAfterMs` instead of sleeping.',
    unless: saysHowLong,
    async run(stage) {
      const scene = await stage.open()
      scene.wire.instead({ from: midway(stage) }, ({ request }) => stage.throttle(String(HOUR_S), request))
      const reading = await scene.attempt()
      scene.wire.assertMet()
      assertFailed(reading, ['RATE_LIMITED'], 'when it may come back in an hour')
      const { retryAfterMs = 0 } = reading.error
      assert.ok(
        Math.abs(retryAfterMs - HOUR_S * 1000) <= 60_000,
        `The error says to come back in ${retryAfterMs} ms; the provider said ${HOUR_S} s.`,
      )
      const longest = Math.max(0, ...scene.clock.sleeps.map(({ ms }) => ms))
      assert.ok(longest <= 60_000, `The adapter slept for ${longest} ms, longer than \`maxWaitMs\` allows.`)
    },
  },
  {
    hazard: 'own-limit',
    name: 'requests stay under the limits that the adapter declares',
    remedy: 'Hold requests back under each of `rateLimits`, counted in any window of its length.',
    unless: unless(paged, limitReason),
    async run({ adapter, paging, open }) {
      assert.ok(paging)
      const limits = reachableLimits(adapter)
      const most = Math.max(...limits.map(({ requests }) => requests))
      const { read, wire } = await open({ records: (most + 5) * paging.size })
      await read()
      for (const limit of limits) {
        for (const path of limit.each ?? [undefined]) {
          const isCounted = (index: number): boolean => path === undefined || isAsked(wire.requests[index]?.path, path)
          const times = wire.times.filter((_time, index) => isCounted(index))
          if (isLoosest(limit, path, limits)) assertUnder(limit, times, path)
        }
      }
    },
  },
]

function limitReason({ adapter }: Facts): string | undefined {
  if (!adapter.rateLimit) return 'the adapter declares no limit (`rateLimit`)'
  if (reachableLimits(adapter).length > 0) return undefined
  return `a limit of ${adapter.rateLimit.requests} requests takes too long to reach`
}

const reachableLimits = ({ rateLimit, rateLimits }: AnyAdapter): readonly RateLimit[] =>
  (rateLimits ?? (rateLimit ? [rateLimit] : [])).filter(({ requests }) => requests <= MOST_REQUESTS)

const isAsked = (asked: string | undefined, path: string): boolean => asked?.endsWith(`/${path}`) === true

/** Of limits of one path that depend on settings, the card does not show which one holds. */
function isLoosest({ requests, per }: RateLimit, path: string | undefined, limits: readonly RateLimit[]): boolean {
  if (path === undefined) return true
  return limits.every((other) => other.per !== per || other.requests <= requests || other.each?.includes(path) !== true)
}

function assertUnder({ requests, per }: RateLimit, times: readonly number[], path: string | undefined): void {
  for (const [index, time] of times.entries()) {
    const earlier = times[index - requests]
    assert.ok(
      earlier === undefined || time - earlier >= PER_MS[per],
      `${requests + 1} requests were sent within ${time - (earlier ?? 0)} ms; the adapter declares ${requests} per ${per}${path === undefined ? '' : ` for ${path}`}.`,
    )
  }
}

interface Refused {
  /** Which of all requests was refused, from 0. */
  index: number
}

/** Refuses one request for a page. */
function throttleOnce(stage: Stage, { wire }: Scene, retryAfter: string | undefined): Refused {
  const refused: Refused = { index: -1 }
  wire.instead(midway(stage), ({ request, headers }) => {
    refused.index = wire.requests.length - 1
    if (retryAfter !== 'date') return stage.throttle(retryAfter, request)
    const date = new Headers(headers).get('date') ?? new Date().toUTCString()
    const answer = stage.throttle(new Date(Date.parse(date) + 9000).toUTCString(), request)
    return { ...answer, headers: { ...answer.headers, date } }
  })
  return refused
}

async function assertWaited(scene: Scene, refused: Refused, ms: number): Promise<void> {
  const reading = await scene.attempt()
  scene.wire.assertMet()
  if (IntegrationError.is(reading.error, 'RATE_LIMITED')) {
    const { retryAfterMs = 0 } = reading.error
    assert.ok(retryAfterMs >= ms, `The error says to come back in ${retryAfterMs} ms; the provider said ${ms}.`)
    return
  }
  const [since = 0, next = Infinity] = scene.wire.times.slice(refused.index)
  assert.ok(
    next - since >= ms,
    `The next request came after ${next - since} ms of the adapter’s clock; the provider asked for ${ms} ms.`,
  )
  assertArrived(reading, scene.ids(), 'after the provider had asked to slow down once')
}
