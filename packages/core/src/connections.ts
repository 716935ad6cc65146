import type { AnyAdapter, CredentialsOf, SettingsOf } from './adapter.ts'
import { checkNames } from './check-names.ts'
import { IntegrationError } from './integration-error.ts'
import type { HealthCheckResult } from './integration.ts'
import type { ConnectionStatus } from './integration-type.ts'
import type { IntegrationFactory } from './integration-factory.ts'
import type { IntegrationRegistry } from './integration-registry.ts'
import type { JsonObject } from './json.ts'
import type { Clock } from './ports/clock.ts'
import type { StoredConnection } from './ports/connection-store.ts'
import type { ConnectionKey } from './ports/keys.ts'
import type { ErasureReport, Store } from './ports/store.ts'
import { checkSchema } from './standard-schema.ts'
import type { StandardSchema } from './standard-schema.ts'
import { toConnectionKey } from './sync-service.ts'
import type { CredentialVault } from './vault/credential-vault.ts'

/** The adapter of a provider among several. */
export type AdapterOf<A extends AnyAdapter, P extends string> = string extends A['provider']
  ? A
  : Extract<A, { readonly provider: P }>

/** A connection without its credentials: what may be shown. */
export type Connection = Omit<StoredConnection, 'credentials'>

/** What a new or changed connection consists of. */
export interface ConnectionDetails<Credentials, Settings> {
  /** Sealed by the vault before anything is stored. */
  readonly credentials: Credentials
  readonly settings: Settings
  /** @default 'default' */
  readonly connection?: string | undefined
  readonly webhookUrl?: string | undefined
  /** @default true */
  readonly enabled?: boolean | undefined
  /** Who does this, for the audit log. @default 'system' */
  readonly actor?: string | undefined
}

/** Names one connection, and who acts on it. */
export interface ConnectionOptions {
  /** @default 'default' */
  readonly connection?: string | undefined
  /** @default 'system' */
  readonly actor?: string | undefined
}

/** The connections of all organizations. */
export interface Connections<A extends AnyAdapter = AnyAdapter> {
  /**
   * Validates, seals and stores a connection, new or changed.
   *
   * @throws IntegrationError CONFIG_INVALID with one line per issue; nothing is stored then.
   */
  save<P extends A['provider']>(
    organizationId: string,
    provider: P,
    details: ConnectionDetails<CredentialsOf<AdapterOf<A, P>>, SettingsOf<AdapterOf<A, P>>>,
  ): Promise<Connection>
  get(organizationId: string, provider: A['provider'], connection?: string): Promise<Connection | undefined>
  list(organizationId: string): Promise<Connection[]>
  enable(organizationId: string, provider: A['provider'], options?: ConnectionOptions): Promise<void>
  disable(organizationId: string, provider: A['provider'], options?: ConnectionOptions): Promise<void>
  /** Asks the provider, remembers the answer in the registry and in the connection's status. */
  check(organizationId: string, provider: A['provider'], connection?: string): Promise<HealthCheckResult>
  /** Erases the connection with everything that was synced through it, and says what was removed. */
  remove(organizationId: string, provider: A['provider'], options?: ConnectionOptions): Promise<ErasureReport>
}

/** What {@link createConnections} stands on. */
export interface ConnectionsDeps {
  readonly registry: IntegrationRegistry
  readonly store: Store
  readonly vault: CredentialVault
  readonly factory: IntegrationFactory
  readonly clock: Clock
}

/** Builds the connections API of `createIntegrations`. */
export function createConnections(deps: ConnectionsDeps): Connections {
  const { store, registry, vault, factory, clock } = deps

  return {
    async save(organizationId, provider, details) {
      const key = toConnectionKey(organizationId, provider, details.connection)
      const adapter = registry.adapter(provider)
      const settings = await parsed(key, 'settings', adapter.settings, details.settings)
      const credentials = await parsed(key, 'credentials', adapter.credentials, details.credentials)
      const saved = await store.connections.save({
        ...key,
        type: adapter.type,
        credentials: await vault.seal(key, credentials),
        settings: toSettings(key, settings),
        webhookUrl: details.webhookUrl,
        enabled: details.enabled,
      })
      await audit(key, 'connection.save', details.actor)
      return withoutCredentials(saved)
    },
    async get(organizationId, provider, connection) {
      const stored = await store.connections.get(toConnectionKey(organizationId, provider, connection))
      return stored && withoutCredentials(stored)
    },
    async list(organizationId) {
      return (await store.connections.list(checkNames({ organizationId }))).map(withoutCredentials)
    },
    enable: (organizationId, provider, options) => setEnabled(organizationId, provider, true, options),
    disable: (organizationId, provider, options) => setEnabled(organizationId, provider, false, options),
    async check(organizationId, provider, connection) {
      const key = toConnectionKey(organizationId, provider, connection)
      const health = await factory.use(key, (integration) => integration.healthCheck())
      registry.updateHealth(key, { ...health, lastCheckedAt: new Date(clock.now()) })
      const status = STATUS_AFTER[health.status]
      if (status) await store.connections.setStatus(key, status, status === 'active' ? undefined : health.lastError)
      return health
    },
    async remove(organizationId, provider, options) {
      const key = toConnectionKey(organizationId, provider, options?.connection)
      const report = await store.erase(key)
      // Only now, so that no call in between makes a new one.
      await factory.drop(key)
      registry.forgetHealth(key)
      await audit(key, 'connection.remove', options?.actor)
      return report
    },
  }

  async function setEnabled(
    organizationId: string,
    provider: string,
    enabled: boolean,
    options: ConnectionOptions = {},
  ): Promise<void> {
    const key = toConnectionKey(organizationId, provider, options.connection)
    const reason = enabled ? undefined : 'Disabled by the app.'
    // One step that touches nothing else: a token that is renewed meanwhile must not be overwritten.
    if (!(await store.connections.setEnabled(key, enabled, reason))) {
      throw new IntegrationError(
        'CONFIG_INVALID',
        `Organization "${organizationId}" has no ${provider} connection "${key.connection}".`,
        { provider },
      )
    }
    if (!enabled) await factory.drop(key)
    await audit(key, enabled ? 'connection.enable' : 'connection.disable', options.actor)
  }

  async function audit(key: ConnectionKey, action: string, actor: string | undefined): Promise<void> {
    const target = `${key.provider}/${key.connection}`
    const { organizationId } = key
    await store.audit.append({ at: clock.now(), organizationId, actor: actor ?? 'system', action, target })
  }
}

const STATUS_AFTER: Readonly<Partial<Record<HealthCheckResult['status'], ConnectionStatus>>> = {
  healthy: 'active',
  active: 'active',
  degraded: 'degraded',
  unhealthy: 'degraded',
  needs_reconnect: 'needs_reconnect',
}

async function parsed(
  key: ConnectionKey,
  what: string,
  schema: StandardSchema<unknown, unknown> | undefined,
  value: unknown,
): Promise<Record<string, unknown>> {
  const result = schema ? await checkSchema(schema, value) : { value }
  if (result.issues) {
    throw new IntegrationError(
      'CONFIG_INVALID',
      `The ${what} for ${key.provider} do not fit: ${result.issues.join('; ')}. Nothing was saved.`,
      { provider: key.provider, issues: result.issues },
    )
  }
  const fields = result.value ?? {}
  if (isObject(fields)) return fields
  throw notAnObject(key, what)
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function toSettings(key: ConnectionKey, settings: Record<string, unknown>): JsonObject {
  try {
    const plain: unknown = JSON.parse(JSON.stringify(settings))
    if (isJsonObject(plain)) return plain
  } catch {
    // A cycle or a big integer: the serializer's words help nobody.
  }
  throw notAnObject(key, 'settings')
}

const isJsonObject = (value: unknown): value is JsonObject => isObject(value)

function notAnObject({ provider }: ConnectionKey, what: string): IntegrationError {
  const message = `The ${what} for ${provider} must be an object that JSON can hold. Nothing was saved.`
  return new IntegrationError('CONFIG_INVALID', message, { provider })
}

function withoutCredentials(stored: StoredConnection): Connection {
  const { credentials: _sealed, ...shown } = stored
  return shown
}
