import { IntegrationError } from './integration-error.ts'
import type { ConnectionStatus } from './integration-type.ts'
import type { StandardSchema } from './standard-schema.ts'

/** Looks headers up whatever their case. The web's own `Headers` fits. */
export interface WebhookHeaders {
  /** The value, repeated headers joined by `', '`; null or undefined when there is none. */
  get(name: string): string | null | undefined
}

/** One webhook request, before anything about it is known to be true. */
export interface WebhookDelivery {
  /** @default 'POST' */
  readonly method?: string | undefined
  /** The bytes as they came: signatures cover them, and no parser gives them back. Empty when there was no body. */
  readonly body: Uint8Array
  readonly headers: WebhookHeaders
  /** The query of the request's URL, decoded. */
  readonly query?: URLSearchParams | undefined
  /** When the host received it, in milliseconds since 1970. */
  readonly receivedAt: number
}

/** How a delivery was found to be the provider's. */
export interface WebhookProof {
  /** The scheme, for logs: `hmac-sha256`. */
  readonly scheme: string
  /** When the provider signed it, in milliseconds since 1970; undefined where the scheme has no signed time. */
  readonly signedAt?: number | undefined
  /** Which of the secrets fitted: 0 is the current one. A host sees by it when the old one is used no more. */
  readonly secret?: number | undefined
}

const MARKER = Symbol.for('@unioneyes/core/VerifiedDelivery')

/**
 * A delivery that is the provider's. Whatever reads a body asks for one of these, so that a check that is forgotten, not
 * awaited or answered with `true` does not compile. Made by verifiers, and by a host from bytes that were verified when it
 * stored them. Check with {@link VerifiedDelivery.is}, which works across copies of the package.
 */
export class VerifiedDelivery implements WebhookDelivery {
  readonly method: string
  readonly body: Uint8Array
  readonly headers: WebhookHeaders
  readonly query: URLSearchParams | undefined
  readonly receivedAt: number
  // Private, so that the compiler takes nothing else for one.
  readonly #proof: WebhookProof

  constructor(delivery: WebhookDelivery, proof: WebhookProof) {
    const { method = 'POST', body, headers, query, receivedAt } = delivery
    this.method = method
    this.body = body
    this.headers = headers
    this.query = query
    this.receivedAt = receivedAt
    this.#proof = proof
    Object.defineProperty(this, MARKER, { value: true })
  }

  get proof(): WebhookProof {
    return this.#proof
  }

  /** Whether a value is a {@link VerifiedDelivery}. */
  static is(value: unknown): value is VerifiedDelivery {
    return typeof value === 'object' && value !== null && MARKER in value
  }
}

/** What a check of a delivery may look at beside it. */
export interface WebhookContext {
  /**
   * What holds the secrets: the credentials of the connection to which the delivery's URL belongs, or, where the adapter has
   * {@link AdapterWebhooks.appSecrets}, what the app configured for the provider.
   */
  readonly secrets: unknown
  /** The time to which a signed time is compared, in milliseconds since 1970. */
  readonly now: number
  readonly signal?: AbortSignal | undefined
}

/** The longest body of a {@link HandshakeAnswer}, in bytes of UTF-8. */
export const MAX_HANDSHAKE_BYTES = 4096

/**
 * The answer to a provider's ownership check: status 200 with `x-content-type-options: nosniff`, since the text came from
 * outside. Never HTML.
 */
export interface HandshakeAnswer {
  readonly contentType: 'text/plain' | 'application/json'
  /** At most {@link MAX_HANDSHAKE_BYTES}. */
  readonly body: string
}

/**
 * How a provider checks that an endpoint is ours: it sends a challenge and expects it back. `answer` gives undefined for
 * whatever is no challenge, which then is an ordinary delivery.
 */
export type WebhookHandshake =
  | {
      /** The challenge is signed as deliveries are: the host verifies first, and a forged one is answered 401. */
      readonly signed: true
      answer(delivery: VerifiedDelivery): HandshakeAnswer | undefined
    }
  | {
      /** The provider signs no challenge: the host asks this before it verifies. Anyone may make it answer. */
      readonly signed: false
      answer(delivery: WebhookDelivery): HandshakeAnswer | undefined
    }

/** What an event is good for. The host works on the effects of one event in their order. */
export type WebhookEffect<Entity extends string = string> =
  /** These records changed: read them again, with `integration.fetch`. Where an entity cannot fetch, this is a resync. */
  | { readonly kind: 'refetch'; readonly entity: Entity; readonly ids: readonly string[] }
  /**
   * The provider says that this record is gone. With a version it is written as it is. Without one it is a hint like any other
   * (law 12): the host fetches the record and writes what that shows; only where the entity cannot fetch, it writes the
   * tombstone with the time at which the delivery was received.
   */
  | { readonly kind: 'tombstone'; readonly entity: Entity; readonly id: string; readonly version?: string | undefined }
  /** Something about this entity changed, and the event does not say what: read its changes, incrementally where it can. */
  | { readonly kind: 'resync'; readonly entity: Entity }
  /** The connection itself changed: the grant was revoked, the app removed. */
  | { readonly kind: 'connection'; readonly status: ConnectionStatus; readonly reason: string }

/** One event of a delivery: one thing that happened. */
export interface DeliveredEvent<Entity extends string = string> {
  /**
   * The idempotency key: the provider's own id of the event where it has one. The same whenever the provider delivers the event
   * again, and another one for every other event of the connection. Where a provider gives none, two changes that say the same
   * and happened in the same second share one: a host that fetches later than a second after `occurredAt` sees both.
   */
  readonly id: string
  /** The provider's word for what happened: `employee.updated`. */
  readonly type: string
  /** When it happened according to the provider, in milliseconds since 1970. */
  readonly occurredAt?: number | undefined
  /** The provider's account that it is about: tells the connection where one endpoint serves all. */
  readonly externalAccountId?: string | undefined
  /** The part of the body that describes this event. */
  readonly payload: unknown
  /** Empty for an event that nothing here needs: it is stored and done. */
  readonly effects: readonly WebhookEffect<Entity>[]
}

/**
 * The webhooks of an adapter, free of state: everything it works on is passed in. A host (1) answers an unsigned handshake,
 * (2) verifies, (3) answers a signed handshake, (4) splits into events, (5) stores them, and only then (6) answers 200 with an
 * empty body and (7) works on the effects.
 */
export interface AdapterWebhooks<Entity extends string = string> {
  /**
   * Whether a delivery is the provider's. Compares in constant time, reads nothing into the body before, and where the scheme
   * signs a time refuses what is too old or too far ahead.
   *
   * @throws IntegrationError WEBHOOK_UNVERIFIED for whatever is not (401, and why is nobody's business), CONFIG_INVALID when no
   * secret is configured (503, so that the provider delivers again when one is).
   */
  verify(delivery: WebhookDelivery, context: WebhookContext): Promise<VerifiedDelivery>
  /** Absent when the provider sends no challenges. An empty signed delivery that only wants its 200 or 401 needs none. */
  readonly handshake?: WebhookHandshake | undefined
  /**
   * The events of a delivery, none for one that only tests the endpoint. Always the same for the same bytes and headers.
   *
   * @throws IntegrationError WEBHOOK_UNVERIFIED for a delivery that did not come from {@link verify}; UNSUPPORTED or
   * RESPONSE_INVALID for a body that is not as described. That one is the provider's all the same: the host keeps it.
   */
  events(delivery: VerifiedDelivery): readonly DeliveredEvent<Entity>[]
  /** The header with the signature, where there is one: for hosts that pass its value by itself. */
  readonly signatureHeader?: string | undefined
  /** How far from now a signed time may be, either way, in milliseconds. Undefined where the scheme signs no time. */
  readonly toleranceMs?: number | undefined
  /**
   * Present when one endpoint and one secret of the app serve all connections: what the app has to configure. Without it
   * every connection has its own endpoint, and the secret stands in its credentials.
   */
  readonly appSecrets?: StandardSchema<unknown, unknown> | undefined
  /** The external account of a connection, from its settings: whose events it takes. Present with {@link appSecrets}. */
  accountOf?(settings: unknown): string | undefined
}

/** The error of a delivery that is not the provider's. Says what is missing, never a value. */
export function unverified(reason: string): IntegrationError {
  return new IntegrationError('WEBHOOK_UNVERIFIED', `The delivery is not verified: ${reason}.`)
}
