import type { ConnectionStatus, IntegrationType } from '../integration-type.ts'
import type { JsonObject } from '../json.ts'
import type { ConnectionKey } from './keys.ts'

/** A connection as stored: one row of `integration_configs`. */
export interface StoredConnection extends ConnectionKey {
  readonly id: string
  readonly type: IntegrationType
  /** What the vault sealed; the store never sees the plain credentials. */
  readonly credentials: string
  readonly settings: JsonObject
  readonly webhookUrl: string | undefined
  readonly enabled: boolean
  readonly status: ConnectionStatus
  /** Why the status is not `active`, in words for an administrator. */
  readonly statusReason: string | undefined
  /** When a sync last ended with success, in milliseconds since 1970. */
  readonly lastSyncAt: number | undefined
}

/** What `save` writes. */
export interface ConnectionInput extends ConnectionKey {
  readonly type: IntegrationType
  readonly credentials: string
  readonly settings: JsonObject
  readonly webhookUrl?: string | undefined
  /** @default true */
  readonly enabled?: boolean | undefined
}

/** A status with its reason, in words for an administrator. */
export interface ConnectionStanding {
  readonly status: ConnectionStatus
  readonly reason?: string | undefined
}

/** Connections, by organization, provider and name. */
export interface ConnectionStore {
  get(key: ConnectionKey): Promise<StoredConnection | undefined>
  list(filter: {
    readonly organizationId?: string | undefined
    readonly provider?: string | undefined
    readonly type?: IntegrationType | undefined
  }): Promise<StoredConnection[]>
  /** Inserts or replaces; a replaced connection keeps its id and becomes `active` again. */
  save(input: ConnectionInput): Promise<StoredConnection>
  /**
   * Replaces the sealed credentials only if they are still `previous` (compare and set). A standing becomes the connection's in
   * the same step, unless it is disabled; without one its status stays.
   */
  replaceCredentials(
    key: ConnectionKey,
    previous: string,
    next: string,
    standing?: ConnectionStanding,
  ): Promise<boolean>
  /**
   * Switches a connection on or off and leaves the rest of it alone; on makes it `active`, off `disabled`.
   * @returns false when there is no such connection.
   */
  setEnabled(key: ConnectionKey, enabled: boolean, reason?: string): Promise<boolean>
  setStatus(key: ConnectionKey, status: ConnectionStatus, reason?: string): Promise<void>
}
