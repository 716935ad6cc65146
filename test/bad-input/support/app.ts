import { bamboohr } from '@unioneyes/adapter-bamboohr'
import { createIntegrations, createVault } from '@unioneyes/core'
import type { Clock, Logger } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'
import type { SqliteStoreOptions } from '@unioneyes/store-sqlite'
import { createSyncEngine } from '@unioneyes/sync-engine'

/** What one process of an app stands on. */
export interface AppOptions extends Pick<SqliteStoreOptions, 'path' | 'maxPages' | 'lockWaitMs'> {
  readonly clock: Clock
  /** The same time for the engine, whose heartbeats must not move it. */
  readonly still: Clock
  readonly vaultKeys: Readonly<Record<string, string>>
  /** Undefined for the adapter's own hosts. */
  readonly baseUrl: string | undefined
  readonly maxWaitMs?: number | undefined
}

/** How many people stand on a page, and so in a commit: every page is committed by itself. */
export const PAGE_SIZE = 10

/** An app as one process of it: its own store, integrations and engine over the file. */
export type App = ReturnType<typeof openApp>

/** Opens one. What it logs is kept in `lines`. */
export function openApp(options: AppOptions) {
  const { path, maxPages, lockWaitMs, clock, still, vaultKeys, baseUrl, maxWaitMs } = options
  const lines: unknown[] = []
  const log: Logger['info'] = (fields, message) => lines.push({ ...fields, message })
  const logger: Logger = { debug: log, info: log, warn: log, error: log }
  const store = sqliteStore({ path, clock, logger, maxPages, lockWaitMs })
  const integrations = createIntegrations({
    adapters: [bamboohr],
    store,
    vault: createVault({ keys: vaultKeys }),
    clock,
    logger,
    maxWaitMs,
    baseUrls: baseUrl === undefined ? {} : { bamboohr: baseUrl },
  })
  const sync = createSyncEngine({ integrations, store, clock: still, recordsPerCommit: PAGE_SIZE, gatherMs: 0 })
  return {
    store,
    integrations,
    sync,
    lines,
    async close() {
      await sync.stop()
      await integrations.close()
      await store.close()
    },
  }
}
