import type { EntityKey, IdQuery } from '@unioneyes/core'
import { findEntity } from './entity-row.ts'
import { rowLimit } from './row-limit.ts'
import type { Statements } from './statements.ts'

/** The ids of live records in a range, in order: SQLite compares texts by their bytes in UTF-8, which is by code point. */
export function idsBetween(sql: Statements, key: EntityKey, { from, below, after, limit }: IdQuery): readonly string[] {
  const entity = findEntity(sql, key)
  if (entity === undefined) return []
  const conditions = [after === undefined ? 'id >= ?' : 'id > ?', ...(below === undefined ? [] : ['id < ?'])]
  const ends = below === undefined ? [] : [below]
  return sql
    .prepare<{ id: string }>(
      `select id from integration_records where stream = ? and ${conditions.join(' and ')} and deleted_at is null order by id limit ?`,
    )
    .all(entity.stream, after ?? from, ...ends, rowLimit(limit, 5_000))
    .map(({ id }) => id)
}
