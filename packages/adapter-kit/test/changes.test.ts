import type { BaseIntegration, Json, Page } from '@unioneyes/core'
import { pages, wireId } from '@unioneyes/adapter-kit'
import type { ChangesPage, ListOptions, ReadChanges } from '@unioneyes/adapter-kit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connected, idsOf, readAll } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import type { SimpleSettings, Thing } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import type { Reply, SeenRequest, TestServer } from './test-server.ts'

const wire = z.object({ id: wireId(), changed: z.string().nullish(), gone: z.boolean().optional() })
type Options = ListOptions<Thing, SimpleSettings, typeof wire>

async function setup(
  options: Partial<Options>,
  reply: (request: SeenRequest, count: number) => Reply | Promise<Reply>,
): Promise<{ server: TestServer; integration: BaseIntegration }> {
  const server = await startServer(reply)
  onTestFinished(() => server.close())
  const api = simpleApi()
  const things = api.entity(thing).list({
    path: 'things',
    items: (body) => body.items,
    paginate: pages.cursor({ next: (body) => body.next, param: 'after' }),
    wire,
    map: () => ({}),
    ...options,
  })
  return { server, integration: await connected(simpleAdapter(api, { things }), { baseUrl: server.url }) }
}

const since: Options['incremental'] = { param: 'since', cursor: (row) => row.changed, lookback: '1h' }
const at = (hour: number): string => `Tue, 24 Nov 2026 ${String(hour).padStart(2, '0')}:00:00 GMT`
const cursorOf = (read: readonly Page[]): Json | undefined => read.at(-1)?.cursor
/** As it comes back from a store. */
const stored = (json: Json | undefined): Json | undefined => json && (JSON.parse(JSON.stringify(json)) as Json)

/** Two pages, answered an hour apart. */
const twoPages = ({ url }: SeenRequest): Reply =>
  url.searchParams.has('after')
    ? { json: { items: [{ id: 'b', changed: '2026-11-24T03:00:00Z' }] }, headers: { date: at(11) } }
    : { json: { items: [{ id: 'a', changed: '2026-11-24T02:00:00Z' }], next: 'x' }, headers: { date: at(10) } }

describe('the cursor that a full listing gives', () => {
  test('is the provider’s time at its first request, also when it was resumed', async () => {
    const { integration } = await setup({ incremental: since }, twoPages)
    const read = await readAll(integration, 'things')
    expect(read.map((page) => page.cursor)).toEqual([undefined, { since: '2026-11-24T10:00:00Z' }])
    const resumed = await readAll(integration, 'things', { pageToken: stored(read[0]?.next) })
    expect(cursorOf(resumed)).toEqual({ since: '2026-11-24T10:00:00Z' })
  })

  test('without a provider time is the latest change on the first page, never our clock', async () => {
    const { integration } = await setup({ incremental: since }, (request) => ({
      ...twoPages(request),
      raw: undated(twoPages(request)),
    }))
    expect(cursorOf(await readAll(integration, 'things'))).toEqual({ since: '2026-11-24T02:00:00Z' })
  })

  test('is none when nothing tells a time', async () => {
    const { integration } = await setup({ incremental: since }, () => ({
      raw: undated({ json: { items: [{ id: 'a' }] } }),
    }))
    const read = await readAll(integration, 'things')
    expect(read.at(-1)).toMatchObject({ complete: true })
    expect(cursorOf(read)).toBeUndefined()
  })

  test('is what a feed makes of the provider’s time', async () => {
    const feed = {
      read: () => ChangesFrom([]),
      start: ({ providerDate }: { providerDate: Date | undefined }) => ({ day: providerDate?.getUTCDate() ?? 0 }),
    }
    const { integration } = await setup({ incremental: feed }, twoPages)
    expect(cursorOf(await readAll(integration, 'things'))).toEqual({ since: { day: 24 } })
  })

  test('is none where changes cannot be read, and such a read is refused', async () => {
    const { integration } = await setup({}, twoPages)
    expect(cursorOf(await readAll(integration, 'things'))).toBeUndefined()
    const read = readAll(integration, 'things', { type: 'incremental', cursor: { since: '2026-11-24T10:00:00Z' } })
    await expect(read).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  })

  test('names the fallback that gave it', async () => {
    const api = simpleApi()
    const old = api.entity(thing).list({
      path: 'old',
      items: (body) => body.items,
      paginate: pages.single(),
      ...thingRows,
      incremental: { param: 'from', cursor: () => undefined },
    })
    const things = api.entity(thing).list({
      path: 'new',
      paginate: pages.single(),
      ...thingRows,
      incremental: { param: 'since', cursor: () => undefined },
      fallback: old,
    })
    const server = await startServer(({ url }) =>
      url.pathname === '/new' ? { status: 404 } : { json: { items: [] }, headers: { date: at(10) } },
    )
    onTestFinished(() => server.close())
    const integration = await connected(simpleAdapter(api, { things }), { baseUrl: server.url })
    const cursor = cursorOf(await readAll(integration, 'things'))
    expect(cursor).toEqual({ since: '2026-11-24T10:00:00Z', listing: 1 })
    await readAll(integration, 'things', { type: 'incremental', cursor: stored(cursor) })
    expect(server.seen.at(-1)?.target).toBe('/old?from=2026-11-24T09%3A55%3A00Z')
  })
})

describe('changes by a parameter', () => {
  const cursor = { since: '2026-11-24T10:00:00Z' }

  test('start before the cursor and end at the provider’s time of their first request', async () => {
    const { server, integration } = await setup({ incremental: since, query: { v: 1 } }, twoPages)
    const read = await readAll(integration, 'things', { type: 'incremental', cursor })
    expect(idsOf(read)).toEqual(['a', 'b'])
    expect(server.seen.map(({ target }) => target)).toEqual([
      '/things?v=1&since=2026-11-24T09%3A00%3A00Z',
      '/things?v=1&since=2026-11-24T09%3A00%3A00Z&after=x',
    ])
    expect(read.map((page) => page.cursor)).toEqual([undefined, cursor])
    const resumed = await readAll(integration, 'things', {
      type: 'incremental',
      cursor,
      pageToken: stored(read[0]?.next),
    })
    expect(idsOf(resumed)).toEqual(['b'])
    expect(cursorOf(resumed)).toEqual(cursor)
  })

  test('keep their cursor when nothing tells a later time', async () => {
    const { integration } = await setup({ incremental: since }, () => ({ raw: undated({ json: { items: [] } }) }))
    expect(cursorOf(await readAll(integration, 'things', { type: 'incremental', cursor }))).toEqual(cursor)
  })

  test('are asked for in the provider’s own way of writing time', async () => {
    const incremental = { ...since, format: (bound: Date) => bound.getTime() / 1000 }
    const { server, integration } = await setup({ incremental }, () => ({ json: { items: [] } }))
    await readAll(integration, 'things', { type: 'incremental', cursor })
    expect(server.seen[0]?.url.searchParams.get('since')).toBe(String(Date.UTC(2026, 10, 24, 9) / 1000))
  })

  test('may hold deletions', async () => {
    const { integration } = await setup({ incremental: since, isDeleted: (row) => row.gone === true }, () => ({
      json: { items: [{ id: 'a', gone: true }] },
    }))
    const [page] = await readAll(integration, 'things', { type: 'incremental', cursor })
    expect(page?.rows?.read(page.rows.items[0]?.raw)).toMatchObject({ kind: 'deleted' })
  })

  test('never ask the page memory', async () => {
    const { integration } = await setup({ incremental: since }, twoPages)
    const memory = { mapping: 'm', recall: () => Promise.reject(new Error('asked')) }
    const read = await readAll(integration, 'things', { type: 'incremental', cursor, memory })
    expect(read.every((page) => page.fingerprint === undefined)).toBe(true)
  })

  test.each([
    [undefined],
    ['2026-11-24'],
    [{}],
    [{ since: 'yesterday' }],
    [{ since: '2026-11-24T10:00:00Z', listing: 'x' }],
    [{ since: '2026-11-24T10:00:00Z', listing: 7 }],
  ])('with the cursor %j must be read again from the start', async (bad) => {
    const { integration } = await setup({ incremental: since }, twoPages)
    const read = readAll(integration, 'things', { type: 'incremental', cursor: bad })
    await expect(read).rejects.toMatchObject({ code: 'CURSOR_EXPIRED', entity: 'things' })
  })
})

describe('changes from a feed', () => {
  const cursor = { since: 'c1' }
  const read = (integration: BaseIntegration, pageToken?: Json) =>
    readAll(integration, 'things', { type: 'incremental', cursor, pageToken })

  test('are raw items, ids that are gone, and a cursor', async () => {
    const incremental: ReadChanges<SimpleSettings> = async function* ({ http, cursor: from, settings, list, one }) {
      const ids = await http.get('feed', {
        query: { from: typeof from === 'string' ? from : '', region: settings.region },
        schema: z.array(z.string()),
      })
      for await (const items of list({ query: { ids } })) yield { items, next: ids.length }
      yield {
        items: [await one('c'), await one('nobody')].filter((item) => item !== undefined),
        deleted: ['d'],
        cursor: 'c2',
      }
    }
    const one = (id: string, { settings }: { settings: SimpleSettings }) => `${settings.region}/things/${id}`
    const { server, integration } = await setup({ incremental, one, query: { v: 1 } }, ({ url }) => {
      if (url.pathname === '/feed') return { json: ['a', 'b'] }
      if (url.pathname === '/here/things/c') return { json: { id: 'c' } }
      if (url.pathname !== '/things') return { status: 404 }
      return { json: url.searchParams.has('after') ? { items: [{ id: 'b' }] } : { items: [{ id: 'a' }], next: 'x' } }
    })
    const pagesRead = await read(integration)
    expect(idsOf(pagesRead)).toEqual(['a', 'b', 'c'])
    expect(pagesRead.map(({ deleted, next, cursor: to, complete }) => ({ deleted, next, to, complete }))).toEqual([
      { deleted: undefined, next: { t: 2 }, to: undefined, complete: undefined },
      { deleted: undefined, next: { t: 2 }, to: undefined, complete: undefined },
      { deleted: ['d'], next: undefined, to: { since: 'c2' }, complete: true },
    ])
    expect(server.seen[0]?.target).toBe('/feed?from=c1&region=here')
    expect(server.seen.slice(1).map(({ target }) => target)).toEqual([
      '/things?v=1&ids=a&ids=b',
      '/things?v=1&ids=a&ids=b&after=x',
      '/here/things/c',
      '/here/things/nobody',
    ])
    expect(pagesRead[0]?.usage?.requests).toBe(2)
  })

  test('go on at the token of a page', async () => {
    const tokens: (Json | undefined)[] = []
    const incremental: ReadChanges<SimpleSettings> = ({ token }) => {
      tokens.push(token)
      return ChangesFrom([
        { items: [{ id: 'a' }], next: { after: 'a' } },
        { items: [{ id: 'b' }], cursor: 'c2' },
      ])
    }
    const { integration } = await setup({ incremental }, () => ({ status: 500 }))
    const [first] = await read(integration)
    await read(integration, stored(first?.next))
    expect(tokens).toEqual([undefined, { after: 'a' }])
  })

  test('without tokens begin again, and say so', async () => {
    const incremental: ReadChanges<SimpleSettings> = () =>
      ChangesFrom([{ items: [{ id: 'a' }] }, { items: [{ id: 'b' }] }, { items: [{ id: 'c' }], cursor: 'c2' }])
    const { integration } = await setup({ incremental }, () => ({ status: 500 }))
    const whole = await read(integration)
    expect(whole.map(({ next }) => next !== undefined)).toEqual([true, true, false])
    const again = await read(integration, stored(whole[1]?.next))
    expect(idsOf(again)).toEqual(['a', 'b', 'c'])
    expect(again.map(({ restarted }) => restarted !== undefined)).toEqual([true, false, false])
  })

  test('that end after naming a next page are closed by an empty one', async () => {
    const incremental: ReadChanges<SimpleSettings> = () =>
      ChangesFrom([{ items: [{ id: 'a' }], next: 1, cursor: 'c2' }])
    const { integration } = await setup({ incremental }, () => ({ status: 500 }))
    const whole = await read(integration)
    expect(whole.at(-1)).toMatchObject({ cursor: { since: 'c2' }, complete: true, rows: { items: [] } })
    expect(whole.at(-1)?.next).toBeUndefined()
  })

  test('whose cursor is too old say so at once', async () => {
    const { integration } = await setup({ incremental: { read: ({ http }) => refused(http.get('feed')) } }, () => ({
      status: 410,
    }))
    await expect(read(integration)).rejects.toMatchObject({ code: 'REQUEST_REJECTED', status: 410 })
  })
})

async function* ChangesFrom(given: readonly ChangesPage[]): AsyncGenerator<ChangesPage> {
  for (const page of given) yield await Promise.resolve(page)
}

async function* refused(request: Promise<unknown>): AsyncGenerator<ChangesPage> {
  await request
  yield {}
}

/** An answer from a provider that does not tell its time. */
function undated({ json }: Reply): NonNullable<Reply['raw']> {
  return (response) => {
    response.sendDate = false
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json))
  }
}
