import { checkNames } from './check-names.ts'
import { DEFAULT_CONNECTION } from './ports/keys.ts'
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

/**
 * A connection key from loose arguments.
 *
 * @throws IntegrationError CONFIG_INVALID for a name that could only be a mistake, such as an organization id that is undefined.
 */
export function toConnectionKey(
  organizationId: string,
  provider: string,
  connection: string = DEFAULT_CONNECTION,
): ConnectionKey {
  return checkNames({ organizationId, provider, connection })
}
