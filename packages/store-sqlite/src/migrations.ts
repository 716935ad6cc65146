import type { ColumnDataType, ColumnDefinitionBuilder, Compilable, CreateTableBuilder } from 'kysely'
import { sql } from 'kysely'
import { queries } from './queries.ts'
import type { IntegrationBudgets } from './tables.ts'

/** One step of the schema. Steps are taken in order, once each; a published step never changes. */
export interface Migration {
  readonly name: string
  readonly statements: readonly Compilable[]
}

type Column = (column: ColumnDefinitionBuilder) => ColumnDefinitionBuilder

const required: Column = (column) => column.notNull()
const optional: Column = (column) => column
const counter: Column = (column) => column.notNull().defaultTo(0)
const rowNumber: Column = (column) => column.primaryKey().autoIncrement()
const defaultsTo =
  (value: string | number): Column =>
  (column) =>
    column.notNull().defaultTo(value)
// A row inserted by hand needs no id of its own.
const randomId: Column = (column) => column.notNull().defaultTo(sql`(lower(hex(randomblob(16))))`)
const now: Column = (column) => column.notNull().defaultTo(sql`(cast(unixepoch('subsec') * 1000 as integer))`)

function table(name: string, columns: Readonly<Record<string, readonly [ColumnDataType, Column]>>) {
  const empty: CreateTableBuilder<string, string> = queries.schema.createTable(name)
  return Object.entries(columns).reduce(
    (builder, [column, [type, build]]) => builder.addColumn(column, type, build),
    empty,
  )
}

const connectionKey = {
  organization_id: ['text', required],
  provider: ['text', required],
  connection: ['text', defaultsTo('default')],
} as const

const tables: Migration = {
  name: '0001-tables',
  statements: [
    table('integration_configs', {
      id: ['text', (column) => randomId(column).primaryKey()],
      ...connectionKey,
      type: ['text', required],
      credentials: ['text', required],
      settings: ['text', optional],
      webhook_url: ['text', optional],
      enabled: ['integer', defaultsTo(1)],
      status: ['text', defaultsTo('active')],
      status_reason: ['text', optional],
      last_sync_at: ['integer', optional],
    }).addUniqueConstraint('integration_configs_key', ['organization_id', 'provider', 'connection']),

    table('integration_sync_log', {
      id: ['text', (column) => randomId(column).primaryKey()],
      ...connectionKey,
      sync_type: ['text', required],
      entities: ['text', defaultsTo('[]')],
      status: ['text', defaultsTo('pending')],
      records_processed: ['integer', counter],
      records_created: ['integer', counter],
      records_updated: ['integer', counter],
      records_unchanged: ['integer', counter],
      records_deleted: ['integer', counter],
      records_failed: ['integer', counter],
      pages: ['integer', counter],
      requests: ['integer', counter],
      bytes: ['integer', counter],
      waited_ms: ['integer', counter],
      cursor: ['text', optional],
      error: ['text', optional],
      outcomes: ['text', defaultsTo('[]')],
      resumes: ['text', optional],
      dry_run: ['integer', counter],
      started_at: ['integer', now],
      completed_at: ['integer', optional],
    }),
    queries.schema
      .createIndex('integration_sync_log_started')
      .on('integration_sync_log')
      .columns(['organization_id', 'started_at']),

    table('webhook_events', {
      id: ['text', (column) => randomId(column).primaryKey()],
      ...connectionKey,
      event_type: ['text', optional],
      payload: ['text', optional],
      signature: ['text', optional],
      verified: ['integer', counter],
      status: ['text', defaultsTo('pending')],
      received_at: ['integer', now],
      processed_at: ['integer', optional],
    }),
    queries.schema
      .createIndex('webhook_events_received')
      .on('webhook_events')
      .columns(['organization_id', 'provider', 'connection', 'received_at']),

    table('integration_entities', {
      stream: ['integer', rowNumber],
      organization_id: ['text', required],
      provider: ['text', required],
      connection: ['text', required],
      entity: ['text', required],
      fence: ['integer', counter],
      lease_run_id: ['text', optional],
      lease_expires_at: ['integer', optional],
      lease_ttl_ms: ['integer', optional],
      live: ['integer', counter],
      stored: ['integer', counter],
      writes: ['integer', counter],
      mark_writes: ['integer', counter],
      observed_at: ['integer', counter],
      listing: ['text', optional],
      cursor: ['text', optional],
    }).addUniqueConstraint('integration_entities_key', ['organization_id', 'provider', 'connection', 'entity']),

    // A table with row numbers rather than WITHOUT ROWID: bodies are appended and only the narrow key is kept in order.
    table('integration_records', {
      stream: ['integer', required],
      id: ['text', required],
      hash: ['text', required],
      raw_hash: ['text', required],
      version: ['text', optional],
      observed_at: ['integer', required],
      write_no: ['integer', required],
      deleted_at: ['integer', optional],
      data: ['text', optional],
      raw: ['text', optional],
    }).addPrimaryKeyConstraint('integration_records_key', ['stream', 'id']),

    // One index serves lookups by fingerprint and walks over a stream: each further one is a page more in every commit.
    table('integration_page_marks', {
      mark: ['integer', rowNumber],
      stream: ['integer', required],
      fingerprint: ['text', optional],
      listing: ['text', required],
      write_no: ['integer', required],
      whole_at: ['integer', required],
      count: ['integer', required],
      total: ['integer', optional],
      complete: ['integer', required],
      next: ['text', optional],
      ids: ['text', required],
    }).addUniqueConstraint('integration_page_marks_key', ['stream', 'fingerprint']),

    table('integration_changes', {
      seq: ['integer', rowNumber],
      organization_id: ['text', required],
      stream: ['integer', required],
      run_id: ['text', optional],
      at: ['integer', required],
      count: ['integer', required],
      entries: ['text', required],
    }),
    queries.schema
      .createIndex('integration_changes_order')
      .on('integration_changes')
      .columns(['organization_id', 'seq']),

    table('integration_feed_floors', {
      organization_id: ['text', (column) => required(column).primaryKey()],
      seq: ['integer', required],
      entry: ['integer', required],
    }),

    table('integration_feed_consumers', {
      organization_id: ['text', required],
      consumer: ['text', required],
      seq: ['integer', required],
      entry: ['integer', required],
    }).addPrimaryKeyConstraint('integration_feed_consumers_key', ['organization_id', 'consumer']),

    table('integration_quarantine', {
      stream: ['integer', required],
      identified: ['integer', required],
      item: ['text', required],
      reasons: ['text', required],
      raw_hash: ['text', required],
      run_id: ['text', optional],
      first_seen_at: ['integer', required],
      last_seen_at: ['integer', required],
      raw: ['text', required],
    }).addPrimaryKeyConstraint('integration_quarantine_key', ['stream', 'identified', 'item']),

    table('integration_budgets', {
      organization_id: ['text', required],
      provider: ['text', required],
      connection: ['text', required],
      blocked_until: ['integer', required],
      blocked_at: ['integer', required],
    }).addPrimaryKeyConstraint('integration_budgets_key', ['organization_id', 'provider', 'connection']),

    table('integration_audit', {
      id: ['integer', rowNumber],
      at: ['integer', required],
      organization_id: ['text', required],
      actor: ['text', required],
      action: ['text', required],
      target: ['text', required],
      detail: ['text', optional],
    }),
    queries.schema
      .createIndex('integration_audit_organization')
      .on('integration_audit')
      .columns(['organization_id', 'id']),

    table('integration_sequences', {
      name: ['text', (column) => required(column).primaryKey()],
      value: ['integer', required],
    }),
    queries.insertInto('integration_sequences').values({ name: 'fence', value: 0 }),

    table('integration_erasures', {
      stream: ['integer', (column) => required(column).primaryKey()],
      organization_id: ['text', required],
      provider: ['text', required],
      connection: ['text', required],
    }),
  ],
}

// SQLite cannot change a primary key: the table is made anew, with what stood in the old one.
const budgetsBefore = queries.$extendTables<{ budgets_before: Omit<IntegrationBudgets, 'scope'> }>()
const budgetColumns = ['organization_id', 'provider', 'connection', 'blocked_until', 'blocked_at'] as const

const budgetScopes: Migration = {
  name: '0002-budget-scopes',
  statements: [
    queries.schema.alterTable('integration_budgets').renameTo('budgets_before'),
    table('integration_budgets', {
      organization_id: ['text', required],
      provider: ['text', required],
      connection: ['text', required],
      scope: ['text', defaultsTo('')],
      blocked_until: ['integer', required],
      blocked_at: ['integer', required],
    }).addPrimaryKeyConstraint('integration_budgets_key', ['organization_id', 'provider', 'connection', 'scope']),
    budgetsBefore
      .insertInto('integration_budgets')
      .columns([...budgetColumns])
      .expression(budgetsBefore.selectFrom('budgets_before').select(budgetColumns)),
    queries.schema.dropTable('budgets_before'),
  ],
}

/** Every step, oldest first. */
export const migrations: readonly Migration[] = [tables, budgetScopes]
