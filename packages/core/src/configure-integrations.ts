import type { AnyIntegrations } from './create-integrations.ts'
import { IntegrationError } from './integration-error.ts'
import type { SyncService } from './sync-service.ts'

/** The instances behind the process-wide functions (`IntegrationFactory.getInstance`, `executeFullSync`, ...). */
export interface ConfiguredIntegrations {
  readonly integrations: AnyIntegrations
  readonly sync?: SyncService | undefined
}

let current: ConfiguredIntegrations | undefined

/**
 * Sets the one process-wide pointer. Explicit instances are preferred; this exists for code that cannot pass them along.
 *
 * @throws IntegrationError CONFIG_INVALID on a second, different call.
 */
export function configureIntegrations(configuration: ConfiguredIntegrations): void {
  const same = !current || (current.integrations === configuration.integrations && current.sync === configuration.sync)
  if (!same) {
    throw new IntegrationError(
      'CONFIG_INVALID',
      'configureIntegrations was called twice with different instances. Call it once, where the app starts.',
    )
  }
  current = configuration
}

/**
 * One of the configured instances.
 *
 * @throws IntegrationError CONFIG_INVALID with the line to add when it was not configured.
 */
export function configured<Name extends keyof ConfiguredIntegrations>(
  name: Name,
): NonNullable<ConfiguredIntegrations[Name]> {
  const instance = current?.[name]
  if (instance) return instance
  throw new IntegrationError(
    'CONFIG_INVALID',
    `Nothing is configured as "${name}". Add where the app starts: configureIntegrations({ integrations, sync }).`,
  )
}
