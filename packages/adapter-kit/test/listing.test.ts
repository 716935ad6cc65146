import { IntegrationError, IntegrationType } from '@unioneyes/core'
import type { BaseIntegration, Json, Page } from '@unioneyes/core'
import { basicAuth, defineAdapter, defineApi, dnsLabel, pages, wireId } from '@unioneyes/adapter-kit'
import { hris } from '@unioneyes/models'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { LoopGuard } from '../src/loop-guard.ts'
import { connected, idsOf, readAll } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import type { Reply, SeenRequest, TestServer } from './test-server.ts'

async function serve(reply: (request: SeenRequest, count: number) => Reply): Promise<TestServer> {
  const server = await startServer(reply)
  onTestFinished(() => server.close())
  return server
}

const targets = (server: TestServer): string[] => server.seen.map(({ target }) => target)

test('a described listing asks what it says and yields typed records', async () => {
  const api = defineApi({
    credentials: z.object({ apiKey: z.string() }),
    settings: z.object({ subdomain: dnsLabel(), own: z.record(z.string(), z.string()).default({}) }),
    baseUrl: (settings) => `https://${settings.subdomain}.example.com/api/v1/`,
    auth: (credentials) => basicAuth(credentials.apiKey, 'x'),
    headers: { 'x-version': '7' },
    rateLimit: { requests: 600, per: 'minute' },
    check: (http) => http.get('meta/fields'),
  })
  const employees = api.entity(hris.employee).list({
    path: ({ settings }) => `${settings.subdomain}/employees`,
    query: { fields: 'a,b', skip: undefined },
    headers: { prefer: 'all' },
    items: (body) => body.data,
    total: (body) => body.meta?.total,
    paginate: pages.cursor({
      next: (body) => body.meta?.page?.nextCursor,
      param: 'page[after]',
      limit: { param: 'page[limit]', value: 2 },
    }),
    id: 'employeeId',
    wire: z.object({ employeeId: wireId(), name: z.string(), title: z.string().nullish() }),
    map: (row, { settings, raw }) => ({
      firstName: row.name,
      lastName: 'L',
      displayName: row.name,
      jobTitle: row.title,
      status: 'active',
      customFields: Object.fromEntries(
        Object.entries(settings.own).map(([ours, theirs]) => [ours, z.looseObject({}).parse(raw)[theirs] as Json]),
      ),
    }),
  })
  const adapter = defineAdapter({
    provider: 'example',
    name: 'Example',
    type: IntegrationType.HRIS,
    version: '1.0.0',
    api,
    entities: { employees },
  })
  const people = ['A', 'B', 'C'].map((name, n) => ({ employeeId: n, name, title: null, shirt: 'XL' }))
  const server = await serve(({ url }) => {
    const from = Number(url.searchParams.get('page[after]') ?? 0)
    const next = from + 2 < people.length ? String(from + 2) : null
    return { json: { data: people.slice(from, from + 2), meta: { total: 3, page: { nextCursor: next } } } }
  })
  const settings = { subdomain: ' ACME ', own: { shirtSize: 'shirt' } }
  const integration = await connected(adapter, { baseUrl: `${server.url}proxy`, settings })
  const read = await readAll(integration, 'employees')
  expect(idsOf(read)).toEqual(['0', '1', '2'])
  expect(read.map((page) => page.complete)).toEqual([undefined, true])
  expect(read.map((page) => page.total)).toEqual([3, 3])
  const rows = read[0]?.rows
  expect(rows?.read(rows.items[0]?.raw)).toEqual({
    kind: 'record',
    record: {
      id: '0',
      firstName: 'A',
      lastName: 'L',
      displayName: 'A',
      status: 'active',
      customFields: { shirtSize: 'XL' },
    },
  })
  expect(targets(server)).toEqual([
    '/proxy/acme/employees?fields=a%2Cb&page%5Blimit%5D=2',
    '/proxy/acme/employees?fields=a%2Cb&page%5Blimit%5D=2&page%5Bafter%5D=2',
  ])
  expect(server.seen[0]?.headers).toMatchObject({
    accept: 'application/json',
    authorization: `Basic ${Buffer.from('secret-key:x').toString('base64')}`,
    'x-version': '7',
    prefer: 'all',
  })
})

describe('a listing by POST', () => {
  const api = simpleApi()
  const common = {
    path: 'search',
    method: 'POST' as const,
    paginate: pages.number({ totalPages: () => 2 }),
    ...thingRows,
  }

  test('gets the page in its body', async () => {
    const server = await serve(() => ({ json: [] }))
    const things = api.entity(thing).list({ ...common, query: { v: 2 }, body: { fields: ['a'] } })
    await readAll(await connected(simpleAdapter(api, { things }), { baseUrl: server.url }), 'things')
    expect(targets(server)).toEqual(['/search?v=2', '/search?v=2'])
    expect(server.seen.map(({ body }) => body)).toEqual(['{"fields":["a"],"page":1}', '{"fields":["a"],"page":2}'])
    expect(server.seen[0]?.headers['content-type']).toBe('application/json')
  })

  test('or wherever a function puts it', async () => {
    const server = await serve(() => ({ json: [] }))
    const body = ({ page, settings }: { page: unknown; settings: { region: string } }) => ({
      paging: page,
      region: settings.region,
    })
    const things = api.entity(thing).list({ ...common, body })
    await readAll(await connected(simpleAdapter(api, { things }), { baseUrl: server.url }), 'things')
    expect(JSON.parse(server.seen[1]?.body ?? '')).toEqual({ paging: { page: 2 }, region: 'here' })
  })
})

describe('an endless loop', () => {
  const api = simpleApi()
  const listWith = (paginate: ReturnType<typeof pages.link>) =>
    simpleAdapter(api, {
      things: api.entity(thing).list({ path: 'things', items: (body) => body.items, paginate, ...thingRows }),
    })
  const cursors = pages.cursor({ next: (body) => body.next, param: 'after' })

  async function loopError(read: Promise<Page[]>): Promise<string> {
    const error: unknown = await read.then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code: 'RESPONSE_INVALID', entity: 'things', retryable: false })
    return IntegrationError.is(error) ? error.message : ''
  }

  test.each([[['a']], [['a', 'a']], [['a', 'b', 'c', 'b']]])('of the cursors %j', async (given) => {
    const server = await serve((_request, count) => ({ json: { items: [], next: given[(count - 1) % given.length] } }))
    const integration = await connected(listWith(cursors), { baseUrl: server.url })
    expect(await loopError(readAll(integration, 'things'))).toContain('endless loop')
    expect(server.seen.length).toBeLessThanOrEqual(given.length + 1)
  })

  test('back to the page that a read was resumed at', async () => {
    const server = await serve(() => ({ json: { items: [], next: 'x' } }))
    const integration = await connected(listWith(cursors), { baseUrl: server.url })
    await loopError(readAll(integration, 'things', { pageToken: { t: 'x' } }))
    expect(server.seen).toHaveLength(1)
  })

  test('of links', async () => {
    const server = await serve(() => ({ json: { items: [] }, headers: { link: '<?p=1>; rel=next' } }))
    await loopError(readAll(await connected(listWith(pages.link()), { baseUrl: server.url }), 'things'))
    expect(server.seen).toHaveLength(2)
  })

  test('of any length is found, with memory for 10,000 tokens', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 3000 }),
        fc.oneof(fc.integer({ min: 1, max: 60 }), fc.integer({ min: 9_990, max: 25_000 })),
        (lead, length) => {
          const guard = new LoopGuard()
          const limit = lead + 6 * Math.max(length, 10_000)
          for (let step = 0; step < limit; step += 1) {
            const token = step < lead ? step : lead + ((step - lead) % length)
            if (guard.repeats(token)) return step >= lead + length
          }
          return false
        },
      ),
      { numRuns: 12 },
    )
  })

  test('is not seen where there is none', () => {
    const guard = new LoopGuard()
    for (let token = 0; token < 45_000; token += 1) expect(guard.repeats(token)).toBe(false)
  })
})

describe('a fallback', () => {
  const api = simpleApi()
  const cursors = pages.cursor({ next: (body) => body.next, param: 'after' })
  const second = api.entity(thing).list({ path: 'old', items: (body) => body.items, paginate: cursors, ...thingRows })
  const first = api
    .entity(thing)
    .list({ path: 'new', items: (body) => body.items, paginate: cursors, ...thingRows, fallback: second })
  const adapter = simpleAdapter(api, { things: first })
  const old = (url: URL): Reply => {
    const from = Number(url.searchParams.get('after') ?? 0)
    return { json: { items: [{ id: `old${String(from)}` }], next: from < 2 ? from + 1 : null } }
  }

  test.each([401, 403, 404, 410])(
    'takes over when the first page is refused with %i, also on resuming',
    async (status) => {
      const server = await serve(({ url }) => (url.pathname === '/new' ? { status } : old(url)))
      const integration = await connected(adapter, { baseUrl: server.url })
      const read = await readAll(integration, 'things')
      expect(idsOf(read)).toEqual(['old0', 'old1', 'old2'])
      const before = server.seen.length
      const rest = await readAll(integration, 'things', { pageToken: read[0]?.next })
      expect(idsOf(rest)).toEqual(['old1', 'old2'])
      expect(targets(server).slice(before)).toEqual(['/old?after=1', '/old?after=2'])
    },
  )

  test('that is refused too leaves the first refusal', async () => {
    const server = await serve(({ url }) => ({ status: url.pathname === '/new' ? 401 : 404 }))
    await expect(readAll(await connected(adapter, { baseUrl: server.url }), 'things')).rejects.toMatchObject({
      code: 'AUTH_FAILED',
    })
    expect(targets(server)).toEqual(['/new', '/old'])
  })

  test('that only fails for the moment says so', async () => {
    const server = await serve(({ url }) => ({ status: url.pathname === '/new' ? 403 : 503 }))
    await expect(readAll(await connected(adapter, { baseUrl: server.url }), 'things')).rejects.toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
    })
  })

  test('takes over when the listing is refused in its middle, now or when it is resumed', async () => {
    let open = 1
    const server = await serve(({ url }) => {
      if (url.pathname !== '/new') return old(url)
      if (open-- <= 0) return { status: 403 }
      return { json: { items: [{ id: 'a' }], next: 'x' } }
    })
    const integration = await connected(adapter, { baseUrl: server.url })
    const read = await readAll(integration, 'things')
    expect(idsOf(read)).toEqual(['a', 'old0', 'old1', 'old2'])
    expect(read[1]?.restarted).toContain('everything must be read again')
    expect(targets(server).slice(0, 4)).toEqual(['/new', '/new?after=x', '/new', '/old'])
    const resumed = await readAll(integration, 'things', { pageToken: read[0]?.next })
    expect(idsOf(resumed)).toEqual(['old0', 'old1', 'old2'])
    expect(resumed[0]?.restarted).toBeDefined()
  })

  test('is not asked when the key itself is refused in the middle', async () => {
    const server = await serve(({ url }) =>
      url.searchParams.has('after') ? { status: 401 } : { json: { items: [{ id: 'a' }], next: 'x' } },
    )
    await expect(readAll(await connected(adapter, { baseUrl: server.url }), 'things')).rejects.toMatchObject({
      code: 'AUTH_FAILED',
    })
    expect(targets(server)).toEqual(['/new', '/new?after=x'])
  })

  test('does not hide an outage, a bad request, or a page that is always refused', async () => {
    for (const status of [400, 500]) {
      const server = await serve(({ url }) => (url.pathname === '/new' ? { status } : old(url)))
      await expect(readAll(await connected(adapter, { baseUrl: server.url }), 'things')).rejects.toMatchObject({
        status,
      })
      expect(targets(server)).not.toContain('/old')
    }
    const server = await serve(({ url }) =>
      url.searchParams.has('after') ? { status: 403 } : { json: { items: [{ id: 'a' }], next: 'x' } },
    )
    await expect(readAll(await connected(adapter, { baseUrl: server.url }), 'things')).rejects.toMatchObject({
      status: 403,
    })
    expect(targets(server)).toEqual(['/new', '/new?after=x', '/new', '/new?after=x'])
  })
})

describe('a page token that is refused', () => {
  const api = simpleApi({
    readError: ({ text }) => (text() === 'BadPage' ? { code: 'CURSOR_EXPIRED', message: 'BadPage' } : undefined),
  })
  const things = api.entity(thing).list({
    path: 'things',
    items: (body) => body.items,
    paginate: pages.cursor({ next: (body) => body.next, param: 'after' }),
    ...thingRows,
  })
  const adapter = simpleAdapter(api, { things })
  const refused: Reply = { status: 400, text: 'BadPage' }

  async function restarting(refusals: number): Promise<{ server: TestServer; integration: BaseIntegration }> {
    let left = refusals
    const server = await serve(({ url }) => {
      const at = Number(url.searchParams.get('after') ?? 0)
      if (at === 2 && left > 0) {
        left -= 1
        return refused
      }
      return { json: { items: [{ id: `t${String(at)}` }], next: at < 3 ? at + 1 : null } }
    })
    return { server, integration: await connected(adapter, { baseUrl: server.url }) }
  }

  test('begins the listing again, and its first page says so', async () => {
    const { integration } = await restarting(2)
    const read = await readAll(integration, 'things')
    expect(idsOf(read)).toEqual(['t0', 't1', 't0', 't1', 't0', 't1', 't2', 't3'])
    expect(read.map((page) => page.restarted !== undefined)).toEqual([
      false,
      false,
      true,
      false,
      true,
      false,
      false,
      false,
    ])
    expect(read[2]?.restarted).toContain('BadPage')
    // What the refusal cost is counted as well.
    expect(read.reduce((sum, page) => sum + (page.usage?.requests ?? 0), 0)).toBe(10)
  })

  test('at the first request of a resumed read counts too', async () => {
    const { integration } = await restarting(1)
    const read = await readAll(integration, 'things', { pageToken: { t: '2' } })
    expect(idsOf(read)).toEqual(['t0', 't1', 't2', 't3'])
    expect(read[0]?.restarted).toMatch(/\w/)
  })

  test('a token that is none of ours begins again as well', async () => {
    for (const pageToken of ['2', 7, [], { x: 1 }, { t: '1', l: 9 }]) {
      const { integration } = await restarting(0)
      const read = await readAll(integration, 'things', { pageToken })
      expect(idsOf(read)).toEqual(['t0', 't1', 't2', 't3'])
      expect(read[0]?.restarted).toMatch(/\w/)
    }
  })

  test('four times in a row ends the read', async () => {
    const { server, integration } = await restarting(99)
    await expect(readAll(integration, 'things')).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
    expect(server.seen).toHaveLength(12)
  })

  test('is no reason to begin again when it was the first page', async () => {
    const server = await serve(() => refused)
    await expect(readAll(await connected(adapter, { baseUrl: server.url }), 'things')).rejects.toMatchObject({
      code: 'CURSOR_EXPIRED',
    })
    expect(server.seen).toHaveLength(1)
  })

  test('may be told by another rule', async () => {
    const plain = simpleApi()
    const other = plain.entity(thing).list({
      path: 'things',
      items: (body) => body.items,
      paginate: pages.cursor({ next: (body) => body.next, param: 'after' }),
      ...thingRows,
      restartOn: (error) => IntegrationError.is(error) && error.status === 410,
    })
    const server = await serve((_request, count) =>
      count === 2 ? { status: 410 } : { json: { items: [{ id: 'a' }], next: count === 1 ? 'x' : null } },
    )
    const read = await readAll(await connected(simpleAdapter(plain, { other }), { baseUrl: server.url }), 'other')
    expect(read.map((page) => page.restarted !== undefined)).toEqual([false, true])
  })
})

test('an entity that is not there is named with those that are', async () => {
  const api = simpleApi()
  const things = api.entity(thing).list({ path: 'things', paginate: pages.single(), ...thingRows })
  const integration = await connected(simpleAdapter(api, { things }), { baseUrl: 'http://127.0.0.1:1/' })
  for (const name of ['other', 'constructor', '__proto__']) {
    await expect(readAll(integration, name)).rejects.toMatchObject({ code: 'UNSUPPORTED', entity: name })
  }
})

test('a listing whose place stands in a larger text writes it itself, and fetches several records by their ids', async () => {
  const server = await serve(({ url }) => {
    const query = url.searchParams.get('query') ?? ''
    if (query.includes('where id in')) return { json: [{ id: 'b' }, { id: 'c' }] }
    return { json: query.endsWith('from 1') ? [{ id: 'a' }, { id: 'b' }] : [] }
  })
  const api = simpleApi()
  const things = api.entity(thing).list({
    path: 'query',
    query: ({ page, settings }) => ({ query: `select from ${settings.region} from ${String(page.from)}` }),
    paginate: {
      position: (token) => ({ unsent: { from: typeof token === 'number' ? token : 1 } }),
      step: ({ list, items, token }) =>
        list.length === 0 ? { complete: true } : { next: (typeof token === 'number' ? token : 1) + items },
    },
    byIds: {
      idsPerRequest: 2,
      fetch: async (ids, { list }) =>
        (await Array.fromAsync(list({ query: { query: `where id in ${ids.join()}` } }))).flat(),
    },
    ...thingRows,
  })
  const integration = await connected(simpleAdapter(api, { things }), { baseUrl: server.url })
  expect(idsOf(await readAll(integration, 'things'))).toEqual(['a', 'b'])
  expect(server.seen.map(({ url }) => [...url.searchParams])).toEqual([
    [['query', 'select from here from 1']],
    [['query', 'select from here from 3']],
  ])
})
