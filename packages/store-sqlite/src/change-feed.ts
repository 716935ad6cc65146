import { setImmediate } from 'node:timers/promises'
import type { ChangeFeed, FeedEntry } from '@unioneyes/core'
import { IntegrationError } from '@unioneyes/core'
import { sql } from 'kysely'
import type { Database } from './database.ts'
import type { FeedPosition } from './feed-position.ts'
import { comparePositions, notAPosition, parsePosition, toPositionText } from './feed-position.ts'
import { unpackChanges } from './feed-rows.ts'
import { toEntityKey } from './key-columns.ts'
import { queries } from './queries.ts'
import { rowLimit } from './row-limit.ts'
import type { Statements } from './statements.ts'
import { checkText } from './statements.ts'

const ROWS_PER_TURN = 200
const END = Number.MAX_SAFE_INTEGER

interface FeedRow {
  readonly seq: number
  readonly run_id: string | null
  readonly at: number
  readonly entries: string
  readonly organization_id: string
  readonly provider: string
  readonly connection: string
  readonly entity: string
}

const READ = `select change.seq, change.run_id, change.at, change.entries,
    entity.organization_id, entity.provider, entity.connection, entity.entity
  from integration_changes change cross join integration_entities entity on entity.stream = change.stream
  where change.organization_id = ? and change.seq >= ? order by change.seq`

/** The feed in `integration_changes`. SQLite has one writer at a time, so the order of rows is the order of commits. */
export function sqliteChangeFeed(database: Database): ChangeFeed {
  return {
    read: ({ organizationId, after, limit }) =>
      database.read((statements) => {
        const from = after === undefined ? undefined : checkedPosition(statements, organizationId, after)
        if (from !== undefined) refuseExpired(statements, organizationId, from)
        return readEntries(statements, organizationId, from, rowLimit(limit, 500))
      }),

    async acknowledge(organizationId, consumer, position) {
      await database.write((statements) => {
        const { seq, entry } = checkedPosition(statements, organizationId, position)
        statements.run(
          queries
            .insertInto('integration_feed_consumers')
            .values({ organization_id: organizationId, consumer, seq, entry })
            .onConflict((conflict) =>
              conflict
                .columns(['organization_id', 'consumer'])
                .doUpdateSet({ seq, entry })
                .where(
                  sql<boolean>`(excluded.seq, excluded.entry) > (integration_feed_consumers.seq, integration_feed_consumers.entry)`,
                ),
            ),
        )
      })
    },

    async position(organizationId, consumer) {
      const query = queries
        .selectFrom('integration_feed_consumers')
        .select(['seq', 'entry'])
        .where('organization_id', '=', organizationId)
        .where('consumer', '=', consumer)
      const row = await database.read((statements) => statements.first(query))
      return row && toPositionText(row)
    },

    async prune(organizationId, before) {
      let pruned = 0
      for (;;) {
        const step = await database.write((statements) => pruneStep(statements, organizationId, before))
        pruned += step.entries
        if (step.rows < ROWS_PER_TURN) return pruned
        await setImmediate()
      }
    },
  }
}

function readEntries(
  statements: Statements,
  organizationId: string,
  from: FeedPosition | undefined,
  limit: number,
): FeedEntry[] {
  const found: FeedEntry[] = []
  if (limit === 0) return found
  for (const row of statements.prepare<FeedRow>(READ).iterate(checkText(organizationId), from?.seq ?? 0)) {
    const first = row.seq === from?.seq ? from.entry + 1 : 0
    const changes = unpackChanges(row.entries, first, limit - found.length)
    for (const [index, { kind, id, hash }] of changes.entries()) {
      found.push({
        ...toEntityKey(row),
        kind,
        id,
        hash,
        runId: row.run_id ?? undefined,
        at: row.at,
        position: toPositionText({ seq: row.seq, entry: first + index }),
      })
    }
    if (found.length >= limit) break
  }
  return found
}

/** A position that stands in this organization's feed, or stood there before a pruning or an erasure. */
function checkedPosition(statements: Statements, organizationId: string, text: string): FeedPosition {
  const position = parsePosition(text)
  const row = statements.first(
    queries.selectFrom('integration_changes').select(['organization_id', 'count']).where('seq', '=', position.seq),
  )
  if (row !== undefined) {
    if (row.organization_id !== organizationId || position.entry >= row.count) throw notAPosition()
    return position
  }
  // A position ahead of the feed comes from another database: reading on from it would skip what is written next.
  const last = statements
    .prepare<{ seq: number }>("select seq from sqlite_sequence where name = 'integration_changes'")
    .first()
  if (last === undefined || position.seq > last.seq) throw notAPosition()
  return position
}

function refuseExpired(statements: Statements, organizationId: string, position: FeedPosition): void {
  const floor = statements.first(
    queries
      .selectFrom('integration_feed_floors')
      .select(['seq', 'entry'])
      .where('organization_id', '=', organizationId),
  )
  if (floor === undefined || comparePositions(position, floor) >= 0) return
  throw new IntegrationError(
    'CURSOR_EXPIRED',
    'Entries of the feed behind this position were pruned before they were read. Read the records anew, then go on from ' +
      'the start of the feed; a consumer registered with `acknowledge` is waited for',
  )
}

function pruneStep(statements: Statements, organizationId: string, before: number): { rows: number; entries: number } {
  // Only a beginning of the feed goes, so one position tells what is missing; a clock that jumped back keeps more.
  const firstKept = statements
    .prepare<{ seq: number }>(
      'select seq from integration_changes where organization_id = ? and at >= ? order by seq limit 1',
    )
    .first(checkText(organizationId), before)
  const slowest = statements
    .prepare<FeedPosition>(
      'select seq, entry from integration_feed_consumers where organization_id = ? order by seq, entry limit 1',
    )
    .first(organizationId)
  const gone = statements
    .prepare<{ seq: number; count: number }>(
      `delete from integration_changes where seq in (
         select seq from integration_changes
         where organization_id = ? and seq < ? and (seq, count - 1) <= (?, ?) order by seq limit ?)
       returning seq, count`,
    )
    .all(organizationId, firstKept?.seq ?? END, slowest?.seq ?? END, slowest?.entry ?? END, ROWS_PER_TURN)
  const last = gone.reduce((latest, row) => (row.seq > latest.seq ? row : latest), { seq: 0, count: 0 })
  if (gone.length > 0) {
    const floor = { seq: last.seq, entry: last.count - 1 }
    statements.run(
      queries
        .insertInto('integration_feed_floors')
        .values({ organization_id: organizationId, ...floor })
        .onConflict((conflict) => conflict.column('organization_id').doUpdateSet(floor)),
    )
  }
  return { rows: gone.length, entries: gone.reduce((sum, row) => sum + row.count, 0) }
}
