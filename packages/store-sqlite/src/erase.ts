import { setImmediate } from 'node:timers/promises'
import type { ErasureReport, ErasureScope } from '@unioneyes/core'
import { DEFAULT_CONNECTION, IntegrationError } from '@unioneyes/core'
import type { Database } from './database.ts'
import type { Statements } from './statements.ts'
import { checkText } from './statements.ts'

const ROWS_PER_TURN = 250

/** A condition on rows, with the values to bind. */
interface RowFilter {
  readonly where: string
  readonly values: readonly (string | number)[]
}

type ErasedTable =
  | 'integration_records'
  | 'integration_quarantine'
  | 'integration_page_marks'
  | 'integration_changes'
  | 'integration_sync_log'
  | 'webhook_events'

/**
 * Removes everything of an organization or a connection but its audit log. What is found through the entity's row is
 * gone for everybody after the first transaction, and its lease is lost; the rows themselves follow in batches. An
 * erasure that was interrupted is finished by the next one, or by `migrate()`.
 *
 * @throws IntegrationError CONFIG_INVALID for a connection without its provider.
 */
export async function erase(database: Database, scope: ErasureScope): Promise<ErasureReport> {
  const filter = scopeFilter(scope)
  const isOrganization = scope.provider === undefined
  const { connections, streams } = await database.write((sql) => detach(sql, filter, isOrganization))
  const removed = await removeStreams(database, streams)
  const runs = await removeRows(database, 'integration_sync_log', filter)
  const webhookEvents = await removeRows(database, 'webhook_events', filter)
  await truncateLog(database)
  return { connections, runs, webhookEvents, ...removed }
}

/** Goes on with erasures that a dead process left half done. */
export async function finishErasures(database: Database): Promise<void> {
  const streams = await database.read((sql) =>
    sql.prepare<{ stream: number }>('select stream from integration_erasures').all(),
  )
  if (streams.length === 0) return
  await removeStreams(
    database,
    streams.map(({ stream }) => stream),
  )
  await truncateLog(database)
}

function scopeFilter({ organizationId, provider, connection }: ErasureScope): RowFilter {
  if (provider !== undefined) {
    return {
      where: 'organization_id = ? and provider = ? and connection = ?',
      values: [organizationId, provider, connection ?? DEFAULT_CONNECTION].map(checkText),
    }
  }
  if (connection !== undefined) {
    throw new IntegrationError(
      'CONFIG_INVALID',
      'To erase one connection, name its provider too; without one the whole organization would go',
    )
  }
  return { where: 'organization_id = ?', values: [checkText(organizationId)] }
}

function detach(sql: Statements, { where, values }: RowFilter, isOrganization: boolean) {
  sql
    .prepare(
      `insert into integration_erasures (stream, organization_id, provider, connection)
       select stream, organization_id, provider, connection from integration_entities where ${where}`,
    )
    .run(...values)
  sql.prepare(`delete from integration_entities where ${where}`).run(...values)
  sql.prepare(`delete from integration_budgets where ${where}`).run(...values)
  if (isOrganization) {
    sql.prepare('delete from integration_feed_consumers where organization_id = ?').run(...values)
    sql.prepare('delete from integration_feed_floors where organization_id = ?').run(...values)
  }
  const connections = sql.prepare(`delete from integration_configs where ${where}`).run(...values)
  const streams = sql
    .prepare<{ stream: number }>(`select stream from integration_erasures where ${where}`)
    .all(...values)
  return { connections, streams: streams.map(({ stream }) => stream) }
}

async function removeStreams(database: Database, streams: readonly number[]) {
  let records = 0
  let quarantined = 0
  let feedEntries = 0
  for (const stream of streams) {
    const filter = { where: 'stream = ?', values: [stream] }
    records += await removeRows(database, 'integration_records', filter)
    quarantined += await removeRows(database, 'integration_quarantine', filter)
    await removeRows(database, 'integration_page_marks', filter)
    feedEntries += await removeRows(database, 'integration_changes', feedFilter(stream), 'count')
    await database.write((sql) => sql.prepare('delete from integration_erasures where stream = ?').run(stream))
  }
  return { records, quarantined, feedEntries }
}

// The feed is indexed by organization and not by stream.
function feedFilter(stream: number): RowFilter {
  return {
    where: 'organization_id = (select organization_id from integration_erasures where stream = ?) and stream = ?',
    values: [stream, stream],
  }
}

/** Deletes rows in batches. @returns the sum of `counted` over them. */
async function removeRows(
  database: Database,
  table: ErasedTable,
  { where, values }: RowFilter,
  counted = '1',
): Promise<number> {
  const remove = `delete from ${table} where rowid in (
    select rowid from ${table} where ${where} limit ${String(ROWS_PER_TURN)}) returning ${counted} as counted`
  let sum = 0
  for (;;) {
    const rows = await overwriting(database, (sql) => sql.prepare<{ counted: number }>(remove).all(...values))
    sum += rows.reduce((total, row) => total + row.counted, 0)
    if (rows.length < ROWS_PER_TURN) return sum
    await setImmediate()
  }
}

/** Deletes so that the freed space is overwritten with zeros: erased data must not stay readable in the file. */
function overwriting<T>(database: Database, body: (sql: Statements) => T): Promise<T> {
  return database.write((sql) => {
    sql.handle.exec('pragma secure_delete = on')
    try {
      return body(sql)
    } finally {
      sql.handle.exec('pragma secure_delete = fast')
    }
  })
}

/** Empties the log, where older copies of the erased rows still stand; another process that is reading may prevent it. */
async function truncateLog(database: Database): Promise<void> {
  await database.maintain((sql) => {
    sql.handle.exec('pragma wal_checkpoint(truncate)')
  })
}
