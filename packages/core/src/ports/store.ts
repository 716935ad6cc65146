import type { AuditLog } from './audit-log.ts'
import type { BudgetStore } from './budget-store.ts'
import type { ChangeFeed } from './change-feed.ts'
import type { ConnectionStore } from './connection-store.ts'
import type { LeaseStore } from './lease-store.ts'
import type { PageStore } from './page-store.ts'
import type { QuarantineStore } from './quarantine-store.ts'
import type { RecordStore } from './record-store.ts'
import type { RunStore } from './run-store.ts'

/** What an erasure removed, by kind. */
export interface ErasureReport {
  readonly connections: number
  readonly records: number
  readonly runs: number
  readonly feedEntries: number
  readonly quarantined: number
  readonly webhookEvents: number
}

/** What to erase: a whole organization, or one connection of it. */
export interface ErasureScope {
  readonly organizationId: string
  readonly provider?: string | undefined
  /** @default 'default' when a provider is given */
  readonly connection?: string | undefined
}

/** Everything that is kept, behind one object. `Tx` is the handle that `onPage` receives. */
export interface Store<Tx = unknown> {
  readonly connections: ConnectionStore
  readonly runs: RunStore
  readonly leases: LeaseStore
  readonly pages: PageStore<Tx>
  readonly records: RecordStore
  readonly feed: ChangeFeed
  readonly quarantine: QuarantineStore
  readonly budgets: BudgetStore
  readonly audit: AuditLog
  /** The store's time, in milliseconds since 1970: the one by which leases and observations are measured. */
  now(): Promise<number>
  /** Brings the database up to date, under a lock. @returns the names of the steps taken. */
  migrate(): Promise<readonly string[]>
  /** Removes records, raw payloads, runs, feed, inbox, quarantine and the connection itself, and says what it removed. */
  erase(scope: ErasureScope): Promise<ErasureReport>
  close(): Promise<void>
}
