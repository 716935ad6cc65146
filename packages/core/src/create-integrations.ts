import type { AnyAdapter, EntitiesOf, EntityName } from './adapter.ts'
import type { BaseIntegration } from './base-integration.ts'
import { checkNames } from './check-names.ts'
import { createConnections } from './connections.ts'
import type { AdapterOf, Connections } from './connections.ts'
import type { OAuthClient } from './grants/grant.ts'
import { IntegrationFactory } from './integration-factory.ts'
import { IntegrationRegistry } from './integration-registry.ts'
import { parseJsonText } from './json.ts'
import { learningVault } from './logging/learning-vault.ts'
import { redactingLogger } from './logging/redacting-logger.ts'
import type { RedactingLogger } from './logging/redacting-logger.ts'
import type { EntityRecord } from './page.ts'
import { DEFAULT_CONNECTION } from './ports/keys.ts'
import { systemClock } from './ports/clock.ts'
import type { Clock } from './ports/clock.ts'
import { silentLogger } from './ports/logger.ts'
import type { Logger } from './ports/logger.ts'
import type { Store } from './ports/store.ts'
import type { CredentialVault } from './vault/credential-vault.ts'

/** What {@link createIntegrations} needs. */
export interface IntegrationsOptions<A extends readonly AnyAdapter[] = readonly AnyAdapter[]> {
  /** @default those that registered themselves through their `/register` modules */
  readonly adapters?: A | undefined
  readonly store: Store
  readonly vault: CredentialVault
  readonly clock?: Clock | undefined
  /** A pino logger fits. What it is given is redacted first: see {@link redactingLogger}. @default silent */
  readonly logger?: Logger | undefined
  /**
   * Base URLs that replace an adapter's own, by provider: for sandboxes and proxies. Only the app can set them, never an
   * organization.
   */
  readonly baseUrls?: Readonly<Record<string, string>> | undefined
  /**
   * The app's own OAuth clients, by provider. They are the app's and no organization's, so they are never stored.
   * @default from the environment variables that the adapter names
   */
  readonly oauthClients?: Readonly<Record<string, OAuthClient>> | undefined
  /** The longest wait inside one request, in milliseconds; beyond it a run closes resumable. @default 60_000 */
  readonly maxWaitMs?: number | undefined
  /** How many live integrations are kept. @default 1000 */
  readonly maxLive?: number | undefined
}

/** The adapters of an app with their store and vault: where everything starts. */
export interface Integrations<A extends AnyAdapter = AnyAdapter> {
  readonly store: Store
  readonly registry: IntegrationRegistry
  readonly factory: IntegrationFactory
  readonly connections: Connections<A>
  readonly clock: Clock
  readonly logger: RedactingLogger
  /** The live integration of a connection. */
  get(organizationId: string, provider: A['provider'], connection?: string): Promise<BaseIntegration>
  /** What was synced, record by record in the order of their ids, typed by the adapter's model. */
  records<P extends A['provider'], E extends EntityName<AdapterOf<A, P>>>(
    organizationId: string,
    provider: P,
    entity: E,
    options?: { readonly connection?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<EntitiesOf<AdapterOf<A, P>>[E]>
  /** Disconnects every live integration. The store stays open: it is the app's. */
  close(): Promise<void>
}

/** What is the same whatever the adapters: enough for an engine, or for `configureIntegrations`. */
export type AnyIntegrations = Pick<Integrations, 'store' | 'registry' | 'factory' | 'clock' | 'logger' | 'close'>

/**
 * Puts adapters, a store and a vault together. The provider ids and entities that the methods accept are inferred from the
 * adapters.
 */
export function createIntegrations<const A extends readonly AnyAdapter[]>(
  options: IntegrationsOptions<A>,
): Integrations<A[number]>
export function createIntegrations(options: IntegrationsOptions): Integrations {
  const clock = options.clock ?? systemClock
  const secrets = Object.values(options.oauthClients ?? {}).map(({ clientSecret }) => clientSecret)
  const logger = redactingLogger(options.logger ?? silentLogger, { secrets })
  const registry = new IntegrationRegistry(options.adapters ?? IntegrationRegistry.getInstance().adapters())
  const { store } = options
  const vault = learningVault(options.vault, (credentials) => logger.learn(credentials))
  const factory = new IntegrationFactory({
    registry,
    store,
    vault,
    clock,
    logger,
    baseUrls: options.baseUrls ?? {},
    oauthClients: options.oauthClients ?? {},
    maxWaitMs: options.maxWaitMs ?? 60_000,
    maxLive: options.maxLive ?? 1000,
  })
  return {
    store,
    registry,
    factory,
    clock,
    logger,
    connections: createConnections({ registry, store, vault, factory, clock }),
    get: (organizationId, provider, connection) => factory.getIntegration(organizationId, provider, connection),
    records: (organizationId, provider, entity, { connection = DEFAULT_CONNECTION, signal } = {}) =>
      readRecords(store, { organizationId, provider, connection, entity }, signal),
    close: () => factory.close(),
  }
}

async function* readRecords(
  store: Store,
  key: Parameters<Store['records']['list']>[0],
  signal: AbortSignal | undefined,
): AsyncGenerator<EntityRecord> {
  checkNames(key)
  let after: string | undefined
  for (;;) {
    signal?.throwIfAborted()
    const page = await store.records.list(key, { after })
    for (const stored of page) yield parseRecord(stored.data)
    after = page.at(-1)?.id
    if (after === undefined) return
  }
}

// The record was validated by the adapter's model before it was stored.
function parseRecord(data: string): EntityRecord {
  const record: unknown = parseJsonText(data)
  return record as EntityRecord
}
