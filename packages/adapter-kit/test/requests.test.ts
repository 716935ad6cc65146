import { createServer } from 'node:net'
import { once } from 'node:events'
import { gzipSync } from 'node:zlib'
import { IntegrationError } from '@unioneyes/core'
import type { BaseIntegration } from '@unioneyes/core'
import { pages } from '@unioneyes/adapter-kit'
import type { ListOptions } from '@unioneyes/adapter-kit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { connected, idsOf, readAll, skippingClock, testBudgets } from './live.ts'
import type { LiveOptions } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import type { ApiVariation } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import type { Reply, SeenRequest, TestServer } from './test-server.ts'

const good: Reply = { json: [{ id: 'a' }] }

interface Setup {
  readonly api?: ApiVariation | undefined
  readonly live?: LiveOptions | undefined
  readonly list?: Partial<Pick<ListOptions<{ id: string }, unknown, never>, 'method' | 'emptyOn'>> | undefined
}

/** A provider that answers in turn, the last answer for ever, and an integration that lists it. */
async function provider(
  replies: readonly Reply[] | ((request: SeenRequest, count: number) => Reply),
  setup: Setup = {},
): Promise<{ server: TestServer; integration: BaseIntegration; clock: ReturnType<typeof skippingClock> }> {
  const server = await startServer((request, count) =>
    typeof replies === 'function' ? replies(request, count) : (replies[Math.min(count, replies.length) - 1] ?? good),
  )
  onTestFinished(() => server.close())
  const clock = skippingClock()
  const api = simpleApi(setup.api)
  const things = api.entity(thing).list({ path: 'things', paginate: pages.single(), ...thingRows, ...setup.list })
  const integration = await connected(simpleAdapter(api, { things }), { baseUrl: server.url, clock, ...setup.live })
  return { server, integration, clock }
}

/** The error of a read that must fail. */
async function failure(integration: BaseIntegration, signal?: AbortSignal): Promise<IntegrationError> {
  try {
    await readAll(integration, 'things', { signal })
  } catch (error) {
    if (IntegrationError.is(error)) return error
    throw error
  }
  throw new Error('the read did not fail')
}

describe('failures that pass', () => {
  test.each([408, 500, 502, 503, 504])('status %i is tried again, with growing random waits', async (status) => {
    const { server, integration, clock } = await provider([{ status }, { status }, { status }, good])
    const read = await readAll(integration, 'things')
    expect(idsOf(read)).toEqual(['a'])
    expect(server.seen).toHaveLength(4)
    expect(clock.sleeps).toHaveLength(3)
    clock.sleeps.forEach((ms, retry) => {
      expect(ms).toBeLessThanOrEqual(500 * 2 ** retry)
    })
    expect(read[0]?.usage).toMatchObject({ requests: 4 })
    expect(read[0]?.usage?.waitedMs).toBeCloseTo(
      clock.sleeps.reduce((sum, ms) => sum + Math.round(ms), 0),
      5,
    )
  })

  test('after the last attempt the failure is told, with method and path only', async () => {
    const { server, integration } = await provider([{ status: 502, text: 'secret-key body' }])
    const error = await failure(integration)
    expect(error).toMatchObject({
      code: 'PROVIDER_UNAVAILABLE',
      status: 502,
      retryable: true,
      provider: 'example',
      entity: 'things',
    })
    expect(error.message).toContain('GET /things')
    expect(server.seen).toHaveLength(4)
  })

  test('a connection that is cut before or inside the body is tried again', async () => {
    const cut: Reply = { raw: (response) => response.destroy() }
    const half: Reply = {
      raw: (response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' })
        response.write('[{"id":')
        setImmediate(() => response.destroy())
      },
    }
    const { server, integration } = await provider([cut, half, good])
    expect(idsOf(await readAll(integration, 'things'))).toEqual(['a'])
    expect(server.seen).toHaveLength(3)
  })

  test('JSON that ends in the middle is tried again, and invalid if it stays so', async () => {
    const whole = JSON.stringify([{ id: 'a', name: 'b', list: [1, null, true], deep: { x: '\\u00e9"' } }])
    for (let length = 1; length < whole.length; length += 1) {
      const short: Reply = { text: whole.slice(0, length), headers: { 'content-type': 'application/json' } }
      const { server, integration } = await provider([short, good])
      expect(idsOf(await readAll(integration, 'things')), whole.slice(0, length)).toEqual(['a'])
      expect(server.seen).toHaveLength(2)
      await server.close()
    }
    const { server, integration } = await provider([
      { text: '[{"id":"a"', headers: { 'content-type': 'application/json' } },
    ])
    const error = await failure(integration)
    expect(error).toMatchObject({ code: 'RESPONSE_INVALID', retryable: false })
    expect(error.message).toContain('cut off')
    expect(server.seen).toHaveLength(4)
  })

  test('a POST is sent again only when it is a listing or said to be safe', async () => {
    const listing = await provider([{ status: 503 }, good], { list: { method: 'POST' } })
    expect(idsOf(await readAll(listing.integration, 'things'))).toEqual(['a'])
    for (const [retry, sent] of [
      [undefined, 1],
      [true, 2],
    ] as const) {
      const check = await provider([{ status: 503 }, good], {
        api: { check: (http) => http.post('check', { body: {}, retry }) },
      })
      expect((await check.integration.healthCheck()).healthy).toBe(retry === true)
      expect(check.server.seen).toHaveLength(sent)
    }
  })

  test('a refusal is not tried again', async () => {
    const { server, integration } = await provider([{ status: 400 }])
    expect(await failure(integration)).toMatchObject({ code: 'REQUEST_REJECTED', status: 400, retryable: false })
    expect(server.seen).toHaveLength(1)
  })
})

describe('slowing down', () => {
  const date = 'Tue, 24 Nov 2026 10:00:00 GMT'
  test.each([
    ['seconds', { 'retry-after': '7' }, 7000],
    ['a date, measured from the provider’s own', { 'retry-after': 'Tue, 24 Nov 2026 10:00:09 GMT', date }, 9000],
    ['an RFC 850 date', { 'retry-after': 'Tuesday, 24-Nov-26 10:00:09 GMT', date }, 9000],
    ['an asctime date', { 'retry-after': 'Tue Nov 24 10:00:09 2026', date }, 9000],
    ['a date in the past', { 'retry-after': 'Tue, 24 Nov 2026 09:00:00 GMT', date }, 0],
  ])('Retry-After as %s', async (_name, headers, ms) => {
    const { integration, clock } = await provider([{ status: 429, headers }, good])
    expect(idsOf(await readAll(integration, 'things'))).toEqual(['a'])
    expect(clock.sleeps).toEqual([ms])
  })

  test('429 without Retry-After waits longer from attempt to attempt, and in the end names a time to come back', async () => {
    const { server, integration, clock } = await provider([{ status: 429 }], {
      api: { rateLimit: { requests: 60, per: 'minute' } },
    })
    expect(await failure(integration)).toMatchObject({
      code: 'RATE_LIMITED',
      status: 429,
      retryable: true,
      retryAfterMs: 60_000,
    })
    expect(server.seen).toHaveLength(4)
    clock.sleeps.forEach((ms, retry) => {
      expect(ms).toBeGreaterThanOrEqual(1000 * 2 ** retry)
      expect(ms).toBeLessThanOrEqual(2000 * 2 ** retry)
    })
  })

  test('a wait beyond maxWaitMs is not sat out: the time to come back is told and kept for the next process', async () => {
    const budgets = testBudgets()
    const setup = { live: { budgets, maxWaitMs: 60_000 } }
    const { server, integration, clock } = await provider([{ status: 429, headers: { 'retry-after': '3600' } }], setup)
    const start = clock.now()
    expect(await failure(integration)).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 3_600_000 })
    expect(clock.sleeps).toEqual([])
    expect(budgets.blocks).toEqual([start + 3_600_000])
    // Until then nothing is sent at all, whoever asks.
    expect(await failure(integration)).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 3_600_000 })
    expect(server.seen).toHaveLength(1)
    clock.set(start + 3_600_000)
    expect(await failure(integration)).toMatchObject({ code: 'RATE_LIMITED' })
    expect(server.seen).toHaveLength(2)
  })

  test('a long Retry-After on 503 closes the read as well', async () => {
    const { server, integration, clock } = await provider([{ status: 503, headers: { 'retry-after': '600' } }])
    expect(await failure(integration)).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryAfterMs: 600_000 })
    expect(server.seen).toHaveLength(1)
    expect(clock.sleeps).toEqual([])
  })

  test('the vendor’s own dialect is understood', async () => {
    const throttled: ApiVariation['throttled'] = ({ status, headers, text }) =>
      (status === 503 && headers.has('retry-after')) || (status === 200 && text().includes('slow') ? 4000 : undefined)
    const busy: Reply = { status: 503, headers: { 'retry-after': '3' } }
    const hidden: Reply = { json: { error: 'slow' } }
    const { integration, clock } = await provider([busy, hidden, good], { api: { throttled } })
    expect(idsOf(await readAll(integration, 'things'))).toEqual(['a'])
    expect(clock.sleeps).toEqual([3000, 4000])
  })

  test('what an earlier process was told is obeyed, and asked for once', async () => {
    const clock = skippingClock()
    const start = clock.now()
    const budgets = testBudgets(start + 5000)
    const { server, integration } = await provider([good], { live: { budgets, clock } })
    await readAll(integration, 'things')
    await readAll(integration, 'things')
    expect(clock.sleeps).toEqual([5000])
    expect(budgets.reads).toBe(1)
    expect(server.seen).toHaveLength(2)
  })

  test('a block that lies far off because our clock was set back is not made longer', async () => {
    const { integration, clock } = await provider([{ status: 429, headers: { 'retry-after': '30' } }, good], {
      api: { retry: { attempts: 1 } },
    })
    expect(await failure(integration)).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: 30_000 })
    clock.set(clock.now() - 24 * 3_600_000)
    expect(idsOf(await readAll(integration, 'things'))).toEqual(['a'])
    expect(clock.sleeps).toEqual([30_000])
  })
})

describe('answers that are none', () => {
  test.each([
    ['HTML', { text: '<html>Sign in</html>', headers: { 'content-type': 'text/html; charset=utf-8' } }],
    ['XML', { text: '<?xml version="1.0"?><a/>', headers: { 'content-type': 'application/xml' } }],
    ['HTML or XML', { text: '\uFEFF  <!doctype html>', headers: {} }],
  ])('200 with %s', async (what, reply) => {
    const { server, integration } = await provider([reply])
    const error = await failure(integration)
    expect(error).toMatchObject({ code: 'RESPONSE_INVALID', retryable: false, status: 200 })
    expect(error.message).toContain(`with ${what} instead of JSON`)
    expect(server.seen).toHaveLength(1)
  })

  test('text that is not JSON', async () => {
    const { integration } = await provider([
      { text: '[{"id": oops}]', headers: { 'content-type': 'application/json' } },
    ])
    const error = await failure(integration)
    expect(error).toMatchObject({ code: 'RESPONSE_INVALID' })
    expect(error.message).not.toContain('oops')
  })

  test.each([[{}], [null], ['text'], [{ items: [] }]])('a page of the wrong shape: %j', async (json) => {
    const { integration } = await provider([{ json }])
    expect(await failure(integration)).toMatchObject({ code: 'RESPONSE_INVALID', retryable: false })
  })

  test('204, and statuses said to mean "nothing", are empty pages', async () => {
    for (const status of [204, 404]) {
      const { integration } = await provider([{ status }], { list: { emptyOn: [404] } })
      const read = await readAll(integration, 'things')
      expect(read).toHaveLength(1)
      expect(read[0]).toMatchObject({ complete: true, rows: { items: [] } })
    }
  })

  test('a body beyond the limit is not read to its end, compressed or not', async () => {
    const large = Buffer.alloc(4_000_000, ' ')
    const replies: Reply[] = [
      { raw: (r) => r.writeHead(200, { 'content-length': String(large.length) }).end(large) },
      { raw: (r) => r.writeHead(200).end(large) },
      { raw: (r) => r.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(large)) },
    ]
    for (const reply of replies) {
      const { integration } = await provider([reply], { api: { maxResponseBytes: 1_000_000 } })
      const error = await failure(integration)
      expect(error).toMatchObject({ code: 'RESPONSE_INVALID' })
      expect(error.message).toContain('larger than 1000000 bytes')
    }
  })

  test('a byte order mark is no harm', async () => {
    const { integration } = await provider([
      { text: '\uFEFF[{"id":"a"}]', headers: { 'content-type': 'application/json' } },
    ])
    expect(idsOf(await readAll(integration, 'things'))).toEqual(['a'])
  })

  test('an attempt that takes too long is given up and tried again', async () => {
    const never: Reply = { raw: () => undefined }
    const slowBody: Reply = { raw: (response) => response.writeHead(200).write('[') }
    const { server, integration } = await provider([never, slowBody, good], { api: { timeoutMs: 60 } })
    expect(idsOf(await readAll(integration, 'things'))).toEqual(['a'])
    expect(server.seen).toHaveLength(3)
  })
})

describe('no answer at all', () => {
  const api = simpleApi({ retry: { attempts: 2 } })
  const adapter = simpleAdapter(api, {
    things: api.entity(thing).list({ path: 'things', paginate: pages.single(), ...thingRows }),
  })

  test('nobody listens', async () => {
    const idle = createServer().listen(0, '127.0.0.1')
    await once(idle, 'listening')
    const address = idle.address()
    idle.close()
    if (typeof address !== 'object' || address === null) throw new Error('no address')
    const integration = await connected(adapter, { baseUrl: `http://127.0.0.1:${String(address.port)}/` })
    const error = await failure(integration)
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true, status: undefined })
    expect(error.message).toContain('ECONNREFUSED')
    expect(error.message).not.toContain('127.0.0.1')
  })

  test('the host name is unknown', async () => {
    const integration = await connected(adapter, { baseUrl: 'http://nobody.invalid/' })
    const error = await failure(integration)
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retryable: true })
    expect(error.message).toMatch(/ENOTFOUND|EAI_AGAIN/)
  })
})

describe('cancelling', () => {
  test('a request on its way is given up at once', async () => {
    const abort = new AbortController()
    let hangUp: (() => void) | undefined
    const hungUp = new Promise<void>((resolve) => (hangUp = resolve))
    const { integration } = await provider(() => ({
      raw: (response) => {
        response.on('close', () => hangUp?.())
        abort.abort(new Error('enough'))
      },
    }))
    const error = await failure(integration, abort.signal)
    expect(error).toMatchObject({ code: 'CANCELLED' })
    expect(error.cause).toMatchObject({ message: 'enough' })
    await hungUp
  })

  test('a wait is given up at once', async () => {
    const abort = new AbortController()
    const clock = skippingClock()
    const sleeping = {
      now: () => clock.now(),
      sleep: (_ms: number, signal?: AbortSignal) =>
        new Promise<void>((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('woken')))
          abort.abort()
        }),
    }
    const busy: Reply = { status: 429, headers: { 'retry-after': '5' } }
    const { server, integration } = await provider([busy], { live: { clock: sleeping } })
    expect(await failure(integration, abort.signal)).toMatchObject({ code: 'CANCELLED' })
    expect(server.seen).toHaveLength(1)
  })

  test('waiting for another request that probes the provider is given up at once', async () => {
    const abort = new AbortController()
    let failures = 0
    const { server, integration, clock } = await provider(() => {
      failures += 1
      if (failures <= 8) return { status: 500 }
      return { raw: () => setImmediate(() => abort.abort()) }
    })
    // Eight failures in two reads: the second one opens the breaker, which stops it.
    await failure(integration)
    expect(await failure(integration)).toMatchObject({ code: 'CIRCUIT_OPEN' })
    failures = 8
    clock.set(clock.now() + 30_000)
    const probe = new AbortController()
    const probing = failure(integration, probe.signal)
    expect(await failure(integration, abort.signal)).toMatchObject({ code: 'CANCELLED' })
    probe.abort()
    expect(await probing).toMatchObject({ code: 'CANCELLED' })
    expect(server.seen).toHaveLength(6)
  })

  test('nothing is sent with a signal that has already aborted', async () => {
    const { server, integration } = await provider([good])
    expect(await failure(integration, AbortSignal.abort())).toMatchObject({ code: 'CANCELLED' })
    expect(server.seen).toHaveLength(0)
  })
})
