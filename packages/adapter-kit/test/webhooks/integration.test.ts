import { createHmac } from 'node:crypto'
import { changedIds, defineAdapter, hmacSha256, pages, property, refetch } from '@unioneyes/adapter-kit'
import type { ListOptions } from '@unioneyes/adapter-kit'
import { IntegrationError, IntegrationType } from '@unioneyes/core'
import type { BaseIntegration, Page } from '@unioneyes/core'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connected, idsOf, skippingClock } from '../live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from '../simple-adapter.ts'
import type { SimpleSettings, Thing } from '../simple-adapter.ts'
import { startServer } from '../test-server.ts'
import type { Reply, SeenRequest } from '../test-server.ts'
import { z } from 'zod'

const api = simpleApi()

type ThingList = ListOptions<Thing, SimpleSettings, typeof thingRows.wire>
const listing = (options: Partial<Pick<ThingList, 'path' | 'one' | 'incremental' | 'fallback'>> = {}) =>
  api
    .entity(thing)
    .list({ path: 'things', items: (body) => body.items, paginate: pages.single(), ...thingRows, ...options })

const byFilter = (idsPerRequest = 3, path = 'things') =>
  changedIds<SimpleSettings>({
    idsPerRequest,
    feed: () => Promise.resolve({ changed: [], deleted: [] }),
    fetch: async (ids, { list }) => (await Array.fromAsync(list({ path, query: { id: ids } }))).flat(),
  })

async function open(
  entity: ReturnType<typeof listing>,
  reply: (request: SeenRequest, count: number) => Reply,
): Promise<{ integration: BaseIntegration; seen: readonly SeenRequest[] }> {
  const server = await startServer(reply)
  onTestFinished(() => server.close())
  const adapter = simpleAdapter(api, { things: entity, listed: listing() })
  return { integration: await connected(adapter, { baseUrl: server.url }), seen: server.seen }
}

async function fetchAll(integration: BaseIntegration, ids: readonly string[], entity = 'things', signal?: AbortSignal) {
  if (!integration.fetch) throw new Error('the integration fetches nothing')
  const found: Page[] = []
  for await (const page of integration.fetch(entity, ids, { signal })) found.push(page)
  return found
}

async function errorOf(work: Promise<unknown>): Promise<IntegrationError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (IntegrationError.is(error)) return error
  throw new Error('it did not fail as expected', { cause: error })
}

const asked = ({ url }: SeenRequest): string[] => url.searchParams.getAll('id').flatMap((text) => text.split(','))
const showing = (ids: readonly unknown[]): Reply => ({ json: { items: ids.map((id) => ({ id })) } })

describe('fetching records by their ids', () => {
  test('asks with the filter of the changes, in batches, and tells who is gone', async () => {
    const alive = ['1', '2', '4', '5', '7']
    const { integration, seen } = await open(listing({ incremental: byFilter() }), (request) =>
      showing(asked(request).filter((id) => alive.includes(id))),
    )
    const found = await fetchAll(integration, ['1', '2', '3', '4', '5', '6', '1', '7'])
    expect(seen.map(asked)).toEqual([['1', '2', '3'], ['4', '5', '6'], ['7']])
    expect(idsOf(found)).toEqual(alive)
    expect(found.map(({ deleted }) => deleted)).toEqual([['3'], ['6'], []])
    expect(found.every(({ next, cursor, complete }) => (next ?? cursor ?? complete) === undefined)).toBe(true)
    expect(found.map(({ usage }) => usage?.requests)).toEqual([1, 1, 1])
    const first = found[0]?.rows
    expect(first?.read(first.items[0]?.raw)).toMatchObject({ kind: 'record', record: { id: '1' } })
  })

  test('tells of every id once: shown or gone, whatever there is', async () => {
    const ids = fc.uniqueArray(fc.nat(30).map(String), { maxLength: 10 })
    let alive: string[] = []
    const { integration } = await open(listing({ incremental: byFilter() }), (request) =>
      showing(asked(request).filter((id) => alive.includes(id))),
    )
    await fc.assert(
      fc.asyncProperty(ids, ids, async (wanted, present) => {
        alive = present
        const found = await fetchAll(integration, wanted)
        expect(idsOf(found).sort()).toEqual(wanted.filter((id) => present.includes(id)).sort())
        expect(found.flatMap(({ deleted }) => deleted).sort()).toEqual(
          wanted.filter((id) => !present.includes(id)).sort(),
        )
      }),
      { numRuns: 40 },
    )
  })

  test('asks for one after the other where there is a path of one', async () => {
    const { integration, seen } = await open(listing({ one: (id) => `things/${id}` }), ({ url }) =>
      url.pathname === '/things/2'
        ? { status: 404 }
        : url.pathname === '/things/3'
          ? { status: 410 }
          : { json: { id: '1' } },
    )
    const found = await fetchAll(integration, ['1', '2', '3'])
    expect(seen.map(({ url }) => url.pathname)).toEqual(['/things/1', '/things/2', '/things/3'])
    expect(idsOf(found)).toEqual(['1'])
    expect(found.map(({ deleted }) => deleted)).toEqual([[], ['2'], ['3']])
  })

  test('asks nothing for no ids', async () => {
    const { integration, seen } = await open(listing({ incremental: byFilter() }), () => showing([]))
    expect(await fetchAll(integration, [])).toEqual([])
    expect(seen).toEqual([])
  })

  test('believes no answer that shows what was not asked for: nobody is gone because a filter was ignored', async () => {
    const { integration } = await open(listing({ incremental: byFilter() }), () => showing(['1', '8', '9']))
    const error = await errorOf(fetchAll(integration, ['1', '2']))
    expect(error.code).toBe('RESPONSE_INVALID')
    expect(error.entity).toBe('things')
  })

  test('calls nobody gone while a row hides its id', async () => {
    const { integration } = await open(listing({ incremental: byFilter() }), () => showing(['1', null]))
    const [page] = await fetchAll(integration, ['1', '2'])
    expect(page?.rows?.items.map(({ id }) => id)).toEqual(['1', undefined])
    expect(page?.deleted).toEqual([])
  })

  test('calls nobody gone when the provider fails or refuses', async () => {
    for (const status of [400, 401, 403, 404, 500]) {
      const { integration } = await open(listing({ incremental: byFilter() }), () => ({ status }))
      expect((await errorOf(fetchAll(integration, ['1']))).status, String(status)).toBe(status)
    }
  })

  test('falls back as a walk does: at the first refusal, and only then', async () => {
    const entity = listing({
      incremental: byFilter(1),
      fallback: listing({ path: 'others', incremental: byFilter(1, 'others') }),
    })
    const first = await open(entity, ({ url }, count) =>
      url.pathname === '/things' ? { status: 403 } : showing([String(count - 1)]),
    )
    expect(idsOf(await fetchAll(first.integration, ['1', '2']))).toEqual(['1', '2'])
    expect(first.seen.map(({ url }) => url.pathname)).toEqual(['/things', '/others', '/others'])

    const later = await open(entity, (_request, count) => (count === 1 ? showing(['1']) : { status: 403 }))
    expect((await errorOf(fetchAll(later.integration, ['1', '2']))).code).toBe('PERMISSION_DENIED')
    expect(later.seen).toHaveLength(2)

    const both = await open(entity, ({ url }) => ({ status: url.pathname === '/things' ? 403 : 401 }))
    expect((await errorOf(fetchAll(both.integration, ['1']))).status).toBe(403)
  })

  test('stops when it is told to', async () => {
    const stop = new AbortController()
    const { integration, seen } = await open(listing({ incremental: byFilter(1) }), (request) => {
      stop.abort(new Error('enough'))
      return showing(asked(request))
    })
    await expect(fetchAll(integration, ['1', '2', '3'], 'things', stop.signal)).rejects.toThrow()
    expect(seen).toHaveLength(1)
  })

  test('is refused for an entity that has no way, and absent where none has', async () => {
    const { integration, seen } = await open(listing({ incremental: byFilter() }), () => showing([]))
    expect(() => integration.fetch?.('listed', ['1'])).toThrow(/cannot be fetched by ids/)
    expect(() => integration.fetch?.('nothing', ['1'])).toThrow(/no entity "nothing"/)
    expect(seen).toEqual([])
    const without = simpleAdapter(api, { listed: listing() })
    expect('fetch' in (await connected(without))).toBe(false)
    expect(without.entities).toHaveProperty('listed.fetchable', false)
    expect(listing({ one: (id) => id }).fetchable).toBe(true)
    expect(listing({ incremental: { read: byFilter() } }).fetchable).toBe(true)
    expect(listing({ incremental: { param: 'since', cursor: () => null } }).fetchable).toBe(false)
  })
})

describe('a described integration with webhooks', () => {
  const common = {
    wire: z.unknown(),
    split: () => [{ type: 'changed', data: {} }],
    events: () => refetch('things', '1'),
  }
  const own = api.webhooks({
    ...common,
    verify: hmacSha256({
      secret: ({ apiKey }) => apiKey,
      header: 'X-Signature',
      timestamp: 'x-time',
      message: 'body+timestamp',
    }),
  })
  const card = { provider: 'example', name: 'Example', type: IntegrationType.HRIS, version: '1', api } as const
  const adapter = defineAdapter({ ...card, entities: { things: listing() }, webhooks: own })
  const clock = skippingClock()
  const time = String(Math.floor(clock.now() / 1000))
  const payload = '{"naïve":true}'
  const signature = createHmac('sha256', 'secret-key').update(`${payload}${time}`).digest('hex')

  test('says that it has them', () => {
    expect(adapter.capabilities.supportsWebhooks).toBe(true)
    expect(adapter.create().capabilities.supportsWebhooks).toBe(true)
    expect(adapter.webhooks).toBe(own)
    expect(simpleAdapter(api, { things: listing() }).capabilities.supportsWebhooks).toBe(false)
  })

  test('verifies in the form of the class style too, by the same rules', async () => {
    const integration = await connected(adapter, { clock })
    const verify = (text: string, by: string, headers: Record<string, string> = { 'x-time': time }) =>
      integration.verifyWebhook?.(text, by, new Headers(headers))
    expect(await verify(payload, signature)).toBe(true)
    expect(await verify(payload, '', { 'x-time': time, 'x-signature': signature })).toBe(true)
    expect(await verify(`${payload} `, signature)).toBe(false)
    expect(await verify(payload, signature.toUpperCase())).toBe(false)
    expect(await verify(payload, signature, {})).toBe(false)
    expect(await verify(payload, signature, { 'x-time': String(Number(time) - 301) })).toBe(false)
    expect(await integration.verifyWebhook?.(payload, signature)).toBe(false)
    clock.set(clock.now() + 301_000)
    expect(await verify(payload, signature)).toBe(false)
  })

  test('has no such method where there is nothing to verify with', async () => {
    expect('verifyWebhook' in (await connected(simpleAdapter(api, { things: listing() })))).toBe(false)
    const verify = hmacSha256({ secret: ({ key }: { readonly key: string }) => key, header: 'x-signature' })
    const app = api.appWebhooks(z.object({ key: z.string() }), { ...common, verify, accountOf: ({ region }) => region })
    const ofTheApp = defineAdapter({ ...card, entities: { things: listing() }, webhooks: app })
    expect(ofTheApp.capabilities.supportsWebhooks).toBe(true)
    expect('verifyWebhook' in (await connected(ofTheApp))).toBe(false)
  })

  test('shows them for a class as well', async () => {
    const create = () => adapter.create()
    const written = defineAdapter({
      provider: 'written',
      name: 'Written',
      type: IntegrationType.HRIS,
      version: '1',
      create,
      webhooks: own,
    })
    expect(written.webhooks).toBe(own)
    expect(written.capabilities.supportsWebhooks).toBe(true)
    const body = Buffer.from(payload)
    const headers = new Headers({ 'x-signature': signature, 'x-time': time })
    const now = Number(time) * 1000
    const verified = await own.verify({ body, headers, receivedAt: now }, { secrets: { apiKey: 'secret-key' }, now })
    expect(own.events(verified).map((event) => property(event.effects[0], 'entity'))).toEqual(['things'])
  })
})
