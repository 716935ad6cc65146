import type { RecordStore, StoredRecord } from '@unioneyes/core'
import type { Selectable } from 'kysely'
import type { Database } from './database.ts'
import { findEntity } from './entity-row.ts'
import { queries } from './queries.ts'
import { rowLimit } from './row-limit.ts'
import type { IntegrationRecords } from './tables.ts'

const records = queries
  .selectFrom('integration_records')
  .select(['id', 'data', 'raw', 'hash', 'version', 'observed_at', 'deleted_at'])
  // A tombstone of something that was never stored has no body, and is nothing to show.
  .where('data', 'is not', null)

/** Records in `integration_records`. */
export function sqliteRecordStore(database: Database): RecordStore {
  return {
    get: (key, id) =>
      database.read((sql) => {
        const entity = findEntity(sql, key)
        if (entity === undefined) return undefined
        const row = sql.first(records.where('stream', '=', entity.stream).where('id', '=', id))
        return row && toStoredRecord(row)
      }),

    list: (key, { after, limit, includeDeleted = false } = {}) =>
      database.read((sql) => {
        const entity = findEntity(sql, key)
        if (entity === undefined) return []
        let query = records.where('stream', '=', entity.stream).orderBy('id').limit(rowLimit(limit, 500))
        if (after !== undefined) query = query.where('id', '>', after)
        if (!includeDeleted) query = query.where('deleted_at', 'is', null)
        return sql.all(query).map(toStoredRecord)
      }),

    count: (key) => database.read((sql) => findEntity(sql, key)?.live ?? 0),
  }
}

function toStoredRecord(
  row: Pick<Selectable<IntegrationRecords>, 'id' | 'data' | 'raw' | 'hash' | 'version' | 'observed_at' | 'deleted_at'>,
): StoredRecord {
  return {
    id: row.id,
    data: row.data ?? 'null',
    raw: row.raw ?? undefined,
    hash: row.hash,
    version: row.version ?? undefined,
    observedAt: row.observed_at,
    deletedAt: row.deleted_at ?? undefined,
  }
}
