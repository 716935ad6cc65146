import type { SQLInputValue } from 'node:sqlite'
import type { RowWrite, Versioned } from './page-changes.ts'
import type { Statements } from './statements.ts'

/** What every row of one commit has in common. */
export interface RowStamp {
  readonly stream: number
  readonly observedAt: number
  readonly writeNo: number
}

// A statement of many rows is bound once: a quarter less time than a statement per row.
const upserts = [100, 10, 1].map((rows) => ({ rows, statement: upsertStatement(rows) }))

// Texts that come as bytes are in UTF-8, as SQLite keeps them: the cast only says so.
// A known version stays known, and a row never looks older than it was.
function upsertStatement(rows: number): string {
  const values = Array.from(
    { length: rows },
    () => '(:stream, :observedAt, :writeNo, ?, ?, ?, ?, cast(? as text), cast(? as text))',
  ).join(',')
  return `insert into integration_records (stream, observed_at, write_no, id, hash, raw_hash, version, data, raw)
    values ${values}
    on conflict (stream, id) do update set
      observed_at = max(observed_at, excluded.observed_at), write_no = excluded.write_no,
      hash = excluded.hash, raw_hash = excluded.raw_hash, version = coalesce(excluded.version, version),
      data = excluded.data, raw = excluded.raw, deleted_at = null`
}

/** Inserts records, or replaces rows and tombstones with them. No id may come twice. */
export function writeRecords(sql: Statements, stamp: RowStamp, records: readonly RowWrite[]): void {
  const named = { stream: stamp.stream, observedAt: stamp.observedAt, writeNo: stamp.writeNo }
  let next = 0
  for (const { rows, statement } of upserts) {
    for (; next + rows <= records.length; next += rows) {
      const values: SQLInputValue[] = []
      for (const { id, hash, rawHash, version, data, raw } of records.slice(next, next + rows)) {
        values.push(id, hash, rawHash, version ?? null, data, raw ?? null)
      }
      sql.prepare(statement).runNamed(named, ...values)
    }
  }
}

const CONFIRM = `update integration_records
  set version = coalesce(?, version), observed_at = max(observed_at, ?) where stream = ? and id = ?`

/** Notes that a record or tombstone was seen again as it is. Its write number stays: the content is the same. */
export function confirmRecord(sql: Statements, stamp: RowStamp, { id, version }: Versioned): void {
  sql.prepare(CONFIRM).run(version ?? null, stamp.observedAt, stamp.stream, id)
}

const BURY = `update integration_records
  set deleted_at = ?, version = coalesce(?, version), observed_at = max(observed_at, ?), write_no = ?
  where stream = ? and id = ?`

/** Turns a live row into a tombstone; its body stays. */
export function buryRecord(sql: Statements, stamp: RowStamp, { id, version }: Versioned, deletedAt: number): void {
  sql.prepare(BURY).run(deletedAt, version ?? null, stamp.observedAt, stamp.writeNo, stamp.stream, id)
}

const INSERT_TOMBSTONE = `insert into integration_records
  (stream, id, hash, raw_hash, version, observed_at, write_no, deleted_at) values (?, ?, '', '', ?, ?, ?, ?)`

/** Remembers that a record that was never seen is gone, so that an older observation of it is refused. */
export function insertTombstone(sql: Statements, stamp: RowStamp, { id, version }: Versioned, deletedAt: number): void {
  sql.prepare(INSERT_TOMBSTONE).run(stamp.stream, id, version ?? null, stamp.observedAt, stamp.writeNo, deletedAt)
}
