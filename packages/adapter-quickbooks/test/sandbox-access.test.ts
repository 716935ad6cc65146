import { createHmac } from 'node:crypto'
import { property } from '@unioneyes/adapter-kit'
import { describe, expect, test } from 'vitest'
import { sandboxClient, sandboxVerifierToken, signDelivery } from '../src/sandbox.ts'
import type { TokenOptions } from '../src/sandbox.ts'
import { ask, AT, DAY, HOUR, openLive } from './sandbox-live.ts'
import type { Answer, Live } from './sandbox-live.ts'

const basic = `Basic ${Buffer.from(`${sandboxClient.clientId}:${sandboxClient.clientSecret}`).toString('base64')}`

const token = (live: Live, form: Record<string, string>, headers: Record<string, string> = {}): Promise<Answer> =>
  ask(`${live.sandbox.url}/oauth2/v1/tokens/bearer`, {
    method: 'POST',
    headers: { authorization: basic, accept: 'application/json', ...headers },
    body: new URLSearchParams(form),
  })

const renew = (live: Live, refreshToken: string, headers?: Record<string, string>): Promise<Answer> =>
  token(live, { grant_type: 'refresh_token', refresh_token: refreshToken }, headers)

const refreshTokenIn = ({ json }: Answer): string => String(property(json, 'refresh_token'))

describe('the token server', () => {
  test('renews, and says how long everything lives', async () => {
    await using live = await openLive({ oauth: {} })
    const { refreshToken } = live.actions.issueGrant()
    const renewed = await renew(live, refreshToken, { 'x-include-refresh-token-hard-expires-in': 'true' })
    expect(renewed.json).toMatchObject({
      token_type: 'bearer',
      expires_in: 3600,
      refresh_token: refreshToken,
      x_refresh_token_expires_in: 8_726_400,
      x_refresh_token_hard_expires_in: 5 * 365 * 86_400,
    })
    const authorization = `Bearer ${String(property(renewed.json, 'access_token'))}`
    expect((await live.get('invoice/1', { authorization })).status).toBe(200)
    expect(live.actions.tokenCounts()).toEqual({ renewed: 1, rotated: 0, refused: 0, revoked: 0 })
  })

  test.for<[TokenOptions['rotation'], number, boolean]>([
    ['each', 0, true],
    ['daily', DAY - 1, false],
    ['daily', DAY, true],
    ['never', 90 * DAY, false],
  ])('rotation %s after %d ms: %s', async ([rotation, ms, rotates]) => {
    await using live = await openLive({ oauth: { rotation } })
    const { refreshToken } = live.actions.issueGrant()
    live.actions.advance(ms)
    expect(refreshTokenIn(await renew(live, refreshToken)) !== refreshToken).toBe(rotates)
    expect((await renew(live, refreshToken)).status).toBe(rotates ? 400 : 200)
  })

  test('an old token may live on for a while', async () => {
    await using live = await openLive({ oauth: { rotation: 'each', old: 'grace', graceMs: HOUR } })
    const { refreshToken } = live.actions.issueGrant()
    await renew(live, refreshToken)
    live.actions.advance(HOUR - 1)
    await renew(live, refreshToken)
    live.actions.advance(1)
    const refused = await renew(live, refreshToken)
    expect([refused.status, refused.json]).toEqual([
      400,
      { error: 'invalid_grant', error_description: 'Token invalid' },
    ])
    expect(live.actions.tokenCounts()).toMatchObject({ renewed: 2, rotated: 2, refused: 1 })
  })

  test('a refresh token lives 101 days after its last use, and five years at most', async () => {
    await using live = await openLive({ oauth: { rotation: 'never' } })
    const { refreshToken } = live.actions.issueGrant()
    for (let used = 0; used < 18; used += 1) {
      live.actions.advance(100 * DAY)
      expect((await renew(live, refreshToken)).status).toBe(200)
    }
    live.actions.advance(25 * DAY)
    expect((await renew(live, refreshToken)).status).toBe(400)
    const unused = live.actions.issueGrant()
    live.actions.advance(101 * DAY)
    expect((await renew(live, unused.refreshToken)).status).toBe(400)
  })

  test('a code is good once; the app must say who it is, in a form', async () => {
    await using live = await openLive({ realms: ['1111111111', '2222222222'] })
    const form = {
      grant_type: 'authorization_code',
      code: live.actions.issueCode('2222222222'),
      redirect_uri: 'https://app.example',
    }
    const exchanged = await token(live, form)
    expect(exchanged.status).toBe(200)
    const headers = {
      authorization: `Bearer ${String(property(exchanged.json, 'access_token'))}`,
      accept: 'application/json',
    }
    expect((await ask(`${live.sandbox.url}/v3/company/2222222222/invoice/1`, { headers })).status).toBe(200)
    expect((await token(live, form)).json).toMatchObject({ error: 'invalid_grant' })
    expect((await token(live, form, { authorization: 'Basic bm8=' })).json).toMatchObject({ error: 'invalid_client' })
    expect((await token(live, form, { 'content-type': 'application/json' })).json).toMatchObject({
      error: 'invalid_request',
    })
    expect((await token(live, { grant_type: 'password' })).json).toMatchObject({ error: 'unsupported_grant_type' })
  })

  test('either token revokes the grant, in a JSON body; an administrator revokes all of a company', async () => {
    await using live = await openLive({ realms: ['1111111111', '2222222222'] })
    const revoke = (body: string, authorization = basic): Promise<Answer> =>
      ask(`${live.sandbox.url}/v2/oauth2/tokens/revoke`, { method: 'POST', headers: { authorization }, body })
    const [first, second, third] = [
      live.actions.issueGrant(),
      live.actions.issueGrant(),
      live.actions.issueGrant('2222222222'),
    ]
    expect((await revoke(JSON.stringify({ token: first.refreshToken }), 'Basic bm8=')).status).toBe(401)
    expect((await revoke(`token=${first.refreshToken}`)).status).toBe(400)
    expect((await revoke(JSON.stringify({ token: first.refreshToken }))).status).toBe(200)
    expect((await live.get('invoice/1', { authorization: `Bearer ${first.accessToken}` })).status).toBe(401)
    expect((await renew(live, first.refreshToken)).status).toBe(400)
    expect((await revoke(JSON.stringify({ token: second.accessToken }))).status).toBe(200)
    expect((await renew(live, second.refreshToken)).status).toBe(400)
    live.actions.revokeGrants('1111111111')
    expect((await live.get('invoice/1')).status).toBe(401)
    expect((await renew(live, third.refreshToken)).status).toBe(200)
    live.actions.expireAccessTokens()
    live.actions.revokeGrants()
    expect((await renew(live, third.refreshToken)).status).toBe(400)
  })
})

describe('webhooks', () => {
  const signatureOf = (body: string, key: string): string => createHmac('sha256', key).update(body).digest('base64')

  test('the current form: an array of events, of several companies at once', async () => {
    await using live = await openLive({ realms: ['1111111111', '2222222222'] })
    const { actions } = live
    const id = actions.add('Invoice')
    actions.change('Customer', '3', { GivenName: 'Ada' }, '2222222222')
    actions.change('Customer', '3', { GivenName: 'Bo' }, '2222222222')
    actions.void('Payment', '2')
    actions.remove('JournalEntry', '1')
    actions.merge('Account', '5', '6')
    actions.email('Invoice', id)
    const [delivery, ...more] = actions.pendingDeliveries()
    expect(more).toEqual([])
    const body: unknown = JSON.parse(delivery?.body ?? '')
    expect(body).toMatchObject([
      {
        specversion: '1.0',
        source: expect.stringMatching(/^intuit\.[A-Za-z\d+/]+=$/) as string,
        type: 'qbo.invoice.created.v1',
        datacontenttype: 'application/json',
        time: '2026-06-01T12:00:00.000000000Z',
        intuitentityid: id,
        intuitaccountid: '1111111111',
        data: {},
      },
      { type: 'qbo.customer.updated.v1', intuitentityid: '3', intuitaccountid: '2222222222' },
      { type: 'qbo.customer.updated.v1', intuitentityid: '3', intuitaccountid: '2222222222' },
      { type: 'qbo.payment.voided.v1', intuitentityid: '2' },
      { type: 'qbo.journalentry.deleted.v1', intuitentityid: '1' },
      { type: 'qbo.account.merged.v1', intuitentityid: '5', data: { deletedid: '6' } },
      { type: 'qbo.invoice.emailed.v1', intuitentityid: id },
    ])
    const ids = (body as unknown[]).map((event) => String(property(event, 'id')))
    expect(new Set(ids).size).toBe(7)
    expect(ids[0]).toMatch(/^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/)
    expect(delivery?.headers['intuit-signature']).toBe(signatureOf(delivery?.body ?? '', sandboxVerifierToken))
  })

  test('the legacy form, cut into deliveries', async () => {
    await using live = await openLive({
      realms: ['1111111111', '2222222222'],
      webhooks: { format: 'legacy', verifierToken: 'secret', perDelivery: 3 },
    })
    const { actions } = live
    actions.advance(500)
    actions.change('Customer', '3', { GivenName: 'Ada' }, '2222222222')
    actions.merge('Customer', '5', '6')
    actions.change('Customer', '4', { GivenName: 'Ada' }, '2222222222')
    actions.add('Bill')
    const deliveries = actions.pendingDeliveries()
    expect(deliveries.map(({ events }) => events.length)).toEqual([3, 1])
    const lastUpdated = '2026-06-01T12:00:00.000Z'
    expect(JSON.parse(deliveries[0]?.body ?? '')).toEqual({
      eventNotifications: [
        {
          realmId: '2222222222',
          dataChangeEvent: {
            entities: [
              { name: 'Customer', id: '3', operation: 'Update', lastUpdated },
              { name: 'Customer', id: '4', operation: 'Update', lastUpdated },
            ],
          },
        },
        {
          realmId: '1111111111',
          dataChangeEvent: {
            entities: [{ name: 'Customer', id: '5', operation: 'Merge', lastUpdated, deletedId: '6' }],
          },
        },
      ],
    })
    expect(deliveries[0]?.headers['intuit-signature']).toBe(signatureOf(deliveries[0]?.body ?? '', 'secret'))
  })

  test('what is not accepted comes again: after 10, 20, 30 seconds, then ever later', async () => {
    await using live = await openLive()
    live.actions.change('Invoice', '1', {})
    const waits: number[] = []
    const bodies = new Set<string>()
    for (let attempt = 1; attempt <= 9; attempt += 1) {
      const [delivery] = live.actions.pendingDeliveries()
      expect(delivery?.attempt).toBe(attempt)
      bodies.add(delivery?.body ?? '')
      live.actions.answerDelivery(delivery?.id ?? '', 500)
      expect(live.actions.pendingDeliveries()).toEqual([])
      const wait = (live.actions.nextDeliveryAt() ?? 0) - live.actions.now()
      waits.push(wait / 1000)
      live.actions.advance(wait)
    }
    expect(waits).toEqual([10, 20, 30, 300, 1200, 7200, 14_400, 21_600, 21_600])
    expect(bodies.size).toBe(1)
    const [delivery] = live.actions.pendingDeliveries()
    live.actions.answerDelivery(delivery?.id ?? '', 200)
    expect(live.actions.nextDeliveryAt()).toBeUndefined()
    live.actions.change('Invoice', '1', {})
    live.actions.dropDeliveries()
    expect(live.actions.pendingDeliveries()).toEqual([])
  })

  // The vendor's own, from its Java SDK (WebhooksServiceTest).
  test('the published signature', () => {
    const body =
      '{"eventNotifications":[{"realmId":"1185883450","dataChangeEvent":{"entities":[{"name":"Customer","id":"1","operation":"Create","lastUpdated":"2015-10-05T14:42:19-0700"}]}}]}'
    expect(signatureOf(body, 'b5771f19b12ddb4bcdb9f08bdc50bc63878a')).toBe(
      'JC2GUwciPmRBwEO7WvrRmKqu9tGOKL8FFallocTFi8Q=',
    )
    const event = { realmId: '1', type: 'Invoice', id: '7', operation: 'Update', at: AT, sequence: 1 } as const
    const signed = signDelivery([event], { verifierToken: 'key', format: 'legacy' })
    expect(signed.headers['intuit-signature']).toBe(signatureOf(signed.body, 'key'))
  })
})
