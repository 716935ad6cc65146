import { randomUUID } from 'node:crypto'
import { acmeWebhooks } from './acme-webhooks.ts'
import type { AcmeWebhookSteps } from './acme-webhooks.ts'
import { misdeclared } from './gallery.ts'
import type { BrokenAdapter } from './gallery.ts'

const brokenWebhooks = (hazard: string, name: string, steps: Partial<AcmeWebhookSteps>): BrokenAdapter =>
  misdeclared(hazard, name, { webhooks: acmeWebhooks(steps) })

/** Adapters that believe deliveries wrongly. */
export const brokenDeliveries = [
  brokenWebhooks('webhook-events', 'gives an event another id each time', { eventId: () => randomUUID() }),
  brokenWebhooks('webhook-forged', 'believes what is not signed', {
    isSame: (given, expected) => given === '' || given === expected,
  }),
  brokenWebhooks('webhook-changed-byte', 'compares the beginning of a signature', {
    isSame: (given, expected) => given.slice(0, 32) === expected.slice(0, 32),
  }),
  brokenWebhooks('webhook-stale', 'looks at no time', { isTimely: () => true }),
  brokenWebhooks('webhook-without-secret', 'believes everything without a secret', believingWithoutSecret()),
  brokenWebhooks('webhook-handshake', 'takes everything for a challenge', { challengeIn: () => 'say this' }),
]

function believingWithoutSecret(): Partial<AcmeWebhookSteps> {
  let isSet = true
  return {
    secretOf(secrets) {
      const key =
        typeof secrets === 'object' && secrets !== null && 'webhookKey' in secrets ? secrets.webhookKey : undefined
      isSet = key !== undefined
      return String(key)
    },
    isSame: (given, expected) => !isSet || given === expected,
  }
}
