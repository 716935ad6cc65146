import type { AdapterMap, AnyAdapter, EntitiesOf } from './adapter.ts'
import type { BaseIntegration } from './base-integration.ts'
import { checkNames } from './check-names.ts'
import { configured } from './configure-integrations.ts'
import type { OAuthClient } from './grants/grant.ts'
import { grantless } from './grants/grantless.ts'
import { findOAuthClient } from './grants/oauth-client.ts'
import { StoredGrantKeeper } from './grants/stored-grant-keeper.ts'
import { IntegrationError } from './integration-error.ts'
import type { IntegrationConfig, IntegrationContext, SyncOptions, SyncResult } from './integration.ts'
import type { IntegrationProvider } from './integration-type.ts'
import type { IntegrationRegistry } from './integration-registry.ts'
import type { Clock } from './ports/clock.ts'
import { DEFAULT_CONNECTION } from './ports/keys.ts'
import type { ConnectionKey } from './ports/keys.ts'
import type { Logger } from './ports/logger.ts'
import type { StoredConnection } from './ports/connection-store.ts'
import type { Store } from './ports/store.ts'
import { checkSchema } from './standard-schema.ts'
import type { StandardSchema } from './standard-schema.ts'
import type { CredentialVault } from './vault/credential-vault.ts'

/** What the factory stands on. */
export interface FactoryOptions {
  readonly registry: IntegrationRegistry
  readonly store: Store
  readonly vault: CredentialVault
  readonly clock: Clock
  readonly logger: Logger
  /** Base URLs that replace an adapter's own, by provider: for sandboxes and proxies. */
  readonly baseUrls: Readonly<Record<string, string>>
  /** The app's own OAuth clients, by provider. */
  readonly oauthClients: Readonly<Record<string, OAuthClient>>
  readonly maxWaitMs: number
  /** How many live integrations are kept; the one unused longest goes first. */
  readonly maxLive: number
}

/** The integration of a provider, with the entities of its registered adapter where the type is known. */
export type LiveIntegration<P extends string> = P extends keyof AdapterMap
  ? AdapterMap[P] extends AnyAdapter
    ? BaseIntegration<IntegrationConfig, EntitiesOf<AdapterMap[P]>>
    : BaseIntegration
  : BaseIntegration

interface LiveEntry {
  /** The configuration it was made from: a difference drops the entry. */
  readonly source: string
  /** The credentials as they were stored when it was last taken, and what tells them from others. */
  sealed: string
  readonly identity: string
  /** Present when the adapter keeps grants alive. */
  readonly grants: StoredGrantKeeper | undefined
  readonly integration: Promise<BaseIntegration>
  uses: number
  dropped: boolean
}

/**
 * Live integrations: one per organization, provider and connection, made from the stored configuration, initialized and
 * connected, and dropped when that configuration changes. A failure to make one is never kept.
 */
export class IntegrationFactory {
  readonly #options: FactoryOptions
  readonly #live = new Map<string, LiveEntry>()
  readonly #leaving = new Set<Promise<void>>()
  #drops = 0
  #runSync: ((key: ConnectionKey, options: SyncOptions) => Promise<SyncResult>) | undefined

  constructor(options: FactoryOptions) {
    this.#options = options
  }

  /** The factory of the configured integrations. @throws IntegrationError CONFIG_INVALID before `configureIntegrations`. */
  static getInstance(): IntegrationFactory {
    return configured('integrations').factory
  }

  /** Lets `integration.sync()` go through a sync engine. Called by `createSyncEngine`. */
  attachSync(runSync: (key: ConnectionKey, options: SyncOptions) => Promise<SyncResult>): void {
    this.#runSync = runSync
  }

  /**
   * The live integration of a connection.
   *
   * @throws IntegrationError CONFIG_INVALID when there is no such connection, it is disabled, or its configuration does not fit.
   */
  async getIntegration<P extends IntegrationProvider>(
    organizationId: string,
    provider: P,
    connection?: string,
  ): Promise<LiveIntegration<P>>
  async getIntegration(
    organizationId: string,
    provider: string,
    connection: string = DEFAULT_CONNECTION,
  ): Promise<BaseIntegration> {
    return this.use({ organizationId, provider, connection }, (integration) => Promise.resolve(integration))
  }

  /** Calls `work` with the live integration; it is not disconnected meanwhile, even if its configuration changes. */
  async use<T>(key: ConnectionKey, work: (integration: BaseIntegration) => Promise<T>): Promise<T> {
    const entry = await this.#take(key)
    try {
      return await work(await entry.integration)
    } finally {
      entry.uses -= 1
      if (entry.dropped) await this.#retire(entry)
      this.#evict(entry)
    }
  }

  /** Forgets the live integration of a connection and disconnects it as soon as nothing uses it. */
  async drop(key: ConnectionKey): Promise<void> {
    this.#drops += 1
    await this.#remove(liveKey(key))
  }

  /** Disconnects everything. Call it when the process ends. */
  async close(): Promise<void> {
    await Promise.all([...this.#live.keys()].map((key) => this.#remove(key)))
    await Promise.all(this.#leaving)
  }

  /** The entry of a connection, counted as in use. */
  async #take(key: ConnectionKey): Promise<LiveEntry> {
    checkNames(key)
    const adapter = this.#options.registry.adapter(key.provider)
    const { stored, identity } = await this.#read(key, adapter)
    const id = liveKey(key)
    if (!stored?.enabled) {
      void this.#remove(id)
      throw stored ? disabled(key) : unknownConnection(key)
    }
    // No await from here on: calls at the same time must find one entry, and nobody may drop it before it is counted.
    const source = JSON.stringify([identity, stored.settings, stored.webhookUrl])
    const sealed = stored.credentials
    let entry = this.#live.get(id)
    if (entry?.source !== source) {
      void this.#remove(id)
      const grants = adapter.oauth && this.#keeper(key)
      const integration = this.#make(key, adapter, stored, grants)
      entry = { source, sealed, identity, grants, integration, uses: 0, dropped: false }
      this.#forgetFailure(id, entry)
    }
    entry.sealed = sealed
    entry.grants?.saw(sealed)
    entry.uses += 1
    // Moved to the end: the first of the map is the one unused longest.
    this.#live.delete(id)
    this.#live.set(id, entry)
    this.#evict(entry)
    return entry
  }

  /** The configuration as it is now: read again when something was dropped meanwhile, so that no old one comes back. */
  async #read(
    key: ConnectionKey,
    adapter: AnyAdapter,
  ): Promise<{ readonly stored: StoredConnection | undefined; readonly identity: string }> {
    for (;;) {
      const drops = this.#drops
      const stored = await this.#options.store.connections.get(key)
      const identity = stored ? await this.#identityOf(key, adapter, stored.credentials) : ''
      if (drops === this.#drops) return { stored, identity }
    }
  }

  /** What tells sealed credentials from others. A grant that was renewed makes no difference: its integration goes on. */
  async #identityOf(key: ConnectionKey, adapter: AnyAdapter, sealed: string): Promise<string> {
    if (!adapter.oauth) return sealed
    const live = this.#live.get(liveKey(key))
    return live?.sealed === sealed ? live.identity : grantless(this.#options.vault, key, sealed)
  }

  #keeper({ organizationId, provider, connection }: ConnectionKey): StoredGrantKeeper {
    const { store, vault, clock, logger, maxWaitMs } = this.#options
    const key: ConnectionKey = { organizationId, provider, connection }
    return new StoredGrantKeeper({ key, store, vault, clock, logger, maxWaitMs })
  }

  #forgetFailure(id: string, entry: LiveEntry): void {
    entry.integration.catch(() => {
      if (this.#live.get(id) === entry) this.#live.delete(id)
    })
  }

  async #make(
    { organizationId, provider, connection }: ConnectionKey,
    adapter: AnyAdapter,
    stored: StoredConnection,
    grants: StoredGrantKeeper | undefined,
  ): Promise<BaseIntegration> {
    // What was asked for, not what the row says of itself: another organization's row then does not open.
    const key: ConnectionKey = { organizationId, provider, connection }
    const sealed = await this.#options.vault.open(key, stored.credentials)
    const credentials = await this.#checked(key, 'credentials', adapter.credentials, sealed)
    const settings = await this.#checked(key, 'settings', adapter.settings, stored.settings)
    const config: IntegrationConfig = {
      ...key,
      type: stored.type,
      credentials,
      settings,
      webhookUrl: stored.webhookUrl,
      enabled: stored.enabled,
    }
    const integration = adapter.create()
    await integration.initialize(config, { ...this.#context(key), ...this.#oauth(key, adapter, grants) })
    await integration.connect()
    return integration
  }

  #context(key: ConnectionKey): IntegrationContext {
    const { clock, logger, store, baseUrls, maxWaitMs } = this.#options
    const runSync = this.#runSync
    return {
      key,
      clock,
      logger,
      budgets: store.budgets,
      baseUrl: baseUrls[key.provider],
      maxWaitMs,
      runSync: runSync && ((options) => runSync(key, options)),
    }
  }

  #oauth(
    { provider }: ConnectionKey,
    { oauth }: AnyAdapter,
    grants: StoredGrantKeeper | undefined,
  ): Pick<IntegrationContext, 'grants' | 'oauthClient'> {
    const { oauthClients } = this.#options
    const given = Object.hasOwn(oauthClients, provider) ? oauthClients[provider] : undefined
    return grants ? { grants, oauthClient: findOAuthClient(given, oauth) } : {}
  }

  async #checked(
    key: ConnectionKey,
    what: 'credentials' | 'settings',
    schema: StandardSchema<unknown, unknown> | undefined,
    value: Readonly<Record<string, unknown>>,
  ): Promise<Record<string, unknown>> {
    if (!schema) return value
    const result = await checkSchema(schema, value)
    if (result.issues) {
      throw new IntegrationError(
        'CONFIG_INVALID',
        `The ${what} of the ${key.provider} connection "${key.connection}" do not fit: ${result.issues.join('; ')}. Save the connection again with integrations.connections.save(...).`,
        { provider: key.provider, issues: result.issues },
      )
    }
    return isObject(result.value) ? result.value : {}
  }

  #evict(keep: LiveEntry): void {
    for (const [id, entry] of this.#live) {
      if (this.#live.size <= this.#options.maxLive) return
      if (entry.uses === 0 && entry !== keep) void this.#remove(id)
    }
  }

  async #remove(id: string): Promise<void> {
    const entry = this.#live.get(id)
    if (!entry) return
    this.#live.delete(id)
    entry.dropped = true
    if (entry.uses === 0) await this.#retire(entry)
  }

  async #retire(entry: LiveEntry): Promise<void> {
    if (entry.uses > 0) return
    const disconnecting = this.#disconnect(entry)
    this.#leaving.add(disconnecting)
    await disconnecting
    this.#leaving.delete(disconnecting)
  }

  async #disconnect(entry: LiveEntry): Promise<void> {
    try {
      await (await entry.integration).disconnect()
    } catch (error) {
      // The name alone: a vendor's library may put a secret into its message.
      const name = IntegrationError.is(error) ? error.code : error instanceof Error ? error.name : typeof error
      this.#options.logger.debug({ error: name }, 'An integration that is no longer needed did not disconnect')
    }
    await entry.grants?.settled()
  }
}

const liveKey = (key: ConnectionKey): string => JSON.stringify([key.organizationId, key.provider, key.connection])

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

function unknownConnection(key: ConnectionKey): IntegrationError {
  return new IntegrationError(
    'CONFIG_INVALID',
    `Organization "${key.organizationId}" has no ${key.provider} connection "${key.connection}". Save one: await integrations.connections.save(organizationId, '${key.provider}', { credentials, settings }).`,
    { provider: key.provider },
  )
}

function disabled(key: ConnectionKey): IntegrationError {
  return new IntegrationError(
    'CONFIG_INVALID',
    `The ${key.provider} connection "${key.connection}" of organization "${key.organizationId}" is disabled. Enable it: await integrations.connections.enable(organizationId, '${key.provider}').`,
    { provider: key.provider },
  )
}
