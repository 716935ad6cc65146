import { createHmac } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { sandboxBotToken, sandboxSigningSecret, sandboxTeamId, signDelivery } from '../src/sandbox.ts'
import type { SandboxDelivery, SlackSandboxOptions, Wire } from '../src/sandbox.ts'
import { AT, openSandbox, wire } from './sandbox-call.ts'
import type { Opened } from './sandbox-call.ts'

const requestUrl = 'https://app.example/slack'

let sandbox: Opened
afterEach(() => sandbox.close())

async function open(options: SlackSandboxOptions = {}): Promise<Opened['actions']> {
  sandbox = await openSandbox({ events: { requestUrl }, ...options })
  return sandbox.actions
}

const bodyOf = ({ body }: SandboxDelivery): Wire => wire(JSON.parse(body))
const eventOf = (delivery: SandboxDelivery): Wire => wire(bodyOf(delivery).event)

/** What was told since the last time. */
function heard(): Wire[] {
  const deliveries = sandbox.actions.pendingDeliveries()
  for (const { id } of deliveries) sandbox.actions.answerDelivery(id, 200)
  return deliveries.map(eventOf)
}

describe('deliveries', () => {
  test('are signed as in the vendor’s own vector', async () => {
    await open()
    const body =
      'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'
    const headers = signDelivery(body, { secret: '8f742231b10e8888abcd99yyyzzz85a5', at: 1_531_420_618_000 })
    expect(headers['x-slack-signature']).toBe('v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503')
    expect(headers['x-slack-request-timestamp']).toBe('1531420618')
  })

  test('any body is signed over version, time and itself', async () => {
    await open()
    fc.assert(
      fc.property(fc.string(), fc.nat(4_000_000_000), (body, seconds) => {
        const headers = signDelivery(body, { secret: sandboxSigningSecret, at: seconds * 1000 + 999 })
        const hex = createHmac('sha256', sandboxSigningSecret)
          .update(`v0:${String(seconds)}:${body}`)
          .digest('hex')
        expect(headers['x-slack-signature']).toBe(`v0=${hex}`)
      }),
    )
  })

  test('come in the vendor’s envelope, each with an id of its own', async () => {
    const actions = await open({ events: { requestUrl, authorizations: 3 } })
    const [channel = ''] = actions.readableChannelIds()
    actions.post(channel, { text: 'one' })
    actions.post(channel, { text: 'two' })
    const [first, second] = actions.pendingDeliveries()
    expect(first).toMatchObject({
      method: 'POST',
      url: requestUrl,
      attempt: 1,
      event: 'message',
      teamId: sandboxTeamId,
    })
    const body = first ? bodyOf(first) : {}
    expect(body).toMatchObject({
      type: 'event_callback',
      team_id: sandboxTeamId,
      event_time: AT / 1000,
      event: { type: 'message', text: 'one', channel, channel_type: 'channel' },
    })
    expect(body.authorizations).toHaveLength(3)
    expect(wire(body.authorizations)[0]).toMatchObject({
      team_id: sandboxTeamId,
      user_id: actions.botUserId(),
      is_bot: true,
    })
    expect(body.event_id).not.toBe(second && bodyOf(second).event_id)
  })

  test('are tried again at once, after a minute and after five, and signed anew', async () => {
    const actions = await open()
    const [channel = ''] = actions.readableChannelIds()
    actions.post(channel)
    const attempts: (string | undefined)[] = []
    for (const wait of [0, 60_000, 300_000]) {
      const [delivery] = actions.pendingDeliveries()
      attempts.push(delivery?.headers['x-slack-retry-num'])
      actions.answerDelivery(delivery?.id ?? '', 500)
      expect(actions.nextDeliveryAt()).toBe(actions.now() + wait)
      if (wait > 0) expect(actions.pendingDeliveries()).toEqual([])
      actions.advance(wait)
    }
    const [last] = actions.pendingDeliveries()
    expect([...attempts, last?.headers['x-slack-retry-num']]).toEqual([undefined, '1', '2', '3'])
    expect(last?.headers['x-slack-retry-reason']).toBe('http_error')
    expect(last?.headers['x-slack-request-timestamp']).toBe(String((AT + 360_000) / 1000))
    actions.answerDelivery(last?.id ?? '', 500)
    expect(actions.nextDeliveryAt()).toBeUndefined()

    actions.post(channel)
    const [refused] = actions.pendingDeliveries()
    actions.answerDelivery(refused?.id ?? '', 404, { noRetry: true })
    expect(actions.nextDeliveryAt()).toBeUndefined()
  })

  test('a handshake and a notice about dropped events are signed as well', async () => {
    const actions = await open()
    const handshake = actions.handshake('abc')
    expect(bodyOf(handshake)).toMatchObject({ type: 'url_verification', challenge: 'abc' })
    expect(handshake.headers['x-slack-signature']).toMatch(/^v0=[0-9a-f]{64}$/)
    actions.noticeRateLimit(sandboxTeamId)
    const [notice] = actions.pendingDeliveries()
    expect(notice && bodyOf(notice)).toMatchObject({
      type: 'app_rate_limited',
      team_id: sandboxTeamId,
      minute_rate_limited: AT / 1000,
    })
    expect(notice && bodyOf(notice).event).toBeUndefined()
  })

  test('nobody is told who did not ask, or may not know', async () => {
    const actions = await open({ events: undefined, scopes: ['channels:read'] })
    const [channel = ''] = actions.readableChannelIds()
    actions.rename(channel, 'quiet')
    expect(actions.pendingDeliveries()).toEqual([])
    actions.subscribe(requestUrl)
    actions.rename(channel, 'loud')
    // Its line in the history would need channels:history.
    expect(heard().map(({ type }) => type)).toEqual(['channel_rename'])
    actions.subscribe(requestUrl, { types: ['channel_archive'] })
    actions.rename(channel, 'loudest')
    actions.archive(channel)
    expect(heard().map(({ type }) => type)).toEqual(['channel_archive'])
  })
})

describe('what is told', () => {
  test('of messages', async () => {
    const actions = await open()
    const [channel = ''] = actions.readableChannelIds()
    const ts = actions.post(channel, { text: 'one' })
    const reply = actions.reply(channel, ts, { text: 'two' })
    expect(heard()).toMatchObject([
      { type: 'message', ts, event_ts: ts, text: 'one' },
      { type: 'message', ts: reply, thread_ts: ts, text: 'two' },
    ])
    actions.edit(channel, reply, 'two, better')
    expect(heard()).toMatchObject([
      { subtype: 'message_changed', message: { ts: reply, text: 'two, better' }, previous_message: { text: 'two' } },
    ])
    actions.deleteMessage(channel, reply)
    expect(heard()).toMatchObject([{ subtype: 'message_deleted', deleted_ts: reply, previous_message: { ts: reply } }])
    actions.reply(channel, ts)
    heard()
    actions.deleteMessage(channel, ts)
    expect(heard()).toMatchObject([{ subtype: 'message_changed', message: { ts, subtype: 'tombstone' } }])
    const outside = actions.createChannel({ isMember: false })
    heard()
    actions.post(outside)
    expect(heard()).toEqual([])
  })

  test('of channels', async () => {
    const actions = await open()
    const id = actions.createChannel({ name: 'one' })
    actions.rename(id, 'two')
    actions.archive(id)
    actions.unarchive(id)
    actions.shareChannel(id)
    const next = actions.changeChannelId(id)
    actions.kickBot(next)
    actions.deleteChannel(next)
    const events = heard().filter(({ type }) => type !== 'message')
    expect(events).toMatchObject([
      { type: 'channel_created', channel: { id, name: 'one' } },
      { type: 'channel_rename', channel: { id, name: 'two' } },
      { type: 'channel_archive', channel: id },
      { type: 'channel_unarchive', channel: id },
      { type: 'channel_shared', channel: id },
      { type: 'channel_id_changed', old_channel_id: id, new_channel_id: next },
      { type: 'channel_left', channel: next },
      { type: 'channel_deleted', channel: next },
    ])
    const secret = actions.createChannel({ isPrivate: true })
    actions.archive(secret)
    expect(heard().map(({ type }) => type)).toEqual(['message', 'group_archive'])
  })

  test('of people and files', async () => {
    const actions = await open()
    const user = actions.addUser({ name: 'new' })
    actions.changeUser(user, { name: 'newer' })
    actions.deactivateUser(user)
    expect(heard()).toMatchObject([
      { type: 'team_join', user: { id: user, name: 'new' } },
      { type: 'user_change', user: { name: 'newer' } },
      { type: 'user_change', user: { deleted: true } },
    ])
    const [channel = ''] = actions.readableChannelIds()
    const file = actions.addFile(channel)
    actions.changeFile(file, { title: 'x' })
    actions.unshareFile(file, channel)
    actions.shareFile(file, channel)
    actions.deleteFile(file)
    expect(heard()).toMatchObject([
      { type: 'file_created', file_id: file },
      { type: 'file_shared', file_id: file, channel_id: channel },
      { type: 'message', subtype: 'file_share' },
      { type: 'file_change', file_id: file },
      { type: 'file_unshared', channel_id: channel },
      { type: 'file_shared' },
      { type: 'file_deleted', file_id: file, channel_ids: [channel] },
    ])
  })

  test('of the app’s own end', async () => {
    const actions = await open()
    actions.revokeToken()
    expect(heard()).toMatchObject([{ type: 'tokens_revoked', tokens: { bot: [actions.botUserId()] } }])
    actions.uninstallApp()
    expect(heard().map(({ type }) => type)).toEqual(['tokens_revoked', 'app_uninstalled'])
    expect((await sandbox.call('auth.test', {}, sandboxBotToken)).body.error).toBe('token_revoked')
  })
})
