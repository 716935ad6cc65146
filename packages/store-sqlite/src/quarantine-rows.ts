import type { PageCommit } from '@unioneyes/core'
import type { Statements } from './statements.ts'

const INSERT = `insert into integration_quarantine
  (stream, identified, item, reasons, raw_hash, run_id, first_seen_at, last_seen_at, raw) values (?, ?, ?, ?, ?, ?, ?, ?, ?)
  on conflict (stream, identified, item) do update set
    reasons = excluded.reasons, raw_hash = excluded.raw_hash, run_id = excluded.run_id,
    last_seen_at = excluded.last_seen_at, raw = excluded.raw`

/** Puts records that could not be read into quarantine: one row per id, or per payload where there is no id. */
export function quarantineRecords(
  sql: Statements,
  stream: number,
  { quarantined, runId }: Pick<PageCommit<never>, 'quarantined' | 'runId'>,
  now: number,
): void {
  for (const { id, rawHash, reasons, raw } of quarantined) {
    sql
      .prepare(INSERT)
      .run(
        stream,
        id === undefined ? 0 : 1,
        id ?? rawHash,
        JSON.stringify(reasons),
        rawHash,
        runId ?? null,
        now,
        now,
        raw,
      )
  }
}

/** Lets rows without a readable id out of quarantine: a complete listing showed none. */
export function releaseUnidentified(sql: Statements, stream: number): void {
  sql.prepare('delete from integration_quarantine where stream = ? and identified = 0').run(stream)
}

/** Lets records out of quarantine that were read well, or are gone. */
export function releaseRecords(sql: Statements, stream: number, ids: readonly string[]): void {
  if (ids.length === 0) return
  const any = sql
    .prepare('select 1 from integration_quarantine where stream = ? and identified = 1 limit 1')
    .first(stream)
  if (any === undefined) return
  sql
    .prepare(
      `delete from integration_quarantine
       where stream = ? and identified = 1 and item in (select value from json_each(?))`,
    )
    .run(stream, JSON.stringify(ids))
}
