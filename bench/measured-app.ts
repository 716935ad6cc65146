import { api, bamboohr, employees } from '../packages/adapter-bamboohr/src/index.ts'
import { defineAdapter } from '@unioneyes/adapter-kit'
import { createIntegrations, createVault } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'
import { createSyncEngine } from '@unioneyes/sync-engine'
import type { SyncProgress } from '@unioneyes/sync-engine'
import type { RateLimit } from '@unioneyes/core'

const KEY = Buffer.alloc(32, 7).toString('base64')

/** The adapter under another rate limit: what is measured is the work, not the vendor's limit. */
export function adapterUnder(rateLimit: RateLimit) {
  const { name, type, version } = bamboohr
  return defineAdapter({
    provider: 'bamboohr',
    name,
    type,
    version,
    api: { ...api, definition: { ...api.definition, rateLimit } },
    entities: { employees },
  })
}

/** An app as the README shows it, on one SQLite file. */
export async function openMeasuredApp(options: {
  path: string
  baseUrl: string
  pageSize: number
  rateLimit?: RateLimit | undefined
  onProgress?: ((event: SyncProgress) => void) | undefined
}) {
  const store = sqliteStore({ path: options.path })
  await store.migrate()
  const integrations = createIntegrations({
    adapters: [adapterUnder(options.rateLimit ?? { requests: 1_000_000, per: 'second' })],
    store,
    vault: createVault({ keys: { k1: KEY } }),
    baseUrls: { bamboohr: options.baseUrl },
  })
  const sync = createSyncEngine({ integrations, store, onProgress: options.onProgress })
  const connect = async (apiKey: string): Promise<void> => {
    await integrations.connections.save('org_1', 'bamboohr', {
      credentials: { apiKey },
      settings: { subdomain: 'acme', pageSize: options.pageSize },
    })
  }
  return { store, integrations, sync, connect }
}
