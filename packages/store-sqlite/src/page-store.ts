import type { DatabaseSync } from 'node:sqlite'
import type { Clock, PageCommit, PageStore } from '@unioneyes/core'
import { commitPage } from './commit-page.ts'
import type { CommitRequest, CommitThread } from './commit-thread.ts'
import type { Database } from './database.ts'
import { findEntity, requireLease } from './entity-row.ts'
import { ListingDifferences } from './listing-difference.ts'
import { idsBetween } from './ids-between.ts'
import { PageMarks } from './page-marks.ts'
import { readStates } from './record-states.ts'
import { planSweep, sweep } from './sweep.ts'

const MARKS_PER_TURN = 500

/** Who carries out commits of many records. */
export interface LargeCommits {
  readonly thread: CommitThread
  /** From how many upserts on a commit is large. */
  readonly upserts: number
}

/** The one write path: records, feed, quarantine, marks, checkpoint and counters in one flushed transaction. */
export function sqlitePageStore(
  database: Database,
  clock: Clock,
  large: LargeCommits | undefined,
): PageStore<DatabaseSync> {
  const marks = new PageMarks()
  const differences = new ListingDifferences(database)
  return {
    states: (key, ids) =>
      database.read((sql) => {
        const entity = findEntity(sql, key)
        if (entity === undefined || entity.stored === 0) return { writes: entity?.writes ?? 0, states: new Map() }
        return { writes: entity.writes, states: readStates(sql, entity.stream, ids) }
      }),

    idsBetween: (key, query) => database.read((sql) => idsBetween(sql, key, query)),

    recall: (key, fingerprint) => database.read((sql) => marks.recall(sql, key, fingerprint)),

    commitPage: (commit) =>
      large && isForThread(commit, large)
        ? database.elsewhere(() => large.thread.commit(toRequest(commit, clock.now())))
        : database.write((sql) => commitPage({ sql, marks, now: clock.now() }, commit)),

    seen: (key, listingId) =>
      differences.exclusively(async () => {
        const entity = await database.read((sql) => findEntity(sql, key))
        return entity === undefined ? 0 : differences.shown(entity, listingId)
      }),

    planSweep: (key, listing) => planSweep(database, differences, key, listing),

    sweep: (request) => sweep(database, differences, clock, request),

    async dropMarks(lease, keepListingId) {
      for (let dropped = MARKS_PER_TURN; dropped === MARKS_PER_TURN;) {
        dropped = await database.write((sql) => {
          const { stream } = requireLease(sql, lease)
          sql.prepare('update integration_entities set mark_writes = mark_writes + 1 where stream = ?').run(stream)
          return sql
            .prepare(
              `delete from integration_page_marks where mark in (
                 select mark from integration_page_marks where stream = ? and listing is not ? limit ?)`,
            )
            .run(stream, keepListingId ?? null, MARKS_PER_TURN)
        })
      }
    },
  }
}

/** Whether a commit is large enough, and needs nothing that lives on this thread: the app's callback, what was recalled. */
function isForThread(
  { upserts, remembered, onPage }: PageCommit<DatabaseSync>,
  { thread, upserts: enough }: LargeCommits,
): boolean {
  return upserts.length >= enough && remembered.length === 0 && onPage === undefined && thread.ready
}

function toRequest(commit: PageCommit<DatabaseSync>, now: number): CommitRequest {
  return { commit: { ...commit, onPage: undefined }, now }
}
