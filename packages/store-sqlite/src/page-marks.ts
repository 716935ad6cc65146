import type { EntityKey, Json, PageMark, RememberedPage } from '@unioneyes/core'
import type { Selectable } from 'kysely'
import type { EntityRow } from './entity-row.ts'
import { findEntity } from './entity-row.ts'
import { fromJsonColumn, toJsonColumn } from './json-column.ts'
import type { Statements } from './statements.ts'
import type { IntegrationPageMarks } from './tables.ts'

type FoundMark = Pick<
  Selectable<IntegrationPageMarks>,
  'write_no' | 'whole_at' | 'count' | 'next' | 'total' | 'complete' | 'ids'
>

const FIND =
  'select write_no, whole_at, count, next, total, complete, ids from integration_page_marks where stream = ? and fingerprint = ?'

// See record-states.ts for CROSS JOIN.
const COUNT_UNTOUCHED = `select count(*) as untouched
  from json_each(?) shown cross join integration_records record on record.stream = ? and record.id = shown.value
  where record.write_no <= ? and record.deleted_at is null`

const FORGET = 'update integration_page_marks set fingerprint = null where stream = ? and fingerprint = ?'

// A write counter that no entity has.
const NEVER = -1

const LEAVE = `insert into integration_page_marks
  (stream, fingerprint, listing, write_no, whole_at, count, total, complete, next, ids) values (?, ?, ?, ?, ${String(NEVER)}, ?, ?, ?, ?, ?)`

const JOIN = `update integration_page_marks set listing = ?, whole_at = max(whole_at, ?) where stream = ? and fingerprint = ?`

const RECALLS_KEPT = 1000

/** The marks that pages leave: which ids a listing has shown, and how to recognize a page that was seen before. */
export class PageMarks {
  // At which write counter a page was last found whole, until its commit writes it down. Losing it costs a closer look.
  readonly #wholeAt = new Map<string, number>()

  /** The page with this fingerprint, if each of its records is live, was read well, and is as the page left it. */
  recall(sql: Statements, key: EntityKey, fingerprint: string): RememberedPage | undefined {
    const entity = findEntity(sql, key)
    if (entity === undefined) return undefined
    const mark = sql.prepare<FoundMark>(FIND).first(entity.stream, fingerprint)
    if (mark === undefined || !isWhole(sql, entity, mark) || hasQuarantined(sql, entity.stream, mark.ids))
      return undefined
    this.#remember(memoKey(entity, fingerprint), entity.writes)
    return {
      fingerprint,
      count: mark.count,
      next: mark.next === null ? undefined : (fromJsonColumn('integration_page_marks.next', mark.next) as Json),
      total: mark.total ?? undefined,
      complete: mark.complete !== 0,
    }
  }

  /**
   * Leaves the marks of pages that were read.
   * @param writeNo the write counter after this commit
   * @param unread ids whose stored record is not what the page says; undefined when there are rows without an id
   */
  leave(
    sql: Statements,
    stream: number,
    listing: string,
    writeNo: number,
    marks: readonly PageMark[],
    unread: ReadonlySet<string> | undefined,
  ): void {
    for (const { fingerprint, ids, next, total, complete } of marks) {
      // An older page of this fingerprint is not recalled any more, but the ids it has shown stay shown.
      if (fingerprint !== undefined) sql.prepare(FORGET).run(stream, fingerprint)
      const isReadWell = unread !== undefined && (unread.size === 0 || !ids.some((id) => unread.has(id)))
      sql
        .prepare(LEAVE)
        .run(
          stream,
          isReadWell ? (fingerprint ?? null) : null,
          listing,
          writeNo,
          ids.length,
          total ?? null,
          complete ? 1 : 0,
          toJsonColumn(next),
          JSON.stringify(ids),
        )
    }
  }

  /** Lets the marks of pages that were recalled join a listing. */
  join(sql: Statements, entity: EntityRow, listing: string, fingerprints: readonly string[]): void {
    for (const fingerprint of fingerprints) {
      const memo = memoKey(entity, fingerprint)
      sql.prepare(JOIN).run(listing, this.#wholeAt.get(memo) ?? NEVER, entity.stream, fingerprint)
      this.#wholeAt.delete(memo)
    }
  }

  #remember(memo: string, writes: number): void {
    this.#wholeAt.delete(memo)
    this.#wholeAt.set(memo, writes)
    if (this.#wholeAt.size <= RECALLS_KEPT) return
    const [oldest] = this.#wholeAt.keys()
    if (oldest !== undefined) this.#wholeAt.delete(oldest)
  }
}

function isWhole(sql: Statements, entity: EntityRow, mark: FoundMark): boolean {
  if (mark.whole_at === entity.writes) return true
  const lastKnown = Math.max(mark.write_no, mark.whole_at)
  const row = sql.prepare<{ untouched: number }>(COUNT_UNTOUCHED).first(mark.ids, entity.stream, lastKnown)
  return row?.untouched === mark.count
}

function hasQuarantined(sql: Statements, stream: number, ids: string): boolean {
  const any = sql
    .prepare('select 1 from integration_quarantine where stream = ? and identified = 1 limit 1')
    .first(stream)
  if (any === undefined) return false
  const found = sql
    .prepare(
      `select 1 from json_each(?) shown cross join integration_quarantine bad
       on bad.stream = ? and bad.identified = 1 and bad.item = shown.value limit 1`,
    )
    .first(ids, stream)
  return found !== undefined
}

function memoKey({ stream }: EntityRow, fingerprint: string): string {
  return `${String(stream)} ${fingerprint}`
}
