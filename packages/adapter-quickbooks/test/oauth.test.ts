import { quickbooks } from '@unioneyes/adapter-quickbooks'
import { quickbooksSandbox, sandboxClient, sandboxRealmId } from '@unioneyes/adapter-quickbooks/sandbox'
import type { QuickbooksSandboxOptions, TokenOptions } from '@unioneyes/adapter-quickbooks/sandbox'
import { createIntegrations, createVault, generateVaultKey, memoryStore } from '@unioneyes/core'
import type { Clock, CredentialsOf } from '@unioneyes/core'
import { startSandbox } from '@unioneyes/testkit'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { AT } from './live.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const settings = { realmId: sandboxRealmId }

async function open(options: QuickbooksSandboxOptions = {}) {
  let time = AT
  const clock: Clock = {
    now: () => time,
    sleep: (ms) => {
      time += ms
      return Promise.resolve()
    },
  }
  const sandbox = await startSandbox(quickbooksSandbox({ now: () => time, customers: 3, ...options }))
  const integrations = createIntegrations({
    adapters: [quickbooks],
    store: memoryStore({ clock }),
    vault: createVault({ keys: { k1: generateVaultKey() } }),
    clock,
    baseUrls: { quickbooks: sandbox.url },
    oauthClients: { quickbooks: sandboxClient },
  })
  const save = (credentials: CredentialsOf<typeof quickbooks>) =>
    integrations.connections.save('org_1', 'quickbooks', { credentials, settings })
  return {
    sandbox,
    integrations,
    save,
    /** Saves what an administrator granted; that the grant names its company is for the settings. */
    async grant() {
      const { realmId, ...credentials } = sandbox.actions.issueGrant()
      expect(realmId).toBe(settings.realmId)
      await save(credentials)
    },
    pass: (ms: number) => (time += ms),
    check: () => integrations.connections.check('org_1', 'quickbooks'),
    async [Symbol.asyncDispose]() {
      await integrations.close()
      await sandbox.close()
    },
  }
}

describe('a connection to QuickBooks', () => {
  test('holds a grant, and nothing else will do', async () => {
    await using company = await open()
    await company.grant()
    expect(await company.check()).toMatchObject({ healthy: true })
    expect(company.sandbox.requests.count({ path: '/oauth2/v1/tokens/bearer' })).toBe(0)
    await expect(company.save({})).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      issues: ['refreshToken: expected the accessToken and refreshToken of an OAuth grant'],
    })
    expectTypeOf<{ accessToken: string; refreshToken: string }>().toExtend<CredentialsOf<typeof quickbooks>>()
  })

  test.each<TokenOptions>([{}, { rotation: 'each' }, { rotation: 'never' }, { rotation: 'each', old: 'grace' }])(
    'is asked for new tokens as often as they end, and keeps what came last: %j',
    async (oauth) => {
      await using company = await open({ oauth })
      await company.grant()
      for (let expiry = 1; expiry <= 5; expiry += 1) {
        company.pass(10 * HOUR)
        expect(await company.check()).toMatchObject({ healthy: true })
        expect(company.sandbox.actions.tokenCounts()).toMatchObject({ renewed: expiry, refused: 0 })
      }
      const [sent] = company.sandbox.requests.list({ path: '/oauth2/v1/tokens/bearer' })
      expect([...new URLSearchParams(sent?.body).keys()].sort()).toEqual(['grant_type', 'refresh_token'])
    },
  )

  test('renews a token once that is refused before its time, and asks again', async () => {
    await using company = await open()
    await company.grant()
    company.sandbox.actions.expireAccessTokens()
    expect(await company.check()).toMatchObject({ healthy: true })
    expect(company.sandbox.requests.list().map(({ path, status }) => [path.split('/')[1], status])).toEqual([
      ['v3', 401],
      ['oauth2', 200],
      ['v3', 200],
    ])
  })

  test('renews a token that the gateway, or an answer with status 200, refuses', async () => {
    for (const fault of [{ gateway: true }, { status: 200 }]) {
      await using company = await open()
      await company.grant()
      company.sandbox.actions.failNext(fault)
      expect(await company.check()).toMatchObject({ healthy: true })
      expect(company.sandbox.actions.tokenCounts().renewed).toBe(1)
    }
  })

  test('asks for consent again when the grant is taken back, or was not used for a hundred days', async () => {
    for (const end of ['revoked', 'forgotten']) {
      await using company = await open()
      await company.grant()
      if (end === 'revoked') company.sandbox.actions.revokeGrants()
      else company.pass(102 * DAY)
      expect(await company.check()).toMatchObject({ healthy: false, status: 'needs_reconnect' })
      const { refused } = company.sandbox.actions.tokenCounts()
      expect(await company.check()).toMatchObject({ status: 'needs_reconnect' })
      expect([refused, company.sandbox.actions.tokenCounts().refused]).toEqual([1, 1])
    }
  })
})
