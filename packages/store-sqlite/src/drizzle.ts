import { sql } from 'drizzle-orm'
import { integer, sqliteTable, text, unique } from 'drizzle-orm/sqlite-core'

// The tables themselves are made by `store.migrate()`: these definitions are for reading and writing rows with Drizzle,
// and leave no migration to generate. Times are `Date`s here and milliseconds since 1970 in the columns.

const id = () =>
  text('id')
    .primaryKey()
    .default(sql`(lower(hex(randomblob(16))))`)
const now = sql`(cast(unixepoch('subsec') * 1000 as integer))`
const connectionKey = () => ({
  organizationId: text('organization_id').notNull(),
  provider: text('provider').notNull(),
  connection: text('connection').notNull().default('default'),
})

/** Connections. `credentials` takes only what `vault.seal()` made. */
export const integrationConfigs = sqliteTable(
  'integration_configs',
  {
    id: id(),
    ...connectionKey(),
    type: text('type').notNull(),
    credentials: text('credentials').notNull(),
    settings: text('settings', { mode: 'json' }).$type<Record<string, unknown>>(),
    webhookUrl: text('webhook_url'),
    enabled: integer('enabled', { mode: 'boolean' }).notNull().default(true),
    status: text('status').notNull().default('active'),
    statusReason: text('status_reason'),
    lastSyncAt: integer('last_sync_at', { mode: 'timestamp_ms' }),
  },
  (table) => [unique('integration_configs_key').on(table.organizationId, table.provider, table.connection)],
)

/** The log of sync runs. */
export const integrationSyncLog = sqliteTable('integration_sync_log', {
  id: id(),
  ...connectionKey(),
  syncType: text('sync_type').notNull(),
  entities: text('entities', { mode: 'json' }).$type<readonly string[]>().notNull().default([]),
  status: text('status').notNull().default('pending'),
  recordsProcessed: integer('records_processed').notNull().default(0),
  recordsCreated: integer('records_created').notNull().default(0),
  recordsUpdated: integer('records_updated').notNull().default(0),
  recordsUnchanged: integer('records_unchanged').notNull().default(0),
  recordsDeleted: integer('records_deleted').notNull().default(0),
  recordsFailed: integer('records_failed').notNull().default(0),
  pages: integer('pages').notNull().default(0),
  requests: integer('requests').notNull().default(0),
  bytes: integer('bytes').notNull().default(0),
  waitedMs: integer('waited_ms').notNull().default(0),
  cursor: text('cursor'),
  error: text('error', { mode: 'json' }).$type<{
    readonly code: string
    readonly message: string
    readonly retryAt?: number
  }>(),
  outcomes: text('outcomes', { mode: 'json' }).$type<readonly unknown[]>().notNull().default([]),
  resumes: text('resumes'),
  dryRun: integer('dry_run', { mode: 'boolean' }).notNull().default(false),
  startedAt: integer('started_at', { mode: 'timestamp_ms' }).notNull().default(now),
  completedAt: integer('completed_at', { mode: 'timestamp_ms' }),
})

/** The inbox of webhook deliveries. */
export const webhookEvents = sqliteTable('webhook_events', {
  id: id(),
  ...connectionKey(),
  eventType: text('event_type'),
  payload: text('payload'),
  signature: text('signature'),
  verified: integer('verified', { mode: 'boolean' }).notNull().default(false),
  status: text('status').notNull().default('pending'),
  receivedAt: integer('received_at', { mode: 'timestamp_ms' }).notNull().default(now),
  processedAt: integer('processed_at', { mode: 'timestamp_ms' }),
})
