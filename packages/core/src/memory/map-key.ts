import type { ConnectionKey, EntityKey } from '../ports/keys.ts'

/** A map's key made of several names. As JSON, since names may hold any separator. */
export function mapKey(...names: readonly string[]): string {
  return JSON.stringify(names)
}

/** The map key of a connection. */
export function connectionMapKey(key: ConnectionKey): string {
  return mapKey(key.organizationId, key.provider, key.connection)
}

/** The map key of an entity. */
export function entityMapKey(key: EntityKey): string {
  return mapKey(key.organizationId, key.provider, key.connection, key.entity)
}

/** Whether something belongs to a connection. */
export function isOf(owned: ConnectionKey, key: ConnectionKey): boolean {
  return (
    owned.organizationId === key.organizationId &&
    owned.provider === key.provider &&
    owned.connection === key.connection
  )
}

/** A connection's key without what else the object holds. */
export function toConnectionKey({ organizationId, provider, connection }: ConnectionKey): ConnectionKey {
  return { organizationId, provider, connection }
}

/** An entity's key without what else the object holds. */
export function toEntityKey({ organizationId, provider, connection, entity }: EntityKey): EntityKey {
  return { organizationId, provider, connection, entity }
}
