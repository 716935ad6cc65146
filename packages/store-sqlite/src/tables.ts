import type { Generated } from 'kysely'

// Times are integers: milliseconds since 1970-01-01T00:00:00Z. Truth values are 0 and 1. Columns named in a comment hold JSON text.

/** Connections, in the names of the app's own schema. */
export interface IntegrationConfigs {
  id: Generated<string>
  organization_id: string
  type: string
  provider: string
  connection: Generated<string>
  /** What the vault sealed. */
  credentials: string
  /** JSON object. */
  settings: string | null
  webhook_url: string | null
  enabled: Generated<number>
  status: Generated<string>
  status_reason: string | null
  last_sync_at: number | null
}

/** Runs. */
export interface IntegrationSyncLog {
  id: Generated<string>
  organization_id: string
  provider: string
  connection: Generated<string>
  sync_type: string
  /** JSON array of names. */
  entities: Generated<string>
  status: Generated<string>
  records_processed: Generated<number>
  records_created: Generated<number>
  records_updated: Generated<number>
  records_unchanged: Generated<number>
  records_deleted: Generated<number>
  records_failed: Generated<number>
  pages: Generated<number>
  requests: Generated<number>
  bytes: Generated<number>
  waited_ms: Generated<number>
  /** Kept for readers of this table; cursors are per entity and live in `integration_entities`. */
  cursor: string | null
  /** JSON object `{ code, message, retryAt? }`. */
  error: string | null
  /** JSON array, one object per entity. */
  outcomes: Generated<string>
  resumes: string | null
  dry_run: Generated<number>
  started_at: number
  completed_at: number | null
}

/** The inbox of webhook deliveries. */
export interface WebhookEvents {
  id: Generated<string>
  organization_id: string
  provider: string
  connection: Generated<string>
  event_type: string | null
  payload: string | null
  signature: string | null
  verified: Generated<number>
  status: Generated<string>
  received_at: number
  processed_at: number | null
}

/** One row per organization, provider, connection and entity: lease, checkpoint and counters. */
export interface IntegrationEntities {
  /** The small number that stands for the entity in the large tables; never used again after an erasure. */
  stream: Generated<number>
  organization_id: string
  provider: string
  connection: string
  entity: string
  fence: Generated<number>
  lease_run_id: string | null
  lease_expires_at: number | null
  lease_ttl_ms: number | null
  /** The checkpoint, a JSON object. */
  listing: string | null
  /** JSON value. */
  cursor: string | null
  /** Records that are not deleted. */
  live: Generated<number>
  /** Records and tombstones. */
  stored: Generated<number>
  /** Counts the commits that wrote a record. */
  writes: Generated<number>
  /** Counts the commits that touched a page mark. */
  mark_writes: Generated<number>
  observed_at: Generated<number>
}

/** Records and tombstones. */
export interface IntegrationRecords {
  stream: number
  id: string
  hash: string
  raw_hash: string
  version: string | null
  observed_at: number
  /** `integration_entities.writes` as it was after the commit that wrote this row. */
  write_no: number
  deleted_at: number | null
  /** JSON text; null for the tombstone of something that was never stored, which is no record to readers. */
  data: string | null
  /** JSON text. */
  raw: string | null
}

/** One row per page of a listing: the ids it showed, and what it takes to recognize it. */
export interface IntegrationPageMarks {
  mark: Generated<number>
  stream: number
  fingerprint: string | null
  listing: string
  /** `integration_entities.writes` after the commit of the page. */
  write_no: number
  /** `integration_entities.writes` when the page was last found whole: no record of it written or deleted since its commit; -1 before. */
  whole_at: number
  count: number
  total: number | null
  complete: number
  /** JSON value. */
  next: string | null
  /** JSON array of texts. */
  ids: string
}

/** The feed: one row per commit, in commit order because SQLite has one writer at a time. */
export interface IntegrationChanges {
  seq: Generated<number>
  organization_id: string
  stream: number
  run_id: string | null
  at: number
  count: number
  /** JSON array of kind, id, hash, kind, id, hash, … */
  entries: string
}

/** How far an organization's feed was pruned. */
export interface IntegrationFeedFloors {
  organization_id: string
  seq: number
  entry: number
}

/** Where the readers of the feed stand. */
export interface IntegrationFeedConsumers {
  organization_id: string
  consumer: string
  seq: number
  entry: number
}

/** Records that could not be read. */
export interface IntegrationQuarantine {
  stream: number
  /** 1 when `item` is the record's id, 0 when it is the hash of its payload. */
  identified: number
  item: string
  /** JSON array of sentences. */
  reasons: string
  /** JSON text. */
  raw: string
  raw_hash: string
  run_id: string | null
  first_seen_at: number
  last_seen_at: number
}

/** What providers asked us to wait. */
export interface IntegrationBudgets {
  organization_id: string
  provider: string
  connection: string
  /** Which requests of the connection; empty for all of them. */
  scope: Generated<string>
  blocked_until: number
  /** When that was written: at an earlier time by the clock it does not count. */
  blocked_at: number
}

/** Who did what, when. */
export interface IntegrationAudit {
  id: Generated<number>
  at: number
  organization_id: string
  actor: string
  action: string
  target: string
  detail: string | null
}

/** Numbers that only grow. `fence` outlives erasures, so that an old lease never fits a new one. */
export interface IntegrationSequences {
  name: string
  value: number
}

/** Streams that were erased and whose rows are still being removed. */
export interface IntegrationErasures {
  stream: number
  organization_id: string
  provider: string
  connection: string
}

/** Which steps of the schema were taken. */
export interface IntegrationMigrations {
  name: string
  taken_at: number
}

/** Every table, by name. */
export interface Tables {
  integration_configs: IntegrationConfigs
  integration_sync_log: IntegrationSyncLog
  webhook_events: WebhookEvents
  integration_entities: IntegrationEntities
  integration_records: IntegrationRecords
  integration_page_marks: IntegrationPageMarks
  integration_changes: IntegrationChanges
  integration_feed_floors: IntegrationFeedFloors
  integration_feed_consumers: IntegrationFeedConsumers
  integration_quarantine: IntegrationQuarantine
  integration_budgets: IntegrationBudgets
  integration_audit: IntegrationAudit
  integration_sequences: IntegrationSequences
  integration_erasures: IntegrationErasures
  integration_migrations: IntegrationMigrations
}
