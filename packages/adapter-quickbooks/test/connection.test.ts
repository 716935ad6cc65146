import { invoices, quickbooks } from '@unioneyes/adapter-quickbooks'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { sandboxRealmId } from '../src/sandbox.ts'
import { connect, harvest, refusalOf, sleeper } from './live.ts'
import type { ConnectOptions, Sandbox } from './live.ts'
import { open, small } from './opened.ts'
const entities = ['invoices', 'payments', 'customers', 'accounts', 'transactions'] as const

describe('a refusal', () => {
  const listed = async (sandbox: Sandbox, options: ConnectOptions = {}) =>
    harvest(await connect(sandbox, options), 'invoices')

  test.each([
    ['4001', 400, 'REQUEST_REJECTED'],
    ['4001', 200, 'REQUEST_REJECTED'],
    ['3200', 401, 'AUTH_FAILED'],
    ['3200', 200, 'AUTH_FAILED'],
    ['3100', 403, 'PERMISSION_DENIED'],
    ['3100', 200, 'PERMISSION_DENIED'],
    ['9999', 200, 'REQUEST_REJECTED'],
  ])('with code %s and status %i is %s, and says what Intuit’s support asks for', async (code, status, expected) => {
    const sandbox = await open(small)
    sandbox.actions.failNext({ code, status, message: 'Not this time', detail: "select * from Secret where x = 'y'" })
    const error = await refusalOf(listed(sandbox))
    expect(error.code).toBe(expected)
    expect(error.message).toMatch(
      new RegExp(String.raw`"${code} \(intuit_tid 1-[\da-f]+-[\da-f]{24}\): .*Not this time`),
    )
    expect(error.message).not.toContain('Secret')
  })

  test('of the gateway is read in lower case too', async () => {
    const sandbox = await open(small)
    sandbox.actions.failNext({ code: '3200', gateway: true })
    expect((await refusalOf(listed(sandbox))).message).toContain('AuthenticationFailed')
  })

  test('within an answer is no empty page', () => {
    const { items } = invoices.listings[0] ?? {}
    expect(items?.({ QueryResponse: { Fault: {} } })).toBeUndefined()
    expect(items?.({ QueryResponse: {} })).toEqual([])
  })

  test('for another company’s grant says what to do', async () => {
    const sandbox = await open({ ...small, realms: [sandboxRealmId, '1234567890123'] })
    const { accessToken } = sandbox.actions.issueGrant('1234567890123')
    const error = await refusalOf(listed(sandbox, { accessToken }))
    expect(error.code).toBe('PERMISSION_DENIED')
    expect(error.message).toContain('correct realmId and environment, or connect again')
    const own = await connect(sandbox, { accessToken, settings: { realmId: '1234567890123' } })
    expect(await own.healthCheck()).toMatchObject({ healthy: true })
  })

  test.each([
    ['429', { status: 429 }, 60_000],
    ['403, as in 2016', { status: 403 }, 60_000],
    ['429 that says how long', { status: 429, retryAfterSeconds: 7 }, 7000],
  ])('for too many requests, with %s, is waited out', async (_name, fault, ms) => {
    const sandbox = await open(small)
    const clock = sleeper()
    sandbox.actions.failNext({ code: '3001', ...fault })
    const { records } = await listed(sandbox, { clock })
    expect(records.size).toBe(4)
    expect(clock.sleeps.filter((slept) => slept >= 1000)).toEqual([ms])
  })

  test('for too many requests ends a run that may not wait so long', async () => {
    const sandbox = await open(small)
    sandbox.actions.failNext({ code: '3001' })
    const error = await refusalOf(listed(sandbox, { maxWaitMs: 10_000 }))
    expect([error.code, error.retryAfterMs]).toEqual(['RATE_LIMITED', 60_000])
  })
})

describe('a connection', () => {
  test.each([
    [{}, 'https://quickbooks.api.intuit.com'],
    [{ environment: 'sandbox' }, 'https://sandbox-quickbooks.api.intuit.com'],
  ])('with the settings %j talks to %s', async (settings, host) => {
    const sandbox = await open(small)
    const asked: string[] = []
    vi.stubGlobal('fetch', (url: URL) => {
      asked.push(url.href)
      return Promise.resolve(Response.json({ CompanyInfo: {} }))
    })
    onTestFinished(() => void vi.unstubAllGlobals())
    const integration = await connect(sandbox, { settings, baseUrl: undefined })
    expect(await integration.healthCheck()).toMatchObject({ healthy: true })
    expect(asked).toEqual([`${host}/v3/company/${sandboxRealmId}/companyinfo/${sandboxRealmId}?minorversion=75`])
  })

  test.each([
    [{ realmId: '../1234567890' }],
    [{ realmId: '123' }],
    [{ environment: 'evil.example' }],
    [{ pageSize: 1001 }],
    [{ homeCurrency: 'dollars' }],
  ])('is refused with the settings %j', async (settings) => {
    const sandbox = await open(small)
    expect((await refusalOf(connect(sandbox, { settings }))).code).toBe('CONFIG_INVALID')
  })

  test('says what it can do', () => {
    expect(quickbooks.capabilities).toMatchObject({ requiresOAuth: true, supportsWebhooks: true })
    for (const entity of entities) {
      expect(quickbooks.entities[entity]).toMatchObject({
        ...{ incremental: true, deletions: 'feed', fetchable: true, evidence: 'sandbox' },
        scopes: ['com.intuit.quickbooks.accounting'],
      })
    }
  })
})
