import type {
  Adapter,
  AdapterWebhooks,
  BaseIntegration,
  EntityInfo,
  EntityMap,
  IntegrationCapabilities,
  IntegrationConfig,
  IntegrationType,
  RateLimit,
  StandardSchema,
} from '@unioneyes/core'
import type { z } from 'zod'
import type { ApiDefinition } from './api-definition.ts'
import { perMinute, shownLimits } from './declared-limit.ts'
import type { Api } from './define-api.ts'
import { DescribedIntegration } from './described-integration.ts'
import type { Entity } from './entity.ts'
import { isOAuth2 } from './oauth/oauth2.ts'

/** What every adapter says about itself. */
export interface AdapterCard<Id extends string> {
  readonly provider: Id
  /** As people write it: `BambooHR`. */
  readonly name: string
  readonly description?: string | undefined
  readonly type: IntegrationType
  /** The package's version; a new one makes the next full sync read unchanged pages again. */
  readonly version: string
  readonly documentationUrl?: string | undefined
  /** @default 'available' */
  readonly status?: 'available' | 'beta' | 'deprecated' | 'unavailable' | undefined
}

/** What the definition of an entity does not show by itself. */
export type EntityRemarks<Entities extends EntityMap> = {
  readonly [E in keyof Entities]?: Pick<EntityInfo, 'note' | 'evidence' | 'scopes'> | undefined
}

/** An adapter that is described. */
export interface DescribedAdapter<
  Id extends string,
  C extends z.ZodObject,
  S extends z.ZodObject,
  Entities extends EntityMap,
> extends AdapterCard<Id> {
  readonly api: Api<C, S>
  readonly entities: { readonly [E in keyof Entities]: Entity<Entities[E], z.output<S>> }
  /** What users must know of an entity, and what its reader has met. @default nothing, and the sandbox */
  readonly remarks?: EntityRemarks<NoInfer<Entities>> | undefined
  /** What `api.webhooks` made. The entities it names are those of this adapter. @default the provider sends none */
  readonly webhooks?: AdapterWebhooks<keyof NoInfer<Entities> & string> | undefined
}

/** The configuration of an adapter that is written as a class. */
export interface ClassConfig<C, S> {
  readonly credentials?: StandardSchema<C, unknown> | undefined
  readonly settings?: StandardSchema<S, unknown> | undefined
  /** Environment variables by the credential or setting they hold. */
  readonly env?: Readonly<Record<string, string>> | undefined
  readonly rateLimit?: RateLimit | undefined
}

/** An adapter that is written as a class. */
export interface WrittenAdapter<Id extends string, C, S, Entities extends EntityMap> extends AdapterCard<Id> {
  readonly config?: ClassConfig<C, S> | undefined
  /** What its entities can tell. @default the class's `supportedEntities`, with nothing but full syncs */
  readonly entities?:
    | { readonly [E in keyof Entities]: Pick<EntityInfo, 'incremental' | 'deletions' | 'note' | 'evidence' | 'scopes'> }
    | undefined
  /** @default the provider sends none, or the class verifies them itself */
  readonly webhooks?: AdapterWebhooks<keyof NoInfer<Entities> & string> | undefined
  readonly create: () => BaseIntegration<IntegrationConfig, Entities>
}

/**
 * Makes an adapter, from a description or from a class. What can be derived (capabilities, environment variables, rate
 * limit, the types of its records, credentials and settings) is derived.
 */
export function defineAdapter<
  const Id extends string,
  C extends z.ZodObject,
  S extends z.ZodObject,
  Entities extends EntityMap,
>(definition: DescribedAdapter<Id, C, S, Entities>): Adapter<Id, Entities, z.input<C>, z.input<S>>
export function defineAdapter<const Id extends string, Entities extends EntityMap, C = unknown, S = unknown>(
  definition: WrittenAdapter<Id, C, S, Entities>,
): Adapter<Id, Entities, C, S>
export function defineAdapter(
  definition:
    DescribedAdapter<string, z.ZodObject, z.ZodObject, EntityMap> | WrittenAdapter<string, unknown, unknown, EntityMap>,
): Adapter {
  return 'api' in definition ? fromDescription(definition) : fromClass(definition)
}

function fromDescription(definition: DescribedAdapter<string, z.ZodObject, z.ZodObject, EntityMap>): Adapter {
  const { api, entities, remarks = {}, type, provider, webhooks } = definition
  const { credentials, settings, auth } = api.definition
  const limits = shownLimits(api.definition.rateLimit)
  const names = Object.keys(entities)
  const capabilities: IntegrationCapabilities = {
    supportsFullSync: true,
    supportsIncrementalSync: names.some((name) => entities[name]?.incremental === true),
    supportsWebhooks: webhooks !== undefined,
    supportsRealTime: false,
    supportedEntities: names,
    requiresOAuth: isOAuth2(auth) && auth.otherwise === undefined,
    rateLimitPerMinute: limits.rateLimit && Math.floor(perMinute(limits.rateLimit)),
  }
  return {
    ...cardOf(definition),
    capabilities,
    ...limits,
    env: definedNames(api.definition.env),
    credentials,
    settings,
    entities: withRemarks(entities, remarks),
    signIn: signInOf(api.definition),
    oauth: isOAuth2(auth) ? { clientEnv: auth.clientEnv } : undefined,
    webhooks,
    create: () => new DescribedIntegration({ provider, type, capabilities, api, entities, webhooks }),
  }
}

function withRemarks(
  entities: Readonly<Record<string, EntityInfo>>,
  remarks: EntityRemarks<EntityMap>,
): Record<string, EntityInfo> {
  const named = Object.entries(entities)
  return Object.fromEntries(named.map(([name, entity]) => [name, { ...entity, ...remarks[name] }]))
}

// The names that this project uses for what a connection signs in with.
const CREDENTIALS: Readonly<Record<string, string>> = {
  apiKey: 'API key',
  token: 'token',
  password: 'user name and password',
  clientSecret: 'client credentials',
}

function signInOf({ auth, credentials }: ApiDefinition<z.ZodObject, z.ZodObject>): string[] {
  const own = Object.keys(credentials.shape).flatMap((name) => CREDENTIALS[name] ?? [])
  return isOAuth2(auth) ? ['OAuth2', ...(auth.otherwise ? own : [])] : own
}

function fromClass(definition: WrittenAdapter<string, unknown, unknown, EntityMap>): Adapter {
  const { config = {}, webhooks, create } = definition
  const { capabilities } = create()
  const entities =
    definition.entities ??
    Object.fromEntries(
      capabilities.supportedEntities.map((name) => [name, { incremental: false, deletions: 'absence' as const }]),
    )
  return {
    ...cardOf(definition),
    capabilities: {
      ...capabilities,
      supportsWebhooks: capabilities.supportsWebhooks || webhooks !== undefined,
      supportsIncrementalSync:
        capabilities.supportsIncrementalSync || Object.values(entities).some(({ incremental }) => incremental),
      supportedEntities: Object.keys(entities),
      rateLimitPerMinute:
        capabilities.rateLimitPerMinute ?? (config.rateLimit && Math.floor(perMinute(config.rateLimit))),
    },
    rateLimit: config.rateLimit,
    rateLimits: config.rateLimit && [config.rateLimit],
    env: config.env,
    credentials: config.credentials,
    settings: config.settings,
    entities,
    webhooks,
    create,
  }
}

function cardOf(card: AdapterCard<string>): AdapterCard<string> & { readonly specVersion: 'v1' } {
  const { provider, name, description, type, version, documentationUrl, status } = card
  return { specVersion: 'v1', provider, name, description, type, version, documentationUrl, status }
}

function definedNames(env: Readonly<Record<string, string | undefined>> = {}): Record<string, string> {
  const names: Record<string, string> = {}
  for (const [name, variable] of Object.entries(env)) if (variable !== undefined) names[name] = variable
  return names
}
