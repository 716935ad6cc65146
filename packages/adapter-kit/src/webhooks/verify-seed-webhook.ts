import { IntegrationError } from '@unioneyes/core'
import type { AdapterWebhooks, WebhookContext, WebhookHeaders } from '@unioneyes/core'

/**
 * The check of a delivery in the form in which `BaseIntegration.verifyWebhook` takes it: the body as text, and the signature by
 * itself. Hosts that keep the bytes use {@link AdapterWebhooks.verify}: bytes that are not UTF-8 do not survive as text.
 */
export async function verifySeedWebhook(
  webhooks: AdapterWebhooks,
  delivery: { readonly payload: string; readonly signature: string; readonly headers: Headers | undefined },
  context: WebhookContext,
): Promise<boolean> {
  const { payload, signature, headers } = delivery
  try {
    const body = Buffer.from(payload, 'utf8')
    const withSignature = signature === '' ? headers : addTo(headers, webhooks.signatureHeader, signature)
    await webhooks.verify({ body, headers: withSignature ?? new Headers(), receivedAt: context.now }, context)
    return true
  } catch (error) {
    if (IntegrationError.is(error, 'WEBHOOK_UNVERIFIED')) return false
    throw error
  }
}

function addTo(headers: Headers | undefined, name: string | undefined, value: string): WebhookHeaders {
  return { get: (asked) => (asked.toLowerCase() === name?.toLowerCase() ? value : headers?.get(asked)) }
}
