import type { ConnectionKey, EntityKey } from '@unioneyes/core'
import { checkText } from './statements.ts'

/**
 * A connection's key as columns. Kysely leaves out a condition whose value is undefined: without an organization it would
 * mean every one, so a missing name is refused.
 * @throws IntegrationError CONFIG_INVALID
 */
export function connectionColumns({ organizationId, provider, connection }: ConnectionKey) {
  return {
    organization_id: checkText(organizationId),
    provider: checkText(provider),
    connection: checkText(connection),
  }
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
