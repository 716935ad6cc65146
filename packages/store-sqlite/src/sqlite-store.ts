import type { DatabaseSync } from 'node:sqlite'
import type { Clock, Logger, Store } from '@unioneyes/core'
import { IntegrationError, silentLogger, systemClock } from '@unioneyes/core'
import { sqliteAuditLog } from './audit-log.ts'
import { sqliteBudgetStore } from './budget-store.ts'
import { sqliteChangeFeed } from './change-feed.ts'
import { CommitThread } from './commit-thread.ts'
import { sqliteConnectionStore } from './connection-store.ts'
import { Database } from './database.ts'
import { erase, finishErasures } from './erase.ts'
import { sqliteLeaseStore } from './lease-store.ts'
import { migrate } from './migrate.ts'
import { sqlitePageStore } from './page-store.ts'
import { sqliteQuarantineStore } from './quarantine-store.ts'
import { sqliteRecordStore } from './record-store.ts'
import { sqliteRunStore } from './run-store.ts'

/** Where the database is, and how to wait for it. */
export interface SqliteStoreOptions {
  /** The database file, on a local disk; made by {@link Store.migrate}. `':memory:'` keeps everything in this process. */
  readonly path: string
  /** @default the machine's clock */
  readonly clock?: Clock | undefined
  /** @default says nothing */
  readonly logger?: Logger | undefined
  /**
   * How long a call waits for another process that is writing, in milliseconds.
   * @default 10_000
   */
  readonly lockWaitMs?: number | undefined
  /**
   * The largest size of the file, in pages (of 16 KiB when this store made the file). Past it a commit fails with
   * `STORE_UNAVAILABLE` and nothing of it is written.
   * @default no limit but the disk
   */
  readonly maxPages?: number | undefined
}

/**
 * The embedded store: every store port on one SQLite file, with nothing to install. The file is opened by the first
 * call, and `await store.migrate()` makes or updates its tables. Each commit is flushed to disk before it is answered.
 *
 * @throws IntegrationError CONFIG_INVALID for options that make no sense. Calls reject with STORE_UNAVAILABLE when
 * trying later can help, STORE_INVALID when the file is wrong, CONFIG_INVALID when `migrate()` has not run.
 * @example
 * const store = sqliteStore({ path: 'integrations.db' })
 * await store.migrate()
 */
export function sqliteStore(options: SqliteStoreOptions): Store<DatabaseSync> {
  return storeWithThread(options, UPSERTS_FOR_THREAD)
}

// Copying a record to the thread costs a quarter of writing it, and a commit of a few is over before the thread hears of it.
const UPSERTS_FOR_THREAD = 250

/**
 * As {@link sqliteStore}.
 * @param upsertsForThread from how many records on a commit is carried out by the second thread
 */
export function storeWithThread(
  options: SqliteStoreOptions,
  upsertsForThread: number,
  thread = threadFor(options),
): Store<DatabaseSync> {
  const { path, clock = systemClock, logger = silentLogger, lockWaitMs = LOCK_WAIT_MS, maxPages } = options
  checkOptions(path, lockWaitMs, maxPages)
  const database = new Database({ path, clock, logger, lockWaitMs, maxPages })
  return {
    connections: sqliteConnectionStore(database),
    runs: sqliteRunStore(database, clock),
    leases: sqliteLeaseStore(database, clock),
    pages: sqlitePageStore(database, clock, thread && { thread, upserts: upsertsForThread }),
    records: sqliteRecordStore(database),
    feed: sqliteChangeFeed(database),
    quarantine: sqliteQuarantineStore(database),
    budgets: sqliteBudgetStore(database, clock),
    audit: sqliteAuditLog(database),
    now: () => Promise.resolve(clock.now()),
    migrate: async () => {
      const taken = await migrate(database, clock, logger)
      await finishErasures(database)
      return taken
    },
    erase: (scope) => erase(database, scope),
    close: () => database.close(() => thread?.close()),
  }
}

const LOCK_WAIT_MS = 10_000

/** The thread of a store; none for a database in memory, which has one handle only. */
function threadFor({ path, lockWaitMs = LOCK_WAIT_MS, maxPages }: SqliteStoreOptions): CommitThread | undefined {
  return path === ':memory:' ? undefined : new CommitThread({ path, lockWaitMs, maxPages })
}

function checkOptions(path: string, lockWaitMs: number, maxPages: number | undefined): void {
  const issues: string[] = []
  if (path === '') issues.push('path: must name a file')
  if (!(lockWaitMs >= 0)) issues.push('lockWaitMs: must be 0 or more milliseconds')
  if (maxPages !== undefined && !(Number.isSafeInteger(maxPages) && maxPages > 0)) {
    issues.push('maxPages: must be a whole number above 0')
  }
  if (issues.length > 0) {
    throw new IntegrationError(
      'CONFIG_INVALID',
      `sqliteStore() was given options it cannot use: ${issues.join('; ')}`,
      {
        issues,
      },
    )
  }
}
