import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFaultBoard, defineSandbox, fault, jsonResponse, startSandbox } from '../src/sandbox/index.ts'
import type { RunningSandbox, SandboxActions, SandboxRequest } from '../src/sandbox/index.ts'
import { spoilBody } from '../src/sandbox/spoil-body.ts'

interface Page {
  data: { id: number }[]
  next: number | null
}

// Three pages of three; the token of a page is where the next begins.
const listing = defineSandbox({
  provider: 'listing',
  createState: () => ({}),
  actions: () => ({}),
  dialect: { failed: (status) => jsonResponse({ problem: status }, status) },
  routes: [
    {
      method: 'GET',
      path: '/items',
      cites: 'this test',
      handle(request) {
        const from = Number(request.query.get('from') ?? 0)
        const data = [from, from + 1, from + 2].map((id) => ({ id }))
        return jsonResponse({ data, next: from < 6 ? from + 3 : null })
      },
    },
    { method: 'GET', path: '/other', cites: 'this test', handle: () => jsonResponse([1, 2, 3, 4, 5]) },
  ],
})

let sandbox: RunningSandbox<object, SandboxActions>
beforeEach(async () => {
  sandbox = await startSandbox(listing)
})
afterEach(() => sandbox.close())

const get = (path: string, signal?: AbortSignal) =>
  fetch(sandbox.url + path, { headers: { connection: 'close' }, ...(signal && { signal }) })
const items = async (from = 0): Promise<Page> => (await get(`/items?from=${String(from)}`)).json() as Promise<Page>
const ids = (page: Page) => page.data.map(({ id }) => id)

describe('which requests a fault meets', () => {
  test('skip, every and times select matching requests only', async () => {
    sandbox.faults.inject({ match: { path: '/items', skip: 1, every: 2 }, times: 2, fault: fault.serverError(502) })
    const statuses: number[] = []
    for (let n = 0; n < 8; n += 1) {
      statuses.push((await get('/items')).status)
      await get('/other')
    }
    expect(statuses).toEqual([200, 200, 502, 200, 502, 200, 200, 200])
    expect(sandbox.faults.met).toBe(2)
    expect(sandbox.requests.count({ path: '/other', status: 200 })).toBe(8)
  })

  test('a function sees the request and its number; a path may end in a star', async () => {
    sandbox.faults.inject({ match: (request, n) => request.path === '/other' && n === 2, fault: fault.serverError() })
    expect((await get('/other')).status).toBe(200)
    expect((await get('/other')).status).toBe(500)
    sandbox.faults.clear()
    const takeBack = sandbox.faults.inject({ match: { path: '/o*', method: 'GET' }, fault: fault.serverError(503) })
    expect((await get('/other')).status).toBe(503)
    expect((await get('/items')).status).toBe(200)
    takeBack()
    expect((await get('/other')).status).toBe(200)
  })

  test('whatever is injected, a request meets every latency and one other fault', () => {
    const request = { method: 'GET', path: '/x' } as SandboxRequest
    const some = fc.constantFrom(fault.latency(1), fault.reset(), fault.html200(), fault.repeatPage())
    fc.assert(
      fc.property(fc.array(some), fc.boolean(), (all, hasPrevious) => {
        const board = createFaultBoard()
        for (const one of all) board.inject({ times: 1, fault: one })
        let met = 0
        for (let n = 1; n <= all.length + 1; n += 1) {
          const taken = board.take(request, n, hasPrevious)
          expect(taken.filter(({ kind }) => kind !== 'latency').length).toBeLessThanOrEqual(1)
          if (n === 1) {
            const latencies = all.filter(({ kind }) => kind === 'latency').length
            expect(taken.filter(({ kind }) => kind === 'latency')).toHaveLength(latencies)
          }
          met += taken.length
        }
        const waiting = hasPrevious ? 0 : all.filter(({ kind }) => kind === 'repeatPage').length
        expect(met).toBe(all.length - waiting)
      }),
    )
  })
})

describe('what a fault does', () => {
  test('latency delays, and adds to another fault', async () => {
    sandbox.faults.inject({ fault: fault.latency(30) })
    sandbox.faults.inject({ fault: fault.serverError(500) })
    const started = performance.now()
    expect((await get('/items')).status).toBe(500)
    expect(performance.now() - started).toBeGreaterThanOrEqual(28)
    expect(sandbox.requests.list().at(-1)?.faults).toEqual(['latency', 'serverError'])
  })

  test('reset drops the connection', async () => {
    sandbox.faults.inject({ times: 1, fault: fault.reset() })
    await expect(get('/items')).rejects.toThrow()
    expect((await get('/items')).status).toBe(200)
  })

  test('hang never answers, and does not keep the sandbox from closing', async () => {
    sandbox.faults.inject({ fault: fault.hang() })
    const waiting = get('/items').then(
      () => 'answered',
      () => 'dropped',
    )
    await expect.poll(() => sandbox.requests.counters.open).toBe(1)
    await sandbox.close()
    expect(await waiting).toBe('dropped')
  })

  test('throttled with seconds, with a date, and without', async () => {
    sandbox.faults.inject({ times: 1, fault: fault.throttled({ retryAfterSeconds: 7 }) })
    sandbox.faults.inject({ times: 1, fault: fault.throttled({ retryAfterSeconds: 3600, as: 'date' }) })
    sandbox.faults.inject({ times: 1, fault: fault.throttled() })
    const values: (string | null)[] = []
    for (let n = 0; n < 3; n += 1) {
      const response = await get('/items')
      expect(response.status).toBe(429)
      values.push(response.headers.get('retry-after'))
    }
    expect(values[0]).toBe('7')
    expect(Date.parse(values[1] ?? '') - Date.now()).toBeGreaterThan(3_590_000)
    expect(values[2]).toBeNull()
  })

  test('serverError speaks the dialect; status says exactly what it is told', async () => {
    sandbox.faults.inject({ times: 1, fault: fault.serverError(504) })
    sandbox.faults.inject({ times: 1, fault: fault.status(302, { location: 'https://evil.example/' }, 'go') })
    const failed = await get('/items')
    expect([failed.status, await failed.json()]).toEqual([504, { problem: 504 }])
    const moved = await fetch(`${sandbox.url}/items`, { redirect: 'manual' })
    expect([moved.status, moved.headers.get('location')]).toEqual([302, 'https://evil.example/'])
  })

  test('html200 is a web page', async () => {
    sandbox.faults.inject({ fault: fault.html200() })
    const response = await get('/items')
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toContain('text/html')
    expect(await response.text()).toContain('<html>')
  })

  test('truncate cuts the JSON, or the connection', async () => {
    sandbox.faults.inject({ times: 1, fault: fault.truncate(10) })
    expect(await (await get('/items')).text()).toBe('{"data":[{')
    sandbox.faults.inject({ times: 1, fault: fault.truncate(10, { cutConnection: true }) })
    const response = await get('/items')
    expect(response.headers.get('content-length')).not.toBe('10')
    await expect(response.text()).rejects.toThrow()
  })

  test('wrongShape is valid JSON of another kind', async () => {
    sandbox.faults.inject({ fault: fault.wrongShape({ data: 'none' }) })
    expect(await (await get('/items')).json()).toEqual({ data: 'none' })
  })

  test('repeatPage shows the previous items with this page’s token; whole repeats the token too', async () => {
    sandbox.faults.inject({ times: 1, fault: fault.repeatPage() })
    expect(ids(await items(0))).toEqual([0, 1, 2]) // there was nothing to repeat yet
    const repeated = await items(3)
    expect([ids(repeated), repeated.next]).toEqual([[0, 1, 2], 6])
    sandbox.faults.inject({ times: 1, fault: fault.repeatPage({ whole: true }) })
    // What is repeated is the previous page as it was before its fault.
    const whole = await items(6)
    expect([ids(whole), whole.next]).toEqual([[3, 4, 5], 6])
    expect(ids(await items(6))).toEqual([6, 7, 8])
  })

  test('dropItems leaves items out and keeps the token', async () => {
    sandbox.faults.inject({ times: 1, fault: fault.dropItems(2) })
    const page = await items(3)
    expect([ids(page), page.next]).toEqual([[3], 6])
  })

  test('shufflePage keeps every item', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (list, seed) => {
        const spoiled: unknown = JSON.parse(
          spoilBody(Buffer.from(JSON.stringify({ a: 1, list })), fault.shufflePage(seed), undefined).toString(),
        )
        const shuffled = (spoiled as { list: number[] }).list
        expect(shuffled.toSorted((a, b) => a - b)).toEqual(list.toSorted((a, b) => a - b))
      }),
    )
    const many = Array.from({ length: 20 }, (_, n) => n)
    const body = Buffer.from(JSON.stringify(many))
    expect(spoilBody(body, fault.shufflePage(), undefined).equals(body)).toBe(false)
  })

  test('big integers survive a spoiled page digit for digit', () => {
    const body = Buffer.from('{"data":[{"id":9007199254740993},{"id":1}]}')
    expect(spoilBody(body, fault.dropItems(), undefined).toString()).toBe('{"data":[{"id":9007199254740993}]}')
  })
})
