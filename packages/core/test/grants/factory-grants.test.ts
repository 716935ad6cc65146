import { expect, test } from 'vitest'
import type { GrantKeeper, OAuthClient } from '../../src/grants/grant.ts'
import { findOAuthClient } from '../../src/grants/oauth-client.ts'
import type { StandardSchema } from '../../src/standard-schema.ts'
import { IntegrationRegistry } from '../../src/integration-registry.ts'
import { trialAdapter } from '../support/trial-adapter.ts'
import type { TrialAdapter, TrialIntegration } from '../support/trial-adapter.ts'
import { trialApp, trialKey } from '../support/trial-app.ts'
import type { TrialApp } from '../support/trial-app.ts'
import { tokenServer } from '../support/token-server.ts'

const anything: StandardSchema<unknown, { readonly apiKey: string }> = {
  '~standard': { version: 1, vendor: 'test', validate: (value) => ({ value: value as { apiKey: string } }) },
}

const oauthAdapter = (): TrialAdapter => ({ ...trialAdapter(), credentials: anything, oauth: {} })

const settings = { subdomain: 'acme' }
const credentials = { apiKey: 'other secret', accessToken: 'access 0', refreshToken: 'refresh 0' }

async function oauthApp(oauthClients?: Record<string, OAuthClient>): Promise<TrialApp> {
  const app = trialApp({ adapter: oauthAdapter(), oauthClients })
  await app.integrations.connections.save('org_1', 'trial', { credentials, settings })
  return app
}

function grantsOf(integration: TrialIntegration | undefined): GrantKeeper {
  const grants = integration?.seenContext.grants
  if (!grants) throw new Error('the integration was lent no grants')
  return grants
}

test('a token that was renewed, here or elsewhere, makes no new integration; other readers go on with it', async () => {
  const app = await oauthApp()
  const server = tokenServer()
  const { factory } = app.integrations
  await factory.use(trialKey('org_1'), async (reading) => {
    const grants = grantsOf(app.adapter.made[0])
    expect((await grants.fresh(server)).accessToken).toBe('access 0')
    // Another process on the same store renews the token.
    const elsewhere = trialApp({ adapter: oauthAdapter(), store: app.store, vault: app.vault })
    await elsewhere.integrations.factory.use(trialKey('org_1'), async () => {
      await grantsOf(elsewhere.adapter.made[0]).fresh({ ...server, refused: 'access 0' })
    })
    expect(await app.integrations.get('org_1', 'trial')).toBe(reading)
    expect((await grants.fresh(server)).accessToken).toBe('access 1')
    expect((await grants.fresh({ ...server, refused: 'access 1' })).accessToken).toBe('access 2')
    expect(await app.integrations.get('org_1', 'trial')).toBe(reading)
  })
  expect(app.adapter.made).toHaveLength(1)
  expect(app.adapter.made[0]?.done).toEqual(['initialize', 'connect'])
})

test('connecting again makes no new integration either; another secret or setting does', async () => {
  const app = await oauthApp()
  const { connections } = app.integrations
  const server = tokenServer()
  const first = await app.integrations.get('org_1', 'trial')
  await grantsOf(app.adapter.made[0]).fresh(server)
  await connections.save('org_1', 'trial', {
    credentials: { ...credentials, accessToken: 'access 7' } as never,
    settings,
  })
  expect(await app.integrations.get('org_1', 'trial')).toBe(first)
  expect((await grantsOf(app.adapter.made[0]).fresh(server)).accessToken).toBe('access 7')
  await connections.save('org_1', 'trial', { credentials: { ...credentials, apiKey: 'changed' }, settings })
  const second = await app.integrations.get('org_1', 'trial')
  expect(second).not.toBe(first)
  await connections.save('org_1', 'trial', {
    credentials: { ...credentials, apiKey: 'changed' },
    settings: { subdomain: 'b' },
  })
  expect(await app.integrations.get('org_1', 'trial')).not.toBe(second)
  expect(app.adapter.made).toHaveLength(3)
})

test('closing waits until an answer that is under way is stored', async () => {
  const app = await oauthApp()
  const server = tokenServer()
  let answer = (): void => undefined
  server.after = () => new Promise((resolve) => (answer = resolve))
  await app.integrations.get('org_1', 'trial')
  const asking = grantsOf(app.adapter.made[0]).fresh({ ...server, refused: 'access 0' })
  while (server.asked.length === 0) await new Promise((resolve) => setImmediate(resolve))
  const closing = app.integrations.close().then(async () => (await app.store.audit.list('org_1')).at(0)?.action)
  answer()
  expect(await closing).toBe('grant.renew')
  await asking
})

test('the app’s client is lent and nobody else’s; an adapter without OAuth is lent neither client nor grants', async () => {
  const client = { clientId: 'id', clientSecret: 'secret' }
  const app = await oauthApp({ trial: client, constructor: { clientId: 'wrong' } })
  await app.integrations.get('org_1', 'trial')
  expect(app.adapter.made[0]?.seenContext.oauthClient).toEqual(client)
  const plain = trialApp({ oauthClients: { trial: client } })
  await plain.save('org_1')
  await plain.integrations.get('org_1', 'trial')
  expect(plain.adapter.made[0]?.seenContext.oauthClient).toBeUndefined()
  expect(plain.adapter.made[0]?.seenContext.grants).toBeUndefined()
})

test('the client comes from the app, else from the variables that the adapter names', () => {
  const oauth = { clientEnv: { clientId: 'A_ID', clientSecret: 'A_SECRET' } }
  const environment = { A_ID: 'id', A_SECRET: 'secret' }
  const given = { clientId: 'given' }
  expect(findOAuthClient(given, oauth, environment)).toBe(given)
  expect(findOAuthClient(undefined, oauth, environment)).toEqual({ clientId: 'id', clientSecret: 'secret' })
  expect(findOAuthClient(undefined, oauth, { A_ID: 'id', A_SECRET: '' })).toEqual({ clientId: 'id' })
  expect(findOAuthClient(undefined, oauth, { A_ID: '', A_SECRET: 'secret' })).toBeUndefined()
  expect(findOAuthClient(undefined, {}, environment)).toBeUndefined()
})

test('no adapter may call an entity as the framework calls its own leases', () => {
  const adapter = { ...trialAdapter(), entities: { '@grant': { incremental: false, deletions: 'absence' as const } } }
  expect(() => new IntegrationRegistry([adapter])).toThrow(/entity "@grant".*belong to the framework/)
})
