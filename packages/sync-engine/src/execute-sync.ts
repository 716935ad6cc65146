import { configured } from '@unioneyes/core'
import type { IntegrationProvider, RunFilter, SyncCallOptions, SyncResult, SyncRun } from '@unioneyes/core'
import { toSyncResult } from './sync-result.ts'

/**
 * A full sync through the configured engine.
 *
 * @throws IntegrationError CONFIG_INVALID before `configureIntegrations({ integrations, sync })`.
 */
export async function executeFullSync(
  organizationId: string,
  provider: IntegrationProvider,
  entities?: readonly string[],
  options?: SyncCallOptions,
): Promise<SyncResult> {
  return toSyncResult(await configured('sync').full(organizationId, provider, entities, options))
}

/**
 * An incremental sync through the configured engine.
 *
 * @throws IntegrationError CONFIG_INVALID before `configureIntegrations({ integrations, sync })`.
 */
export async function executeIncrementalSync(
  organizationId: string,
  provider: IntegrationProvider,
  entities?: readonly string[],
  options?: SyncCallOptions,
): Promise<SyncResult> {
  return toSyncResult(await configured('sync').incremental(organizationId, provider, entities, options))
}

/**
 * An organization's runs, newest first, from the configured engine.
 *
 * @throws IntegrationError CONFIG_INVALID before `configureIntegrations({ integrations, sync })`.
 */
export async function getSyncHistory(
  organizationId: string,
  filter?: Partial<Omit<RunFilter, 'organizationId'>>,
): Promise<SyncRun[]> {
  return configured('sync').history(organizationId, filter)
}
