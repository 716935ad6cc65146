import type { BaseIntegration } from './base-integration.ts'
import type { IntegrationCapabilities } from './integration.ts'
import type { IntegrationType } from './integration-type.ts'
import type { EntityMap, EntityRecord } from './page.ts'
import type { StandardSchema } from './standard-schema.ts'
import type { AdapterWebhooks } from './webhooks.ts'

/** What an adapter says about one entity. The phantom `record` carries the type. */
export interface EntityInfo<T extends EntityRecord = EntityRecord> {
  /** Whether changes since a cursor can be read. */
  readonly incremental: boolean
  /** How deletions become known, beside absence from a complete full sync. */
  readonly deletions: 'feed' | 'soft' | 'absence'
  /** Whether records can be fetched by their ids. @default false */
  readonly fetchable?: boolean | undefined
  /** What a user must know before counting on it: what does not arrive, mostly. One or two sentences. */
  readonly note?: string | undefined
  /** The least OAuth scopes under which it can be read: an organization that does not sync it is not asked for them. */
  readonly scopes?: readonly string[] | undefined
  /** @default 'sandbox' */
  readonly evidence?: Evidence | undefined
  /** Never set: carries the record's type to the compiler. */
  readonly record?: T | undefined
}

/**
 * The strongest thing that the reader of an entity has met: an imitation of the provider, the vendor's own specification
 * (requests and answers both validated against it), answers that were recorded or published, or the provider itself.
 */
export type Evidence = 'sandbox' | 'specification' | 'recorded' | 'live'

/** How fast a provider may be asked. */
export interface RateLimit {
  readonly requests: number
  readonly per: 'second' | 'minute' | 'hour'
  /** Where the provider says so, or why this number was chosen. */
  readonly source?: string | undefined
  /**
   * Paths, relative to the base URL and without a query, that are each counted by themselves.
   * @default all requests of the connection are counted together
   */
  readonly each?: readonly string[] | undefined
}

/** What an adapter says of the OAuth grants that it keeps alive. */
export interface AdapterOAuth {
  /** Environment variables that hold the app's own client, where `oauthClients` does not give it. */
  readonly clientEnv?: { readonly clientId: string; readonly clientSecret?: string | undefined } | undefined
}

/** A provider's adapter: what `defineAdapter` returns and what an app installs. Core accepts every `specVersion` it lists. */
export interface Adapter<
  Id extends string = string,
  Entities extends EntityMap = EntityMap,
  Credentials = unknown,
  Settings = unknown,
> {
  readonly specVersion: 'v1'
  readonly provider: Id
  readonly name: string
  readonly description?: string | undefined
  readonly type: IntegrationType
  /** The package's version; a new one makes the next full sync read unchanged pages again. */
  readonly version: string
  readonly documentationUrl?: string | undefined
  readonly status?: 'available' | 'beta' | 'deprecated' | 'unavailable' | undefined
  readonly capabilities: IntegrationCapabilities
  /** The tightest limit that holds for all requests; the first one where each holds for some paths only. */
  readonly rateLimit?: RateLimit | undefined
  /** Every limit, those included that only some settings bring. @default `rateLimit` alone */
  readonly rateLimits?: readonly RateLimit[] | undefined
  /** Environment variables that hold a connection of the app's own: setting or credential name to variable name. */
  readonly env?: Readonly<Record<string, string>> | undefined
  /** Secret; sealed in the vault. */
  readonly credentials?: StandardSchema<unknown, Credentials> | undefined
  /** Plain. */
  readonly settings?: StandardSchema<unknown, Settings> | undefined
  readonly entities: { readonly [E in keyof Entities]: EntityInfo<Entities[E]> }
  /**
   * Present when connections may hold an OAuth grant: `accessToken`, `refreshToken`, `expiresAt` and `scope` among the
   * credentials are then renewed in place, by `context.grants`, and a new token does not make a new integration.
   */
  readonly oauth?: AdapterOAuth | undefined
  /** How a connection can sign in, in words: `OAuth2`, `API key`. */
  readonly signIn?: readonly string[] | undefined
  /** Absent when the provider sends none. */
  readonly webhooks?: AdapterWebhooks<keyof Entities & string> | undefined
  /** A fresh integration, to be initialized and connected by the factory. */
  create(): BaseIntegration
}

/** Any adapter, whatever its entities. */
export type AnyAdapter = Adapter

/** The entities of an adapter, by name. */
export type EntitiesOf<A extends AnyAdapter> = {
  readonly [E in keyof A['entities'] & string]: NonNullable<A['entities'][E]['record']>
}

/** The entity names of an adapter. */
export type EntityName<A extends AnyAdapter> = keyof A['entities'] & string

/** The plain credentials an adapter asks for. */
export type CredentialsOf<A extends AnyAdapter> = A extends Adapter<string, EntityMap, infer C> ? C : never

/** The settings an adapter asks for. */
export type SettingsOf<A extends AnyAdapter> = A extends Adapter<string, EntityMap, unknown, infer S> ? S : never

/** Adapters that registered themselves, by provider. `@unioneyes/adapter-x/register` merges its own into it. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- empty until a register module merges into it
export interface AdapterMap {}
