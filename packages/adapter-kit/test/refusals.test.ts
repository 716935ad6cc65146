import { changedIds, pages, wireId } from '@unioneyes/adapter-kit'
import type { ListOptions } from '@unioneyes/adapter-kit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connected, idsOf, readAll } from './live.ts'
import { simpleAdapter, simpleApi, thing } from './simple-adapter.ts'
import type { SimpleSettings, Thing } from './simple-adapter.ts'
import { startServer } from './test-server.ts'

const wire = z.object({ id: wireId(), changed: z.string().nullish() })
type Changes = ListOptions<Thing, SimpleSettings, typeof wire>['incremental']

const BY_PARAM: Changes = { param: 'since', cursor: (row) => row.changed }
const BY_FEED: Changes = changedIds({
  feed: () => Promise.resolve({ changed: ['b'], deleted: [] }),
  fetch: async (ids, { list }) => (await Array.fromAsync(list({ query: { ids: ids.join() } }))).flat(),
})

/** An entity with two listings, of which those are refused that a test names. */
async function twoListings(incremental: Changes) {
  const refused = new Map<string, number>()
  const server = await startServer(({ url }) => {
    const status = refused.get(url.pathname)
    if (status !== undefined) return { status }
    const after = url.searchParams.get('after')
    return { json: { items: [{ id: `${url.pathname.slice(1)}-${after ?? '0'}` }], next: after === null ? '1' : null } }
  })
  onTestFinished(() => server.close())
  const api = simpleApi()
  const listing = {
    items: (body: { items?: unknown }) => body.items,
    paginate: pages.cursor({ next: (body) => body.next, param: 'after' }),
    wire,
    map: () => ({}),
    incremental,
  }
  const old = api.entity(thing).list({ ...listing, path: 'old' })
  const things = api.entity(thing).list({ ...listing, path: 'new', fallback: old })
  const integration = await connected(simpleAdapter(api, { things }), { baseUrl: server.url })
  return { refused, server, read: (options = {}) => readAll(integration, 'things', options) }
}

describe('the fallback itself is refused later', () => {
  test.each([403, 404, 410])('with %i in the middle: the first listing is tried again', async (status) => {
    const { refused, read } = await twoListings(BY_PARAM)
    refused.set('/new', 403)
    const [first] = await read()
    refused.delete('/new')
    refused.set('/old', status)
    const resumed = await read({ pageToken: first?.next })
    expect(idsOf(resumed)).toEqual(['new-0', 'new-1'])
    expect(resumed[0]?.restarted).toBeDefined()
  })

  test.each([
    ['by a bound', BY_PARAM],
    ['by ids', BY_FEED],
  ])('a cursor of changes %s that came from it expires', async (_how, incremental) => {
    const { refused, read } = await twoListings(incremental)
    refused.set('/new', 403)
    const cursor = (await read()).at(-1)?.cursor
    refused.delete('/new')
    refused.set('/old', 403)
    await expect(read({ type: 'incremental', cursor })).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
  })
})

describe('changes of a listing that is refused', () => {
  test.each([
    ['by a bound', BY_PARAM, { t: '1' }],
    ['by ids', BY_FEED, { t: { after: 'a', cursor: '2026-11-24T10:00:00Z' } }],
  ])('%s expire, also at a saved place', async (_how, incremental, place) => {
    const { refused, read } = await twoListings(incremental)
    const cursor = (await read()).at(-1)?.cursor
    refused.set('/new', 403)
    for (const pageToken of [undefined, place]) {
      await expect(read({ type: 'incremental', cursor, pageToken })).rejects.toMatchObject({ code: 'CURSOR_EXPIRED' })
    }
    expect(idsOf(await read())).toEqual(['old-0', 'old-1'])
  })

  test('is a refusal where the key itself is refused', async () => {
    const { refused, read } = await twoListings(BY_PARAM)
    const cursor = (await read()).at(-1)?.cursor
    refused.set('/new', 401)
    await expect(read({ type: 'incremental', cursor })).rejects.toMatchObject({ code: 'AUTH_FAILED' })
  })
})

test('when every listing is refused, the first refusal is told, at a saved place too', async () => {
  const { refused, read, server } = await twoListings(BY_PARAM)
  const [first] = await read()
  refused.set('/new', 403).set('/old', 404)
  const before = server.seen.length
  await expect(read({ pageToken: first?.next })).rejects.toMatchObject({ code: 'PERMISSION_DENIED', status: 403 })
  expect(server.seen.slice(before).map(({ target }) => target)).toEqual(['/new?after=1', '/new', '/old'])
})
