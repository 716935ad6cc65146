import { bearer, defineAdapter, defineApi, pages } from '@unioneyes/adapter-kit'
import type { DeclaredLimits } from '@unioneyes/adapter-kit'
import { IntegrationType, createIntegrations, createVault, generateVaultKey, memoryStore } from '@unioneyes/core'
import type { Clock, Store } from '@unioneyes/core'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { defineSandbox, fault, jsonResponse, startSandbox } from '@unioneyes/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { jumpingClock } from '../support/jumping-clock.ts'

const ENTITIES = ['channels', 'users', 'files'] as const
const pathOf = (entity: string): string => `${entity}.list`
const item = z.object({ id: z.string() })

/** Three listings, and how many requests the provider works on at once. */
function provider(pagesEach: number) {
  const load = { now: 0, most: 0 }
  const sandbox = defineSandbox({
    provider: 'several',
    createState: () => ({}),
    actions: () => ({}),
    routes: ENTITIES.map((entity) => ({
      method: 'GET',
      path: `/${pathOf(entity)}`,
      cites: 'made for the test of law 10',
      async handle({ query }: { query: URLSearchParams }) {
        load.most = Math.max(load.most, (load.now += 1))
        // Until the others had a chance to come as well.
        for (let turn = 0; turn < 50; turn += 1) await new Promise((resolve) => setImmediate(resolve))
        load.now -= 1
        const page = Number(query.get('after') ?? 0)
        return jsonResponse({
          items: [{ id: `${entity}-${String(page)}` }],
          next: page + 1 < pagesEach ? String(page + 1) : null,
        })
      },
    })),
  })
  return { sandbox, load }
}

async function engineOn(options: {
  readonly url: string
  readonly store: Store
  readonly clock: Clock & { readonly still: Clock }
  readonly rateLimit: DeclaredLimits
  readonly concurrency?: number | undefined
  readonly maxWaitMs?: number | undefined
  readonly entitiesAtOnce?: number | undefined
}) {
  const { url, store, clock, rateLimit, concurrency, maxWaitMs = 120_000, entitiesAtOnce } = options
  const api = defineApi({
    credentials: z.object({ token: z.string() }),
    baseUrl: 'https://several.example/',
    auth: ({ token }) => bearer(token),
    rateLimit,
    concurrency,
    check: (http) => http.get('channels.list'),
  })
  const list = (entity: string) =>
    api.entity(item).list({
      path: pathOf(entity),
      items: (body) => body.items,
      wire: item,
      paginate: pages.cursor({ param: 'after', next: (body) => body.next }),
      map: () => ({}),
    })
  const adapter = defineAdapter({
    ...{ provider: 'several', name: 'Several', type: IntegrationType.COMMUNICATION, version: '1.0.0', api },
    entities: { channels: list('channels'), users: list('users'), files: list('files') },
  })
  const integrations = createIntegrations({
    ...{ adapters: [adapter], store, vault: createVault({ keys: { k1: KEY } }), clock, maxWaitMs },
    baseUrls: { several: `${url}/` },
  })
  await integrations.connections.save('org_1', 'several', { credentials: { token: 'secret' }, settings: {} })
  return createSyncEngine({ integrations, store, clock: clock.still, concurrency: entitiesAtOnce })
}

const KEY = generateVaultKey()

/** How many of these times lie in the fullest window of a length. */
const busiest = (times: readonly number[], ms: number): number =>
  Math.max(0, ...times.map((from) => times.filter((time) => time >= from && time < from + ms).length))

describe('law 10: polite, under several limits', () => {
  test('every limit holds at once: those for all requests, and those that each path has for itself', async () => {
    const settings = fc.record({
      perSecond: fc.integer({ min: 2, max: 5 }),
      perMinute: fc.integer({ min: 5, max: 15 }),
      ofPath: fc.integer({ min: 1, max: 6 }),
      pagesEach: fc.integer({ min: 1, max: 8 }),
      failures: fc.nat(3),
    })
    await fc.assert(
      fc.asyncProperty(settings, async ({ perSecond, perMinute, ofPath, pagesEach, failures }) => {
        const clock = jumpingClock()
        await using sandbox = await startSandbox(provider(pagesEach).sandbox)
        const asked: { readonly path: string; readonly at: number }[] = []
        const match = ({ path }: { path: string }, n: number): boolean => {
          asked.push({ path, at: clock.now() })
          return n % 3 === 0 && n <= failures * 3
        }
        sandbox.faults.inject({ fault: fault.serverError(503), match })
        const engine = await engineOn({
          ...{ url: sandbox.url, store: memoryStore({ clock }), clock },
          // One after the other: where several wait at once, a clock that jumps is no clock.
          entitiesAtOnce: 1,
          rateLimit: [
            { requests: perSecond, per: 'second' },
            { requests: perMinute, per: 'minute' },
            { requests: ofPath, per: 'minute', each: ['channels.list', 'users.list'] },
          ],
        })
        const run = await engine.full('org_1', 'several', [...ENTITIES])
        expect(run).toMatchObject({ status: 'success', counters: { created: pagesEach * 3 } })
        const timesOf = (path?: string): number[] =>
          asked.filter((request) => path === undefined || request.path === path).map(({ at }) => at)
        expect(busiest(timesOf(), 1000)).toBeLessThanOrEqual(perSecond)
        expect(busiest(timesOf(), 60_000)).toBeLessThanOrEqual(perMinute)
        for (const path of ['/channels.list', '/users.list'])
          expect(busiest(timesOf(path), 60_000)).toBeLessThanOrEqual(ofPath)
      }),
      { numRuns: 20 },
    )
  })

  test('never more requests are under way than declared, though three entities are read at once', async () => {
    for (const concurrency of [1, 2]) {
      const clock = jumpingClock()
      const { sandbox: definition, load } = provider(4)
      await using sandbox = await startSandbox(definition)
      const engine = await engineOn({
        ...{ url: sandbox.url, store: memoryStore({ clock }), clock, concurrency },
        rateLimit: { requests: 1000, per: 'second' },
      })
      const run = await engine.full('org_1', 'several', [...ENTITIES])
      expect(run).toMatchObject({ status: 'success', counters: { created: 12 } })
      expect(load.most).toBe(concurrency)
    }
  })

  test('what a provider asks to wait for one path holds up that path alone, in the next process too', async () => {
    const clock = jumpingClock()
    const { sandbox: definition } = provider(2)
    await using sandbox = await startSandbox(definition, { now: () => clock.now() })
    sandbox.faults.inject({
      fault: fault.throttled({ retryAfterSeconds: 3600 }),
      times: 1,
      match: ({ path }) => path === '/users.list',
    })
    const store = memoryStore({ clock })
    const options = { url: sandbox.url, store, clock, maxWaitMs: 30_000 }
    const rateLimit = [
      { requests: 1000, per: 'second' },
      { requests: 100, per: 'second', each: ['channels.list', 'users.list'] },
    ] as const
    const asked = (entity: string): number =>
      sandbox.requests.list().filter(({ path }) => path === `/${pathOf(entity)}`).length

    const run = await (await engineOn({ ...options, rateLimit })).full('org_1', 'several', [...ENTITIES])
    expect(run).toMatchObject({ error: { code: 'RATE_LIMITED' }, counters: { created: 4 } })
    expect(run.error?.retryAt).toBeGreaterThanOrEqual(clock.now() + 3_590_000)

    const next = await engineOn({ ...options, rateLimit })
    expect((await next.full('org_1', 'several', ['users'])).error?.code).toBe('RATE_LIMITED')
    expect((await next.full('org_1', 'several', ['channels'])).status).toBe('success')
    expect([asked('channels'), asked('users'), asked('files')]).toEqual([4, 1, 2])

    clock.jump(3_600_000)
    expect((await next.full('org_1', 'several', ['users'])).status).toBe('success')
  })
})
