import { IntegrationError } from './integration-error.ts'
import type {
  HealthCheckResult,
  IntegrationCapabilities,
  IntegrationConfig,
  IntegrationContext,
  SyncOptions,
  SyncResult,
  WebhookEvent,
} from './integration.ts'
import { SyncType } from './integration-type.ts'
import type { IntegrationProvider, IntegrationType } from './integration-type.ts'
import type { EntityMap, Page, ReadOptions } from './page.ts'

const NO_CAPABILITIES: IntegrationCapabilities = {
  supportsFullSync: true,
  supportsIncrementalSync: false,
  supportsWebhooks: false,
  supportsRealTime: false,
  supportedEntities: [],
  requiresOAuth: false,
}

/**
 * A live integration of one connection. Most adapters are described with the adapter kit, which makes one of these; a
 * provider that fits no description extends this class. Implement `read()`: the engine drives it, and `sync()` is inherited.
 */
export abstract class BaseIntegration<
  Config extends IntegrationConfig = IntegrationConfig,
  Entities extends EntityMap = EntityMap,
> {
  readonly type: IntegrationType
  readonly provider: IntegrationProvider
  readonly capabilities: IntegrationCapabilities
  /** Never set: carries the types of the records to the compiler. */
  declare readonly records?: Entities | undefined
  protected connected = false
  #config: Config | undefined
  #context: IntegrationContext | undefined

  constructor(
    type: IntegrationType,
    provider: IntegrationProvider,
    capabilities: Partial<IntegrationCapabilities> = {},
  ) {
    this.type = type
    this.provider = provider
    this.capabilities = { ...NO_CAPABILITIES, ...capabilities }
  }

  /** Called once by the factory, before `connect`. */
  async initialize(config: Config, context?: IntegrationContext): Promise<void> {
    this.#config = config
    this.#context = context
    return Promise.resolve()
  }

  /** Makes the integration ready to read. Called once by the factory, after `initialize`. */
  abstract connect(): Promise<void>
  /** Lets go of whatever `connect` took. Called when the configuration changes or the process ends. */
  abstract disconnect(): Promise<void>
  /** Asks the provider whether the connection works. Must not throw for an unhealthy one. */
  abstract healthCheck(): Promise<HealthCheckResult>
  /** Yields the pages of an entity. See {@link Page} for what a page may carry. */
  read?(entity: keyof Entities & string, options?: ReadOptions): AsyncIterable<Page<Entities[keyof Entities]>>
  /**
   * Yields the records of these ids as they are now, and as `deleted` the ids that the provider no longer has. The pages
   * carry no page token and no cursor. Absent when no entity can be fetched by ids; see `EntityInfo.fetchable`.
   *
   * @throws IntegrationError UNSUPPORTED when this entity cannot.
   */
  fetch?(
    entity: keyof Entities & string,
    ids: readonly string[],
    options?: Pick<ReadOptions, 'signal'>,
  ): AsyncIterable<Page<Entities[keyof Entities]>>
  /** Whether a delivery really comes from the provider. Absent when the provider sends none. */
  verifyWebhook?(payload: string, signature: string, headers?: Headers): Promise<boolean>
  /** Works on one verified event. Absent when the provider sends none. */
  processWebhook?(event: WebhookEvent): Promise<void>

  /**
   * Syncs through the engine of the app. Without an engine it drains `read()` and counts, so that an adapter can be tried alone.
   *
   * @throws IntegrationError UNSUPPORTED when the adapter implements neither `read()` nor `sync()`.
   */
  async sync(options: SyncOptions): Promise<SyncResult> {
    if (this.#context?.runSync) return this.#context.runSync(options)
    let recordsProcessed = 0
    let recordsFailed = 0
    for (const entity of options.entities ?? this.capabilities.supportedEntities) {
      for await (const page of this.#pages(entity, options)) {
        recordsProcessed += page.records?.length ?? page.rows?.items.length ?? 0
        for (const row of page.rows?.items ?? []) {
          if (page.rows?.read(row.raw).kind === 'invalid') recordsFailed += 1
        }
      }
    }
    const success = recordsFailed === 0
    return { success, recordsProcessed, recordsCreated: 0, recordsUpdated: 0, recordsFailed }
  }

  #pages(entity: string, options: SyncOptions): AsyncIterable<Page> {
    if (!this.read) {
      throw new IntegrationError('UNSUPPORTED', `${this.provider} implements neither read() nor sync().`, {
        provider: this.provider,
        entity,
      })
    }
    if (options.type === SyncType.INCREMENTAL) {
      throw new IntegrationError(
        'UNSUPPORTED',
        `An incremental sync of ${this.provider} needs a saved cursor: run it through a sync engine (createSyncEngine).`,
        { provider: this.provider, entity },
      )
    }
    return this.read(entity, { type: options.type, signal: options.signal })
  }

  /** The connection's configuration. @throws IntegrationError CONFIG_INVALID before `initialize`. */
  protected get config(): Config {
    if (!this.#config) throw this.#notReady('initialize()')
    return this.#config
  }

  /** What the host lends. @throws IntegrationError CONFIG_INVALID when the integration was made outside the factory. */
  protected get context(): IntegrationContext {
    if (!this.#context) throw this.#notReady('initialize(config, context)')
    return this.#context
  }

  /** Guards a method that needs a configuration. */
  protected ensureInitialized(): void {
    if (!this.#config) throw this.#notReady('initialize()')
  }

  /** Guards a method that needs a connection. */
  protected ensureConnected(): void {
    if (!this.connected) throw this.#notReady('connect()')
  }

  #notReady(missing: string): IntegrationError {
    return new IntegrationError(
      'CONFIG_INVALID',
      `${this.provider} was used before ${missing}. Get it from IntegrationFactory or createIntegrations, which call it.`,
      { provider: this.provider },
    )
  }
}
