import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import { IntegrationError, unverified, VerifiedDelivery } from '@unioneyes/core'
import type { AdapterWebhooks, WebhookDelivery } from '@unioneyes/core'
import type { WebhookHand } from '../../src/index.ts'
import { property } from './acme-requests.ts'

const secret = 'acme-webhooks/7d01'
const TOLERANCE_MS = 300_000

const signatureOf = (key: string, time: string, body: Uint8Array): string =>
  createHmac('sha256', key).update(`${time}.`).update(body).digest('hex')

/** The steps of verifying that the gallery does wrong. */
export interface AcmeWebhookSteps {
  readonly secretOf: (secrets: unknown) => string
  readonly isSame: (given: string, expected: string) => boolean
  readonly isTimely: (time: string, now: number) => boolean
  readonly challengeIn: (delivery: WebhookDelivery) => string | undefined
  readonly eventId: (delivery: VerifiedDelivery) => string
}

const correct: AcmeWebhookSteps = {
  secretOf(secrets) {
    const key = property(secrets, 'webhookKey')
    if (typeof key === 'string' && key !== '') return key
    throw new IntegrationError('CONFIG_INVALID', 'The connection has no webhookKey.')
  },
  isSame: (given, expected) =>
    given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected)),
  isTimely: (time, now) => Math.abs(Number(time) * 1000 - now) <= TOLERANCE_MS,
  challengeIn(delivery) {
    const challenge = property(bodyOf(delivery), 'challenge')
    return typeof challenge === 'string' ? challenge : undefined
  },
  eventId: ({ body }) => hash('sha256', body),
}

/** The webhooks of the invented provider: an HMAC over time and body, and a signed challenge. */
export function acmeWebhooks(over: Partial<AcmeWebhookSteps> = {}): AdapterWebhooks {
  const steps = { ...correct, ...over }
  return {
    toleranceMs: TOLERANCE_MS,
    async verify(delivery, { secrets, now }) {
      const key = steps.secretOf(secrets)
      const time = delivery.headers.get('x-acme-time') ?? ''
      const given = delivery.headers.get('x-acme-signature') ?? ''
      if (!steps.isSame(given, signatureOf(key, time, delivery.body))) throw unverified('the signature does not fit')
      if (!steps.isTimely(time, now)) throw unverified('the signed time is too far away')
      return new VerifiedDelivery(delivery, { scheme: 'hmac-sha256', signedAt: Number(time) * 1000 })
    },
    handshake: {
      signed: true,
      answer(delivery) {
        const body = steps.challengeIn(delivery)
        return body === undefined ? undefined : { contentType: 'text/plain', body }
      },
    },
    events(delivery) {
      const payload = bodyOf(delivery)
      const ids = [String(property(payload, 'person'))]
      const effects = [{ kind: 'refetch' as const, entity: 'people', ids }]
      return [{ id: steps.eventId(delivery), type: 'person.changed', payload, effects }]
    },
  }
}

/** How the invented provider delivers. */
export const acmeHand: WebhookHand = {
  secrets: { webhookKey: secret },
  signedHeaders: ['x-acme-time', 'x-acme-signature'],
  deliver: (at, n) => signed(at, { person: `p${n}` }),
  challenge: (at) => ({ delivery: signed(at, { challenge: 'say this' }), answer: 'say this' }),
}

function signed(at: number, content: unknown): WebhookDelivery {
  const body = Buffer.from(JSON.stringify(content))
  const time = String(Math.floor(at / 1000))
  const headers = new Headers({ 'x-acme-time': time, 'x-acme-signature': signatureOf(secret, time, body) })
  return { body, headers, receivedAt: at }
}

const bodyOf = ({ body }: WebhookDelivery): unknown => JSON.parse(Buffer.from(body).toString('utf8'))
