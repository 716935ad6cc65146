import type { Page } from '@unioneyes/core'
import { pages } from '@unioneyes/adapter-kit'
import type { Paginator } from '@unioneyes/adapter-kit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connected, idsOf, readAll } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import type { Reply, SeenRequest } from './test-server.ts'

// Beyond so many requests, a walk that should have stopped is stopped by its provider.
const ENOUGH = 30

async function walk(paginate: Paginator, reply: (request: SeenRequest, count: number) => Reply) {
  const server = await startServer((request, count) => (count > ENOUGH ? { status: 400 } : reply(request, count)))
  onTestFinished(() => server.close())
  const api = simpleApi()
  const things = api.entity(thing).list({
    path: 'things',
    items: (body) => body.items,
    total: (body) => body.total,
    paginate,
    ...thingRows,
  })
  const integration = await connected(simpleAdapter(api, { things }), { baseUrl: server.url })
  return { server, read: (): Promise<Page[]> => readAll(integration, 'things') }
}

const numbered = pages.number({ param: 'p' })
const offsets = pages.offset({ limit: 2 })

describe.each([
  ['numbered pages', numbered],
  ['numbered pages of a stated number', pages.number({ totalPages: () => 5 })],
  ['offsets that move by what came', offsets],
  ['offsets that move by what was asked for', pages.offset({ limit: 2, advance: 'limit' })],
])('a provider that ignores %s', (_name, paginate) => {
  test.each([
    ['items', [{ id: 'a' }, { id: 'b' }]],
    // Nothing but the items themselves says that they are the same.
    ['items without a readable id', [{ name: 'a' }, { name: 'b' }]],
  ])('and shows the same %s for ever is noticed at once', async (_what, items) => {
    const { server, read } = await walk(paginate, () => ({ json: { items } }))
    await expect(read()).rejects.toMatchObject({
      code: 'RESPONSE_INVALID',
      entity: 'things',
      retryable: false,
      message: expect.stringMatching(/endless loop/),
    })
    expect(server.seen).toHaveLength(2)
  })
})

test('a page that differs in one item or in their order is another page', async () => {
  const shown = [['a', 'b'], ['a', 'c'], ['c', 'a'], []]
  const { read } = await walk(numbered, (_request, count) => ({
    json: { items: (shown[count - 1] ?? []).map((id) => ({ id })) },
  }))
  expect(idsOf(await read())).toEqual(['a', 'b', 'a', 'c', 'c', 'a'])
})

test('a page that was not the one before is no loop, because records move while they are listed', async () => {
  const shown = [['a'], ['b'], ['a'], []]
  const { read } = await walk(offsets, (_request, count) => ({
    json: { items: (shown[count - 1] ?? []).map((id) => ({ id })) },
  }))
  expect(idsOf(await read())).toEqual(['a', 'b', 'a'])
})

test('empty pages in a row are the provider’s own way to say what it says', async () => {
  const { read } = await walk(pages.number({ totalPages: () => 4 }), () => ({ json: { items: [] } }))
  expect(await read()).toHaveLength(4)
})

test('cursors that lead on may show the same items again', async () => {
  const cursors = pages.cursor({ next: (body) => body.next, param: 'after' })
  const { read } = await walk(cursors, (_request, count) => ({
    json: { items: [{ id: 'a' }], next: count < 3 ? String(count) : null },
  }))
  expect(idsOf(await read())).toEqual(['a', 'a', 'a'])
})
