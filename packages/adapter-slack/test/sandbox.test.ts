import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { citations, spawnSandbox } from '@unioneyes/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { sandboxBotToken, sandboxScopes, sandboxTeamId, slackSandbox } from '../src/sandbox.ts'
import type { SlackActions, SlackSandboxOptions } from '../src/sandbox.ts'
import { AT, list, openSandbox, wire } from './sandbox-call.ts'
import type { Opened } from './sandbox-call.ts'

const DAY = 86_400_000

let sandbox: Opened
afterEach(() => sandbox.close())

async function open(options: SlackSandboxOptions = {}): Promise<Opened> {
  sandbox = await openSandbox(options)
  return sandbox
}

const errorOf = async (method: string, args: Record<string, string> = {}, token?: string | null): Promise<unknown> => {
  const { status, body } = await sandbox.call(method, args, token)
  expect(status).toBe(200)
  expect(body.ok).toBe(false)
  return body.error
}

describe('foundation', () => {
  test('every method cites the vendor, by GET and by POST', async () => {
    await open()
    const all = citations(slackSandbox())
    expect(all).toHaveLength(30)
    for (const { route, cites } of all) {
      const method = route.replace(/^\w+ \/api\//, '')
      // The specification of 2021 does not have the exchange of tokens.
      const proof = method === 'oauth.v2.exchange' ? 'fixtures api/oauth.v2.exchange.json' : `openapi GET /${method}`
      expect(cites, route).toContain(proof)
    }
  })

  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const specs = resolve(root, process.env.VENDOR_SPECS_DIR ?? '../shared/specs', 'slack-web-api.openapi-v2.json')
  test('every cited operation is one of the vendor’s specification', async ({ skip }) => {
    await open()
    skip(!existsSync(specs), 'VENDOR_SPECS_DIR holds no slack-web-api.openapi-v2.json')
    const { paths } = JSON.parse(readFileSync(specs, 'utf8')) as { paths: Record<string, Record<string, unknown>> }
    for (const { cites } of citations(slackSandbox())) {
      for (const cite of cites.filter((one) => one.startsWith('openapi '))) {
        const [, verb = '', path = ''] = cite.split(' ')
        expect(paths[path]?.[verb.toLowerCase()], cite).toBeDefined()
      }
    }
  })

  test('the same seed gives the same workspace; another seed gives another', async () => {
    const truths: string[] = []
    for (const seed of [3, 3, 4]) {
      await open({ seed })
      truths.push(JSON.stringify(sandbox.actions.truth()))
      await sandbox.close()
    }
    expect(truths[0]).toBe(truths[1])
    expect(truths[0]).not.toBe(truths[2])
  })

  test('50,000 messages take no room until they are asked for', async () => {
    const before = process.memoryUsage().heapUsed
    await open({ messages: 50_000, users: 1_000, files: 20_000 })
    // Made at once, they would take thirty.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(15 * 1024 * 1024)
    const [channel = ''] = sandbox.actions.readableChannelIds()
    const { body } = await sandbox.call('conversations.history', { channel, limit: '200' })
    expect(list(body.messages)).toHaveLength(200)
  })

  test('answers carry the provider’s own time, which only passes when it is told to', async () => {
    await open({ dateSkewMs: 5_000 })
    expect((await sandbox.call('auth.test')).headers.get('date')).toBe(new Date(AT + 5_000).toUTCString())
    sandbox.actions.advance(DAY)
    expect((await sandbox.call('auth.test')).headers.get('date')).toBe(new Date(AT + DAY + 5_000).toUTCString())
  })

  test('it runs in another process', async () => {
    await open()
    const child = await spawnSandbox<SlackActions>(new URL('../src/sandbox.ts', import.meta.url).href, 'slackSandbox', {
      stoppedAt: AT,
    })
    const channel = await child.act('createChannel', { name: 'elsewhere' })
    const ts = await child.act('post', channel, { text: 'hello' })
    const response = await fetch(`${child.url}/api/conversations.history?channel=${channel}`, {
      headers: { authorization: `Bearer ${sandboxBotToken}` },
    })
    expect(list(wire(await response.json()).messages).map((one) => one.ts)).toEqual([ts])
    expect(wire((await child.act('truth')).messages)[channel]).toHaveLength(1)
    await child.close()
  })
})

describe('signing in', () => {
  test('says who asks, by header, by query and by form', async () => {
    await open()
    const { body, headers } = await sandbox.call('auth.test')
    expect(body).toMatchObject({ ok: true, team_id: sandboxTeamId, user_id: sandbox.actions.botUserId() })
    expect(headers.get('x-oauth-scopes')).toBe(sandboxScopes.join(','))
    expect((await sandbox.call('auth.test', { token: sandboxBotToken }, null)).body.ok).toBe(true)
    const form = await sandbox.post('auth.test', `token=${sandboxBotToken}`, {
      'content-type': 'application/x-www-form-urlencoded',
    })
    expect(form.body.ok).toBe(true)
    expect((await sandbox.call('team.info')).body.team).toMatchObject({ id: sandboxTeamId, name: 'Northern Works' })
  })

  test('refuses as the vendor does, with status 200', async () => {
    await open()
    expect(await errorOf('auth.test', {}, null)).toBe('not_authed')
    expect(await errorOf('auth.test', {}, 'xoxb-somebody')).toBe('invalid_auth')
    sandbox.actions.deactivateAccount()
    expect(await errorOf('auth.test')).toBe('account_inactive')
    sandbox.actions.deactivateAccount(undefined, false)
    expect((await sandbox.call('auth.revoke', { test: '1' })).body).toEqual({ ok: true, revoked: false })
    expect((await sandbox.call('auth.revoke')).body).toEqual({ ok: true, revoked: true })
    expect(await errorOf('auth.test')).toBe('token_revoked')
  })

  test('bodies of JSON are for some methods only', async () => {
    await open()
    const [channel = ''] = sandbox.actions.readableChannelIds()
    const headers = { authorization: `Bearer ${sandboxBotToken}`, 'content-type': 'application/json' }
    const history = await sandbox.post('conversations.history', JSON.stringify({ channel, limit: 2 }), headers)
    expect(list(history.body.messages)).toHaveLength(2)
    expect((await sandbox.post('conversations.list', '{}', headers)).body.error).toBe('invalid_post_type')
    expect((await sandbox.post('auth.test', '{', headers)).body.error).toBe('invalid_json')
    expect((await sandbox.post('auth.test', '[]', headers)).body.error).toBe('json_not_object')
  })

  test('every method needs the scope of what it reads', async () => {
    await open({ scopes: ['channels:read', 'users:read'] })
    const [publicId = ''] = sandbox.actions.channelIds()
    const privateId = String(
      sandbox.actions.truth().channels.find((one) => one.is_private === true && one.is_mpim === false)?.id,
    )
    const refused = await sandbox.call('conversations.list', { types: 'public_channel,private_channel' })
    expect(refused.body).toEqual({
      ok: false,
      error: 'missing_scope',
      needed: 'groups:read',
      provided: 'channels:read,users:read',
    })
    expect(refused.headers.get('x-accepted-oauth-scopes')).toBe('channels:read,groups:read,im:read,mpim:read')
    expect((await sandbox.call('conversations.list')).body.ok).toBe(true)
    expect((await sandbox.call('conversations.info', { channel: publicId })).body.ok).toBe(true)
    for (const [method, args] of [
      ['conversations.info', { channel: privateId }],
      ['conversations.members', { channel: privateId }],
      ['conversations.history', { channel: publicId }],
      ['conversations.replies', { channel: publicId, ts: '1.000000' }],
      ['users.conversations', { types: 'im' }],
      ['files.list', {}],
      ['files.info', { file: 'F0' }],
      ['team.info', {}],
    ] as const) {
      expect(await errorOf(method, args), method).toBe('missing_scope')
    }
    const withoutEmail = list((await sandbox.call('users.list')).body.members)
    expect(withoutEmail.every((one) => wire(one.profile).email === undefined)).toBe(true)
    sandbox.actions.setScopes(['users:read', 'users:read.email'])
    const withEmail = list((await sandbox.call('users.list')).body.members)
    expect(withEmail.some((one) => wire(one.profile).email !== undefined)).toBe(true)
  })

  test('a token of the organization names the workspace it asks about', async () => {
    await open({ workspaces: 2, enterprise: true })
    const token = sandbox.actions.issueOrgToken()
    const [, second = ''] = sandbox.actions.teamIds()
    for (const method of ['conversations.list', 'users.conversations', 'users.list', 'files.list']) {
      expect(await errorOf(method, {}, token), method).toBe('missing_argument')
      expect(await errorOf(method, { team_id: 'T0ELSEWHERE' }, token), method).toBe('team_access_not_granted')
      expect((await sandbox.call(method, { team_id: second }, token)).body.ok, method).toBe(true)
    }
    const [channel = ''] = sandbox.actions.readableChannelIds(second)
    expect((await sandbox.call('conversations.history', { channel }, token)).body.ok).toBe(true)
    expect((await sandbox.call('auth.test', {}, token)).body).toMatchObject({ is_enterprise_install: true })
  })

  test('one workspace’s token sees nothing of another', async () => {
    await open({ workspaces: 2 })
    const [first = '', second = ''] = sandbox.actions.teamIds()
    const other = sandbox.actions.issueToken(second)
    const theirs = list(
      (await sandbox.call('conversations.list', { types: 'public_channel,private_channel' }, other)).body.channels,
    )
    const ids = new Set(sandbox.actions.channelIds(second))
    expect(theirs.length).toBeGreaterThan(0)
    expect(theirs.every(({ id }) => ids.has(String(id)))).toBe(true)
    const [channel = ''] = sandbox.actions.readableChannelIds(first)
    expect(await errorOf('conversations.history', { channel }, other)).toBe('channel_not_found')
    const [, , user = ''] = sandbox.actions.userIds(first)
    expect(await errorOf('users.info', { user }, other)).toBe('user_not_found')
    const [file = ''] = sandbox.actions.fileIds(first)
    expect(await errorOf('files.info', { file }, other)).toBe('file_not_found')
    const added = sandbox.actions.addWorkspace({ name: 'Third' })
    expect((await sandbox.call('auth.test', {}, added.token)).body).toMatchObject({
      team_id: added.teamId,
      team: 'Third',
    })
  })
})

describe('limits and failures', () => {
  test('are by method and workspace', async () => {
    await open({ workspaces: 2, rateLimits: { 'users.list': { requests: 2, perMs: 10_000 } } })
    const other = sandbox.actions.issueToken(sandbox.actions.teamIds()[1])
    const statuses: number[] = []
    for (const token of [undefined, undefined, undefined, other])
      statuses.push((await sandbox.call('users.list', {}, token)).status)
    expect(statuses).toEqual([200, 200, 429, 200])
    expect((await sandbox.call('files.list')).status).toBe(200)
  })

  test('go by the provider’s clock, or by one that does not stop', async () => {
    for (const [limitsBy, expected] of [
      ['provider', 200],
      ['machine', 429],
    ] as const) {
      await open({ limitsBy, rateLimits: { '*': { requests: 1, perMs: 60_000 } } })
      expect((await sandbox.call('users.list')).status).toBe(200)
      expect((await sandbox.call('users.list')).status).toBe(429)
      sandbox.actions.advance(60_000)
      expect((await sandbox.call('users.list')).status).toBe(expected)
      await sandbox.close()
    }
  })

  test('the tiers are the vendor’s', async () => {
    await open({ tiers: true })
    let admitted = 0
    while ((await sandbox.call('users.list', { limit: '1' })).status === 200) admitted += 1
    expect(admitted).toBe(20)
  })

  test('a method can be told to fail', async () => {
    const { actions } = await open()
    actions.failMethod('users.list', 'internal_error', 2)
    expect(await errorOf('users.list')).toBe('internal_error')
    expect(await errorOf('users.list')).toBe('internal_error')
    expect((await sandbox.call('users.list')).body.ok).toBe(true)
    actions.failMethod('users.list', 'missing_scope', 1, { needed: 'users:read', provided: '' })
    expect((await sandbox.call('users.list')).body).toMatchObject({ needed: 'users:read' })
    expect((await sandbox.call('users.nothing')).body.ok).toBe(false)
  })
})
