import { bamboohr } from '@unioneyes/adapter-bamboohr'
import { createIntegrations, vaultFromEnvironment } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'
import { createSyncEngine } from '@unioneyes/sync-engine'
import type { SyncProgress } from '@unioneyes/sync-engine'

/** Which organization and connection the quickstart works for. */
export const organizationId = 'org_quickstart'

/** What the quickstart reads: people and their departments. Positions, leave and pay are there too, for whoever asks for them. */
export const entities = ['employees', 'departments'] as const

/** Where the data lies, and what stands in for the provider. */
export interface AppOptions {
  readonly path: string
  /** The sandbox instead of the real BambooHR. */
  readonly baseUrl?: string | undefined
  readonly onProgress?: ((event: SyncProgress) => void) | undefined
}

/** The whole app: adapter, store, vault and engine. This is what goes into yours. */
export async function openApp({ path, baseUrl, onProgress }: AppOptions) {
  const store = sqliteStore({ path })
  await store.migrate()
  const integrations = createIntegrations({
    adapters: [bamboohr],
    store,
    vault: vaultFromEnvironment(),
    baseUrls: baseUrl === undefined ? {} : { bamboohr: baseUrl },
  })
  // Short leases, because the quickstart kills its own worker and does not want to wait half a minute for the next.
  const sync = createSyncEngine({ integrations, store, onProgress, leaseTtlMs: 1500, leaseWaitMs: 15_000 })
  return {
    store,
    integrations,
    sync,
    async close() {
      await sync.stop()
      await integrations.close()
      await store.close()
    },
  }
}
