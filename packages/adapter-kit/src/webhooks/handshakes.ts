import { IntegrationError, MAX_HANDSHAKE_BYTES } from '@unioneyes/core'
import type { HandshakeAnswer, WebhookHandshake } from '@unioneyes/core'
import { readJsonBody } from './webhook-body.ts'

/**
 * A challenge in the query that comes back as plain text: `echoQuery('validationToken')`. Providers do not sign these, so
 * anyone may make the host answer.
 */
export function echoQuery(
  name: string,
  { method = 'POST' }: { readonly method?: 'GET' | 'POST' } = {},
): WebhookHandshake {
  return {
    signed: false,
    answer: (delivery) => {
      if ((delivery.method ?? 'POST') !== method) return undefined
      return plainText(delivery.query?.get(name))
    },
  }
}

/**
 * A challenge in a signed JSON body that comes back as plain text. `challenge` gives undefined for a body that is none:
 * `echoBody((body) => property(body, 'type') === 'url_verification' ? property(body, 'challenge') : undefined)`.
 */
export function echoBody(challenge: (body: unknown) => unknown): WebhookHandshake {
  return {
    signed: true,
    answer: (delivery) => {
      try {
        return plainText(challenge(readJsonBody(delivery)))
      } catch (error) {
        // Splitting it into events will say what is wrong with it.
        if (IntegrationError.is(error)) return undefined
        throw error
      }
    },
  }
}

// What is longer is no challenge, and then an ordinary delivery.
function plainText(challenge: unknown): HandshakeAnswer | undefined {
  if (typeof challenge !== 'string' || challenge === '') return undefined
  if (Buffer.byteLength(challenge) > MAX_HANDSHAKE_BYTES) return undefined
  return { contentType: 'text/plain', body: challenge }
}
