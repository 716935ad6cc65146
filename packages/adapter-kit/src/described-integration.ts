import { BaseIntegration, IntegrationError } from '@unioneyes/core'
import type {
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
import type { Api } from './define-api.ts'
import { openSession } from './open-session.ts'
import type { Session } from './session.ts'

/** What a described integration is made from. */
export interface Description<C extends z.ZodObject, S extends z.ZodObject, Entities extends EntityMap> {
  readonly provider: string
  readonly type: IntegrationType
  readonly capabilities: IntegrationCapabilities
  readonly api: Api<C, S>
  readonly entities: { readonly [E in keyof Entities]: Entity<Entities[E], z.output<S>> }
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

  constructor(description: Description<C, S, Entities>) {
    super(description.type, description.provider, description.capabilities)
    this.#description = description
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
    const { provider, entities } = this.#description
    if (!Object.hasOwn(entities, entity)) {
      const message = `${provider} has no entity "${entity}"; it has ${Object.keys(entities).join(', ')}.`
      throw new IntegrationError('UNSUPPORTED', message, { provider, entity })
    }
    return entities[entity].read(session, entity, options)
  }

  #opened(): Session<z.output<S>> {
    this.ensureConnected()
    if (this.#session) return this.#session
    throw new IntegrationError('CONFIG_INVALID', `${this.provider} is not connected: call connect().`)
  }
}
