import type { BaseIntegration, Json } from '@unioneyes/core'
import { pages } from '@unioneyes/adapter-kit'
import type { FetchEntity, ReadEntity } from '@unioneyes/adapter-kit'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connected, idsOf, readAll } from './live.ts'
import { simpleAdapter, simpleApi, thing } from './simple-adapter.ts'
import type { SimpleSettings, Thing } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import type { Reply, SeenRequest, TestServer } from './test-server.ts'

const items = z.array(thing)
const listing = (room: string) => ({
  path: `rooms/${room}`,
  query: { size: 2 },
  items: (body: { readonly items?: unknown }) => body.items,
  paginate: pages.cursor({ param: 'after', next: (body) => body.next }),
})

/** Reads the rooms one after the other; a page token is the room and the place in it. */
const reader: ReadEntity<Thing, SimpleSettings> = async function* ({ walk, token }) {
  const place = z.object({ room: z.string(), at: z.json().optional() }).safeParse(token).data
  const rooms = ['a', 'b'].filter((room) => room >= (place?.room ?? ''))
  for (const room of rooms) {
    for await (const page of walk(listing(room), room === place?.room ? place.at : undefined)) {
      const next: Json | undefined = page.next === undefined ? undefined : { room, at: page.next }
      const after: Json | undefined = room === 'a' ? { room: 'b' } : undefined
      yield { records: items.parse(page.items), next: next ?? after, complete: page.complete && room === 'b' }
    }
  }
}

const rooms = ({ url }: SeenRequest): Reply => {
  const after = url.searchParams.get('after')
  const room = url.pathname.split('/').at(-1) ?? ''
  return { json: { items: [{ id: `${room}${after ?? '1'}` }], next: after === null ? '2' : null } }
}

async function live(
  reply: (request: SeenRequest) => Reply,
  read: ReadEntity<Thing, SimpleSettings> = reader,
  fetch?: FetchEntity<Thing, SimpleSettings>,
): Promise<{ server: TestServer; integration: BaseIntegration }> {
  const server = await startServer(reply)
  onTestFinished(() => server.close())
  const api = simpleApi()
  const things = api.entity(thing).read(read, { fetch })
  return { server, integration: await connected(simpleAdapter(api, { things }), { baseUrl: server.url }) }
}

test('a written reader walks listings with the paginators of the kit, and goes on at every page', async () => {
  const { integration, server } = await live(rooms)
  const whole = await readAll(integration, 'things')
  expect(idsOf(whole)).toEqual(['a1', 'a2', 'b1', 'b2'])
  expect(server.seen.map(({ target }) => target)).toEqual([
    '/rooms/a?size=2',
    '/rooms/a?size=2&after=2',
    '/rooms/b?size=2',
    '/rooms/b?size=2&after=2',
  ])
  expect(whole.at(-1)).toMatchObject({ complete: true })
  for (const [index, page] of whole.entries()) {
    if (page.next === undefined) continue
    const rest = await readAll(integration, 'things', { pageToken: page.next })
    expect(idsOf(rest)).toEqual(['a1', 'a2', 'b1', 'b2'].slice(index + 1))
  }
})

test('a walk that comes back to a page it had shown ends', async () => {
  const { integration } = await live(() => ({ json: { items: [{ id: 'a' }], next: 'again' } }))
  await expect(readAll(integration, 'things')).rejects.toMatchObject({ code: 'RESPONSE_INVALID' })
})

test('a written fetch reads records by their ids, each once, and says which are gone', async () => {
  const asked: string[] = []
  const { integration } = await live(rooms, reader, async function* (ids, { http }) {
    for (const id of ids) {
      asked.push(id)
      const body = await http.get(`rooms/${id}`, { schema: z.object({ items }) })
      yield id === 'gone' ? { deleted: [id] } : { records: body.items }
    }
  })
  const fetched = await Array.fromAsync(integration.fetch?.('things', ['x', 'gone', 'x']) ?? [])
  expect(asked).toEqual(['x', 'gone'])
  expect(fetched).toMatchObject([{ records: [{ id: 'x1' }], usage: { requests: 1 } }, { deleted: ['gone'] }])
})

test('without one, it cannot be asked for ids', async () => {
  const { integration } = await live(rooms)
  expect(Reflect.get(integration, 'fetch')).toBeUndefined()
})
