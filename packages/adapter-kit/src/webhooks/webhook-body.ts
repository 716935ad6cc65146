import { IntegrationError, parseJsonText } from '@unioneyes/core'
import type { VerifiedDelivery } from '@unioneyes/core'

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i

/**
 * The JSON of a delivery, read without losing digits. It takes verified ones only: nothing is parsed for a stranger.
 *
 * @throws IntegrationError UNSUPPORTED for another content type, RESPONSE_INVALID for what is not JSON in UTF-8.
 */
export function readJsonBody(delivery: VerifiedDelivery): unknown {
  const type = delivery.headers.get('content-type') ?? ''
  if (type !== '' && !JSON_TYPE.test(type)) {
    throw new IntegrationError(
      'UNSUPPORTED',
      'A verified delivery is not JSON: set the format of the webhook to JSON at the provider.',
    )
  }
  try {
    return parseJsonText(new TextDecoder('utf-8', { fatal: true }).decode(delivery.body))
  } catch {
    // The parser's own message quotes the text.
    throw new IntegrationError('RESPONSE_INVALID', 'A verified delivery says it is JSON and is not.')
  }
}
