import type { BaseIntegration, Page, PageMemory, RememberedPage } from '@unioneyes/core'
import { pages } from '@unioneyes/adapter-kit'
import { expect, onTestFinished, test, vi } from 'vitest'
import { connected, readAll } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import { startServer } from './test-server.ts'

/** A memory as an engine keeps it: what a page left behind, by its fingerprint. */
function memoryOf(marks: readonly Page[], mapping = 'm1'): PageMemory & { readonly asked: string[] } {
  const known = new Map<string, RememberedPage>()
  for (const { fingerprint, rows, next, total, complete } of marks) {
    if (fingerprint === undefined) continue
    known.set(fingerprint, { fingerprint, count: rows?.items.length ?? 0, next, total, complete })
  }
  const asked: string[] = []
  return {
    mapping,
    asked,
    recall: (fingerprint) => {
      asked.push(fingerprint)
      return Promise.resolve(known.get(fingerprint))
    },
  }
}

interface Provider {
  hour: number
  names: readonly string[]
  integration: BaseIntegration
}

/** Three pages; the provider's time goes on from read to read. */
async function provider(paginate: 'cursor' | 'link' = 'cursor'): Promise<Provider> {
  const state: Provider = { hour: 1, names: ['a', 'b', 'c'], integration: await none() }
  const server = await startServer(({ url }) => {
    const at = Number(url.searchParams.get('after') ?? 0)
    const next = at + 1 < state.names.length ? String(at + 1) : null
    const headers: Record<string, string> = { date: `Tue, 24 Nov 2026 0${String(state.hour)}:00:00 GMT` }
    if (paginate === 'link' && next !== null) headers.link = `<${server.url}things?after=${next}>; rel="next"`
    const items = [{ id: `t${String(at)}`, name: state.names[at] }]
    return { json: paginate === 'link' ? items : { items, next, total: 3 }, headers }
  })
  onTestFinished(() => server.close())
  const api = simpleApi()
  const things = api.entity(thing).list({
    path: 'things',
    items: (body) => (paginate === 'link' ? body : body.items),
    total: (body) => body.total,
    paginate: paginate === 'link' ? pages.link() : pages.cursor({ next: (body) => body.next, param: 'after' }),
    incremental: { param: 'since', cursor: () => undefined },
    ...thingRows,
  })
  state.integration = await connected(simpleAdapter(api, { things }), { baseUrl: server.url })
  return state
}

const none = (): Promise<BaseIntegration> =>
  connected(simpleAdapter(simpleApi(), {}), { baseUrl: 'http://127.0.0.1:1' })

test('pages that are byte for byte the same are recognized without parsing, and the walk goes on', async () => {
  const state = await provider()
  const first = await readAll(state.integration, 'things', { memory: memoryOf([]) })
  expect(first.every((page) => page.rows !== undefined && page.fingerprint !== undefined)).toBe(true)
  state.hour = 5
  const parse = vi.spyOn(JSON, 'parse')
  const second = await readAll(state.integration, 'things', { memory: memoryOf(first) })
  expect(parse).not.toHaveBeenCalled()
  parse.mockRestore()
  expect(second.map((page) => page.remembered?.count)).toEqual([1, 1, 1])
  expect(second.map((page) => page.rows)).toEqual([undefined, undefined, undefined])
  expect(second.map((page) => page.complete)).toEqual(first.map((page) => page.complete))
  expect(second.map((page) => page.total)).toEqual([3, 3, 3])
  // What a saved page named as the next one is used; the time of the walk is its own.
  expect(first.at(-1)?.cursor).toEqual({ since: '2026-11-24T01:00:00Z' })
  expect(second.at(-1)?.cursor).toEqual({ since: '2026-11-24T05:00:00Z' })
  const third = await readAll(state.integration, 'things', {
    memory: memoryOf(second.map((page, n) => ({ ...first[n], ...page }))),
  })
  expect(third.every((page) => page.remembered)).toBe(true)
})

test('only what changed is parsed again', async () => {
  const state = await provider()
  const first = await readAll(state.integration, 'things', { memory: memoryOf([]) })
  state.names = ['a', 'B', 'c']
  const second = await readAll(state.integration, 'things', { memory: memoryOf(first) })
  expect(second.map((page) => page.remembered !== undefined)).toEqual([true, false, true])
})

test('another mapping, another place in the listing and another link header make another page', async () => {
  const state = await provider('link')
  state.names = ['x', 'x', 'x']
  const first = await readAll(state.integration, 'things', { memory: memoryOf([]) })
  expect(new Set(first.map((page) => page.fingerprint)).size).toBe(3)
  const remapped = await readAll(state.integration, 'things', { memory: memoryOf(first, 'm2') })
  expect(remapped.every((page) => page.remembered === undefined)).toBe(true)
  // The last page gains a successor: its bytes are the same, its header is not.
  state.names = ['x', 'x', 'x', 'x']
  const longer = await readAll(state.integration, 'things', { memory: memoryOf(first) })
  expect(longer.map((page) => page.remembered !== undefined)).toEqual([true, true, false, false])
})

test('numbered pages of the same bytes are told apart by their number', async () => {
  const server = await startServer(({ url }) => {
    const id = url.searchParams.get('page') === '2' ? 'another' : 'same'
    return { json: { items: [{ id }], pages: 3 } }
  })
  onTestFinished(() => server.close())
  const api = simpleApi()
  const paginate = pages.number({ totalPages: (body) => body.pages })
  const things = api.entity(thing).list({ path: 'things', items: (body) => body.items, paginate, ...thingRows })
  const integration = await connected(simpleAdapter(api, { things }), { baseUrl: server.url })
  const first = await readAll(integration, 'things', { memory: memoryOf([]) })
  expect(new Set(first.map((page) => page.fingerprint)).size).toBe(3)
  const second = await readAll(integration, 'things', { memory: memoryOf(first) })
  expect(second.map((page) => [page.remembered !== undefined, page.complete])).toEqual([
    [true, undefined],
    [true, undefined],
    [true, true],
  ])
})

test('a listing that is resumed asks the memory for the pages that are left', async () => {
  const state = await provider()
  const first = await readAll(state.integration, 'things', { memory: memoryOf([]) })
  const memory = memoryOf(first)
  const rest = await readAll(state.integration, 'things', { memory, pageToken: first[0]?.next })
  expect(rest.map((page) => page.remembered !== undefined)).toEqual([true, true])
  expect(memory.asked).toEqual(first.slice(1).map((page) => page.fingerprint))
})
