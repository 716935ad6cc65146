import { bamboohr } from '@unioneyes/adapter-bamboohr'
import { bamboohrSandbox, sandboxApiKey, sandboxClient } from '@unioneyes/adapter-bamboohr/sandbox'
import type { BamboohrSandboxOptions, TokenOptions } from '@unioneyes/adapter-bamboohr/sandbox'
import { createIntegrations, createVault, generateVaultKey, memoryStore } from '@unioneyes/core'
import type { Clock, CredentialsOf } from '@unioneyes/core'
import { startSandbox } from '@unioneyes/testkit'
import { describe, expect, expectTypeOf, test } from 'vitest'

const HOUR = 3_600_000
const START = Date.UTC(2026, 0, 5)
const settings = { subdomain: 'acme' }

async function open(options: BamboohrSandboxOptions = {}) {
  let time = START
  const clock: Clock = {
    now: () => time,
    sleep: (ms) => {
      time += ms
      return Promise.resolve()
    },
  }
  const sandbox = await startSandbox(bamboohrSandbox({ people: 3, now: () => time, ...options }))
  const store = memoryStore({ clock })
  const integrations = createIntegrations({
    adapters: [bamboohr],
    store,
    vault: createVault({ keys: { k1: generateVaultKey() } }),
    clock,
    baseUrls: { bamboohr: sandbox.url },
    oauthClients: { bamboohr: sandboxClient },
  })
  return {
    sandbox,
    integrations,
    pass: (ms: number) => (time += ms),
    check: () => integrations.connections.check('org_1', 'bamboohr'),
    save: (credentials: CredentialsOf<typeof bamboohr>) =>
      integrations.connections.save('org_1', 'bamboohr', { credentials, settings }),
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}

describe('a connection to BambooHR', () => {
  test('holds an API key or an OAuth grant', async () => {
    await using company = await open()
    await company.save({ apiKey: sandboxApiKey })
    expect(await company.check()).toMatchObject({ healthy: true })
    await company.save(company.sandbox.actions.issueGrant())
    expect(await company.check()).toMatchObject({ healthy: true })
    expect(company.sandbox.requests.count({ path: '/token.php' })).toBe(0)
    expect(bamboohr.capabilities.requiresOAuth).toBe(false)
    expectTypeOf<{ apiKey: string }>().toExtend<CredentialsOf<typeof bamboohr>>()
  })

  test('holds one of the two, and says so', async () => {
    await using company = await open()
    const both = { apiKey: sandboxApiKey, ...company.sandbox.actions.issueGrant() }
    for (const credentials of [{}, both]) {
      await expect(company.save(credentials)).rejects.toMatchObject({
        code: 'CONFIG_INVALID',
        issues: ['apiKey: expected an API key, or the accessToken and refreshToken of an OAuth grant, and not both'],
      })
    }
  })

  test.each<TokenOptions>([
    {},
    { rotation: 'grace' },
    { rotation: 'keep' },
    { expiresInAs: 'text' },
    { expiresInAs: 'zero' },
    { expiresInAs: 'absent' },
    { accessTokenMs: 90_000 },
  ])('is asked for new tokens as often as they end: %j', async (oauth) => {
    await using company = await open({ oauth })
    await company.save(company.sandbox.actions.issueGrant())
    for (let expiry = 1; expiry <= 3; expiry += 1) {
      company.pass(oauth.accessTokenMs ?? HOUR)
      expect(await company.check()).toMatchObject({ healthy: true })
      expect(company.sandbox.actions.tokenCounts()).toEqual({ renewed: expiry, refused: 0 })
    }
    const [sent] = company.sandbox.requests.list({ path: '/token.php' })
    expect(sent).toMatchObject({ method: 'POST', query: 'request=token' })
    expect([...new URLSearchParams(sent?.body).keys()].sort()).toEqual([
      'client_id',
      'client_secret',
      'grant_type',
      'refresh_token',
    ])
  })

  test('is asked for five minutes before they end', async () => {
    await using company = await open()
    await company.save(company.sandbox.actions.issueGrant())
    company.pass(HOUR - 5 * 60_000 - 1)
    await company.check()
    expect(company.sandbox.actions.tokenCounts().renewed).toBe(0)
    company.pass(1)
    await company.check()
    expect(company.sandbox.actions.tokenCounts().renewed).toBe(1)
    expect(company.sandbox.requests.count({ status: 401 })).toBe(0)
  })
})

describe('the sandbox’s token server', () => {
  const ask = (url: string, form: Record<string, string>, query = '?request=token') =>
    fetch(`${url}/token.php${query}`, { method: 'POST', body: new URLSearchParams(form) })
  const client = { client_id: sandboxClient.clientId, client_secret: sandboxClient.clientSecret }

  test('takes a refresh token once, or as long as its grace says', async () => {
    for (const [rotation, statuses] of [
      ['invalidate', [200, 400, 400]],
      ['grace', [200, 200, 400]],
      ['keep', [200, 200, 200]],
    ] as const) {
      await using company = await open({ oauth: { rotation, graceMs: 1000 } })
      const { refreshToken: refresh_token } = company.sandbox.actions.issueGrant()
      const form = { ...client, grant_type: 'refresh_token', refresh_token }
      const seen = [await ask(company.sandbox.url, form), await ask(company.sandbox.url, form)]
      company.pass(1000)
      seen.push(await ask(company.sandbox.url, form))
      expect([rotation, ...seen.map(({ status }) => status)]).toEqual([rotation, ...statuses])
    }
  })

  test('refuses who is not the app, what is no refresh, and another request', async () => {
    await using company = await open()
    const { url, actions } = company.sandbox
    const form = { ...client, grant_type: 'refresh_token', refresh_token: actions.issueGrant().refreshToken }
    const stranger = await ask(url, { ...form, client_secret: 'guessed' })
    expect([stranger.status, await stranger.json()]).toMatchObject([401, { error: 'invalid_client' }])
    const code = await ask(url, { ...form, grant_type: 'authorization_code' })
    expect([code.status, await code.json()]).toMatchObject([400, { error: 'unsupported_grant_type' }])
    expect((await ask(url, form, '')).status).toBe(404)
    expect((await ask(url, form)).status).toBe(200)
  })

  test('lets in with an access token until it ends or the grant is taken back', async () => {
    await using company = await open()
    const { url, actions } = company.sandbox
    const get = (token: string) =>
      fetch(`${url}/api/v1/meta/fields`, { headers: { authorization: `Bearer ${token}`, accept: 'application/json' } })
    const first = actions.issueGrant()
    expect((await get(first.accessToken)).status).toBe(200)
    expect((await get(first.refreshToken)).status).toBe(401)
    company.pass(HOUR)
    expect((await get(first.accessToken)).status).toBe(401)
    const second = actions.issueGrant()
    actions.revokeGrants()
    expect((await get(second.accessToken)).status).toBe(401)
  })
})
