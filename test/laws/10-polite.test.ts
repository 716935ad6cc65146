import { memoryStore } from '@unioneyes/core'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { fault, startSandbox } from '@unioneyes/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { jumpingClock } from '../support/jumping-clock.ts'
import { plainIntegrations, plainSandbox } from '../support/plain-provider.ts'

describe('law 10: polite', () => {
  test('requests stay under the declared limit in any window, retries included: the provider never has to refuse', async () => {
    const settings = fc.record({
      requests: fc.integer({ min: 1, max: 7 }),
      pages: fc.integer({ min: 1, max: 25 }),
      failures: fc.nat(4),
    })
    await fc.assert(
      fc.asyncProperty(settings, async ({ requests, pages, failures }) => {
        const clock = jumpingClock()
        const limit = { requests, perMs: 60_000 }
        await using sandbox = await startSandbox(plainSandbox({ pages, rateLimit: limit }), { now: () => clock.now() })
        sandbox.faults.inject({ fault: fault.serverError(503), times: failures, match: (_request, n) => n % 3 === 0 })
        const store = memoryStore({ clock })
        const integrations = await plainIntegrations({
          store,
          clock,
          baseUrl: `${sandbox.url}/`,
          rateLimit: { requests, per: 'minute' },
          maxWaitMs: 120_000,
        })
        const run = await createSyncEngine({ integrations, store, clock: clock.still }).full('org_1', 'plain', [
          'items',
        ])
        expect(run).toMatchObject({ status: 'success', counters: { created: pages * 2 } })
        const refused = sandbox.requests.list().filter(({ status }) => status === 429)
        expect(refused).toEqual([])
      }),
      { numRuns: 25 },
    )
  })

  test('Retry-After is obeyed, in seconds and as a date', async () => {
    for (const as of ['seconds', 'date'] as const) {
      const clock = jumpingClock(Date.now())
      await using sandbox = await startSandbox(plainSandbox({ pages: 2 }))
      sandbox.faults.inject({ fault: fault.throttled({ retryAfterSeconds: 20, as }), times: 1 })
      const store = memoryStore({ clock })
      const integrations = await plainIntegrations({ store, clock, baseUrl: `${sandbox.url}/` })
      const before = clock.now()
      const run = await createSyncEngine({ integrations, store, clock: clock.still }).full('org_1', 'plain', ['items'])
      expect(run.status).toBe('success')
      expect(clock.now() - before).toBeGreaterThanOrEqual(19_000)
      expect(clock.now() - before).toBeLessThan(60_000)
    }
  })

  test('a wait longer than maxWaitMs closes the run resumable with the time to come back; the next process obeys it too', async () => {
    const clock = jumpingClock()
    await using sandbox = await startSandbox(plainSandbox({ pages: 4 }))
    sandbox.faults.inject({
      fault: fault.throttled({ retryAfterSeconds: 3600 }),
      times: 1,
      match: (_request, n) => n === 3,
    })
    const store = memoryStore({ clock })
    const first = await plainIntegrations({ store, clock, baseUrl: `${sandbox.url}/`, maxWaitMs: 30_000 })
    const run = await createSyncEngine({ integrations: first, store, clock: clock.still }).full('org_1', 'plain', [
      'items',
    ])
    expect(run).toMatchObject({ status: 'failed', error: { code: 'RATE_LIMITED' }, counters: { created: 4 } })
    expect(run.error?.retryAt).toBeGreaterThanOrEqual(clock.now() + 3_590_000)
    const asked = sandbox.requests.counters.total

    const second = await plainIntegrations({ store, clock, baseUrl: `${sandbox.url}/`, maxWaitMs: 30_000 })
    const engine = createSyncEngine({ integrations: second, store, clock: clock.still })
    expect((await engine.full('org_1', 'plain', ['items'])).error?.code).toBe('RATE_LIMITED')
    expect(sandbox.requests.counters.total).toBe(asked)

    clock.jump(3_600_000)
    const resumed = await engine.full('org_1', 'plain', ['items'])
    expect(resumed).toMatchObject({ status: 'success', counters: { processed: 4 } })
  })

  test('a breaker fails fast while the provider is down, and lets one request through later to see', async () => {
    const clock = jumpingClock()
    await using sandbox = await startSandbox(plainSandbox({ pages: 2 }))
    sandbox.faults.inject({ fault: fault.serverError(500), times: 1000 })
    const store = memoryStore({ clock })
    const integrations = await plainIntegrations({ store, clock, baseUrl: `${sandbox.url}/` })
    const engine = createSyncEngine({ integrations, store, clock: clock.still })
    const codes = []
    for (let n = 0; n < 4; n += 1) codes.push((await engine.full('org_1', 'plain', ['items'])).error?.code)
    expect(codes.at(-1)).toBe('CIRCUIT_OPEN')
    const asked = sandbox.requests.counters.total
    await engine.full('org_1', 'plain', ['items'])
    expect(sandbox.requests.counters.total).toBe(asked)
    sandbox.faults.clear()
    clock.jump(120_000)
    expect((await engine.full('org_1', 'plain', ['items'])).status).toBe('success')
  })

  test('a 404 is not a failure of the provider', async () => {
    const clock = jumpingClock()
    await using sandbox = await startSandbox(plainSandbox({ pages: 2 }))
    sandbox.faults.inject({ fault: fault.status(404), times: 20 })
    const store = memoryStore({ clock })
    const integrations = await plainIntegrations({ store, clock, baseUrl: `${sandbox.url}/` })
    const engine = createSyncEngine({ integrations, store, clock: clock.still })
    for (let n = 0; n < 20; n += 1) {
      expect((await engine.full('org_1', 'plain', ['items'])).error?.code).toBe('REQUEST_REJECTED')
    }
    expect((await engine.full('org_1', 'plain', ['items'])).status).toBe('success')
  })
})
