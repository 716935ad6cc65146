import type { DatabaseSync } from 'node:sqlite'
import type { Clock, PageStore } from '@unioneyes/core'
import { commitPage } from './commit-page.ts'
import type { Database } from './database.ts'
import { findEntity, requireLease } from './entity-row.ts'
import { ListingDifferences } from './listing-difference.ts'
import { PageMarks } from './page-marks.ts'
import { HandedOutStates } from './record-states.ts'
import { planSweep, sweep } from './sweep.ts'

const MARKS_PER_TURN = 500

/** The one write path: records, feed, quarantine, marks, checkpoint and counters in one flushed transaction. */
export function sqlitePageStore(database: Database, clock: Clock): PageStore<DatabaseSync> {
  const states = new HandedOutStates()
  const marks = new PageMarks()
  const differences = new ListingDifferences(database)
  return {
    states: (key, ids) => database.read((sql) => states.read(sql, key, ids)),

    recall: (key, fingerprint) => database.read((sql) => marks.recall(sql, key, fingerprint)),

    commitPage: (commit) => database.write((sql) => commitPage({ sql, states, marks, now: clock.now() }, commit)),

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
