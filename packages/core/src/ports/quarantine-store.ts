import type { ConnectionKey, EntityKey } from './keys.ts'

/** A record that could not be read, kept until it can be. */
export interface QuarantinedRecord extends EntityKey {
  readonly id: string | undefined
  readonly reasons: readonly string[]
  /** JSON text as the provider sent it. */
  readonly raw: string
  readonly runId: string | undefined
  /** Milliseconds since 1970. */
  readonly firstSeenAt: number
  readonly lastSeenAt: number
}

/** Records in quarantine. A record leaves it when it is next read well, or is deleted. */
export interface QuarantineStore {
  list(
    key: ConnectionKey & { readonly entity?: string | undefined },
    query?: { readonly limit?: number | undefined },
  ): Promise<QuarantinedRecord[]>
  count(key: ConnectionKey & { readonly entity?: string | undefined }): Promise<number>
}
