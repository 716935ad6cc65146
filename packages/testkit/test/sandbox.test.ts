import { IntegrationError } from '@unioneyes/core'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { citations, defineSandbox, jsonResponse, startSandbox } from '../src/sandbox/index.ts'
import type { RunningSandbox, SandboxActions } from '../src/sandbox/index.ts'
import { createRouteTable } from '../src/sandbox/route-table.ts'
import { createSlidingWindow } from '../src/sandbox/sliding-window.ts'

interface Shelf {
  books: string[]
}

const shelf = defineSandbox({
  provider: 'library',
  createState: (): Shelf => ({ books: ['a', 'b', 'c'] }),
  actions: (state) => ({
    add: (book: string) => {
      state.books.push(book)
      return state.books.length
    },
  }),
  authenticate: (request) => (request.headers.authorization === 'Basic b2s=' ? undefined : { status: 401 }),
  headers: () => ({ date: 'Thu, 01 Jan 2026 00:00:00 GMT', 'x-library': 'yes' }),
  dialect: {
    throttled: (retryAfter) => ({
      status: 503,
      headers: retryAfter === undefined ? {} : { 'retry-after': retryAfter },
      body: 'slow down',
    }),
    notFound: (request) => jsonResponse({ missing: request.path }, 404),
  },
  routes: [
    {
      method: 'GET',
      path: '/books/{name}',
      cites: 'manual page 2',
      handle: (request) => jsonResponse({ name: request.params.name, q: request.query.get('q') }),
    },
    { method: 'GET', path: '/books/all', cites: 'manual page 1', handle: (_, state) => jsonResponse(state.books) },
    {
      method: 'POST',
      path: '/books',
      cites: ['manual page 3', 'a recorded answer'],
      handle: (request) => ({ status: 201, body: [Buffer.from('got '), request.body] }),
    },
    {
      method: 'GET',
      path: '/broken',
      cites: 'nowhere in particular',
      handle: () => {
        throw new Error('oops')
      },
    },
  ],
})

const auth = { authorization: 'Basic b2s=' }
let running: RunningSandbox<Shelf, SandboxActions> | undefined
afterEach(async () => {
  await running?.close()
  running = undefined
})

async function open(options: Parameters<typeof startSandbox>[1] = {}) {
  const started = await startSandbox(shelf, options)
  running = started
  return started
}

describe('definition', () => {
  test('a route without a citation cannot be defined', () => {
    const route = { method: 'GET', path: '/x', handle: () => ({}) }
    for (const cites of ['', '  ', [], ['ok', '']]) {
      const define = () =>
        defineSandbox({ provider: 'p', routes: [{ ...route, cites }], createState: () => ({}), actions: () => ({}) })
      expect(define).toThrow(/GET \/x cites nothing/)
    }
  })

  test('a route declared twice is refused with a code', () => {
    const route = { method: 'GET', path: '/x', cites: 'a', handle: () => ({}) }
    let thrown: unknown
    try {
      defineSandbox({ provider: 'p', routes: [route, route], createState: () => ({}), actions: () => ({}) })
    } catch (error) {
      thrown = error
    }
    expect(IntegrationError.is(thrown, 'CONFIG_INVALID')).toBe(true)
  })

  test('citations lists one entry per route', () => {
    expect(citations(shelf)).toHaveLength(shelf.routes.length)
    expect(citations(shelf)[2]).toEqual({ route: 'POST /books', cites: ['manual page 3', 'a recorded answer'] })
  })

  test('a literal path wins over one with names, in any order of declaration', () => {
    const paths = ['/a/{x}', '/a/b', '/{y}/b', '/a/{x}/c', '/a/b/{z}']
    fc.assert(
      fc.property(fc.shuffledSubarray(paths, { minLength: paths.length }), (order) => {
        const find = createRouteTable(order.map((path) => ({ method: 'GET', path, cites: 'x', handle: () => ({}) })))
        expect(find('GET', '/a/b')?.route.path).toBe('/a/b')
        expect(find('GET', '/a/q')?.params).toEqual({ x: 'q' })
        expect(find('GET', '/a/b/9')?.route.path).toBe('/a/b/{z}')
        expect(find('GET', '/a.b')).toBeUndefined()
        expect(find('POST', '/a/b')).toBeUndefined()
      }),
    )
  })

  test('a dot in a path is a dot', () => {
    const find = createRouteTable([{ method: 'GET', path: '/v1.2/x', cites: 'x', handle: () => ({}) }])
    expect(find('GET', '/v1.2/x')?.route.path).toBe('/v1.2/x')
    expect(find('GET', '/v1-2/x')).toBeUndefined()
  })
})

describe('server', () => {
  test('answers routes with parameters, query, body and the common headers', async () => {
    const { url } = await open()
    const one = await fetch(`${url}/books/${encodeURIComponent('ü/ö')}?q=1`, { headers: auth })
    expect(one.status).toBe(404) // %2F is a slash in the decoded path, and no route has it
    const two = await fetch(`${url}/books/%C3%BC?q=1%202`, { headers: auth })
    expect(await two.json()).toEqual({ name: 'ü', q: '1 2' })
    expect(two.headers.get('x-library')).toBe('yes')
    expect(two.headers.get('date')).toBe('Thu, 01 Jan 2026 00:00:00 GMT')
    const three = await fetch(`${url}/books`, { method: 'POST', headers: auth, body: 'né' })
    expect(three.status).toBe(201)
    expect(await three.text()).toBe('got né')
  })

  test('speaks the dialect for what it does not know, and refuses who it does not know', async () => {
    const { url } = await open()
    const missing = await fetch(`${url}/nothing`, { headers: auth })
    expect(missing.status).toBe(404)
    expect(await missing.json()).toEqual({ missing: '/nothing' })
    const stranger = await fetch(`${url}/books/all`)
    expect(stranger.status).toBe(401)
    expect(await stranger.text()).toBe('')
  })

  test('actions change the state that routes show', async () => {
    const { url, actions, state } = await open()
    expect(actions.add('d')).toBe(4)
    expect(state.books).toContain('d')
    expect(await (await fetch(`${url}/books/all`, { headers: auth })).json()).toEqual(['a', 'b', 'c', 'd'])
  })

  test('two sandboxes of one definition share nothing', async () => {
    const first = await open()
    const second = await startSandbox(shelf)
    first.actions.add('d')
    expect(second.state.books).toEqual(['a', 'b', 'c'])
    expect(second.url).not.toBe(first.url)
    await second.close()
  })

  test('a handler that throws is a mistake of the sandbox, not an answer of the vendor', async () => {
    const { url, errors } = await open()
    const response = await fetch(`${url}/broken`, { headers: auth })
    expect(response.status).toBe(599)
    expect(errors).toHaveLength(1)
  })

  test('close drops idle connections and listens no more', async () => {
    const started = await open()
    const { url } = started
    await (await fetch(`${url}/books/all`, { headers: auth })).text()
    await started.close()
    await expect(fetch(`${url}/books/all`, { headers: auth })).rejects.toThrow()
  })
})

describe('request log', () => {
  test('records method, path, query, status, body and time, and never a secret', async () => {
    const { url, requests } = await open()
    await (await fetch(`${url}/books/a?x=%20`, { headers: { ...auth, cookie: 'session=1' } })).text()
    await (await fetch(`${url}/books`, { method: 'POST', headers: auth, body: 'hello' })).text()
    const [first, second] = requests.list()
    expect(first).toMatchObject({ number: 1, method: 'GET', path: '/books/a', query: 'x=%20', status: 200 })
    expect(second).toMatchObject({ number: 2, method: 'POST', status: 201, body: 'hello', bytesSent: 9 })
    expect(first?.durationMs).toBeGreaterThanOrEqual(0)
    expect(JSON.stringify(requests.list())).not.toMatch(/b2s=|session=1/)
    expect(first?.headers.authorization).toBe('[redacted, 10 characters]')
    expect(requests.counters).toMatchObject({ total: 2, open: 0, byStatus: { 200: 1, 201: 1 } })
    expect(requests.count({ path: '/books' })).toBe(1)
    requests.clear()
    expect(requests.counters.total).toBe(0)
  })

  test('counts how many requests were open at once', async () => {
    const { url, faults, requests } = await open()
    faults.inject({ times: 3, fault: { kind: 'hang' } })
    const abort = new AbortController()
    const waiting = [1, 2, 3].map(() => fetch(`${url}/books/all`, { signal: abort.signal }).catch(() => 'gone'))
    await expect.poll(() => requests.counters.open).toBe(3)
    abort.abort()
    expect(await Promise.all(waiting)).toEqual(['gone', 'gone', 'gone'])
    await expect.poll(() => requests.counters.open).toBe(0)
    expect(requests.counters.maxConcurrent).toBe(3)
    expect(requests.list().map(({ status }) => status)).toEqual([undefined, undefined, undefined])
  })

  test('keeps the latest requests only, and counts all', async () => {
    const { url, requests } = await open({ requestsKept: 2 })
    for (let n = 0; n < 7; n += 1) await (await fetch(`${url}/books/${String(n)}`, { headers: auth })).text()
    expect(requests.counters.total).toBe(7)
    expect(requests.list().length).toBeLessThanOrEqual(4)
    expect(requests.list().at(-1)?.path).toBe('/books/6')
  })
})

describe('rate limit', () => {
  test('refuses in the vendor’s words, even strangers, and lets through again after the window', async () => {
    let now = 0
    const { url } = await open({ rateLimit: { requests: 2, perMs: 10_000 }, now: () => now })
    expect((await fetch(`${url}/books/all`)).status).toBe(401)
    expect((await fetch(`${url}/books/all`, { headers: auth })).status).toBe(200)
    now = 3_500
    const refused = await fetch(`${url}/books/all`, { headers: auth })
    expect(refused.status).toBe(503)
    expect(refused.headers.get('retry-after')).toBe('7')
    now = 10_000
    expect((await fetch(`${url}/books/all`, { headers: auth })).status).toBe(200)
  })

  test('never admits more than the limit in any window, and refuses nothing below it', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 1, max: 50 }),
        fc.array(fc.integer({ min: 0, max: 20 }), { maxLength: 200 }),
        (requests, perMs, gaps) => {
          const window = createSlidingWindow({ requests, perMs })
          const admitted: number[] = []
          let now = 0
          for (const gap of gaps) {
            now += gap
            const recent = admitted.filter((at) => at > now - perMs).length
            const waitMs = window.admit(now)
            expect(waitMs === 0).toBe(recent < requests)
            if (waitMs === 0) admitted.push(now)
            else expect(admitted.filter((at) => at > now + waitMs - perMs).length).toBeLessThan(requests)
          }
        },
      ),
    )
  })
})
