import type { EntityKey, EntityState, Lease, Listing, Json } from '@unioneyes/core'
import { IntegrationError } from '@unioneyes/core'
import { fromJsonColumn } from './json-column.ts'
import type { Statements } from './statements.ts'
import { checkText } from './statements.ts'
import type { IntegrationEntities } from './tables.ts'
import type { Selectable } from 'kysely'

/** An entity's row without its checkpoint, as read at the start of a transaction. */
export type EntityRow = Omit<
  Selectable<IntegrationEntities>,
  'organization_id' | 'provider' | 'connection' | 'entity' | 'listing' | 'cursor'
>

const FIND = `select stream, fence, lease_run_id, lease_expires_at, lease_ttl_ms, live, stored, writes, mark_writes, observed_at
  from integration_entities where organization_id = ? and provider = ? and connection = ? and entity = ?`

/** The entity's row, if anything was ever leased or written there. */
export function findEntity(sql: Statements, key: EntityKey): EntityRow | undefined {
  return sql.prepare<EntityRow>(FIND).first(...keyValues(key))
}

/** The entity's row, made when there is none. */
export function openEntity(sql: Statements, key: EntityKey): EntityRow {
  const found = findEntity(sql, key)
  if (found !== undefined) return found
  sql
    .prepare('insert into integration_entities (organization_id, provider, connection, entity) values (?, ?, ?, ?)')
    .run(...keyValues(key))
  const made = findEntity(sql, key)
  if (made === undefined)
    throw new IntegrationError('STORE_INVALID', 'A trigger on integration_entities swallowed a row')
  return made
}

/** The row of a leased entity, or undefined when the lease is no longer the current one. Its expiry does not matter. */
export function findLeased(sql: Statements, lease: Lease, key: EntityKey = lease.key): EntityRow | undefined {
  const row = findEntity(sql, key)
  return row?.fence === lease.fence && row.lease_run_id === lease.runId ? row : undefined
}

/**
 * The row of a leased entity.
 * @throws IntegrationError LEASE_LOST when the lease is no longer the current one, whatever its expiry.
 */
export function requireLease(sql: Statements, lease: Lease, key: EntityKey = lease.key): EntityRow {
  const row = findLeased(sql, lease, key)
  if (row !== undefined) return row
  throw new IntegrationError(
    'LEASE_LOST',
    `The run ${lease.runId} no longer holds the lease on ${key.provider} ${key.entity}: another run has taken it, or the ` +
      'connection was erased. Nothing was written; let the run that holds it finish',
    { provider: key.provider, entity: key.entity },
  )
}

/** Where an entity stands. */
export function readEntityState(sql: Statements, stream: number): EntityState {
  const row = sql
    .prepare<Pick<Selectable<IntegrationEntities>, 'cursor' | 'listing' | 'live' | 'observed_at'>>(
      'select cursor, listing, live, observed_at from integration_entities where stream = ?',
    )
    .first(stream)
  return {
    // Both were written by `commitPage`, which takes them in these types.
    cursor: row?.cursor == null ? undefined : (fromJsonColumn('integration_entities.cursor', row.cursor) as Json),
    listing:
      row?.listing == null ? undefined : (fromJsonColumn('integration_entities.listing', row.listing) as Listing),
    live: row?.live ?? 0,
    observedAt: row?.observed_at ?? 0,
  }
}

function keyValues({ organizationId, provider, connection, entity }: EntityKey): [string, string, string, string] {
  return [checkText(organizationId), checkText(provider), checkText(connection), checkText(entity)]
}
