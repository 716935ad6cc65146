import type { Adapter } from '../../src/adapter.ts'
import { BaseIntegration } from '../../src/base-integration.ts'
import type { HealthCheckResult, IntegrationConfig, IntegrationContext } from '../../src/integration.ts'
import { IntegrationType } from '../../src/integration-type.ts'
import { textFields } from './text-fields.ts'

/** What a trial integration can be made to wait for or fail at. */
export type Step = 'initialize' | 'connect' | 'disconnect' | 'health'

/** An integration that writes down what was done to it. */
export class TrialIntegration extends BaseIntegration {
  readonly done: Step[] = []
  health: HealthCheckResult = { status: 'healthy' }
  readonly #at: (step: Step, integration: TrialIntegration) => Promise<void>

  constructor(provider: string, at: (step: Step, integration: TrialIntegration) => Promise<void>) {
    super(IntegrationType.HRIS, provider)
    this.#at = at
  }

  override async initialize(config: IntegrationConfig, context?: IntegrationContext): Promise<void> {
    await super.initialize(config, context)
    await this.#step('initialize')
  }

  async connect(): Promise<void> {
    this.ensureInitialized()
    await this.#step('connect')
    this.connected = true
  }

  async disconnect(): Promise<void> {
    this.connected = false
    await this.#step('disconnect')
  }

  async healthCheck(): Promise<HealthCheckResult> {
    await this.#step('health')
    return this.health
  }

  get isConnected(): boolean {
    return this.connected
  }

  get seenConfig(): IntegrationConfig {
    return this.config
  }

  get seenContext(): IntegrationContext {
    return this.context
  }

  times(step: Step): number {
    return this.done.filter((done) => done === step).length
  }

  async #step(step: Step): Promise<void> {
    this.done.push(step)
    await this.#at(step, this)
  }
}

const credentials = textFields({ apiKey: undefined })
const settings = textFields({ subdomain: undefined, region: 'ca' })

/** An adapter of trial integrations, with every one it ever made. */
export type TrialAdapter = Adapter<
  'trial',
  { readonly employees: { readonly id: string; readonly name: string } },
  { readonly apiKey: string },
  { readonly subdomain: string; readonly region?: string | undefined }
> & { readonly made: TrialIntegration[] }

/** Makes one; `at` is called in every step of every integration, to delay it or make it fail. */
export function trialAdapter(
  at: (step: Step, integration: TrialIntegration) => Promise<void> = () => Promise.resolve(),
): TrialAdapter {
  const made: TrialIntegration[] = []
  return {
    specVersion: 'v1',
    provider: 'trial',
    name: 'Trial',
    type: IntegrationType.HRIS,
    version: '1.0.0',
    capabilities: {
      supportsFullSync: true,
      supportsIncrementalSync: false,
      supportsWebhooks: false,
      supportsRealTime: false,
      supportedEntities: ['employees'],
      requiresOAuth: false,
    },
    credentials,
    settings,
    entities: { employees: { incremental: false, deletions: 'absence' } },
    made,
    create() {
      const integration = new TrialIntegration('trial', at)
      made.push(integration)
      return integration
    },
  }
}
