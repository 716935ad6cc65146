import { silentLogger } from '@unioneyes/core'
import type { AnyAdapter, BaseIntegration, BudgetStore, Clock } from '@unioneyes/core'

/** What a connection of a test is made from. */
export interface ConnectAdapterOptions {
  readonly credentials: Readonly<Record<string, unknown>>
  /** @default none */
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  readonly clock: Clock
  /** The sandbox's address. @default the adapter's own */
  readonly baseUrl?: string | undefined
  /** The longest wait that is sat out, in milliseconds. @default 60_000 */
  readonly maxWaitMs?: number | undefined
  /** @default one that keeps nothing */
  readonly budgets?: BudgetStore | undefined
}

/**
 * A connected integration of an adapter by itself, without store, vault or engine: for tests of what it asks and what it makes of
 * the answers.
 *
 * @throws IntegrationError CONFIG_INVALID when credentials or settings do not fit.
 */
export async function connectAdapter(adapter: AnyAdapter, options: ConnectAdapterOptions): Promise<BaseIntegration> {
  const { credentials, settings = {}, clock, baseUrl, maxWaitMs = 60_000, budgets = forgetful } = options
  const key = { organizationId: 'org_1', provider: adapter.provider, connection: 'default' }
  const integration = adapter.create()
  const config = { ...key, type: adapter.type, credentials, settings, enabled: true }
  await integration.initialize(config, { key, clock, logger: silentLogger, budgets, baseUrl, maxWaitMs })
  await integration.connect()
  return integration
}

const forgetful: BudgetStore = {
  blockedUntil: () => Promise.resolve(undefined),
  block: () => Promise.resolve(),
}
