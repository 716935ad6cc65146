import { afterEach, describe, expect, test } from 'vitest'
import { sandboxBotToken, sandboxClient, sandboxTeamId } from '../src/sandbox.ts'
import type { SlackSandboxOptions, Wire } from '../src/sandbox.ts'
import { AT, openSandbox } from './sandbox-call.ts'
import type { Opened } from './sandbox-call.ts'

const TWELVE_HOURS = 43_200_000

let sandbox: Opened
afterEach(() => sandbox.close())

async function open(options: SlackSandboxOptions = {}): Promise<Opened> {
  sandbox = await openSandbox(options)
  return sandbox
}

const form = { 'content-type': 'application/x-www-form-urlencoded' }
const client = { client_id: sandboxClient.clientId, client_secret: sandboxClient.clientSecret }

async function ask(method: string, args: Record<string, string>, headers: Record<string, string> = {}): Promise<Wire> {
  const { status, body } = await sandbox.post(method, new URLSearchParams(args).toString(), { ...form, ...headers })
  expect(status).toBe(200)
  return body
}

const renew = (token: string) =>
  ask('oauth.v2.access', { ...client, grant_type: 'refresh_token', refresh_token: token })
const accepted = async (token: unknown): Promise<unknown> => {
  const { body } = await sandbox.call('auth.test', {}, String(token))
  return body.error ?? body.ok
}

describe('the token server', () => {
  test('gives a refresh token that is good for one use', async () => {
    const { actions } = await open()
    const grant = actions.issueGrant()
    expect(grant).toMatchObject({ expiresAt: AT + TWELVE_HOURS, teamId: sandboxTeamId })
    expect(grant.accessToken).toMatch(/^xoxe\.xoxb-/)
    expect(grant.refreshToken).toMatch(/^xoxe-1-/)
    const renewed = await renew(grant.refreshToken)
    expect(renewed).toMatchObject({
      ok: true,
      token_type: 'bot',
      expires_in: 43_200,
      bot_user_id: actions.botUserId(),
      team: { id: sandboxTeamId },
      enterprise: null,
      is_enterprise_install: false,
    })
    expect(await accepted(renewed.access_token)).toBe(true)
    expect(await renew(grant.refreshToken)).toEqual({ ok: false, error: 'invalid_refresh_token' })
    expect(actions.tokenCounts()).toMatchObject({ renewed: 1, refused: 1 })
  })

  test('keeps two access tokens active, no more', async () => {
    const { actions } = await open()
    const grant = actions.issueGrant()
    const second = await renew(grant.refreshToken)
    expect(await accepted(grant.accessToken)).toBe(true)
    const third = await renew(String(second.refresh_token))
    expect(await accepted(grant.accessToken)).toBe('token_revoked')
    expect(await accepted(second.access_token)).toBe(true)
    expect(await accepted(third.access_token)).toBe(true)
  })

  test('ends access tokens after twelve hours, or at once', async () => {
    const { actions } = await open()
    const { accessToken } = actions.issueGrant()
    const { body } = await sandbox.call('auth.test', {}, accessToken)
    expect(body.expires_in).toBe(43_200)
    actions.advance(TWELVE_HOURS - 1)
    expect(await accepted(accessToken)).toBe(true)
    actions.advance(1)
    expect(await accepted(accessToken)).toBe('token_expired')
    const other = actions.issueGrant()
    actions.expireAccessTokens()
    expect(await accepted(other.accessToken)).toBe('token_expired')
    expect(await accepted(sandboxBotToken)).toBe(true)
    actions.revokeGrants()
    expect(await accepted(sandboxBotToken)).toBe('token_revoked')
    expect((await renew(other.refreshToken)).error).toBe('invalid_refresh_token')
  })

  test('knows its client, from the form or from HTTP Basic', async () => {
    const { actions } = await open()
    const args = { grant_type: 'refresh_token', refresh_token: actions.issueGrant().refreshToken }
    expect((await ask('oauth.v2.access', { ...args, ...client, client_id: 'x' })).error).toBe('invalid_client_id')
    expect((await ask('oauth.v2.access', { ...args, ...client, client_secret: 'x' })).error).toBe('bad_client_secret')
    const basic = Buffer.from(`${sandboxClient.clientId}:${sandboxClient.clientSecret}`).toString('base64')
    expect((await ask('oauth.v2.access', args, { authorization: `Basic ${basic}` })).ok).toBe(true)
    expect((await ask('oauth.v2.access', { ...client, grant_type: 'password' })).error).toBe('invalid_grant_type')
  })

  test('exchanges a code once, with the address it was asked for', async () => {
    const { actions } = await open({ workspaces: 2 })
    const [, second = ''] = actions.teamIds()
    const code = actions.issueCode(second, 'https://app.example/callback')
    expect((await ask('oauth.v2.access', { ...client, code })).error).toBe('bad_redirect_uri')
    const args = { ...client, code, redirect_uri: 'https://app.example/callback' }
    const installed = await ask('oauth.v2.access', args)
    expect(installed).toMatchObject({ ok: true, team: { id: second }, expires_in: 43_200 })
    expect((await sandbox.call('auth.test', {}, String(installed.access_token))).body.team_id).toBe(second)
    expect((await ask('oauth.v2.access', args)).error).toBe('invalid_code')
  })

  test('gives a token that never ends where the app does not rotate them', async () => {
    const { actions } = await open({ tokens: { rotating: false } })
    const installed = await ask('oauth.v2.access', { ...client, code: actions.issueCode() })
    expect(installed.expires_in).toBeUndefined()
    expect(installed.refresh_token).toBeUndefined()
    actions.advance(100 * TWELVE_HOURS)
    expect(await accepted(installed.access_token)).toBe(true)
  })

  test('exchanges an old token for one that rotates, once', async () => {
    const { actions } = await open()
    const args = { ...client, token: sandboxBotToken }
    const exchanged = await ask('oauth.v2.exchange', args)
    expect(exchanged).toMatchObject({ ok: true, expires_in: 43_200 })
    expect(await accepted(exchanged.access_token)).toBe(true)
    expect((await ask('oauth.v2.exchange', args)).error).toBe('token_already_exchanged')
    expect((await ask('oauth.v2.exchange', { ...client, token: 'xoxb-unknown' })).error).toBe('invalid_token')
    expect(actions.tokenCounts().exchanged).toBe(1)
  })
})
