import type { ConnectionKey, EntityKey } from '@unioneyes/core'

/** A connection's key as columns. */
export function connectionColumns({ organizationId, provider, connection }: ConnectionKey) {
  return { organization_id: organizationId, provider, connection }
}

/** The columns of a connection's key, read back. */
export function toConnectionKey(row: ReturnType<typeof connectionColumns>): ConnectionKey {
  return { organizationId: row.organization_id, provider: row.provider, connection: row.connection }
}

/** An entity's key as columns. */
export function entityColumns(key: EntityKey) {
  return { ...connectionColumns(key), entity: key.entity }
}

/** The columns of an entity's key, read back. */
export function toEntityKey(row: ReturnType<typeof entityColumns>): EntityKey {
  return { ...toConnectionKey(row), entity: row.entity }
}
