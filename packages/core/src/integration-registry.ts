import type { AnyAdapter, RateLimit } from './adapter.ts'
import { IntegrationError } from './integration-error.ts'
import type { HealthCheckResult, IntegrationCapabilities } from './integration.ts'
import type { IntegrationProvider, IntegrationType } from './integration-type.ts'
import { DEFAULT_CONNECTION } from './ports/keys.ts'
import type { ConnectionKey } from './ports/keys.ts'

/** What the registry tells about a provider. */
export interface IntegrationMetadata {
  readonly provider: IntegrationProvider
  readonly type: IntegrationType
  readonly name: string
  readonly description: string
  readonly version: string
  readonly capabilities: IntegrationCapabilities
  readonly requiredEnvVars: readonly string[]
  readonly rateLimit: RateLimit | undefined
  /** Every limit; empty when the adapter declares none. */
  readonly rateLimits: readonly RateLimit[]
  readonly documentationUrl: string | undefined
  readonly status: 'available' | 'beta' | 'deprecated' | 'unavailable'
}

/** A health result with the time it was taken. */
export interface IntegrationHealth extends HealthCheckResult {
  readonly lastCheckedAt: Date
}

const SPEC_VERSIONS: ReadonlySet<string> = new Set(['v1'])

let shared: IntegrationRegistry | undefined

/** The catalogue of adapters: what there is, what it needs, how it is doing. Holds definitions, never a client or a record. */
export class IntegrationRegistry {
  readonly #adapters = new Map<string, AnyAdapter>()
  readonly #health = new Map<string, IntegrationHealth>()

  constructor(adapters: Iterable<AnyAdapter> = []) {
    for (const adapter of adapters) this.register(adapter)
  }

  /** The registry into which `@unioneyes/adapter-x/register` modules put their adapters. */
  static getInstance(): IntegrationRegistry {
    shared ??= new IntegrationRegistry()
    return shared
  }

  /**
   * Adds an adapter. The same adapter twice is fine (two copies of a package); another one for the same provider is not.
   *
   * @throws IntegrationError CONFIG_INVALID for a spec version this core does not know, an entity whose name is reserved, or a
   * provider that is taken.
   */
  register(adapter: AnyAdapter): void {
    if (!SPEC_VERSIONS.has(adapter.specVersion)) {
      throw new IntegrationError(
        'CONFIG_INVALID',
        `The ${adapter.provider} adapter speaks spec version ${adapter.specVersion}; this core speaks ${[...SPEC_VERSIONS].join(', ')}. Update @unioneyes/core.`,
        { provider: adapter.provider },
      )
    }
    const reserved = Object.keys(adapter.entities).find((entity) => entity.startsWith('@'))
    if (reserved !== undefined) {
      throw new IntegrationError(
        'CONFIG_INVALID',
        `The ${adapter.provider} adapter calls an entity "${reserved}". Names that begin with "@" belong to the framework: give it another one.`,
        { provider: adapter.provider },
      )
    }
    const present = this.#adapters.get(adapter.provider)
    if (present && present !== adapter && present.version !== adapter.version) {
      throw new IntegrationError(
        'CONFIG_INVALID',
        `Two adapters are registered for ${adapter.provider} (versions ${present.version} and ${adapter.version}). Keep one of them.`,
        { provider: adapter.provider },
      )
    }
    this.#adapters.set(adapter.provider, adapter)
  }

  /** The adapter of a provider. @throws IntegrationError CONFIG_INVALID naming the import to add when there is none. */
  adapter(provider: IntegrationProvider): AnyAdapter {
    const adapter = this.#adapters.get(provider)
    if (adapter) return adapter
    const known = [...this.#adapters.keys()].sort().join(', ') || 'none'
    throw new IntegrationError(
      'CONFIG_INVALID',
      `No adapter is registered for "${provider}" (registered: ${known}). Install @unioneyes/adapter-${provider} and add: import '@unioneyes/adapter-${provider}/register', or pass the adapter to createIntegrations({ adapters }).`,
      { provider },
    )
  }

  /** Everything about a provider, or undefined when no adapter is registered for it. */
  getMetadata(provider: IntegrationProvider): IntegrationMetadata | undefined {
    const adapter = this.#adapters.get(provider)
    return adapter && toMetadata(adapter)
  }

  /** Metadata of every registered adapter. */
  getAll(): IntegrationMetadata[] {
    return [...this.#adapters.values()].map(toMetadata)
  }

  /** Metadata of every registered adapter of a type. */
  getByType(type: IntegrationType): IntegrationMetadata[] {
    return this.getAll().filter((metadata) => metadata.type === type)
  }

  /** The registered adapters themselves. */
  adapters(): AnyAdapter[] {
    return [...this.#adapters.values()]
  }

  /** Whether a usable adapter is registered. */
  isAvailable(provider: IntegrationProvider): boolean {
    const status = this.getMetadata(provider)?.status
    return status !== undefined && status !== 'unavailable'
  }

  /** Which of the environment variables that hold the app's own connection are missing or empty. */
  checkEnvironmentVars(
    provider: IntegrationProvider,
    environment: Readonly<Record<string, string | undefined>> = process.env,
  ): { available: boolean; missing: string[] } {
    const metadata = this.getMetadata(provider)
    if (!metadata) return { available: false, missing: [] }
    const missing = metadata.requiredEnvVars.filter((name) => !environment[name])
    return { available: missing.length === 0, missing }
  }

  /** The tightest limit under which a provider is asked, or undefined when the adapter declares none. */
  getRateLimit(provider: IntegrationProvider): RateLimit | undefined {
    return this.#adapters.get(provider)?.rateLimit
  }

  /** Every limit under which a provider is asked. */
  getRateLimits(provider: IntegrationProvider): readonly RateLimit[] {
    return this.getMetadata(provider)?.rateLimits ?? []
  }

  /** Remembers the latest health of a connection. */
  updateHealth(key: ConnectionKey, health: IntegrationHealth): void {
    this.#health.set(healthKey(key), health)
  }

  /** Forgets the health of a connection that is gone. */
  forgetHealth(key: ConnectionKey): void {
    this.#health.delete(healthKey(key))
  }

  /** The latest health of a connection, or undefined when it was never checked. */
  getHealth(
    organizationId: string,
    provider: IntegrationProvider,
    connection: string = DEFAULT_CONNECTION,
  ): IntegrationHealth | undefined {
    return this.#health.get(healthKey({ organizationId, provider, connection }))
  }
}

const healthKey = (key: ConnectionKey): string => JSON.stringify([key.organizationId, key.provider, key.connection])

function toMetadata(adapter: AnyAdapter): IntegrationMetadata {
  const { rateLimit, rateLimits = rateLimit === undefined ? [] : [rateLimit] } = adapter
  return {
    provider: adapter.provider,
    type: adapter.type,
    name: adapter.name,
    description: adapter.description ?? adapter.name,
    version: adapter.version,
    capabilities: adapter.capabilities,
    requiredEnvVars: Object.values(adapter.env ?? {}),
    rateLimit,
    rateLimits,
    documentationUrl: adapter.documentationUrl,
    status: adapter.status ?? 'available',
  }
}

/** Adds an adapter to the shared registry: the whole of a `/register` module, beside its type. */
export function register(adapter: AnyAdapter): void {
  IntegrationRegistry.getInstance().register(adapter)
}
