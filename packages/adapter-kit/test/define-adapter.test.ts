import { BaseIntegration, IntegrationRegistry, IntegrationType } from '@unioneyes/core'
import type { HealthCheckResult, IntegrationConfig, Page } from '@unioneyes/core'
import { bearer, defineAdapter, defineApi, dnsLabel, pages, readEnvironment } from '@unioneyes/adapter-kit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connected, idsOf, initialized, readAll, skippingClock } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import type { ApiVariation } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import type { Reply, SeenRequest } from './test-server.ts'

const api = defineApi({
  credentials: z.object({ token: z.string(), hook: z.string().optional() }),
  settings: z.object({ subdomain: dnsLabel(), size: z.coerce.number().default(5) }),
  env: { token: 'EX_TOKEN', hook: 'EX_HOOK', subdomain: 'EX_SUBDOMAIN' },
  baseUrl: (settings) => `https://${settings.subdomain}.example.com/`,
  auth: (credentials) => bearer(credentials.token),
  rateLimit: { requests: 5, per: 'second', source: 'https://example.com/limits' },
  check: (http) => http.get('me'),
})

const list = { path: 'things', paginate: pages.single(), ...thingRows }
const adapter = defineAdapter({
  provider: 'example',
  name: 'Example',
  description: 'An example.',
  type: IntegrationType.LMS,
  version: '1.2.3',
  documentationUrl: 'https://example.com/docs',
  status: 'beta',
  api,
  entities: {
    plain: api.entity(thing).list(list),
    soft: api
      .entity(thing)
      .list({ ...list, isDeleted: () => false, incremental: { param: 'since', cursor: () => undefined } }),
    fed: api.entity(thing).list({
      ...list,
      incremental: async function* () {
        yield await Promise.resolve({})
      },
    }),
    read: api.entity(thing).read(async function* () {
      yield await Promise.resolve({ records: [] })
    }),
  },
})

describe('an adapter that is described', () => {
  test('says about itself what can be derived', () => {
    expect(adapter).toMatchObject({
      specVersion: 'v1',
      provider: 'example',
      version: '1.2.3',
      status: 'beta',
      env: { token: 'EX_TOKEN', hook: 'EX_HOOK', subdomain: 'EX_SUBDOMAIN' },
      rateLimit: { requests: 5, per: 'second' },
      rateLimits: [{ requests: 5, per: 'second' }],
      capabilities: {
        supportsFullSync: true,
        supportsIncrementalSync: true,
        supportsWebhooks: false,
        supportedEntities: ['plain', 'soft', 'fed', 'read'],
        rateLimitPerMinute: 300,
      },
      entities: {
        plain: { incremental: false, deletions: 'absence' },
        soft: { incremental: true, deletions: 'soft' },
        fed: { incremental: true, deletions: 'feed' },
        read: { incremental: false, deletions: 'absence' },
      },
    })
    const metadata = new IntegrationRegistry([adapter]).getMetadata('example')
    expect(metadata?.requiredEnvVars).toEqual(['EX_TOKEN', 'EX_HOOK', 'EX_SUBDOMAIN'])
  })

  test('of several limits all are shown, and the tightest that holds for all requests stands for them', () => {
    const fast = { requests: 10, per: 'second' } as const
    const slow = { requests: 500, per: 'minute', source: 'https://example.com/limits' } as const
    const some = { requests: 1, per: 'hour', each: ['list.a'] } as const
    const adapterWith = (rateLimit: NonNullable<ApiVariation['rateLimit']>) =>
      simpleAdapter(simpleApi({ rateLimit }), {})
    const several = adapterWith([
      some,
      fast,
      slow,
      { ...fast, requests: 3, per: 'hour', each: ['list.b'], when: () => false },
    ])
    expect(several.rateLimit).toEqual(slow)
    expect(several.rateLimits).toEqual([some, fast, slow, { requests: 3, per: 'hour', each: ['list.b'] }])
    expect(several.capabilities.rateLimitPerMinute).toBe(500)
    const ofPaths = adapterWith([{ requests: 20, per: 'minute', each: ['list.a', 'list.b'] }, some])
    expect(ofPaths.rateLimit).toEqual({ requests: 20, per: 'minute', each: ['list.a', 'list.b'] })
    expect(ofPaths.capabilities.rateLimitPerMinute).toBe(20)
  })

  test('connects without sending anything, and reads nothing before', async () => {
    const server = await startServer(() => ({ json: [] }))
    onTestFinished(() => server.close())
    const simple = simpleApi()
    const one = simpleAdapter(simple, { things: simple.entity(thing).list(list) })
    const integration = await initialized(one, { baseUrl: server.url })
    await expect(readAll(integration, 'things')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await integration.connect()
    expect(server.seen).toHaveLength(0)
    await readAll(integration, 'things')
    await integration.disconnect()
    await expect(readAll(integration, 'things')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  test('keeps two connections apart, interleaved page by page', async () => {
    const reply = ({ url, headers }: SeenRequest): Reply => {
      const after = Number(url.searchParams.get('after') ?? 0)
      const owner = String(headers.authorization)
      return { json: { items: [{ id: `${owner} ${String(after)}` }], next: after < 3 ? after + 1 : null } }
    }
    const server = await startServer(reply)
    onTestFinished(() => server.close())
    const simple = simpleApi()
    const paginate = pages.cursor({ next: (body) => body.next, param: 'after' })
    const shared = simpleAdapter(simple, {
      things: simple.entity(thing).list({ ...list, items: (body) => body.items, paginate }),
    })
    const live = await Promise.all(
      ['a', 'b'].map((apiKey) => connected(shared, { baseUrl: server.url, credentials: { apiKey } })),
    )
    const iterators = live.map((integration) => {
      if (!integration.read) throw new Error('it reads nothing')
      return integration.read('things')[Symbol.asyncIterator]()
    })
    const read: Page[][] = [[], []]
    for (let round = 0; round < 4; round += 1) {
      const results = await Promise.all(iterators.map((iterator) => iterator.next()))
      results.forEach(({ value }, index) => read[index]?.push(value))
    }
    for (const [index, owner] of ['a', 'b'].entries()) {
      expect(idsOf(read[index] ?? [])).toEqual([0, 1, 2, 3].map((page) => `Bearer ${owner} ${String(page)}`))
    }
  })
})

describe('its health', () => {
  async function healthOf(reply: Reply, credentials?: Readonly<Record<string, unknown>>): Promise<HealthCheckResult> {
    const server = await startServer(() => reply)
    onTestFinished(() => server.close())
    const simple = simpleApi({ retry: { attempts: 1 } })
    const clock = skippingClock()
    const integration = await connected(simpleAdapter(simple, {}), { baseUrl: server.url, clock, credentials })
    return integration.healthCheck()
  }

  test('is good when the check answers', async () => {
    const health = await healthOf({ json: {} })
    expect(health).toMatchObject({
      status: 'healthy',
      healthy: true,
      lastCheckedAt: new Date(Date.UTC(2026, 0, 2, 3, 4, 5)),
    })
    expect(health.latencyMs).toBeTypeOf('number')
    expect(health.lastError).toBeUndefined()
  })

  test.each([
    [401, 'needs_reconnect'],
    [403, 'degraded'],
    [429, 'degraded'],
    [500, 'unhealthy'],
    [404, 'unhealthy'],
  ])('after %i is %s', async (status, expected) => {
    const health = await healthOf({ status })
    expect(health).toMatchObject({ status: expected, healthy: false })
    expect(health.lastError).toContain(String(status))
  })

  test('of an integration that is not connected is bad, and does not throw', async () => {
    const integration = await initialized(simpleAdapter(simpleApi(), {}))
    expect(await integration.healthCheck()).toMatchObject({ status: 'unhealthy', healthy: false })
  })
})

class Written extends BaseIntegration<IntegrationConfig, { people: { id: string } }> {
  constructor() {
    super(IntegrationType.PENSION, 'written', { supportedEntities: ['people'] })
  }
  override async connect(): Promise<void> {
    this.connected = true
    return Promise.resolve()
  }
  override async disconnect(): Promise<void> {
    this.connected = false
    return Promise.resolve()
  }
  override async healthCheck(): Promise<HealthCheckResult> {
    return Promise.resolve({ status: 'healthy' })
  }
  override async *read(): AsyncGenerator<Page<{ id: string }>> {
    yield await Promise.resolve({ records: [{ id: 'p1' }], complete: true })
  }
}

describe('an adapter that is written as a class', () => {
  const card = { provider: 'written', name: 'Written', type: IntegrationType.PENSION, version: '0.1.0' } as const
  const create = (): BaseIntegration<IntegrationConfig, { people: { id: string } }> => new Written()

  test('fits the same slot', async () => {
    const written = defineAdapter({
      ...card,
      config: {
        credentials: z.object({ password: z.string() }),
        settings: z.object({ server: z.string() }),
        env: { password: 'WR_PASSWORD', server: 'WR_SERVER' },
        rateLimit: { requests: 120, per: 'hour' },
      },
      create,
    })
    expect(written).toMatchObject({
      specVersion: 'v1',
      entities: { people: { incremental: false, deletions: 'absence' } },
      capabilities: { supportedEntities: ['people'], rateLimitPerMinute: 2 },
      rateLimits: [{ requests: 120, per: 'hour' }],
    })
    expect(idsOf(await readAll(await connected(written), 'people'))).toEqual(['p1'])
    expect(readEnvironment(written, { WR_PASSWORD: 'pw', WR_SERVER: 's' })).toEqual({
      credentials: { password: 'pw' },
      settings: { server: 's' },
    })
  })

  test('may say more about its entities', () => {
    const written = defineAdapter({ ...card, entities: { people: { incremental: true, deletions: 'soft' } }, create })
    expect(written.capabilities.supportsIncrementalSync).toBe(true)
    expect(written.entities).toEqual({ people: { incremental: true, deletions: 'soft' } })
  })
})

describe('the app’s own connection', () => {
  test('is read from the environment by the names of the adapter', () => {
    expect(readEnvironment(adapter, { EX_TOKEN: 't', EX_SUBDOMAIN: 'acme', EX_HOOK: '' })).toEqual({
      credentials: { token: 't' },
      settings: { subdomain: 'acme' },
    })
  })

  test('that is missing or wrong is told by variable, without values', () => {
    const attempt = (): unknown => readEnvironment(adapter, { EX_SUBDOMAIN: 'evil.com/' })
    expect(attempt).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    expect(attempt).toThrow(/EX_TOKEN is not set; EX_SUBDOMAIN: expected one part of a host name/)
    expect(attempt).not.toThrow(/evil/)
  })
})
