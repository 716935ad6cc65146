import type { AnyAdapter, WebhookDelivery } from '@unioneyes/core'
import type { SandboxActions, SandboxDefinition, SandboxRequest } from '../sandbox/sandbox-definition.ts'
import type { RunningSandbox } from '../sandbox/start-sandbox.ts'

/** What is needed to check an adapter: the adapter, its sandbox, a connection, and one hand per entity. */
export interface AdapterSubject<State = unknown, Actions extends SandboxActions = SandboxActions> {
  readonly adapter: AnyAdapter
  /** Makes the imitated provider of one check. Its time must stand still, if {@link AdapterSubject.advance} is given. */
  readonly sandbox: () => SandboxDefinition<State, Actions>
  /** Credentials that the sandbox lets in. */
  readonly credentials: Readonly<Record<string, unknown>>
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  /** Credentials that fit the schema and that the sandbox does not let in. */
  readonly wrongCredentials?: Readonly<Record<string, unknown>> | undefined
  /** Lets in other credentials beside the first ones, and returns them. */
  readonly otherCredentials?:
    ((sandbox: RunningSandbox<State, Actions>) => Readonly<Record<string, unknown>>) | undefined
  /** Lets the provider's time pass. Without it nothing that depends on the time of a change can be checked. */
  readonly advance?: ((sandbox: RunningSandbox<State, Actions>, ms: number) => void) | undefined
  /** Takes the credentials back: from now on the provider refuses them. */
  readonly revoke?: ((sandbox: RunningSandbox<State, Actions>) => void) | undefined
  /** How the provider delivers webhooks. Without it those of the adapter are not checked. */
  readonly webhooks?: WebhookHand | undefined
  /** By entity. One that is left out is reported as not checked. */
  readonly entities: Readonly<Record<string, EntityHand<RunningSandbox<State, Actions>>>>
}

/** Deliveries as the provider sends them. */
export interface WebhookHand {
  /** What holds the secret: a connection's credentials, or what the app configures for the provider. */
  readonly secrets: unknown
  /** A genuine delivery with at least one event, signed at a time in milliseconds since 1970. Another `n` is another event. */
  readonly deliver: (at: number, n: number) => WebhookDelivery | Promise<WebhookDelivery>
  /** The headers that hold the signature and what it covers beside the body. */
  readonly signedHeaders: readonly string[]
  /** A challenge signed at a time, and the body that answers it. Left out when the provider sends none. */
  readonly challenge?:
    | ((at: number) =>
        | { readonly delivery: WebhookDelivery; readonly answer: string }
        | Promise<{
            readonly delivery: WebhookDelivery
            readonly answer: string
          }>)
    | undefined
}

/** How to reach into the sandbox's data of one entity, and where things stand in its answers. What is left out is not checked. */
export interface EntityHand<Sandbox> {
  /** Which requests ask for a page of the full listing. */
  readonly listing: ListingMatch
  /** Where the items stand in an answer: property names joined with dots, empty for the answer itself; or functions. */
  readonly items: string | ItemsLens
  /** Where an item has its identifier: property names joined with dots. */
  readonly id: string
  /** The id of the record of an item. @default what stands at {@link EntityHand.id} */
  readonly recordId?: ((item: unknown) => string) | undefined
  /** The ids of all records that a complete copy would hold now. */
  readonly ids: (sandbox: Sandbox) => readonly string[]
  /** Adds a record. @returns its id */
  readonly add: (sandbox: Sandbox) => string
  /** Changes something that the record shows. */
  readonly change: (sandbox: Sandbox, id: string) => void
  /** Removes a record for good. */
  readonly remove?: ((sandbox: Sandbox, id: string) => void) | undefined
  /** Changes a record as if it had happened so many milliseconds before the provider's time. */
  readonly backdate?: ((sandbox: Sandbox, id: string, ms: number) => void) | undefined
  /** What the record must be, as JSON; a property that is undefined counts as absent. */
  readonly expected?: ((sandbox: Sandbox, id: string) => unknown) | undefined
  /** How the full listing is cut into pages; left out when it is one answer. */
  readonly paging?: PagingHand | undefined
  /**
   * Whether the adapter yields several pages of the two or more records that a check begins with although the provider's answers
   * are no pages: windows of time, a request per parent, one large answer cut up. @default whether there is `paging`
   */
  readonly severalPages?: boolean | undefined
  /** Whether the provider's identifiers have a form, such as a time of a fixed width, in which none looks like another. @default false */
  readonly formedIds?: boolean | undefined
  readonly fields?: FieldPlaces | undefined
}

/** Requests by method and path, or by a function. */
export type ListingMatch =
  { readonly method?: string | undefined; readonly path: string } | ((request: SandboxRequest) => boolean)

/** Finds the items in an answer's JSON, and makes the same answer with other items. */
export interface ItemsLens {
  readonly get: (body: unknown) => readonly unknown[] | undefined
  readonly set: (body: unknown, items: readonly unknown[]) => unknown
}

/** How a listing is cut into pages. */
export interface PagingHand {
  /** Items to a page under the subject's settings. Small is fast; at least 2. */
  readonly size: number
  /**
   * What ends the listing: a `signal` (no further cursor or link, a flag, the number of pages), an `empty` page, or a `short`
   * one. The checks never produce what would be an honest end. Offsets that move by what a page brought count as `empty`.
   * @default 'signal'
   */
  readonly end?: 'signal' | 'empty' | 'short' | undefined
  /** Whether answers state how many records there are. @default false */
  readonly total?: boolean | undefined
  /** Whether paging itself relies on the order of items (the next page begins after the last id). @default false */
  readonly ordered?: boolean | undefined
  /** Where an answer has the URL of the next page, if the adapter follows it: a place in the body, or the `Link` header. */
  readonly nextLink?: { readonly body: string } | 'link-header' | undefined
}

/** A field of an item, and of the record that shows it: property names joined with dots. */
export interface FieldPlace {
  readonly wire: string
  readonly record: string
}

/** Fields to put unusual values into. */
export interface FieldPlaces {
  /** Text, shown as it is, that may be absent. */
  readonly text?: FieldPlace | undefined
  /** Text, shown as it is, that must be there. Only used where there is no other. */
  readonly requiredText?: FieldPlace | undefined
  /** A whole number, or an identifier that may be written as one. */
  readonly number?: FieldPlace | undefined
  /** A calendar day, `2024-03-10` on both sides. */
  readonly day?: FieldPlace | undefined
  /** A moment in ISO 8601. */
  readonly moment?: FieldPlace | undefined
}
