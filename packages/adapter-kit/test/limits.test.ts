import { memoryStore } from '@unioneyes/core'
import type { BaseIntegration } from '@unioneyes/core'
import { pages } from '@unioneyes/adapter-kit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connected, initialized, readAll, skippingClock } from './live.ts'
import type { LiveOptions } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import type { ApiVariation } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import type { Reply, SeenRequest } from './test-server.ts'

const good: Reply = { json: [{ id: 'a' }] }
const perPath: ApiVariation['rateLimit'] = [
  { requests: 1000, per: 'second' },
  { requests: 20, per: 'minute', each: ['list.a', 'list.b'] },
]

/** A provider with three listings, two of them with limits of their own, and integrations over them. */
async function provider(variation: ApiVariation, reply: (request: SeenRequest) => Reply | Promise<Reply> = () => good) {
  const server = await startServer(reply)
  onTestFinished(() => server.close())
  const api = simpleApi(variation)
  const list = (path: string) => api.entity(thing).list({ path, paginate: pages.single(), ...thingRows })
  const adapter = simpleAdapter(api, { a: list('list.a'), b: list('list.b'), c: list('list.c') })
  const clock = skippingClock()
  const { budgets } = memoryStore({ clock })
  const start = (live: LiveOptions = {}): Promise<BaseIntegration> =>
    connected(adapter, { baseUrl: server.url, clock, budgets, ...live })
  const asked = (path: string): number => server.seen.filter(({ url }) => url.pathname === `/${path}`).length
  return { adapter, server, clock, budgets, start, asked }
}

const codeOf = async (work: Promise<unknown>): Promise<unknown> => {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  return error instanceof Error && 'code' in error ? error.code : error
}

describe('paths with limits of their own', () => {
  test('a 429 holds up its path, in this process and the next; the other paths go on', async () => {
    const busy: Reply = { status: 429, headers: { 'retry-after': '3600' } }
    const { start, asked, clock } = await provider({ rateLimit: perPath }, ({ url }) =>
      url.pathname === '/list.a' && clock.now() < free ? busy : good,
    )
    const free = clock.now() + 3_600_000
    const first = await start()
    expect(await codeOf(readAll(first, 'a'))).toBe('RATE_LIMITED')
    await readAll(first, 'b')
    await readAll(first, 'c')
    const second = await start()
    expect(await codeOf(readAll(second, 'a'))).toBe('RATE_LIMITED')
    await readAll(second, 'b')
    await readAll(second, 'c')
    expect([asked('list.a'), asked('list.b'), asked('list.c')]).toEqual([1, 2, 2])
    expect(clock.sleeps).toEqual([])
    clock.set(free)
    await readAll(second, 'a')
    expect(asked('list.a')).toBe(2)
  })

  test('a 429 for a path without a limit of its own holds up the whole connection, in the next process too', async () => {
    const { start, server, clock } = await provider({ rateLimit: perPath }, ({ url }) =>
      url.pathname === '/list.c' ? { status: 429, headers: { 'retry-after': '3600' } } : good,
    )
    expect(await codeOf(readAll(await start(), 'c'))).toBe('RATE_LIMITED')
    const next = await start()
    expect(await codeOf(readAll(next, 'a'))).toBe('RATE_LIMITED')
    expect(server.seen).toHaveLength(1)
    clock.set(clock.now() + 3_600_000)
    await readAll(next, 'a')
  })

  test('an outage that says for how long is the whole provider’s', async () => {
    const { start, server } = await provider({ rateLimit: perPath }, ({ url }) =>
      url.pathname === '/list.a' ? { status: 503, headers: { 'retry-after': '3600' } } : good,
    )
    const integration = await start()
    expect(await codeOf(readAll(integration, 'a'))).toBe('PROVIDER_UNAVAILABLE')
    expect(await codeOf(readAll(integration, 'b'))).toBe('RATE_LIMITED')
    expect(server.seen).toHaveLength(1)
  })

  test('a wait of our own beyond maxWaitMs ends the read of that path, and is kept for it alone', async () => {
    const limits: ApiVariation['rateLimit'] = [
      { requests: 3, per: 'second' },
      { requests: 1, per: 'hour', each: ['list.a'] },
    ]
    const { start, asked, budgets, clock } = await provider({ rateLimit: limits })
    const first = await start()
    await readAll(first, 'a')
    const error: unknown = await readAll(first, 'a').catch((reason: unknown) => reason)
    expect(error).toMatchObject({ code: 'RATE_LIMITED', retryable: true })
    expect(error).toHaveProperty('retryAfterMs', expect.closeTo(3_600_000, -5))
    const second = await start()
    expect(await codeOf(readAll(second, 'a'))).toBe('RATE_LIMITED')
    await readAll(second, 'b')
    // What gave up used nothing of the limit that is shared.
    await readAll(first, 'b')
    await readAll(first, 'c')
    expect(clock.sleeps).toEqual([])
    expect(asked('list.a')).toBe(1)
    const key = { organizationId: 'org_1', provider: 'example', connection: 'default' }
    expect(await budgets.blockedUntil(key, 'list.a')).toBeGreaterThan(clock.now() + 3_000_000)
    expect(await budgets.blockedUntil(key)).toBeUndefined()
  })

  test('a 429 that does not say for how long may come back after the interval of its own limit', async () => {
    const { start } = await provider({ rateLimit: perPath, retry: { attempts: 1 } }, () => ({ status: 429 }))
    const integration = await start()
    await expect(readAll(integration, 'a')).rejects.toMatchObject({ retryAfterMs: 60_000 })
    await expect(readAll(integration, 'c')).rejects.toMatchObject({ retryAfterMs: 1000 })
  })

  test('a limit holds only for the connections whose settings ask for it', async () => {
    const { start, clock } = await provider({
      rateLimit: [
        { requests: 50, per: 'minute', each: ['list.a'], when: ({ region }) => region === 'here' },
        { requests: 1, per: 'minute', each: ['list.a'], when: ({ region }) => region === 'there' },
      ],
    })
    const here = await start({ settings: { region: 'here' } })
    for (let count = 0; count < 50; count += 1) await readAll(here, 'a')
    expect(clock.sleeps).toEqual([])
    const there = await start({ settings: { region: 'there' }, maxWaitMs: 1000 })
    await readAll(there, 'a')
    expect(await codeOf(readAll(there, 'a'))).toBe('RATE_LIMITED')
  })
})

describe('requests under way at once', () => {
  test('never more than allowed, and the others follow as answers come', async () => {
    let underWay = 0
    let most = 0
    const { start, server } = await provider({ concurrency: 3 }, async () => {
      most = Math.max(most, (underWay += 1))
      // Until the others had a chance to come as well.
      for (let turn = 0; turn < 200; turn += 1) await new Promise((resolve) => setImmediate(resolve))
      underWay -= 1
      return good
    })
    const integration = await start()
    const entities = ['a', 'b', 'c'].flatMap((entity) => Array.from({ length: 4 }, () => entity))
    await Promise.all(entities.map((entity) => readAll(integration, entity)))
    expect(server.seen).toHaveLength(12)
    expect(most).toBe(3)
  })

  test('a request that fails, is refused or is cancelled gives its place back', async () => {
    const abort = new AbortController()
    const replies: Record<number, Reply> = {
      1: { status: 400 },
      2: { raw: (response) => response.destroy() },
      3: { raw: () => setImmediate(() => abort.abort()) },
    }
    let count = 0
    const { start } = await provider({ concurrency: 1, retry: { attempts: 1 } }, () => replies[(count += 1)] ?? good)
    const integration = await start()
    expect(await codeOf(readAll(integration, 'a'))).toBe('REQUEST_REJECTED')
    expect(await codeOf(readAll(integration, 'a'))).toBe('PROVIDER_UNAVAILABLE')
    const cancelled = codeOf(readAll(integration, 'a', { signal: abort.signal }))
    const waiting = codeOf(readAll(integration, 'b', { signal: abort.signal }))
    expect([await cancelled, await waiting]).toEqual(['CANCELLED', 'CANCELLED'])
    await readAll(integration, 'c')
    expect(count).toBe(4)
  })

  test.each([{ concurrency: 0 }, { rateLimit: { requests: 0, per: 'minute' } }] satisfies ApiVariation[])(
    'what would let nothing through is refused: %j',
    async (variation) => {
      const { adapter } = await provider(variation)
      const live = await initialized(adapter, { baseUrl: 'http://127.0.0.1:9/' })
        .then((made) => made.connect())
        .catch((error: unknown) => error)
      expect(live).toMatchObject({ code: 'CONFIG_INVALID' })
    },
  )
})
