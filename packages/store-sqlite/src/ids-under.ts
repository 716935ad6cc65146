import type { EntityKey } from '@unioneyes/core'
import { findEntity } from './entity-row.ts'
import type { Statements } from './statements.ts'

const FROM = 'select id from integration_records where stream = ? and id >= ? and deleted_at is null'

/** The ids of live records that begin with a prefix. */
export function idsUnder(sql: Statements, key: EntityKey, prefix: string): readonly string[] {
  const entity = findEntity(sql, key)
  if (entity === undefined) return []
  const end = textAfter(prefix)
  const rows =
    end === undefined
      ? sql.prepare<{ id: string }>(FROM).all(entity.stream, prefix)
      : sql.prepare<{ id: string }>(`${FROM} and id < ?`).all(entity.stream, prefix, end)
  return rows.map(({ id }) => id)
}

const LAST = 0x10_ff_ff

/** The first text after every text that begins with `prefix`, in the order of code points, which is SQLite's; undefined at the end of all texts. */
function textAfter(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  while (points.at(-1) === LAST) points.pop()
  const last = points.pop()
  if (last === undefined) return undefined
  // Between these two lie the halves of surrogate pairs, which are no characters.
  const next = last === 0xd7_ff ? 0xe0_00 : last + 1
  return String.fromCodePoint(...points, next)
}
