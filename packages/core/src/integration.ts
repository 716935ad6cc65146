import type { ConnectionStatus, IntegrationProvider, IntegrationType, SyncType } from './integration-type.ts'
import type { Clock } from './ports/clock.ts'
import type { ConnectionKey } from './ports/keys.ts'
import type { Logger } from './ports/logger.ts'
import type { BudgetStore } from './ports/budget-store.ts'
import type { GrantKeeper, OAuthClient } from './grants/grant.ts'

/** What an integration can do. */
export interface IntegrationCapabilities {
  readonly supportsFullSync: boolean
  readonly supportsIncrementalSync: boolean
  readonly supportsWebhooks: boolean
  readonly supportsRealTime: boolean
  readonly supportedEntities: readonly string[]
  readonly requiresOAuth: boolean
  readonly supportedScopes?: readonly string[] | undefined
  readonly rateLimitPerMinute?: number | undefined
}

/** Plain credentials, as an integration receives them from the vault. Which names are present is the adapter's matter. */
export interface IntegrationCredentials {
  readonly clientId?: string | undefined
  readonly clientSecret?: string | undefined
  readonly apiKey?: string | undefined
  readonly accessToken?: string | undefined
  readonly refreshToken?: string | undefined
  readonly [name: string]: unknown
}

/** The configuration of one connection, as an integration receives it. */
export interface IntegrationConfig<Credentials = IntegrationCredentials, Settings = Readonly<Record<string, unknown>>> {
  readonly organizationId: string
  readonly type: IntegrationType
  readonly provider: IntegrationProvider
  readonly connection: string
  readonly credentials: Credentials
  readonly settings: Settings
  readonly webhookUrl?: string | undefined
  readonly enabled: boolean
}

/** What the host lends to a live integration. */
export interface IntegrationContext {
  readonly key: ConnectionKey
  readonly clock: Clock
  readonly logger: Logger
  readonly budgets: BudgetStore
  /** Replaces the adapter's base URL, for sandboxes and proxies. Set by the app, never from an organization's settings. */
  readonly baseUrl?: string | undefined
  /** The longest wait inside one request before it is given up with the time to come back, in milliseconds. */
  readonly maxWaitMs: number
  /** Keeps the connection's OAuth grant alive. Absent for adapters that say nothing of OAuth. */
  readonly grants?: GrantKeeper | undefined
  /** The app's own OAuth client at this provider, where there is one. */
  readonly oauthClient?: OAuthClient | undefined
  /** Runs a sync through the engine, when one is attached. */
  readonly runSync?: ((options: SyncOptions) => Promise<SyncResult>) | undefined
}

/** How a connection is doing. */
export interface HealthCheckResult {
  readonly status: 'healthy' | 'degraded' | 'unhealthy' | ConnectionStatus
  readonly healthy?: boolean | undefined
  readonly latencyMs?: number | undefined
  readonly lastCheckedAt?: Date | undefined
  readonly lastError?: string | undefined
}

/** What to sync. */
export interface SyncOptions {
  readonly type: SyncType
  /** @default all entities of the adapter */
  readonly entities?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
}

/** How a sync went. */
export interface SyncResult {
  /** True when nothing was left out. */
  readonly success: boolean
  readonly recordsProcessed: number
  readonly recordsCreated: number
  readonly recordsUpdated: number
  readonly recordsFailed: number
  readonly recordsDeleted?: number | undefined
  readonly recordsUnchanged?: number | undefined
  readonly runId?: string | undefined
  readonly cursor?: string | undefined
  /** Milliseconds. */
  readonly duration?: number | undefined
  readonly metadata?: Readonly<Record<string, unknown>> | undefined
}

/** One event of a provider, as the webhook router hands it to an integration. */
export interface WebhookEvent {
  readonly id: string
  readonly provider: IntegrationProvider
  readonly organizationId: string
  readonly type: string
  readonly payload: unknown
  readonly receivedAt: Date
}
