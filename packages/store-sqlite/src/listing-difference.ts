import { setImmediate } from 'node:timers/promises'
import type { Database } from './database.ts'
import type { EntityRow } from './entity-row.ts'
import type { Statements } from './statements.ts'

// So many ids are handled before the event loop gets a turn: some 5 ms.
const IDS_PER_TURN = 4_000
const DIFFERENCES_KEPT = 4

interface Difference {
  readonly stream: number
  readonly listingId: string
  /** The entity's count of commits with marks when the ids were gathered: at another count they are out of date. */
  readonly markWrites: number
  /** Temporary table of the ids that the listing has shown. */
  readonly shownTable: string
  readonly shown: number
  /** Temporary table of the live records that it has not, once they were looked for. */
  missing: MissingIds | undefined
}

/** Live records that a listing has not shown, in a temporary table. */
export interface MissingIds {
  readonly table: string
  readonly startedAt: number
  /** How many there are; a sweep takes off what it deleted. */
  count: number
  /** The entity's write counter at which the table is true; a sweep, which keeps it true, moves it on. */
  writes: number
}

/** The part of an entity's row that says whether a difference is up to date. */
export type DifferenceBasis = Pick<EntityRow, 'stream' | 'mark_writes' | 'writes'>

/**
 * What a listing has shown and what it has not, worked out in small steps so that the event loop goes on, and kept in
 * temporary tables on disk so that memory does not grow with the number of records. The last few are kept, because a
 * sweep asks for the same difference once per batch.
 */
export class ListingDifferences {
  readonly #database: Database
  #kept: readonly Difference[] = []
  #tables = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(database: Database) {
    this.#database = database
  }

  /** Runs one body at a time: a table must not be dropped while another call is reading it. */
  exclusively<T>(body: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(body)
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** How many distinct ids the listing has shown. Called inside {@link ListingDifferences.exclusively}, as all below. */
  async shown(entity: DifferenceBasis, listingId: string): Promise<number> {
    return (await this.#difference(entity, listingId)).shown
  }

  /** The live records observed before `startedAt` that the listing has not shown. */
  async missing(entity: DifferenceBasis, listingId: string, startedAt: number): Promise<MissingIds> {
    const difference = await this.#difference(entity, listingId)
    const known = difference.missing
    if (known?.startedAt === startedAt && known.writes === entity.writes) return known
    if (known !== undefined) await this.#dropTables([known.table])
    difference.missing = undefined
    difference.missing = await this.#findMissing(difference, startedAt, entity.writes)
    return difference.missing
  }

  /** Drops what is kept of an entity. */
  async forget(stream: number): Promise<void> {
    await this.#drop(this.#kept.filter((difference) => difference.stream === stream))
  }

  async #difference(entity: DifferenceBasis, listingId: string): Promise<Difference> {
    const known = this.#kept.find((kept) => kept.stream === entity.stream && kept.listingId === listingId)
    if (known?.markWrites === entity.mark_writes) return known
    if (known !== undefined) await this.#drop([known])
    await this.#drop(this.#kept.slice(0, Math.max(0, this.#kept.length - DIFFERENCES_KEPT + 1)))
    const difference = await this.#gatherShown(entity, listingId)
    this.#kept = [...this.#kept, difference]
    return difference
  }

  async #gatherShown({ stream, mark_writes: markWrites }: DifferenceBasis, listingId: string): Promise<Difference> {
    const table = await this.#createTable('integration_shown')
    const marks = await this.#database.read((sql) => marksOf(sql, stream, listingId))
    let shown = 0
    for (let next = 0; next < marks.length;) {
      const from = next
      const step = await this.#database.read((sql) => gatherStep(sql, table, marks, from))
      shown += step.added
      next = step.next
      await setImmediate()
    }
    return { stream, listingId, markWrites, shownTable: table, shown, missing: undefined }
  }

  async #findMissing({ stream, shownTable }: Difference, startedAt: number, writes: number): Promise<MissingIds> {
    const table = await this.#createTable('integration_missing')
    let count = 0
    for (let from: string | undefined = ''; from !== undefined;) {
      const start: string = from
      const step = await this.#database.read((sql) => compareStep(sql, { table, shownTable, stream, startedAt }, start))
      count += step.added
      from = step.next
      await setImmediate()
    }
    return { table, startedAt, count, writes }
  }

  async #createTable(word: string): Promise<string> {
    const table = `temp.${word}_${String(++this.#tables)}`
    await this.#database.read((sql) => {
      sql.handle.exec(`create table ${table} (id text primary key) without rowid`)
    })
    return table
  }

  async #drop(differences: readonly Difference[]): Promise<void> {
    this.#kept = this.#kept.filter((kept) => !differences.includes(kept))
    await this.#dropTables(
      differences.flatMap(({ shownTable, missing }) => [shownTable, ...(missing ? [missing.table] : [])]),
    )
  }

  async #dropTables(tables: readonly string[]): Promise<void> {
    if (tables.length === 0) return
    await this.#database.read((sql) => {
      for (const table of tables) sql.handle.exec(`drop table if exists ${table}`)
    })
  }
}

interface MarkOfListing {
  readonly mark: number
  /** How many ids it holds. */
  readonly count: number
}

function marksOf(sql: Statements, stream: number, listingId: string): MarkOfListing[] {
  return sql
    .prepare<MarkOfListing>(
      'select mark, count from integration_page_marks where stream = ? and listing = ? order by mark',
    )
    .all(stream, listingId)
}

function gatherStep(sql: Statements, table: string, marks: readonly MarkOfListing[], from: number) {
  const insert = sql.prepareOnce(
    `insert or ignore into ${table} select value from integration_page_marks mark, json_each(mark.ids) where mark.mark = ?`,
  )
  let added = 0
  let next = from
  for (let ids = 0; ids < IDS_PER_TURN && next < marks.length; next++) {
    const { mark, count } = marks[next] ?? { mark: 0, count: 0 }
    added += insert.run(mark)
    ids += count
  }
  return { added, next }
}

function compareStep(
  sql: Statements,
  {
    table,
    shownTable,
    stream,
    startedAt,
  }: { readonly table: string; readonly shownTable: string; readonly stream: number; readonly startedAt: number },
  from: string,
) {
  const next = sql
    .prepare<{ id: string }>(
      'select id from integration_records where stream = ? and id >= ? order by id limit 1 offset ?',
    )
    .first(stream, from, IDS_PER_TURN)?.id
  // The difference of ids is taken on the key alone; only what is left of it is looked up.
  const added = sql
    .prepareOnce(
      `insert into ${table}
       select record.id from (
         select id from integration_records where stream = :stream and id >= :from ${next === undefined ? '' : 'and id < :next'}
         except select id from ${shownTable} where id >= :from ${next === undefined ? '' : 'and id < :next'}
       ) unseen cross join integration_records record on record.stream = :stream and record.id = unseen.id
       where record.deleted_at is null and record.observed_at < :startedAt`,
    )
    .runNamed({ stream, from, startedAt, ...(next === undefined ? {} : { next }) })
  return { added, next }
}
