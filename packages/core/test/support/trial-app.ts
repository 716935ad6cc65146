import { createIntegrations } from '../../src/create-integrations.ts'
import type { Integrations, IntegrationsOptions } from '../../src/create-integrations.ts'
import { memoryStore } from '../../src/memory/memory-store.ts'
import type { ConnectionKey } from '../../src/ports/keys.ts'
import type { Store } from '../../src/ports/store.ts'
import { createVault, generateVaultKey } from '../../src/vault/credential-vault.ts'
import type { CredentialVault } from '../../src/vault/credential-vault.ts'
import { trialAdapter } from './trial-adapter.ts'
import type { TrialAdapter } from './trial-adapter.ts'

/** Integrations on a fresh memory store, and what they stand on. */
export interface TrialApp {
  readonly integrations: Integrations<TrialAdapter>
  readonly adapter: TrialAdapter
  readonly store: Store
  readonly vault: CredentialVault
  /** Saves a trial connection whose credentials and settings name their owner. */
  save(organizationId: string, connection?: string): Promise<void>
}

/** Builds one. */
export function trialApp(
  options: Partial<Omit<IntegrationsOptions, 'adapters'>> & { readonly adapter?: TrialAdapter } = {},
): TrialApp {
  const {
    adapter = trialAdapter(),
    store = memoryStore(),
    vault = createVault({ keys: { k1: generateVaultKey() } }),
  } = options
  const integrations = createIntegrations({ ...options, adapters: [adapter], store, vault })
  return {
    integrations,
    adapter,
    store,
    vault,
    async save(organizationId, connection) {
      const owner = `${organizationId}/${connection ?? 'default'}`
      const details = { credentials: { apiKey: `key of ${owner}` }, settings: { subdomain: owner }, connection }
      await integrations.connections.save(organizationId, 'trial', details)
    },
  }
}

/** The key of a trial connection. */
export function trialKey(organizationId: string, connection = 'default'): ConnectionKey {
  return { organizationId, provider: 'trial', connection }
}
