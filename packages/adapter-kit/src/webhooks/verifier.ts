import type { WebhookDelivery, WebhookProof } from '@unioneyes/core'

/** A signing secret: text whose UTF-8 bytes are the key, or the bytes themselves. */
export type SigningSecret = string | Uint8Array

/**
 * A way to tell that a delivery is the provider's, as data. It answers with what it found and not with true, so that nothing
 * passes which was not looked at.
 */
export interface Verifier<Secrets> {
  /** The header with the signature, where there is one. */
  readonly signatureHeader?: string | undefined
  /** How far from now a signed time may be, either way, in milliseconds. */
  readonly toleranceMs?: number | undefined
  /**
   * Must not read anything into the body, unless the proof stands in it.
   *
   * @throws IntegrationError WEBHOOK_UNVERIFIED, or CONFIG_INVALID when there is no secret.
   */
  readonly check: (delivery: WebhookDelivery, secrets: Secrets, now: number) => WebhookProof | Promise<WebhookProof>
}
