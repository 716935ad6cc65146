import type { VerifiedDelivery, WebhookHandshake } from '@unioneyes/core'
import type { z } from 'zod'
import type { EventEffects } from './effects.ts'
import type { Verifier } from './verifier.ts'

/** One event as an adapter finds it in a body. */
export interface WireEvent<Data> {
  /** The provider's word for what happened. */
  readonly type: string
  /** The provider's own id of the event, where it has one: the same in every repetition. @default see `eventId` */
  readonly id?: string | null | undefined
  /** When it happened: ISO 8601, or milliseconds since 1970. */
  readonly at?: string | number | null | undefined
  /** The provider's account that it is about. */
  readonly account?: string | null | undefined
  /** The rest of what the provider says, for the handler and for the inbox. */
  readonly data: Data
}

/** The webhooks of a provider: how deliveries are verified, and what each event is good for. */
export interface WebhooksOptions<Secrets, W extends z.ZodType, Data, Entity extends string> {
  /** How a delivery is found to be the provider's: `hmacSha256({ … })`. */
  readonly verify: Verifier<Secrets>
  /** How the provider checks that the endpoint is ours: `echoQuery`, `echoBody`. @default it does not */
  readonly handshake?: WebhookHandshake | undefined
  /** What a body must look like: only what is read. */
  readonly wire: W
  /** The events of a body, in their order: `(body) => [{ type: body.type, data: body }]`. */
  readonly split: (body: z.output<W>, delivery: VerifiedDelivery) => readonly WireEvent<Data>[]
  /**
   * What each event is good for, by its type; or a function for all. Types without a handler have no effect. Entities are
   * named as in `defineAdapter`, where the names are checked.
   */
  readonly events:
    | Readonly<Record<string, (event: WireEvent<Data>) => EventEffects<Entity>>>
    | ((event: WireEvent<Data>) => EventEffects<Entity>)
}

/** Webhooks of which one endpoint and one secret of the app serve all connections. */
export interface AppWebhooksOptions<
  Secrets,
  S,
  W extends z.ZodType,
  Data,
  Entity extends string,
> extends WebhooksOptions<Secrets, W, Data, Entity> {
  /** The provider's account that a connection stands for, as `WireEvent.account` names it. */
  readonly accountOf: (settings: S) => string | undefined
}
