import { IntegrationError } from '@unioneyes/core'
import { dnsLabel, pages } from '@unioneyes/adapter-kit'
import type { Paginator } from '@unioneyes/adapter-kit'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { pinHosts } from '../src/http/host-pins.ts'
import { connected, idsOf, readAll } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import type { Reply, SeenRequest, TestServer } from './test-server.ts'

const hostile = [
  'evil.com/',
  'evil.com',
  'a.b',
  'a@evil.com',
  'evil.com#',
  'evil.com?',
  'evil.com\\',
  'a:8080',
  '',
  ' ',
  '-a',
  'a-',
  'a'.repeat(64),
  'аcme',
  'acmé',
  'a%2eb',
  'a。b',
  'a\nb',
  'a_b',
  '../a',
]

describe('a part of a host name that an organization chooses', () => {
  test.each(hostile)('%j is refused', (label) => {
    expect(dnsLabel().safeParse(label).success).toBe(false)
  })

  test.each([
    ['Acme', 'acme'],
    [' acme-2 ', 'acme-2'],
    ['7', '7'],
    ['a'.repeat(63), 'a'.repeat(63)],
  ])('%j is %j', (text, label) => {
    expect(dnsLabel().parse(text)).toBe(label)
    expect(dnsLabel().parse(label)).toBe(label)
  })

  test('whatever passes names a host under the fixed suffix and nothing else', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', maxLength: 20 }),
          fc.constantFrom(...hostile),
          fc.stringMatching(/^[a-z0-9.@/-]{1,8}$/),
        ),
        (text) => {
          const label = dnsLabel().safeParse(text)
          if (!label.success) return
          const url = new URL(`https://${label.data}.example.com/api/`)
          expect(url.hostname).toBe(`${label.data}.example.com`)
          expect(label.data).not.toContain('.')
          expect(url.pathname + url.search + url.hash + url.username + url.port).toBe('/api/')
        },
      ),
    )
  })

  test('is checked before an integration connects, whoever made it', async () => {
    const api = simpleApi({ baseUrl: 'https://api.example.com' })
    const integration = connected(simpleAdapter(api, {}), { settings: { region: 7 } })
    await expect(integration).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      issues: [expect.stringContaining('region')],
    })
  })
})

describe('pinned hosts', () => {
  const pins = pinHosts({
    provider: 'example',
    baseUrl: 'https://acme.example.com/api/v1',
    hosts: ['files.example.com', '*.example.net'],
    override: undefined,
  })

  test.each([
    ['employees', 'https://acme.example.com/api/v1/employees'],
    ['/employees', 'https://acme.example.com/api/v1/employees'],
    ['//evil.com/x', 'https://acme.example.com/api/v1/evil.com/x'],
    ['\\\\evil.com/x', 'https://acme.example.com/api/v1/evil.com/x'],
    ['https://acme.example.com/other', 'https://acme.example.com/other'],
    ['https://ACME.example.com:443/other', 'https://acme.example.com/other'],
    ['https:evil.com', 'https://acme.example.com/api/v1/evil.com'],
    ['https://files.example.com/f', 'https://files.example.com/f'],
    ['https://eu.a.example.net/f', 'https://eu.a.example.net/f'],
  ])('%s is asked at %s', (target, url) => {
    expect(pins.resolve(target).href).toBe(url)
  })

  test.each([
    'https://evil.com/api/v1/employees',
    'https://acme.example.com.evil.com/',
    'https://evil-acme.example.com/',
    'https://example.net/',
    'https://evilexample.net/',
    'https://acme.example.com@evil.com/',
    'https://user:secret@acme.example.com/',
    'http://acme.example.com/',
    'https://acme.example.com:8443/',
    'https://files.example.com:8443/',
    'ftp://acme.example.com/',
    'data:text/plain,x',
    'https://',
    'HTTPS://EVIL.COM/',
  ])('%s is refused', (target) => {
    expect(() => pins.resolve(target)).toThrow(expect.objectContaining({ code: 'RESPONSE_INVALID' }))
  })

  test('are the one origin of the base URL that the app put in its place', () => {
    const sandbox = pinHosts({
      provider: 'example',
      baseUrl: 'https://acme.example.com',
      hosts: ['*.example.net'],
      override: 'http://127.0.0.1:4000/bamboo',
    })
    expect(sandbox.resolve('employees').href).toBe('http://127.0.0.1:4000/bamboo/employees')
    for (const other of [
      'http://127.0.0.1:4001/',
      'https://acme.example.com/',
      'https://a.example.net/',
      'http://localhost:4000/',
    ]) {
      expect(sandbox.allows(new URL(other))).toBe(false)
    }
  })

  test.each(['http://api.example.com', 'api.example.com', 'ftp://api.example.com', 'https://user@api.example.com', ''])(
    'cannot be made from the base URL %j of an adapter',
    (baseUrl) => {
      const rules = { provider: 'example', baseUrl, hosts: [], override: undefined }
      expect(() => pinHosts(rules)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
    },
  )
})

interface Pair {
  readonly server: TestServer
  readonly thief: TestServer
  readonly read: () => ReturnType<typeof readAll>
}

/** A provider, and another host that must never hear from us. */
async function pair(
  paginate: Paginator,
  reply: (request: SeenRequest, thief: TestServer, server: TestServer) => Reply,
): Promise<Pair> {
  const thief = await startServer(() => ({ json: { items: [{ id: 'stolen' }] } }))
  const server = await startServer((request) => reply(request, thief, server))
  onTestFinished(() => Promise.all([server.close(), thief.close()]).then(() => undefined))
  const api = simpleApi()
  const things = api.entity(thing).list({ path: 'things', items: (body) => body.items, paginate, ...thingRows })
  const integration = await connected(simpleAdapter(api, { things }), { baseUrl: server.url })
  return { server, thief, read: () => readAll(integration, 'things') }
}

async function refusalOf(read: Promise<unknown>): Promise<IntegrationError> {
  const error: unknown = await read.catch((reason: unknown) => reason)
  if (IntegrationError.is(error)) return error
  throw new Error('it was not refused')
}

describe('a next link to another host is refused before anything is sent', () => {
  test.each([
    [
      'in a header',
      pages.link(),
      (thief: string): Reply => ({ json: { items: [] }, headers: { link: `<${thief}x>; rel="next"` } }),
    ],
    [
      'in the body',
      pages.next((body) => body.next),
      (thief: string): Reply => ({ json: { items: [], next: `${thief}x` } }),
    ],
    [
      'without a scheme',
      pages.next((body) => body.next),
      (thief: string): Reply => ({ json: { items: [], next: thief.slice(5) } }),
    ],
    [
      'from a function',
      pages.custom(({ body }) => ({ url: z.string().parse(body.next) })),
      (thief: string): Reply => ({ json: { items: [], next: thief } }),
    ],
  ])('%s', async (_name, paginate, reply) => {
    const { server, thief, read } = await pair(paginate, (_request, other) => reply(other.url))
    expect(await refusalOf(read())).toMatchObject({ code: 'RESPONSE_INVALID', retryable: false })
    expect(thief.seen).toHaveLength(0)
    expect(server.seen).toHaveLength(1)
  })

  test('also when it comes from a saved page token', async () => {
    const { thief, server } = await pair(pages.link(), () => ({ json: { items: [] } }))
    const api = simpleApi()
    const things = api.entity(thing).list({ path: 'things', paginate: pages.link(), ...thingRows })
    const integration = await connected(simpleAdapter(api, { things }), { baseUrl: server.url })
    await refusalOf(readAll(integration, 'things', { pageToken: { t: thief.url } }))
    expect(thief.seen).toHaveLength(0)
  })
})

describe('a redirect', () => {
  const to = (location: string, status = 302): Reply => ({ status, headers: { location } })

  test.each([301, 302, 303, 307, 308])('%i on the same host is followed, signed again', async (status) => {
    const { server, read } = await pair(pages.single(), ({ url }) =>
      url.pathname === '/things' ? to('/moved?x=1', status) : { json: { items: [{ id: 'a' }] } },
    )
    const all = await read()
    expect(idsOf(all)).toEqual(['a'])
    expect(server.seen.map(({ target, headers }) => [target, headers.authorization])).toEqual([
      ['/things', 'Bearer secret-key'],
      ['/moved?x=1', 'Bearer secret-key'],
    ])
    expect(all[0]?.usage?.requests).toBe(2)
  })

  test('to another host is refused before credentials are attached', async () => {
    const { thief, read } = await pair(pages.single(), (_request, other) => to(other.url))
    const error = await refusalOf(read())
    expect(error).toMatchObject({ code: 'RESPONSE_INVALID' })
    expect(error.message).toContain('not allowed')
    expect(thief.seen).toHaveLength(0)
  })

  test.each(['http://', 'https://[', 'javascript:alert(1)', '//user@x'])('to %j is refused', async (location) => {
    const { read } = await pair(pages.single(), () => to(location))
    expect(await refusalOf(read())).toMatchObject({ code: 'RESPONSE_INVALID' })
  })

  test('is followed three times at most', async () => {
    const { server, read } = await pair(pages.single(), () => to('/things'))
    expect(await refusalOf(read())).toMatchObject({ code: 'RESPONSE_INVALID' })
    expect(server.seen).toHaveLength(4)
  })

  test('without a target is a refusal', async () => {
    const { read } = await pair(pages.single(), () => ({ status: 304 }))
    expect(await refusalOf(read())).toMatchObject({ code: 'REQUEST_REJECTED', status: 304 })
  })
})
