import assert from 'node:assert/strict'
import { IntegrationError, MAX_HANDSHAKE_BYTES, VerifiedDelivery } from '@unioneyes/core'
import type { AdapterWebhooks, DeliveredEvent, HandshakeAnswer, WebhookDelivery } from '@unioneyes/core'
import type { AdapterCheckBody, Facts, Stage } from './adapter-check.ts'
import type { WebhookHand } from './adapter-subject.ts'
import { unless } from './applicability.ts'
import { assertCode, describeError } from './expectations.ts'

const NOW = Date.UTC(2026, 2, 1, 12)
const MINUTE_MS = 60_000
const MOST_POSITIONS = 400

const hasWebhooks = ({ adapter, webhooks }: Facts): string | undefined => {
  if (!adapter.webhooks) return 'the adapter has no webhooks'
  return webhooks
    ? undefined
    : 'the subject does not say how the provider delivers (`webhooks`), so nothing of them is checked'
}

/** Whether only the provider's deliveries are believed, and what they become. */
export const webhookChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'webhook-events',
    name: 'a genuine delivery is believed, and its events are the same whenever it comes again',
    remedy:
      'Take the event’s id from the provider or from the bytes, never from the time or a random number; name your own entities.',
    unless: hasWebhooks,
    async run(stage) {
      const { webhooks, hand } = partsOf(stage)
      const first = await eventsOf(webhooks, hand, await hand.deliver(NOW, 1), NOW)
      const again = await eventsOf(webhooks, hand, await hand.deliver(NOW, 1), NOW + MINUTE_MS)
      const other = await eventsOf(webhooks, hand, await hand.deliver(NOW, 2), NOW)
      assert.ok(first.length > 0, 'A genuine delivery has no events.')
      assert.deepEqual(idsOf(again), idsOf(first), 'The ids of events when they are delivered again')
      const shared = idsOf(other).filter((id) => idsOf(first).includes(id))
      assert.deepEqual(shared, [], 'Ids that events of two deliveries share')
      for (const { type, effects } of first) {
        for (const effect of effects) {
          if (effect.kind === 'connection') continue
          const known = Object.hasOwn(stage.adapter.entities, effect.entity)
          assert.ok(known, `The event "${type}" concerns "${effect.entity}", which the adapter does not have.`)
        }
      }
    },
  },
  {
    hazard: 'webhook-forged',
    name: 'a delivery without a signature, or with that of another, is refused',
    remedy:
      'Throw WEBHOOK_UNVERIFIED (`unverified` of core) for whatever does not carry the signature of its own bytes.',
    unless: hasWebhooks,
    async run(stage) {
      const { hand } = partsOf(stage)
      const genuine = await hand.deliver(NOW, 1)
      const other = await hand.deliver(NOW, 2)
      for (const name of hand.signedHeaders)
        await assertRefused(stage, withHeader(genuine, name, null), `without ${name}`)
      await assertRefused(stage, { ...genuine, headers: { get: () => null } }, 'without any header')
      await assertRefused(stage, { ...genuine, headers: { get: () => 'x' } }, 'with nonsense in every header')
      await assertRefused(stage, { ...genuine, body: other.body }, 'with the body of another')
    },
  },
  {
    hazard: 'webhook-changed-byte',
    name: 'a delivery of which any byte was changed is refused',
    remedy: 'Sign the raw bytes, and compare the whole signature as text, in constant time.',
    unless: hasWebhooks,
    async run(stage) {
      const { hand } = partsOf(stage)
      const genuine = await hand.deliver(NOW, 1)
      for (const at of positionsOf(genuine.body.length)) {
        const body = Uint8Array.from(genuine.body)
        body[at] = (body[at] ?? 0) ^ 1
        await assertRefused(stage, { ...genuine, body }, `with byte ${at} of its body changed`)
      }
      await assertRefused(
        stage,
        { ...genuine, body: Buffer.concat([genuine.body, Buffer.from(' ')]) },
        'with a space added',
      )
      for (const name of hand.signedHeaders) {
        const value = genuine.headers.get(name) ?? ''
        for (const at of positionsOf(value.length)) {
          const changed = `${value.slice(0, at)}${value[at] === '0' ? '1' : '0'}${value.slice(at + 1)}`
          await assertRefused(stage, withHeader(genuine, name, changed), `with character ${at} of ${name} changed`)
        }
      }
    },
  },
  {
    hazard: 'webhook-stale',
    name: 'a delivery that was signed too long ago, or too far ahead, is refused',
    remedy: 'Compare the signed time with `context.now`, both ways, within `toleranceMs`.',
    unless: unless(hasWebhooks, ({ adapter }) =>
      adapter.webhooks?.toleranceMs === undefined ? 'the provider signs no time' : undefined,
    ),
    async run(stage) {
      const { webhooks, hand } = partsOf(stage)
      const beyond = (webhooks.toleranceMs ?? 0) + MINUTE_MS
      await assertRefused(stage, await hand.deliver(NOW - beyond, 1), 'that was signed too long ago')
      await assertRefused(stage, await hand.deliver(NOW + beyond, 1), 'that was signed too far ahead')
    },
  },
  {
    hazard: 'webhook-without-secret',
    name: 'without a secret nothing is believed',
    remedy: 'Throw CONFIG_INVALID when no secret is configured, so that the provider delivers again when one is.',
    unless: hasWebhooks,
    async run(stage) {
      const { webhooks, hand } = partsOf(stage)
      const delivery = await hand.deliver(NOW, 1)
      const error = await refusalOf(() => webhooks.verify(delivery, { secrets: {}, now: NOW }))
      assertCode(error, ['CONFIG_INVALID', 'WEBHOOK_UNVERIFIED'], 'for a delivery where no secret is configured')
    },
  },
  {
    hazard: 'webhook-handshake',
    name: 'a challenge is answered with what was asked for, and nothing else is taken for one',
    remedy: 'Answer exactly the challenge, as plain text or JSON, and undefined for everything else.',
    unless: unless(hasWebhooks, ({ adapter, webhooks }) => {
      if (!adapter.webhooks?.handshake) return 'the provider sends no challenges'
      return webhooks?.challenge ? undefined : 'the subject has no challenge (`webhooks.challenge`)'
    }),
    async run(stage) {
      const { webhooks, hand } = partsOf(stage)
      const challenge = await hand.challenge?.(NOW)
      assert.ok(challenge && webhooks.handshake)
      const answer = await answerOf(webhooks, hand, challenge.delivery)
      assert.equal(answer?.body, challenge.answer, 'The answer to a challenge')
      assert.ok(Buffer.byteLength(answer.body) <= MAX_HANDSHAKE_BYTES, 'The answer to a challenge is too long.')
      const ordinary = await answerOf(webhooks, hand, await hand.deliver(NOW, 1))
      assert.equal(ordinary, undefined, 'The answer to a delivery that is no challenge')
    },
  },
]

function partsOf({ adapter, webhooks: hand }: Stage): {
  readonly webhooks: AdapterWebhooks
  readonly hand: WebhookHand
} {
  assert.ok(adapter.webhooks && hand)
  return { webhooks: adapter.webhooks, hand }
}

async function eventsOf(
  webhooks: AdapterWebhooks,
  { secrets }: WebhookHand,
  delivery: WebhookDelivery,
  now: number,
): Promise<readonly DeliveredEvent[]> {
  const verified = await webhooks.verify(delivery, { secrets, now })
  assert.ok(VerifiedDelivery.is(verified), 'verify() gives something else than a VerifiedDelivery.')
  return webhooks.events(verified)
}

const idsOf = (events: readonly DeliveredEvent[]): string[] => events.map(({ id }) => id)

async function answerOf(
  webhooks: AdapterWebhooks,
  { secrets }: WebhookHand,
  delivery: WebhookDelivery,
): Promise<HandshakeAnswer | undefined> {
  const { handshake } = webhooks
  if (handshake?.signed !== true) return handshake?.answer(delivery)
  return handshake.answer(await webhooks.verify(delivery, { secrets, now: NOW }))
}

async function assertRefused(stage: Stage, delivery: WebhookDelivery, how: string): Promise<void> {
  const { webhooks, hand } = partsOf(stage)
  const error = await refusalOf(() => webhooks.verify(delivery, { secrets: hand.secrets, now: NOW }))
  const refused = IntegrationError.is(error, 'WEBHOOK_UNVERIFIED')
  assert.ok(refused, `A delivery ${how} must be refused as WEBHOOK_UNVERIFIED; got ${describeError(error)}.`)
}

async function refusalOf(verify: () => Promise<unknown>): Promise<unknown> {
  try {
    await verify()
  } catch (error) {
    return error
  }
  return new Error('it was believed')
}

function withHeader(delivery: WebhookDelivery, name: string, value: string | null): WebhookDelivery {
  const { headers } = delivery
  const get = (asked: string) => (asked.toLowerCase() === name.toLowerCase() ? value : headers.get(asked))
  return { ...delivery, headers: { get } }
}

/** All positions of something short, and so many spread over something long, the first and the last among them. */
function positionsOf(length: number): number[] {
  const count = Math.min(length, MOST_POSITIONS)
  return Array.from({ length: count }, (_, n) => (count < 2 ? 0 : Math.round((n * (length - 1)) / (count - 1))))
}
