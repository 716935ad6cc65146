import { createHmac } from 'node:crypto'
import {
  connectionIs,
  echoBody,
  echoQuery,
  hmacSha256,
  property,
  refetch,
  resync,
  tombstone,
  webhookSecret,
} from '@unioneyes/adapter-kit'
import { IntegrationError, MAX_HANDSHAKE_BYTES, VerifiedDelivery } from '@unioneyes/core'
import type { AdapterWebhooks, IntegrationErrorCode, WebhookDelivery } from '@unioneyes/core'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { simpleApi } from '../simple-adapter.ts'

const NOW = Date.UTC(2026, 5, 1, 12)
const api = simpleApi()

const wire = z.object({
  events: z.array(z.object({ kind: z.string(), key: z.string().nullish(), at: z.string().nullish(), of: z.string() })),
})
const webhooks = api.webhooks({
  verify: hmacSha256({
    secret: ({ apiKey }) => apiKey,
    header: 'X-Signature',
    timestamp: 'X-Time',
    message: 'timestamp.body',
    tolerance: '1m',
  }),
  wire,
  split: (body, { headers }) =>
    body.events.map(({ kind, key, at, of }) => ({
      type: kind,
      id: key,
      at,
      account: headers.get('x-account'),
      data: { of },
    })),
  events: {
    changed: ({ data }) => refetch('things', [data.of, data.of]),
    gone: ({ data }) => [tombstone('things', data.of, '7'), resync('others')],
    left: () => connectionIs('needs_reconnect', 'The app was removed.'),
    broken: ({ data }) => {
      throw new TypeError(`cannot read ${data.of}`)
    },
  },
})

interface Sent {
  readonly body?: unknown
  readonly text?: string | Uint8Array | undefined
  readonly at?: number | undefined
  readonly key?: string | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
}

function sent({
  body,
  text = JSON.stringify(body),
  at = NOW,
  key = 'secret-key',
  headers = {},
}: Sent): WebhookDelivery {
  const bytes = Buffer.from(text)
  const time = String(Math.floor(at / 1000))
  const signature = createHmac('sha256', key).update(`${time}.`).update(bytes).digest('hex')
  const all = { 'content-type': 'application/json', 'x-signature': signature, 'x-time': time, ...headers }
  return { body: bytes, headers: new Headers(all), receivedAt: at }
}

const verify = (delivery: WebhookDelivery, secrets: unknown = { apiKey: 'secret-key' }, now = NOW) =>
  webhooks.verify(delivery, { secrets, now })

const eventsOf = async (delivery: WebhookDelivery) =>
  webhooks.events(await verify(delivery, undefined, delivery.receivedAt))

async function codeOf(work: () => unknown): Promise<IntegrationErrorCode | undefined> {
  try {
    await work()
    return undefined
  } catch (error) {
    if (IntegrationError.is(error)) return error.code
    throw error
  }
}

const one = (kind: string, rest: object = {}) => ({ events: [{ kind, of: 'a', ...rest }] })

describe('events', () => {
  test('tell what each is good for', async () => {
    const at = '2026-01-02T03:04:05Z'
    const body = { events: [...one('changed', { key: 'evt_1', at }).events, ...one('gone', { key: 'evt_2' }).events] }
    expect(await eventsOf(sent({ body, headers: { 'x-account': 'acct_1' } }))).toEqual([
      {
        id: 'evt_1',
        type: 'changed',
        occurredAt: Date.parse(at),
        externalAccountId: 'acct_1',
        payload: { of: 'a' },
        effects: [{ kind: 'refetch', entity: 'things', ids: ['a'] }],
      },
      {
        id: 'evt_2',
        type: 'gone',
        occurredAt: undefined,
        externalAccountId: 'acct_1',
        payload: { of: 'a' },
        effects: [
          { kind: 'tombstone', entity: 'things', id: 'a', version: '7' },
          { kind: 'resync', entity: 'others' },
        ],
      },
    ])
  })

  test('of the connection itself say what became of it', async () => {
    const [event] = await eventsOf(sent({ body: one('left') }))
    expect(event?.effects).toEqual([{ kind: 'connection', status: 'needs_reconnect', reason: 'The app was removed.' }])
  })

  test.each(['unknown', 'constructor', '__proto__', 'toString', ''])(
    'without a handler have no effect: "%s"',
    async (kind) => {
      expect((await eventsOf(sent({ body: one(kind) }))).map(({ effects }) => effects)).toEqual([[]])
    },
  )

  test('may be none: the delivery only tests the endpoint', async () => {
    expect(await eventsOf(sent({ body: { events: [] } }))).toEqual([])
  })

  test('come from the bytes: numbers beyond 2^53 lose no digit', async () => {
    const numbers = api.webhooks({
      verify: hmacSha256({
        secret: ({ apiKey }) => apiKey,
        header: 'x-signature',
        timestamp: 'x-time',
        message: 'timestamp.body',
      }),
      wire: z.object({ id: z.bigint() }),
      split: ({ id }) => [{ type: 'changed', id: String(id), data: {} }],
      events: {},
    })
    const delivery = sent({ text: '{"id":9007199254740993}' })
    const verified = await numbers.verify(delivery, { secrets: { apiKey: 'secret-key' }, now: NOW })
    expect(numbers.events(verified)[0]?.id).toBe('9007199254740993')
  })
})

describe('a body that cannot be read', () => {
  test.each([
    ['is cut off', { text: '{"events":[' }, 'RESPONSE_INVALID'],
    ['is empty', { text: '' }, 'RESPONSE_INVALID'],
    [
      'is not UTF-8',
      { text: Buffer.from('{"events":[{"kind":"changed","of":"\xff"}]}', 'latin1') },
      'RESPONSE_INVALID',
    ],
    ['has another shape', { body: { events: [{ kind: 'changed' }] } }, 'RESPONSE_INVALID'],
    ['is a form', { text: 'a=1', headers: { 'content-type': 'application/x-www-form-urlencoded' } }, 'UNSUPPORTED'],
    ['has a handler that throws', { body: one('broken', { of: 'private' }) }, 'UNEXPECTED'],
  ] as const)('is verified all the same, and says so: it %s', async (_name, what, code) => {
    const verified = await verify(sent(what))
    expect(await codeOf(() => webhooks.events(verified))).toBe(code)
    expect(() => webhooks.events(verified)).not.toThrow(/private/)
  })

  test.each(['application/json; charset=utf-8', 'application/cloudevents-batch+json', 'APPLICATION/JSON'])(
    'is none of those with content type %s',
    async (type) => {
      expect(await eventsOf(sent({ body: one('changed'), headers: { 'content-type': type } }))).toHaveLength(1)
    },
  )
})

describe('the id of an event that the provider gives none', () => {
  const times = fc.date({ min: new Date(0), max: new Date(NOW), noInvalidDate: true }).map((date) => date.toISOString())
  const items = fc.array(fc.record({ kind: fc.constant('changed'), at: times, of: fc.string() }), { maxLength: 5 })
  const idsOf = async (delivery: WebhookDelivery) => (await eventsOf(delivery)).map(({ id }) => id)

  test('is the same however often the delivery is repeated and signed anew', async () => {
    await fc.assert(
      fc.asyncProperty(items, fc.nat(86_400_000), async (events, later) => {
        const first = await idsOf(sent({ body: { events } }))
        expect(await idsOf(sent({ body: { events }, at: NOW + later }))).toEqual(first)
      }),
    )
  })

  test('differs between the events of a delivery, and between deliveries', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(items, { selector: (one) => JSON.stringify(one), minLength: 1, maxLength: 5 }),
        async (bodies) => {
          const ids = await Promise.all(bodies.map((events) => idsOf(sent({ body: { events } }))))
          expect(new Set(ids.flat()).size).toBe(ids.flat().length)
        },
      ),
    )
  })

  test('differs between equal bodies signed at different times, where the event tells no time of its own', async () => {
    const body = one('changed')
    const [first] = await idsOf(sent({ body }))
    expect(await idsOf(sent({ body }))).toEqual([first])
    expect(await idsOf(sent({ body, at: NOW + 1000 }))).not.toEqual([first])
  })

  test('takes the time of receipt where nothing is signed but the body', async () => {
    const bare = api.webhooks({
      verify: hmacSha256({ secret: () => 'secret-key', header: 'x-signature' }),
      wire: z.object({}),
      split: () => [{ type: 'changed', data: {} }],
      events: {},
    })
    const at = (receivedAt: number) => {
      const headers = new Headers({ 'x-signature': createHmac('sha256', 'secret-key').update('{}').digest('hex') })
      return bare.verify({ body: Buffer.from('{}'), headers, receivedAt }, { secrets: { apiKey: 'x' }, now: NOW })
    }
    const [first] = bare.events(await at(1))
    expect(bare.events(await at(1))[0]?.id).toBe(first?.id)
    expect(bare.events(await at(2))[0]?.id).not.toBe(first?.id)
  })
})

describe('verify before parse', () => {
  test('a forged body is never looked at', async () => {
    const looked: string[] = []
    const watched = api.webhooks({
      verify: hmacSha256({ secret: ({ apiKey }) => apiKey, header: 'x-signature' }),
      handshake: echoBody(() => looked.push('handshake')),
      wire: z.unknown().transform(() => looked.push('wire')),
      split: () => {
        looked.push('split')
        return []
      },
      events: {},
    })
    // The two ways in which a body becomes something else than bytes.
    const decode = vi.spyOn(TextDecoder.prototype, 'decode').mockName('decode')
    const parse = vi.spyOn(JSON, 'parse').mockName('parse')
    onTestFinished(() => {
      vi.restoreAllMocks()
    })
    const receive = async (signature: string) => {
      const headers = new Headers({ 'x-signature': signature, 'content-type': 'application/json' })
      const delivery = { body: Buffer.from('{"events":[]}'), headers, receivedAt: NOW }
      const verified = await watched.verify(delivery, { secrets: { apiKey: 'key' }, now: NOW })
      if (watched.handshake?.signed === true) watched.handshake.answer(verified)
      return watched.events(verified)
    }

    const refused = await codeOf(() => receive('0'.repeat(64)))
    const calls = [decode.mock.calls.length, parse.mock.calls.length]
    expect(refused).toBe('WEBHOOK_UNVERIFIED')
    expect(calls).toEqual([0, 0])
    expect(looked).toEqual([])

    // The same delivery, signed: everything that was watched does happen.
    await receive(createHmac('sha256', 'key').update('{"events":[]}').digest('hex'))
    expect(looked).toEqual(['handshake', 'wire', 'split'])
    expect(decode.mock.calls.length).toBeGreaterThan(0)
    expect(parse.mock.calls.length).toBeGreaterThan(0)
  })

  test('events refuses what was not verified, whatever the compiler was told', async () => {
    const delivery = sent({ body: one('changed') })
    const events: (delivery: never) => unknown = webhooks.events.bind(webhooks)
    const lie = (value: unknown) => codeOf(() => events(value as never))
    expect(await lie(delivery)).toBe('WEBHOOK_UNVERIFIED')
    expect(await lie(webhooks.verify(delivery, { secrets: { apiKey: 'secret-key' }, now: NOW }))).toBe(
      'WEBHOOK_UNVERIFIED',
    )
    expect(await lie({ ...delivery, proof: { scheme: 'none' } })).toBe('WEBHOOK_UNVERIFIED')
    expect(await lie(true)).toBe('WEBHOOK_UNVERIFIED')
    expect(await lie(new VerifiedDelivery(delivery, { scheme: 'stored' }))).toBeUndefined()
  })

  test('credentials that do not fit verify nothing', async () => {
    expect(await codeOf(() => verify(sent({ body: one('changed') }), {}))).toBe('CONFIG_INVALID')
    expect(await codeOf(() => verify(sent({ body: one('changed') }), { apiKey: 'another' }))).toBe('WEBHOOK_UNVERIFIED')
  })
})

describe('webhooks of the app', () => {
  const ofTheApp: AdapterWebhooks<'things'> = api.appWebhooks(z.object({ signing: webhookSecret() }), {
    accountOf: ({ region }) => region,
    verify: hmacSha256({
      secret: ({ signing }) => signing,
      header: 'x-signature',
      timestamp: 'x-time',
      message: 'timestamp.body',
    }),
    wire,
    split: (body) => body.events.map(({ kind, of }) => ({ type: kind, account: of, data: {} })),
    events: { changed: () => refetch('things', '1') },
  })
  const verified = (secrets: unknown) => ofTheApp.verify(sent({ body: one('changed') }), { secrets, now: NOW })

  test('are verified with what the app configured, and name the account of each event', async () => {
    expect(ofTheApp.appSecrets).toBeDefined()
    expect(ofTheApp.events(await verified({ signing: 'secret-key' }))[0]?.externalAccountId).toBe('a')
    expect(ofTheApp.events(await verified({ signing: ['new', 'secret-key'] }))).toHaveLength(1)
    expect(await codeOf(() => verified({ signing: 'another' }))).toBe('WEBHOOK_UNVERIFIED')
    expect(await codeOf(() => verified({ apiKey: 'secret-key' }))).toBe('CONFIG_INVALID')
  })

  test('find the account of a connection in its settings', () => {
    expect(ofTheApp.accountOf?.({ region: 'eu' })).toBe('eu')
    expect(ofTheApp.accountOf?.({})).toBe('here')
    expect(ofTheApp.accountOf?.({ region: 7 })).toBeUndefined()
  })
})

describe('handshakes', () => {
  const asked = (query: string, method?: string): WebhookDelivery => ({
    method,
    body: new Uint8Array(),
    headers: new Headers(),
    query: new URLSearchParams(query),
    receivedAt: NOW,
  })
  const answer = (handshake: ReturnType<typeof echoQuery>, delivery: WebhookDelivery) =>
    handshake.signed ? undefined : handshake.answer(delivery)

  test('echo a challenge of the query, decoded', () => {
    const graph = echoQuery('validationToken')
    expect(answer(graph, asked('validationToken=Validation%3A+Testing%2B%3Cb%3E'))).toEqual({
      contentType: 'text/plain',
      body: 'Validation: Testing+<b>',
    })
    for (const other of ['', 'validationToken=', 'other=1']) expect(answer(graph, asked(other))).toBeUndefined()
    expect(answer(graph, asked('validationToken=x', 'GET'))).toBeUndefined()
    const dropbox = echoQuery('challenge', { method: 'GET' })
    expect(answer(dropbox, asked('challenge=abc', 'GET'))?.body).toBe('abc')
    expect(answer(dropbox, asked('challenge=abc', 'POST'))).toBeUndefined()
  })

  test('echo no more than their limit, counted in bytes', () => {
    const size = (text: string) => answer(echoQuery('c'), asked(new URLSearchParams({ c: text }).toString()))
    expect(size('x'.repeat(MAX_HANDSHAKE_BYTES))?.body).toHaveLength(MAX_HANDSHAKE_BYTES)
    expect(size('x'.repeat(MAX_HANDSHAKE_BYTES + 1))).toBeUndefined()
    expect(size('é'.repeat(MAX_HANDSHAKE_BYTES / 2 + 1))).toBeUndefined()
  })

  test('echo a challenge of a signed body', async () => {
    const slack = echoBody((body) =>
      property(body, 'type') === 'url_verification' ? property(body, 'challenge') : undefined,
    )
    if (!slack.signed) throw new Error('it is signed')
    expect(slack.answer(await verify(sent({ body: { type: 'url_verification', challenge: 'abc' } })))).toEqual({
      contentType: 'text/plain',
      body: 'abc',
    })
    for (const body of [
      { type: 'event_callback', challenge: 'abc' },
      { type: 'url_verification', challenge: 7 },
      [],
      null,
      'abc',
    ]) {
      expect(slack.answer(await verify(sent({ body }))), JSON.stringify(body)).toBeUndefined()
    }
    expect(slack.answer(await verify(sent({ text: 'no json' })))).toBeUndefined()
  })
})
