import { createIntegrations, vaultFromEnvironment } from '@unioneyes/core'
import type { AnyAdapter, OAuthClient } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'
import { createSyncEngine } from '@unioneyes/sync-engine'
import type { SyncProgress } from '@unioneyes/sync-engine'

/** The organization that the quickstart works for. */
export const organizationId = 'org_quickstart'

/** The connection of a provider that the quickstart has. */
export const keyOf = ({ provider }: AnyAdapter) => ({ organizationId, provider, connection: 'default' })

/** Where the data lies, and what stands in for the providers. */
export interface AppOptions {
  readonly path: string
  readonly adapters: readonly AnyAdapter[]
  /** Sandboxes instead of real providers. */
  readonly baseUrls?: Readonly<Record<string, string>> | undefined
  /** @default from the environment variables that the adapters name */
  readonly oauthClients?: Readonly<Record<string, OAuthClient>> | undefined
  readonly onProgress?: ((event: SyncProgress) => void) | undefined
}

/** The app that {@link openApp} opens. */
export type App = Awaited<ReturnType<typeof openApp>>

/** The whole app: adapters, store, vault and engine. This is what goes into yours. */
export async function openApp({ path, adapters, baseUrls, oauthClients, onProgress }: AppOptions) {
  const store = sqliteStore({ path })
  await store.migrate()
  const integrations = createIntegrations({ adapters, store, vault: vaultFromEnvironment(), baseUrls, oauthClients })
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
