import { BaseIntegration, IntegrationError } from '@unioneyes/core'
import type {
  AdapterWebhooks,
  ConnectionStatus,
  EntityMap,
  HealthCheckResult,
  IntegrationCapabilities,
  IntegrationConfig,
  IntegrationType,
  Page,
  ReadOptions,
} from '@unioneyes/core'
import type { z } from 'zod'
import type { Entity } from './entity.ts'
import { cancellablePages } from './cancellable-pages.ts'
import type { Api } from './define-api.ts'
import { openSession } from './open-session.ts'
import type { Session } from './session.ts'
import { verifySeedWebhook } from './webhooks/verify-seed-webhook.ts'

/** What a described integration is made from. */
export interface Description<C extends z.ZodObject, S extends z.ZodObject, Entities extends EntityMap> {
  readonly provider: string
  readonly type: IntegrationType
  readonly capabilities: IntegrationCapabilities
  readonly api: Api<C, S>
  readonly entities: { readonly [E in keyof Entities]: Entity<Entities[E], z.output<S>> }
  readonly webhooks?: AdapterWebhooks | undefined
}

const HEALTH_OF: Partial<Record<string, 'degraded' | ConnectionStatus>> = {
  AUTH_FAILED: 'needs_reconnect',
  PERMISSION_DENIED: 'degraded',
  RATE_LIMITED: 'degraded',
}

/** A live integration of a described adapter. */
export class DescribedIntegration<
  C extends z.ZodObject,
  S extends z.ZodObject,
  Entities extends EntityMap,
> extends BaseIntegration<IntegrationConfig, Entities> {
  readonly #description: Description<C, S, Entities>
  #session: Session<z.output<S>> | undefined
  declare fetch?: NonNullable<BaseIntegration<IntegrationConfig, Entities>['fetch']>
  declare verifyWebhook?: NonNullable<BaseIntegration['verifyWebhook']>

  constructor(description: Description<C, S, Entities>) {
    super(description.type, description.provider, description.capabilities)
    this.#description = description
    const { entities, webhooks } = description
    // Absent where they could only refuse.
    if (Object.values(entities).some(({ fetchable }) => fetchable === true)) {
      this.fetch = (entity, ids, options) => this.#fetch(entity, ids, options)
    }
    if (webhooks && !webhooks.appSecrets) {
      this.verifyWebhook = (payload, signature, headers) => {
        const context = { secrets: this.config.credentials, now: this.context.clock.now() }
        return verifySeedWebhook(webhooks, { payload, signature, headers }, context)
      }
    }
  }

  /** Checks the configuration and builds the request pipeline. Sends nothing. */
  override async connect(): Promise<void> {
    this.#session = await openSession(this.#description.api, this.config, this.context)
    this.connected = true
  }

  override disconnect(): Promise<void> {
    this.#session = undefined
    this.connected = false
    return Promise.resolve()
  }

  override async healthCheck(): Promise<HealthCheckResult> {
    const { clock } = this.context
    const startedAt = clock.now()
    const done = (): { lastCheckedAt: Date; latencyMs: number } => {
      const now = clock.now()
      return { lastCheckedAt: new Date(now), latencyMs: Math.max(0, now - startedAt) }
    }
    try {
      const session = this.#opened()
      await this.#description.api.definition.check(session.http(), { settings: session.settings })
      return { status: 'healthy', healthy: true, ...done() }
    } catch (error) {
      const known = IntegrationError.is(error)
      const status = (known ? HEALTH_OF[error.code] : undefined) ?? 'unhealthy'
      const lastError = known ? error.message : 'The check itself failed: report it to the adapter.'
      return { status, healthy: false, lastError, ...done() }
    }
  }

  override read(
    entity: keyof Entities & string,
    options: ReadOptions = {},
  ): AsyncIterable<Page<Entities[keyof Entities]>> {
    const session = this.#opened()
    const { provider } = this.#description
    return cancellablePages(this.#entity(entity).read(session, entity, options), options.signal, { provider, entity })
  }

  #fetch(
    entity: keyof Entities & string,
    ids: readonly string[],
    options: Pick<ReadOptions, 'signal'> = {},
  ): AsyncIterable<Page<Entities[keyof Entities]>> {
    const session = this.#opened()
    const described = this.#entity(entity)
    const { provider } = this.#description
    if (described.fetchable === true && described.fetch) {
      return cancellablePages(described.fetch(session, entity, ids, options), options.signal, { provider, entity })
    }
    const message = `${entity} of ${provider} cannot be fetched by ids: run a sync.`
    throw new IntegrationError('UNSUPPORTED', message, { provider, entity })
  }

  #entity<E extends keyof Entities & string>(entity: E): Entity<Entities[E], z.output<S>> {
    const { provider, entities } = this.#description
    if (Object.hasOwn(entities, entity)) return entities[entity]
    const message = `${provider} has no entity "${entity}"; it has ${Object.keys(entities).join(', ')}.`
    throw new IntegrationError('UNSUPPORTED', message, { provider, entity })
  }

  #opened(): Session<z.output<S>> {
    this.ensureConnected()
    if (this.#session) return this.#session
    throw new IntegrationError('CONFIG_INVALID', `${this.provider} is not connected: call connect().`)
  }
}
