import { IntegrationRegistry } from '@unioneyes/core'
import type { EntitiesOf, Page } from '@unioneyes/core'
import type { CommunicationUser, Message } from '@unioneyes/models'
import { fault } from '@unioneyes/testkit'
import { describe, expect, expectTypeOf, onTestFinished, test } from 'vitest'
import { slack } from '../src/index.ts'
import { sandboxEnterpriseId, sandboxScopes } from '../src/sandbox.ts'
import type { SlackSandboxOptions } from '../src/sandbox.ts'
import { expectedMessages, openApp } from './app.ts'
import type { AppOptions } from './app.ts'
import { AT, DAY, connect, openSandbox, refusalOf, sleeper } from './live.ts'

const MINUTE = 60_000
const HISTORY = '/api/conversations.history'
const REPLIES = '/api/conversations.replies'
const TOKENS = '/api/oauth.v2.access'

async function open(options: SlackSandboxOptions = {}) {
  const sandbox = await openSandbox(options)
  onTestFinished(async () => {
    expect(sandbox.errors).toEqual([])
    await sandbox.close()
  })
  return { sandbox, actions: sandbox.actions }
}

async function appOf(options: AppOptions) {
  const app = await openApp(options)
  onTestFinished(() => app.close())
  return app
}

const readAll = async (
  integration: Awaited<ReturnType<typeof connect>>,
  entity: 'channels' | 'messages' | 'users' | 'files',
) => Array.fromAsync(integration.read?.(entity) ?? [])

const recordsOf = (pages: readonly Page[]): unknown[] =>
  pages.flatMap(({ rows }) =>
    (rows?.items ?? []).flatMap(({ raw }) => {
      const row = rows?.read(raw)
      return row?.kind === 'record' ? [row.record] : []
    }),
  )

describe('the token of a rotating grant', () => {
  test('that is refused in a 200 is renewed once, and the request is sent again', async () => {
    const { sandbox, actions } = await open({ channels: 2, messagesPerChannel: 3 })
    const app = await appOf({ url: sandbox.url, credentials: grantOf(actions.issueGrant()) })
    await app.check()
    actions.expireAccessTokens()
    expect(await app.full('messages')).toMatchObject({ status: 'success' })
    expect(await app.kept('messages')).toEqual(expectedMessages(actions))
    expect(actions.tokenCounts()).toMatchObject({ renewed: 1, refused: 0 })
    expect(sandbox.requests.count({ path: TOKENS })).toBe(1)
  })

  test('is good for one renewal, and its successor is kept', async () => {
    let time = AT
    const clock = { ...sleeper(), now: () => time }
    const { sandbox, actions } = await open({ now: () => time, stoppedAt: undefined })
    const app = await appOf({ url: sandbox.url, clock, credentials: grantOf(actions.issueGrant()) })
    for (let renewed = 1; renewed <= 3; renewed += 1) {
      time += DAY / 2
      expect(await app.check()).toMatchObject({ healthy: true })
      expect(actions.tokenCounts()).toMatchObject({ renewed, refused: 0 })
    }
  })

  test.each(['revokeGrants', 'deactivateAccount'] as const)(
    'ends for good with %s: the connection needs to be made anew',
    async (end) => {
      const { sandbox, actions } = await open()
      const app = await appOf({ url: sandbox.url, credentials: grantOf(actions.issueGrant()) })
      actions[end]()
      if (end === 'deactivateAccount') actions.failMethod('oauth.v2.access', 'account_inactive')
      expect(await app.full('channels')).toMatchObject({ status: 'failed', error: { code: 'AUTH_FAILED' } })
      expect(await app.connection()).toMatchObject({ status: 'needs_reconnect' })
      const asked = sandbox.requests.count({ path: TOKENS })
      expect(await app.full('channels')).toMatchObject({ status: 'failed' })
      expect(sandbox.requests.count({ path: TOKENS })).toBe(asked)
    },
  )
})

const grantOf = ({
  accessToken,
  refreshToken,
  expiresAt,
}: {
  accessToken: string
  refreshToken: string
  expiresAt: number
}) => ({
  accessToken,
  refreshToken,
  expiresAt,
})

describe('a refusal with status 200', () => {
  test.each(['invalid_auth', 'not_authed', 'account_inactive', 'token_revoked', 'no_permission', 'org_login_required'])(
    '%s is AUTH_FAILED',
    async (error) => {
      const { sandbox, actions } = await open()
      actions.failMethod('users.list', error)
      const refusal = await refusalOf(readAll(await connect({ baseUrl: sandbox.url }), 'users'))
      expect(refusal).toMatchObject({ code: 'AUTH_FAILED', entity: 'users' })
      expect(refusal.message).toContain(error)
    },
  )

  test('missing_scope names the scope, and concerns that entity only', async () => {
    const { sandbox, actions } = await open()
    actions.setScopes(sandboxScopes.filter((scope) => !scope.startsWith('files')))
    const integration = await connect({ baseUrl: sandbox.url })
    const refusal = await refusalOf(readAll(integration, 'files'))
    expect(refusal).toMatchObject({ code: 'PERMISSION_DENIED', entity: 'files' })
    expect(refusal.message).toContain('it needs the scope files:read, and has channels:read,groups:read')
    expect(await readAll(integration, 'users')).toHaveLength(1)
  })

  test.each(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout', 'team_added_to_org'])(
    '%s is tried again',
    async (error) => {
      const { sandbox, actions } = await open()
      actions.failMethod('users.list', error, 2)
      expect(await readAll(await connect({ baseUrl: sandbox.url }), 'users')).toHaveLength(1)
      expect(sandbox.requests.count({ path: '/api/users.list' })).toBe(3)
    },
  )

  test('invalid_cursor makes the listing begin again', async () => {
    const { sandbox, actions } = await open({ users: 8 })
    const integration = await connect({ baseUrl: sandbox.url, settings: { pageSize: 4 } })
    const pages: Page[] = []
    for await (const page of integration.read?.('users') ?? []) {
      if (pages.length === 1) actions.expireCursors()
      pages.push(page)
    }
    expect(pages.filter(({ restarted }) => restarted !== undefined)).toHaveLength(1)
    expect(new Set(pages.slice(-3).flatMap(({ rows }) => rows?.items.map(({ id }) => id) ?? []))).toEqual(
      new Set(actions.userIds()),
    )
  })

  test('of a kind that nobody knows is refused as it is', async () => {
    const { sandbox, actions } = await open()
    actions.failMethod('users.list', 'of_next_year')
    const refusal = await refusalOf(readAll(await connect({ baseUrl: sandbox.url }), 'users'))
    expect(refusal).toMatchObject({ code: 'REQUEST_REJECTED' })
  })
})

describe('limits', () => {
  test('of one method leave the others going', async () => {
    const { sandbox } = await open({ channels: 1, messagesPerChannel: 1 })
    const clock = sleeper()
    const integration = await connect({ baseUrl: sandbox.url, clock })
    sandbox.faults.inject({
      match: { path: '/api/users.list' },
      fault: fault.throttled({ retryAfterSeconds: 30 }),
      times: 1,
    })
    const [, messages] = await Promise.all([readAll(integration, 'users'), readAll(integration, 'messages')])
    expect(messages.length).toBeGreaterThan(1)
    expect(clock.sleeps.filter((ms) => ms >= 30_000)).toHaveLength(1)
  })

  test('of one method that are too long close a read with the time to come back', async () => {
    const { sandbox } = await open()
    sandbox.faults.inject({ match: { path: '/api/users.list' }, fault: fault.throttled({ retryAfterSeconds: 300 }) })
    const integration = await connect({ baseUrl: sandbox.url })
    expect(await refusalOf(readAll(integration, 'users'))).toMatchObject({
      code: 'RATE_LIMITED',
      retryAfterMs: 300_000,
    })
    expect(await readAll(integration, 'files')).toHaveLength(1)
  })

  test('are those of the tiers: a workspace that applies them refuses nothing', async () => {
    let time = AT
    const clock = { now: () => time, sleep: async (ms: number) => void (time += ms) }
    const { sandbox, actions } = await open({
      now: () => time,
      stoppedAt: undefined,
      tiers: true,
      users: 60,
      channels: 25,
      messagesPerChannel: 12,
    })
    const integration = await connect({ baseUrl: sandbox.url, clock, settings: { pageSize: 2 } })
    for (const entity of ['channels', 'users', 'messages'] as const) await readAll(integration, entity)
    expect(sandbox.requests.count({ status: 429 })).toBe(0)
    expect(sandbox.requests.count({ path: HISTORY })).toBeGreaterThan(50)
    expect(actions.readableChannelIds().length).toBeGreaterThan(20)
  })

  test('of an app that is not listed are 15 messages a minute', async () => {
    let time = AT
    const clock = { now: () => time, sleep: async (ms: number) => void (time += ms) }
    const { sandbox, actions } = await open({
      now: () => time,
      stoppedAt: undefined,
      nonMarketplace: true,
      channels: 1,
      messagesPerChannel: 40,
      threadShare: 0.1,
    })
    const app = await appOf({ url: sandbox.url, clock, maxWaitMs: 2 * MINUTE, settings: { distribution: 'unlisted' } })
    expect(await app.full('messages')).toMatchObject({ status: 'success' })
    expect(await app.kept('messages')).toEqual(expectedMessages(actions))
    for (const path of [HISTORY, REPLIES]) {
      const requests = sandbox.requests.list({ path })
      expect(
        requests.every(({ status, query }) => status === 200 && new URLSearchParams(query).get('limit') === '15'),
      ).toBe(true)
      // Each method has its own limit.
      expect(time - AT).toBeGreaterThanOrEqual((requests.length - 1) * MINUTE)
    }
    expect(sandbox.requests.count({ path: HISTORY })).toBe(3)
  })
})

describe('an Enterprise Grid organization', () => {
  test('with one token for all of it is read by workspace', async () => {
    const { sandbox, actions } = await open({
      enterprise: true,
      workspaces: 2,
      channels: 2,
      messagesPerChannel: 3,
      users: 5,
      files: 3,
      ...{ threadShare: 0 },
    })
    const [first = '', second = ''] = actions.teamIds()
    const accessToken = actions.issueOrgToken()
    const settings = { teamId: second, enterpriseId: sandboxEnterpriseId }
    const app = await appOf({ url: sandbox.url, credentials: { accessToken }, settings })
    for (const entity of ['channels', 'users', 'messages', 'files'] as const) {
      expect(await app.full(entity)).toMatchObject({ status: 'success' })
    }
    expect([...(await app.kept('channels')).keys()]).toEqual(actions.channelIds(second).sort())
    const users = await app.kept('users')
    expect([...users.keys()].some((id) => id.startsWith('W'))).toBe(true)
    expect([...users.values()].every((user) => (user as CommunicationUser).teamId === second)).toBe(true)
    const channels = [...(await app.kept('messages')).values()].map((one) => (one as Message).channelId)
    expect(new Set(channels)).toEqual(new Set(actions.readableChannelIds(second)))
    // What an event of another workspace names is not this connection's.
    const integration = await app.integration()
    const [foreign = ''] = actions.channelIds(first)
    const fetched = await Array.fromAsync(integration.fetch?.('channels', [foreign]) ?? [])
    expect(recordsOf(fetched)).toEqual([])
    const person = actions.truth(first).users.find(({ id }) => !users.has(String(id)) && String(id).startsWith('W'))
    expect(person).toBeDefined()
    expect(recordsOf(await Array.fromAsync(integration.fetch?.('users', [String(person?.id)]) ?? []))).toEqual([])
    const [known = ''] = users.keys()
    expect(recordsOf(await Array.fromAsync(integration.fetch?.('users', [known]) ?? []))).toHaveLength(1)
    const ts = actions.messageIds(foreign)[0] ?? ''
    expect(recordsOf(await Array.fromAsync(integration.fetch?.('messages', [`${foreign}/${ts}`]) ?? []))).toEqual([])
  })

  test('needs the workspace to be named', async () => {
    const { sandbox, actions } = await open({ enterprise: true })
    const app = await appOf({
      url: sandbox.url,
      credentials: { accessToken: actions.issueOrgToken() },
      settings: { teamId: undefined },
    })
    expect(await app.full('users')).toMatchObject({ status: 'failed', error: { code: 'REQUEST_REJECTED' } })
  })
})

describe('records that are fetched by their ids', () => {
  async function fetched(options: SlackSandboxOptions = {}, settings: object = {}) {
    const { sandbox, actions } = await open({
      channels: 6,
      messagesPerChannel: 4,
      users: 6,
      strangers: 1,
      files: 3,
      ...options,
    })
    const integration = await connect({ baseUrl: sandbox.url, settings: { pageSize: 3, ...settings } })
    const fetch = async (entity: 'channels' | 'messages' | 'users' | 'files', ids: readonly string[]) => {
      const pages = await Array.fromAsync(integration.fetch?.(entity, ids) ?? [])
      return { records: recordsOf(pages), deleted: pages.flatMap(({ deleted }) => deleted ?? []) }
    }
    return { sandbox, actions, fetch }
  }

  test('show a reply, and one whose thread is not known, as reactions name it', async () => {
    const { actions, fetch } = await fetched()
    const [channel = ''] = actions.readableChannelIds()
    const begun = actions.post(channel)
    const reply = actions.reply(channel, begun)
    const id = `${channel}/${begun}/${reply}`
    expect(await fetch('messages', [id])).toMatchObject({
      records: [{ id, threadId: `${channel}/${begun}` }],
      deleted: [],
    })
    const guessed = `${channel}/${reply}`
    expect(await fetch('messages', [guessed])).toMatchObject({ records: [{ id }], deleted: [guessed] })
    const broadcast = actions.reply(channel, begun, {}, true)
    expect(await fetch('messages', [`${channel}/${begun}/${broadcast}`])).toMatchObject({ deleted: [] })
    actions.deleteMessage(channel, reply)
    expect(await fetch('messages', [id, guessed])).toEqual({ records: [], deleted: [id, guessed] })
  })

  test('say nothing of messages in a channel that the bot is not in, does not see, or does not read', async () => {
    const { actions, fetch } = await fetched({ ims: 1, scopes: [...sandboxScopes, 'im:read', 'im:history'] })
    const { channels } = actions.truth()
    const closed = String(channels.find(({ is_member }) => is_member === false)?.id)
    const direct = String(channels.find(({ is_im }) => is_im)?.id)
    const hidden = actions.createChannel({ isPrivate: true, isMember: false })
    const ids = [closed, direct, hidden, 'C0NOWHERE'].map((channel) => `${channel}/1716239022.000200`)
    expect(await fetch('messages', ids)).toEqual({ records: [], deleted: [] })
    expect(await fetch('messages', ['no id'])).toEqual({ records: [], deleted: ['no id'] })
    expect(await fetch('channels', [direct, hidden, closed])).toMatchObject({
      records: [{ id: closed }],
      deleted: [direct, hidden],
    })
  })

  test('say nothing of what a free plan hides, and of replies to it, and tell what is gone of the rest', async () => {
    const { actions, fetch } = await fetched({ historyDays: 90, channels: 1, messagesPerChannel: 0 })
    const [channel = ''] = actions.readableChannelIds()
    const old = actions.post(channel)
    const begun = actions.post(channel)
    actions.advance(100 * DAY)
    const late = actions.reply(channel, begun)
    const ids = [`${channel}/${old}`, `${channel}/${begun}`, `${channel}/${begun}/${late}`]
    expect(await fetch('messages', ids)).toEqual({ records: [], deleted: [] })
    const [kept, gone] = [actions.post(channel), actions.post(channel)]
    actions.deleteMessage(channel, gone)
    expect(await fetch('messages', [`${channel}/${kept}`, `${channel}/${gone}`])).toMatchObject({
      records: [{ id: `${channel}/${kept}` }],
      deleted: [`${channel}/${gone}`],
    })
  })

  test('throw when a channel closes in between, since nothing is known of its messages then', async () => {
    const { actions, fetch } = await fetched()
    const [channel = ''] = actions.readableChannelIds()
    const [ts = ''] = actions.messageIds(channel)
    actions.refuseChannel(channel, 'not_in_channel')
    expect(await refusalOf(fetch('messages', [`${channel}/${ts}`]))).toMatchObject({ code: 'REQUEST_REJECTED' })
  })

  test('show people of other workspaces as external', async () => {
    const { actions, fetch } = await fetched()
    const [stranger] = actions.truth().strangers
    const id = String(stranger?.id)
    expect(await fetch('users', [id, 'U0NOBODY'])).toMatchObject({
      records: [{ id, external: true }],
      deleted: ['U0NOBODY'],
    })
  })
})

describe('files', () => {
  test('are listed although the first page is empty, and hidden ones are asked for', async () => {
    const { sandbox, actions } = await open({ channels: 2, files: 5, messagesPerChannel: 40, emptyFirstFilePage: true })
    const pages = await readAll(await connect({ baseUrl: sandbox.url, settings: { pageSize: 2 } }), 'files')
    expect(recordsOf(pages)).toHaveLength(5)
    expect(pages[0]?.rows?.items).toEqual([])
    expect(actions.fileIds()).toHaveLength(5)
    for (const { query } of sandbox.requests.list({ path: '/api/files.list' }))
      expect(query).toContain('show_files_hidden_by_limit=true')
  })

  test('that are new, and what became of those of the last days, come with an increment', async () => {
    const { sandbox, actions } = await open({ channels: 1 })
    const [channel = ''] = actions.channelIds()
    const app = await appOf({ url: sandbox.url })
    const old = actions.addFile(channel, { name: 'old.pdf' })
    actions.advance(10 * DAY)
    const recent = actions.addFile(channel, { name: 'recent.pdf' })
    await app.full('files')
    actions.advance(DAY)
    const added = actions.addFile(channel, { name: 'added.pdf' })
    for (const id of [old, recent]) actions.changeFile(id, { title: 'Changed' })
    sandbox.requests.clear()
    expect(await app.incremental('files')).toMatchObject({ counters: { created: 1, updated: 1 } })
    const [asked] = sandbox.requests.list({ path: '/api/files.list' })
    expect(new URLSearchParams(asked?.query).get('ts_from')).toBe(String((AT + 3 * DAY) / 1000))
    const kept = await app.kept('files')
    expect([...kept.keys()].sort()).toEqual([old, recent, added].sort())
    expect(kept.get(recent)).toMatchObject({ title: 'Changed' })
    await app.full('files')
    expect((await app.kept('files')).get(old)).toMatchObject({ title: 'Changed' })
  })
})

describe('the adapter', () => {
  test('tells what it can, what it needs and how fast it may go', () => {
    expect(slack).toMatchObject({
      provider: 'slack',
      type: 'communication',
      capabilities: { requiresOAuth: true, supportsWebhooks: true },
    })
    expect(slack.env).toEqual({ accessToken: 'SLACK_BOT_TOKEN', teamId: 'SLACK_TEAM_ID' })
    expect(
      Object.entries(slack.entities).map(([name, { incremental, deletions }]) => [name, incremental, deletions]),
    ).toEqual([
      ['channels', false, 'absence'],
      ['messages', true, 'feed'],
      ['users', false, 'absence'],
      ['files', true, 'absence'],
    ])
    // The least scopes are enough: those of the sandbox have none beside them but for its own checks.
    const scopes = new Set(Object.values(slack.entities).flatMap((entity) => entity.scopes ?? []))
    expect([...scopes].sort()).toEqual(sandboxScopes.filter((scope) => scope !== 'team:read').toSorted())
    expectTypeOf<EntitiesOf<typeof slack>['messages']>().toEqualTypeOf<Message>()
  })

  test('refuses settings and credentials that are none', async () => {
    for (const settings of [
      { teamId: 'northern' },
      { enterpriseId: 'T1' },
      { pageSize: 1 },
      { pageSize: 1000 },
      { channelTypes: [] },
    ]) {
      await expect(connect({ settings })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    }
    await expect(connect({ accessToken: ' ' })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  test('registers itself with ./register', async () => {
    await import('../src/register.ts')
    expect(IntegrationRegistry.getInstance().getMetadata('slack')).toMatchObject({ name: 'Slack' })
  })
})
