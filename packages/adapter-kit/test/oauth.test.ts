import { createIntegrations, createVault, generateVaultKey, IntegrationType, memoryStore } from '@unioneyes/core'
import type { BaseIntegration, IntegrationsOptions, OAuthClient, Store } from '@unioneyes/core'
import { basicAuth, defineAdapter, defineApi, grantFields, hasGrant, pages, wireId } from '@unioneyes/adapter-kit'
import type { OAuth2 } from '@unioneyes/adapter-kit'
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { Redactor } from '../src/http/redact.ts'
import { connected, skippingClock } from './live.ts'
import { thing } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import type { Reply, SeenRequest, TestServer } from './test-server.ts'

const HOUR = 3_600_000
const client: OAuthClient = { clientId: 'app id', clientSecret: 'app:secret-value+1' }
const pair = { access_token: 'new-access-token', refresh_token: 'new-refresh-token', expires_in: 3600 }

const credentials = z.object({ apiKey: z.string().optional(), ...grantFields })
const settings = z.object({ region: z.string().default('here') })
type Rules = Partial<OAuth2<z.output<typeof credentials>, z.output<typeof settings>>>

function oauthAdapter(rules: Rules = {}) {
  const api = defineApi({
    credentials: credentials.refine((given) => hasGrant(given) !== (given.apiKey !== undefined), { path: ['apiKey'] }),
    settings,
    baseUrl: 'https://api.example.com/v1/',
    auth: { kind: 'oauth2', tokenUrl: 'https://login.example.com/oauth/token?request=token', ...rules },
    rateLimit: { requests: 1000, per: 'second' },
    check: (http) => http.get('check'),
  })
  const things = api.entity(thing).list({
    path: 'things',
    method: 'POST',
    body: () => ({}),
    items: (body) => body.items,
    wire: z.object({ id: wireId() }),
    map: () => ({}),
    paginate: pages.single(),
  })
  return defineAdapter({
    provider: 'example',
    name: 'Example',
    type: IntegrationType.HRIS,
    version: '1.0.0',
    api,
    entities: { things },
  })
}

let server: TestServer | undefined
afterEach(() => server?.close())

/** A provider that accepts one access token, and answers its token endpoint as told. */
async function provider(
  token: Reply | ((request: SeenRequest) => Reply),
  good = pair.access_token,
): Promise<TestServer> {
  return (server = await startServer((request) => {
    if (request.url.pathname.endsWith('/oauth/token')) return typeof token === 'function' ? token(request) : token
    return request.headers.authorization === `Bearer ${good}` ? { json: {} } : { status: 401 }
  }))
}

async function app(
  baseUrl: string,
  options: { rules?: Rules; save?: Record<string, unknown>; client?: OAuthClient | undefined } & Partial<
    Omit<IntegrationsOptions, 'adapters'>
  > = {},
) {
  const clock = skippingClock()
  const store: Store = memoryStore({ clock })
  const integrations = createIntegrations({
    adapters: [oauthAdapter(options.rules)],
    store,
    vault: createVault({ keys: { k1: generateVaultKey() } }),
    clock,
    baseUrls: { example: baseUrl },
    oauthClients: 'client' in options ? (options.client ? { example: options.client } : {}) : { example: client },
  })
  await integrations.connections.save('org_1', 'example', {
    credentials: { accessToken: 'old-access-token', refreshToken: 'old-refresh-token', ...options.save },
    settings: {},
  })
  const check = () => integrations.connections.check('org_1', 'example')
  return { integrations, store, clock, check }
}

const tokenRequests = (): SeenRequest[] => server?.seen.filter(({ url }) => url.pathname.endsWith('/oauth/token')) ?? []
const apiRequests = (): SeenRequest[] => server?.seen.filter(({ url }) => url.pathname.endsWith('/check')) ?? []

describe('the refresh request', () => {
  test('is a form at the token URL, with the client in a Basic header', async () => {
    const { url } = await provider({ json: pair })
    const { check } = await app(url)
    expect(await check()).toMatchObject({ healthy: true })
    const [request] = tokenRequests()
    // The app replaced the base URL, so the token endpoint is asked there too, never at the real host.
    expect(request?.target).toBe('/oauth/token?request=token')
    expect(request?.headers['content-type']).toBe('application/x-www-form-urlencoded')
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'old-refresh-token',
    })
    const basic = Buffer.from(request?.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString()
    expect(basic).toBe('app+id:app%3Asecret-value%2B1')
    expect(tokenRequests()).toHaveLength(1)
  })

  test.each([
    ['in the form', client, { client_id: 'app id', client_secret: 'app:secret-value+1' }],
    ['by its name alone', { clientId: 'public' }, { client_id: 'public' }],
  ])('has the client %s', async (_where, given, expected) => {
    const { url } = await provider({ json: pair })
    const { check } = await app(url, { client: given, rules: { clientAuth: 'body' } })
    await check()
    const [request] = tokenRequests()
    expect(request?.headers.authorization).toBeUndefined()
    expect(Object.fromEntries(new URLSearchParams(request?.body))).toEqual({
      grant_type: 'refresh_token',
      refresh_token: 'old-refresh-token',
      ...expected,
    })
  })

  test('goes to a path of the API where the adapter says so', async () => {
    const { url } = await provider({ json: pair })
    const { check } = await app(`${url}v1/`, { rules: { tokenUrl: (given) => `${given.region}/oauth/token` } })
    await check()
    expect(tokenRequests()[0]?.target).toBe('/v1/here/oauth/token')
  })

  test.each(['http://login.example.com/token', 'https://user@login.example.com/token', 'ftp://x/y'])(
    'is never sent to %s',
    async (tokenUrl) => {
      const { url } = await provider({ json: pair })
      const { check } = await app(url, { rules: { tokenUrl } })
      await expect(check()).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
      expect(server?.seen).toEqual([])
    },
  )
})

describe('what a token server may answer', () => {
  test.each([
    ['a number', 3600, HOUR],
    ['text', '3600', HOUR],
    ['zero', 0, undefined],
    ['zero as text', '0', undefined],
    ['nothing', undefined, undefined],
    ['less than nothing', -1, undefined],
    ['null', null, undefined],
    ['words', 'one hour', undefined],
    ['empty text', '', undefined],
  ])('expires_in may be %s', async (_what, expires_in, lifeMs) => {
    const { url } = await provider({ status: 201, json: { ...pair, expires_in } })
    const { check, integrations, store, clock } = await app(url)
    expect(await check()).toMatchObject({ healthy: true })
    clock.set(clock.now() + HOUR)
    expect(await check()).toMatchObject({ healthy: true })
    // A life that is known makes it ask again; else it waits for a refusal, which did not come.
    expect(tokenRequests()).toHaveLength(lifeMs === undefined ? 1 : 2)
    await integrations.close()
    expect((await store.audit.list('org_1')).map(({ action }) => action)).toContain('grant.renew')
  })

  test('without a refresh token the old one stays', async () => {
    const { url } = await provider({ json: { access_token: pair.access_token, expires_in: 3600, refresh_token: '' } })
    const { check, clock } = await app(url)
    await check()
    clock.set(clock.now() + HOUR)
    await check()
    expect(tokenRequests().map(({ body }) => new URLSearchParams(body).get('refresh_token'))).toEqual([
      'old-refresh-token',
      'old-refresh-token',
    ])
  })

  const quoting = 'for old-refresh-token of app:secret-value+1'
  test.each<[string, Reply, string, string]>([
    ['503', { status: 503 }, 'PROVIDER_UNAVAILABLE', 'active'],
    [
      '500 with the words of an ended grant',
      { status: 500, json: { error: 'invalid_grant' } },
      'PROVIDER_UNAVAILABLE',
      'active',
    ],
    ['a cut connection', { raw: (response) => response.destroy() }, 'PROVIDER_UNAVAILABLE', 'active'],
    ['429', { status: 429, headers: { 'retry-after': '900' } }, 'RATE_LIMITED', 'active'],
    [
      '200 with a web page',
      { text: '<html>Sign in</html>', headers: { 'content-type': 'text/html' } },
      'RESPONSE_INVALID',
      'active',
    ],
    ['200 with half an answer', { text: '{"access_token":"new-acc' }, 'RESPONSE_INVALID', 'active'],
    ['200 without a token', { json: { token_type: 'bearer' } }, 'RESPONSE_INVALID', 'active'],
    ['a redirect', { status: 302, headers: { location: 'https://evil.example/' } }, 'RESPONSE_INVALID', 'active'],
    [
      'a client it does not know',
      { status: 401, json: { error: 'invalid_client', error_description: quoting } },
      'CONFIG_INVALID',
      'active',
    ],
    ['401 without words', { status: 401 }, 'CONFIG_INVALID', 'active'],
    ['400 without words', { status: 400 }, 'REQUEST_REJECTED', 'active'],
    ['400 for the request', { status: 400, json: { error: 'invalid_request' } }, 'REQUEST_REJECTED', 'active'],
    [
      'an ended grant',
      { status: 400, json: { error: 'invalid_grant', error_description: quoting } },
      'AUTH_FAILED',
      'needs_reconnect',
    ],
    ['an ended grant with 200', { json: { ok: false, error: 'invalid_grant' } }, 'AUTH_FAILED', 'needs_reconnect'],
    [
      'an ended grant in words of its own',
      { json: { ok: false, error: 'token_revoked' } },
      'AUTH_FAILED',
      'needs_reconnect',
    ],
  ])('%s', async (_what, reply, code, status) => {
    const { url } = await provider(reply)
    const { store, integrations } = await app(url, { rules: { endedBy: ['token_revoked'] } })
    const integration = await integrations.get('org_1', 'example')
    const error = await drain(integration).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    expect(error).toMatchObject({ code })
    const stored = await store.connections.get({ organizationId: 'org_1', provider: 'example', connection: 'default' })
    expect(stored?.status).toBe(status)
    const told = [String(error), stored?.statusReason, JSON.stringify(await store.audit.list('org_1'))].join('\n')
    for (const secret of ['old-refresh-token', 'old-access-token', 'new-acc', 'secret-value', 'request=token']) {
      expect(told).not.toContain(secret)
    }
  })
})

describe('a refused request', () => {
  test.each(['check', 'things'])('renews the token once and is sent once more: %s', async (path) => {
    const { url } = await provider({ json: pair })
    const { check, integrations } = await app(url)
    if (path === 'check') expect(await check()).toMatchObject({ healthy: true })
    else await drain(await integrations.get('org_1', 'example')).catch(() => undefined)
    const sent = server?.seen.filter((request) => request.url.pathname === `/${path}`)
    expect(sent?.map(({ method, headers }) => [method, headers.authorization])).toEqual([
      [path === 'check' ? 'GET' : 'POST', 'Bearer old-access-token'],
      [path === 'check' ? 'GET' : 'POST', 'Bearer new-access-token'],
    ])
  })

  test('that is refused with the new token too fails, without a third try', async () => {
    const { url } = await provider({ json: pair }, 'another token')
    const { check } = await app(url)
    expect(await check()).toMatchObject({ status: 'needs_reconnect' })
    expect(apiRequests()).toHaveLength(2)
    expect(tokenRequests()).toHaveLength(1)
  })

  test('among many at once asks for one token', async () => {
    const { url } = await provider({ json: pair })
    const { check } = await app(url)
    const all = await Promise.all(Array.from({ length: 10 }, check))
    expect(all.every(({ healthy }) => healthy)).toBe(true)
    expect(tokenRequests()).toHaveLength(1)
  })
})

test('a token near its end is renewed before the request is sent', async () => {
  const { url } = await provider({ json: pair })
  const { check, clock } = await app(url, { save: { expiresAt: skippingClock().now() + HOUR } })
  clock.set(clock.now() + HOUR - 60_000)
  await check()
  expect(apiRequests().map(({ headers }) => headers.authorization)).toEqual(['Bearer new-access-token'])
})

test('without a client the error says where to give it, and the connection stays as it is', async () => {
  const { url } = await provider({ json: pair })
  const { check } = await app(url, { client: undefined, rules: { clientEnv: { clientId: 'NO_SUCH_CLIENT_ID' } } })
  const { lastError } = await check()
  expect(lastError).toMatch(/oauthClients: \{ 'example': .*NO_SUCH_CLIENT_ID/)
  expect(tokenRequests()).toEqual([])
})

describe('a provider that accepts something else too', () => {
  const rules: Rules = { otherwise: ({ apiKey }) => (apiKey === undefined ? undefined : basicAuth(apiKey, 'x')) }

  test('is signed to with it where there is no grant', async () => {
    server = await startServer(() => ({ json: {} }))
    const integration = await connected(oauthAdapter(rules), { baseUrl: server.url, credentials: { apiKey: 'key' } })
    expect(await integration.healthCheck()).toMatchObject({ healthy: true })
    expect(server.seen[0]?.headers.authorization).toBe(basicAuth('key', 'x').authorization)
  })

  test('is not asked to renew anything when that is refused', async () => {
    server = await startServer(() => ({ status: 401 }))
    const integration = await connected(oauthAdapter(rules), { baseUrl: server.url, credentials: { apiKey: 'key' } })
    expect(await integration.healthCheck()).toMatchObject({ status: 'needs_reconnect' })
    expect(server.seen).toHaveLength(1)
  })

  test('is told from one that needs OAuth', () => {
    expect(oauthAdapter(rules).capabilities.requiresOAuth).toBe(false)
    expect(oauthAdapter().capabilities.requiresOAuth).toBe(true)
    expect(oauthAdapter().oauth).toEqual({ clientEnv: undefined })
  })
})

test('of many renewed tokens the latest are known to the redactor, and the connection’s other secrets always', () => {
  const redactor = new Redactor({ apiKey: 'the-first-secret' })
  for (let n = 0; n < 500; n += 1) {
    redactor.learn({ authorization: `Bearer access-token-${String(n)}` })
    const text = `it said access-token-${String(n)} and the-first-secret`
    expect(redactor.redact(text)).toBe('it said [redacted] and [redacted]')
  }
})

async function drain(integration: BaseIntegration): Promise<void> {
  for await (const page of integration.read?.('things') ?? []) expect(page).toBeDefined()
}
