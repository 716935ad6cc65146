import type { ConnectionKey } from './ports/keys.ts'
import type { RunFilter, SyncRun } from './ports/run-store.ts'

/** Options of one sync. */
export interface SyncCallOptions {
  /** @default 'default' */
  readonly connection?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** What the process-wide functions need of a sync engine; `createSyncEngine` returns one. */
export interface SyncService {
  full(
    organizationId: string,
    provider: string,
    entities?: readonly string[],
    options?: SyncCallOptions,
  ): Promise<SyncRun>
  incremental(
    organizationId: string,
    provider: string,
    entities?: readonly string[],
    options?: SyncCallOptions,
  ): Promise<SyncRun>
  history(organizationId: string, filter?: Partial<Omit<RunFilter, 'organizationId'>>): Promise<SyncRun[]>
}

/** A connection key from loose arguments. */
export function toConnectionKey(organizationId: string, provider: string, connection?: string): ConnectionKey {
  return { organizationId, provider, connection: connection ?? 'default' }
}
