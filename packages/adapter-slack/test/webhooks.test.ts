import { createHmac } from 'node:crypto'
import { IntegrationError, checkSchema } from '@unioneyes/core'
import type { DeliveredEvent, IntegrationErrorCode, WebhookEffect } from '@unioneyes/core'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { slack, webhooks } from '../src/index.ts'
import { envelopeOf, sandboxEnterpriseId, sandboxSigningSecret, sandboxTeamId, signDelivery } from '../src/sandbox.ts'
import type { SandboxDelivery, SlackSandboxOptions } from '../src/sandbox.ts'
import shapes from './fixtures/event-shapes.json' with { type: 'json' }
import { AT, connect, openSandbox } from './live.ts'

const MINUTE = 60_000

interface Given {
  readonly body: string | Uint8Array
  readonly headers: Readonly<Record<string, string>>
}

async function outcome<T>(work: () => Promise<T>): Promise<T | IntegrationErrorCode> {
  try {
    return await work()
  } catch (error) {
    if (IntegrationError.is(error)) return error.code
    throw error
  }
}

/** What a host does with a delivery, once it is verified. */
async function receive(
  { body, headers }: Given,
  signingSecret: unknown = sandboxSigningSecret,
  now = AT,
): Promise<readonly DeliveredEvent[] | IntegrationErrorCode> {
  return outcome(async () => {
    const delivery = { body: Buffer.from(body), headers: new Headers(headers), receivedAt: now }
    return webhooks.events(await webhooks.verify(delivery, { secrets: { signingSecret }, now }))
  })
}

const sign = (body: string, secret = sandboxSigningSecret): Given => ({
  body,
  headers: signDelivery(body, { secret, at: AT }),
})
const tell = (body: object) => receive(sign(JSON.stringify(body)))

// The vendor's own vector: slackapi/python-slack-sdk, tests/slack_sdk/signature/test_signature_verifier.py. It is signed as a slash command.
const published = {
  secret: '8f742231b10e8888abcd99yyyzzz85a5',
  at: 1_531_420_618_000,
  body: 'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c',
  headers: {
    'content-type': 'application/x-www-form-urlencoded',
    'x-slack-request-timestamp': '1531420618',
    'x-slack-signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
  },
}

// The same secret and time over a challenge.
const challenge = {
  body: '{"token":"x","challenge":"abc","type":"url_verification"}',
  headers: {
    'content-type': 'application/json',
    'x-slack-request-timestamp': '1531420618',
    'x-slack-signature': 'v0=a664b38e2bfb5adffe3834c3885dfab1cfa2208f0fb14fb82c2d01fa6b284504',
  },
}

describe('the published delivery', () => {
  const verify = (given: Given, signingSecret: unknown = published.secret, now = published.at) =>
    outcome(async () => {
      const delivery = { body: Buffer.from(given.body), headers: new Headers(given.headers), receivedAt: now }
      return (await webhooks.verify(delivery, { secrets: { signingSecret }, now })).proof.scheme
    })

  test('is verified, and refused as a form because events are JSON', async () => {
    expect(await verify(published)).toBe('hmac-sha256')
    expect(await receive(published, published.secret, published.at)).toBe('UNSUPPORTED')
  })

  test('is refused with any byte of body, time or signature changed', async () => {
    const bytes = Buffer.from(published.body)
    for (let at = 0; at < bytes.length; at += 1) {
      const body = Buffer.from(bytes)
      body[at] = (body[at] ?? 0) ^ 1
      expect(await verify({ ...published, body })).toBe('WEBHOOK_UNVERIFIED')
    }
    const printable = fc.integer({ min: 0x21, max: 0x7e }).map((code) => String.fromCharCode(code))
    await fc.assert(
      fc.asyncProperty(fc.nat(1000), printable, async (place, other) => {
        for (const name of ['x-slack-request-timestamp', 'x-slack-signature'] as const) {
          const value = published.headers[name]
          const at = place % value.length
          if (value[at] === other) continue
          const changed = value.slice(0, at) + other + value.slice(at + 1)
          expect(await verify({ ...published, headers: { ...published.headers, [name]: changed } }), changed).toBe(
            'WEBHOOK_UNVERIFIED',
          )
        }
      }),
    )
  })

  test('is good for five minutes either way', async () => {
    for (const away of [-5 * MINUTE, 0, 5 * MINUTE])
      expect(await verify(published, published.secret, published.at + away)).toBe('hmac-sha256')
    for (const away of [-5 * MINUTE - 1, 5 * MINUTE + 1])
      expect(await verify(published, published.secret, published.at + away)).toBe('WEBHOOK_UNVERIFIED')
  })

  test('fits the secret before too, while it is being changed', async () => {
    expect(await verify(published, ['a new one', published.secret])).toBe('hmac-sha256')
    expect(await verify(published, 'a new one')).toBe('WEBHOOK_UNVERIFIED')
    expect(await verify(published, '')).toBe('CONFIG_INVALID')
    expect(await verify(published, null)).toBe('CONFIG_INVALID')
  })

  test('is refused without its version, in capitals, and signed without the time', async () => {
    const signed = published.headers['x-slack-signature']
    const bare = createHmac('sha256', published.secret).update(published.body).digest('hex')
    for (const wrong of [
      signed.slice(3),
      `v1${signed.slice(2)}`,
      `v0=${signed.slice(3).toUpperCase()}`,
      `v0=${bare}`,
    ]) {
      expect(await verify({ ...published, headers: { ...published.headers, 'x-slack-signature': wrong } })).toBe(
        'WEBHOOK_UNVERIFIED',
      )
    }
  })
})

describe('the challenge', () => {
  test('is answered when it is signed, and is no event', async () => {
    const now = published.at
    const delivery = { body: Buffer.from(challenge.body), headers: new Headers(challenge.headers), receivedAt: now }
    const verified = await webhooks.verify(delivery, { secrets: { signingSecret: published.secret }, now })
    const { handshake } = webhooks
    expect(handshake?.signed === true && handshake.answer(verified)).toEqual({ contentType: 'text/plain', body: 'abc' })
    expect(webhooks.events(verified)).toEqual([])
  })

  test('is nothing that an event could pass for', async () => {
    const body = JSON.stringify({ type: 'event_callback', challenge: 'abc', event: { type: 'message' } })
    const { headers } = sign(body)
    const verified = await webhooks.verify(
      { body: Buffer.from(body), headers: new Headers(headers), receivedAt: AT },
      { secrets: { signingSecret: sandboxSigningSecret }, now: AT },
    )
    const { handshake } = webhooks
    expect(handshake?.signed === true && handshake.answer(verified)).toBeUndefined()
  })
})

const TS = '1716239022.000200'
const PARENT = '1716000000.000100'

/** An event in its envelope. */
const wrapped = (event: object, more: object = {}) => ({
  ...envelopeOf({ ...event }, { teamId: sandboxTeamId, botUserId: 'UBOT', eventId: 'Ev1', at: AT }),
  ...more,
})

async function effectsOf(event: object, more: object = {}): Promise<readonly WebhookEffect[]> {
  const events = await tell(wrapped(event, more))
  if (typeof events === 'string') throw new Error(events)
  expect(events).toHaveLength(1)
  return events[0]?.effects ?? []
}

const refetch = (entity: string, ...ids: string[]) => ({ kind: 'refetch', entity, ids })
const gone = (entity: string, id: string) => ({ kind: 'tombstone', entity, id, version: undefined })
const again = (entity: string) => ({ kind: 'resync', entity })

describe('an event', () => {
  test.each<[string, object, readonly object[]]>([
    ['a message', { type: 'message', channel: 'C1', ts: TS }, [refetch('messages', `C1/${TS}`)]],
    [
      'a reply',
      { type: 'message', channel: 'C1', ts: TS, thread_ts: PARENT },
      [refetch('messages', `C1/${PARENT}/${TS}`, `C1/${PARENT}`)],
    ],
    [
      'a broadcast',
      { type: 'message', subtype: 'thread_broadcast', channel: 'C1', ts: TS, thread_ts: PARENT },
      [refetch('messages', `C1/${PARENT}/${TS}`, `C1/${PARENT}`)],
    ],
    [
      'an edit',
      {
        type: 'message',
        subtype: 'message_changed',
        channel: 'C1',
        ts: '1716239099.000000',
        message: { ts: TS },
        previous_message: { ts: TS },
      },
      [refetch('messages', `C1/${TS}`)],
    ],
    [
      'an edit of a reply',
      { type: 'message', subtype: 'message_changed', channel: 'C1', message: { ts: TS, thread_ts: PARENT } },
      [refetch('messages', `C1/${PARENT}/${TS}`, `C1/${PARENT}`)],
    ],
    [
      'a reply that is told of',
      { type: 'message', subtype: 'message_replied', channel: 'C1', message: { ts: PARENT, thread_ts: PARENT } },
      [refetch('messages', `C1/${PARENT}`)],
    ],
    [
      'a deletion',
      {
        type: 'message',
        subtype: 'message_deleted',
        channel: 'C1',
        ts: '1716239099.000000',
        deleted_ts: TS,
        previous_message: { ts: TS },
      },
      [gone('messages', `C1/${TS}`)],
    ],
    [
      'a deletion of a reply',
      {
        type: 'message',
        subtype: 'message_deleted',
        channel: 'C1',
        deleted_ts: TS,
        previous_message: { ts: TS, thread_ts: PARENT },
      },
      [gone('messages', `C1/${PARENT}/${TS}`), refetch('messages', `C1/${PARENT}`)],
    ],
    [
      'a deletion that tells little',
      { type: 'message', subtype: 'message_deleted', channel: 'C1', deleted_ts: TS },
      [gone('messages', `C1/${TS}`)],
    ],
    [
      'a reaction',
      { type: 'reaction_added', item: { type: 'message', channel: 'C1', ts: TS } },
      [refetch('messages', `C1/${TS}`)],
    ],
    ['a reaction to a file', { type: 'reaction_added', item: { type: 'file', file: 'F1' } }, []],
    ['a new channel', { type: 'channel_created', channel: { id: 'C1' } }, [refetch('channels', 'C1')]],
    ['a deleted channel', { type: 'channel_deleted', channel: 'C1' }, [gone('channels', 'C1')]],
    ['a deleted private channel', { type: 'group_deleted', channel: 'G1' }, [gone('channels', 'G1')]],
    [
      'another id of a channel',
      { type: 'channel_id_changed', old_channel_id: 'C1', new_channel_id: 'C2' },
      [gone('channels', 'C1'), refetch('channels', 'C2'), again('messages')],
    ],
    [
      'the bot came',
      { type: 'member_joined_channel', user: 'UBOT', channel: 'C1' },
      [refetch('channels', 'C1'), again('messages')],
    ],
    ['somebody came', { type: 'member_joined_channel', user: 'U1', channel: 'C1' }, []],
    ['the bot was put out', { type: 'group_left', channel: 'G1' }, [refetch('channels', 'G1'), again('messages')]],
    ['a change of a user', { type: 'user_change', user: { id: 'U1' } }, [refetch('users', 'U1')]],
    ['a change of a file', { type: 'file_change', file_id: 'F1', file: { id: 'F1' } }, [refetch('files', 'F1')]],
    ['a deleted file', { type: 'file_deleted', file_id: 'F1', channel_ids: ['C1'] }, [gone('files', 'F1')]],
    ['many messages that changed', { type: 'channel_history_changed', latest: TS, ts: TS }, [again('messages')]],
    [
      'the app was removed',
      { type: 'app_uninstalled' },
      [{ kind: 'connection', status: 'disabled', reason: 'The app was removed from the workspace.' }],
    ],
    [
      'a revoked bot',
      { type: 'tokens_revoked', tokens: { oauth: [], bot: ['UBOT'] } },
      [
        {
          kind: 'connection',
          status: 'needs_reconnect',
          reason: 'Slack revoked the token of the bot: connect the workspace again.',
        },
      ],
    ],
    ['a revoked user', { type: 'tokens_revoked', tokens: { oauth: ['U1'], bot: [] } }, []],
    ['what nobody knows', { type: 'of_next_year', channel: 'C1' }, []],
    ['a constructor', { type: 'constructor' }, []],
    ['a message without a place', { type: 'message', channel: 'C1', ts: 1716239022.0002 }, []],
  ])('%s', async (_, event, effects) => {
    expect(await effectsOf(event)).toEqual(effects)
  })

  test('of every kind that Slack shows can be read, blank or filled in', async () => {
    for (const [name, event] of Object.entries(shapes.events)) {
      for (const filled of [event, fill(event)]) {
        const body = { ...shapes.envelope, type: 'event_callback', event_id: name, event: filled }
        const events = await tell(body)
        expect(events, name).toMatchObject([{ id: name, type: event.type }])
      }
    }
    expect(Object.keys(shapes.events).length).toBeGreaterThan(75)
  })

  test('keeps its id in every repetition, whatever the headers say', async () => {
    const body = JSON.stringify(wrapped({ type: 'message', channel: 'C1', ts: TS }))
    const retry = { number: 2, reason: 'http_timeout' }
    const repeated = { body, headers: signDelivery(body, { secret: sandboxSigningSecret, at: AT + MINUTE, retry }) }
    expect(await receive(repeated, sandboxSigningSecret, AT + MINUTE)).toEqual(await receive(sign(body)))
    expect(await receive(sign(body))).toMatchObject([{ id: 'Ev1', occurredAt: AT, externalAccountId: sandboxTeamId }])
  })

  test('in a body of another shape is refused', async () => {
    for (const body of [{}, [], { type: 5 }, { type: 'event_callback', event: { type: 5 } }])
      expect(await tell(body)).toBe('RESPONSE_INVALID')
  })
})

/** A shape with values of the kind that stand there. */
function fill(event: object): object {
  return Object.fromEntries(
    Object.entries(event).map(([name, value]: [string, unknown]) => {
      if (name === 'type' || name === 'subtype') return [name, value]
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) return [name, fill(value)]
      if (typeof value !== 'string') return [name, value]
      return [name, /(?:^|_)ts$|^latest/.test(name) ? TS : `${name[0]?.toUpperCase() ?? ''}1`]
    }),
  )
}

describe('the account of an event', () => {
  const authorization = (team_id: string | null, user_id: string, more: object = {}) => ({
    ...{ enterprise_id: null, team_id, user_id, is_bot: true, is_enterprise_install: false },
    ...more,
  })
  const joined = { type: 'member_joined_channel', user: 'UB2', channel: 'C1' }

  test('is each that is authorized, once, with the bot that is there', async () => {
    const authorizations = [authorization('T1', 'UB1'), authorization('T2', 'UB2'), authorization('T1', 'UB1')]
    expect(await tell(wrapped(joined, { authorizations }))).toMatchObject([
      { id: 'Ev1', externalAccountId: 'T1', effects: [] },
      { id: 'Ev1', externalAccountId: 'T2', effects: [{ kind: 'refetch' }, { kind: 'resync' }] },
    ])
  })

  test('is told of a user who installed the app, who is not its bot', async () => {
    const authorizations = [authorization('T1', 'UB2', { is_bot: false })]
    expect(await tell(wrapped(joined, { authorizations }))).toMatchObject([{ externalAccountId: 'T1', effects: [] }])
  })

  test('is the organization where the app is installed for all of it', async () => {
    const authorizations = [authorization(null, 'UB1', { enterprise_id: 'E1', is_enterprise_install: true })]
    expect(await tell(wrapped(joined, { authorizations }))).toMatchObject([{ externalAccountId: 'E1' }])
    expect(webhooks.accountOf?.({ teamId: 'T1', enterpriseId: 'E1' })).toBe('E1')
    expect(webhooks.accountOf?.({ teamId: 'T1' })).toBe('T1')
    expect(webhooks.accountOf?.({})).toBeUndefined()
    expect(webhooks.accountOf?.({ teamId: 'nowhere' })).toBeUndefined()
  })

  test('is the workspace that the envelope names where nothing is authorized', async () => {
    for (const authorizations of [undefined, null, [], [authorization('', 'UB1')]]) {
      expect(await tell(wrapped(joined, { authorizations, team_id: 'T9' }))).toMatchObject([
        { externalAccountId: 'T9' },
      ])
    }
  })

  test('of dropped events is their workspace, and all of it is read again', async () => {
    const notice = {
      token: 'x',
      type: 'app_rate_limited',
      team_id: 'T9',
      minute_rate_limited: 1_518_467_820,
      api_app_id: 'A1',
    }
    expect(await tell(notice)).toMatchObject([
      {
        type: 'app_rate_limited',
        externalAccountId: 'T9',
        occurredAt: 1_518_467_820_000,
        effects: ['channels', 'messages', 'users', 'files'].map(again),
      },
    ])
  })
})

describe('events of a sandbox', () => {
  async function hooked(options: SlackSandboxOptions = {}) {
    const sandbox = await openSandbox({ channels: 6, messagesPerChannel: 3, ...options })
    onTestFinished(() => sandbox.close())
    const { actions } = sandbox
    actions.setScopes([
      'channels:read',
      'channels:history',
      'groups:read',
      'groups:history',
      'users:read',
      'files:read',
      'reactions:read',
    ])
    actions.subscribe('https://app.example/hooks/slack')
    const integration = await connect({ baseUrl: sandbox.url })
    /** What waits, and what fetching brings of what it names. */
    async function take() {
      const all: { readonly delivery: SandboxDelivery; readonly events: readonly DeliveredEvent[] }[] = []
      for (const delivery of actions.pendingDeliveries()) {
        const events = await receive(delivery, sandboxSigningSecret, actions.now())
        if (typeof events === 'string') throw new Error(events)
        all.push({ delivery, events })
        actions.answerDelivery(delivery.id, 200)
      }
      const effects = all.flatMap(({ events }) => events.flatMap((event) => event.effects))
      const fetched = new Set<string>()
      const deleted = new Set<string>()
      for (const effect of effects) {
        if (effect.kind !== 'refetch' && effect.kind !== 'tombstone') continue
        const ids = effect.kind === 'refetch' ? effect.ids : [effect.id]
        for await (const page of integration.fetch?.(effect.entity, ids) ?? []) {
          for (const item of page.rows?.items ?? []) fetched.add(item.id ?? '')
          for (const one of page.deleted ?? []) deleted.add(typeof one === 'string' ? one : one.id)
        }
      }
      return { all, effects, fetched: [...fetched], deleted: [...deleted] }
    }
    return { actions, take }
  }

  test('lead to what changed', async () => {
    const { actions, take } = await hooked()
    const [channel = ''] = actions.readableChannelIds()
    const begun = actions.post(channel)
    expect(await take()).toMatchObject({ fetched: [`${channel}/${begun}`], deleted: [] })
    const reply = actions.reply(channel, begun)
    expect((await take()).fetched.sort()).toEqual([`${channel}/${begun}`, `${channel}/${begun}/${reply}`])
    actions.react(channel, reply, 'wave')
    expect((await take()).fetched).toEqual([`${channel}/${begun}/${reply}`])
    actions.deleteMessage(channel, reply)
    expect(await take()).toMatchObject({ fetched: [`${channel}/${begun}`], deleted: [`${channel}/${begun}/${reply}`] })
    const file = actions.addFile(channel)
    expect((await take()).fetched).toContain(file)
    actions.deleteFile(file)
    expect((await take()).deleted).toEqual([file])
    const user = actions.addUser()
    expect((await take()).fetched).toEqual([user])
  })

  test('tell when the bot comes into a channel and goes', async () => {
    const { actions, take } = await hooked()
    const closed = actions.channelIds().find((id) => !actions.readableChannelIds().includes(id)) ?? ''
    actions.inviteBot(closed)
    const came = await take()
    expect(came.effects).toContainEqual(again('messages'))
    expect(came.fetched).toContain(closed)
    actions.kickBot(closed)
    const went = await take()
    expect(went.effects).toEqual([refetch('channels', closed), again('messages')])
    expect(went.fetched).toEqual([closed])
  })

  test('end a connection', async () => {
    const { actions, take } = await hooked()
    actions.uninstallApp()
    expect((await take()).effects.map((effect) => effect.kind === 'connection' && effect.status)).toEqual([
      'needs_reconnect',
      'disabled',
    ])
  })

  test('of a workspace of an organization are its own', async () => {
    const { actions, take } = await hooked({ enterprise: true })
    actions.post(actions.readableChannelIds()[0] ?? '')
    const { all } = await take()
    expect(all.flatMap(({ events }) => events.map((event) => event.externalAccountId))).toEqual([sandboxTeamId])
    expect(sandboxEnterpriseId).not.toBe(sandboxTeamId)
  })
})

test('the app configures the signing secret, and nothing less', async () => {
  const { appSecrets } = webhooks
  if (!appSecrets) throw new Error('There is nothing to configure.')
  expect((await checkSchema(appSecrets, { signingSecret: 'a secret' })).issues).toBeUndefined()
  for (const none of [{}, { signingSecret: '' }, { signingSecret: [] }])
    expect((await checkSchema(appSecrets, none)).issues?.join()).toContain('signingSecret')
})

test('entities that events name are those of the adapter', () => {
  expect(Object.keys(slack.entities).sort()).toEqual(['channels', 'files', 'messages', 'users'])
})
