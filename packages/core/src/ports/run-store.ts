import type { IntegrationErrorCode } from '../integration-error.ts'
import type { SyncStatus, SyncType } from '../integration-type.ts'
import type { ConnectionKey } from './keys.ts'

/** What a run did. All are counts, except `bytes` and `waitedMs`. */
export interface RunCounters {
  /** Records read, repeats included. */
  readonly processed: number
  readonly created: number
  readonly updated: number
  readonly unchanged: number
  readonly deleted: number
  /** Records that were quarantined. */
  readonly failed: number
  readonly pages: number
  readonly requests: number
  readonly bytes: number
  readonly waitedMs: number
}

/** How one entity of a run went. */
export interface EntityOutcome {
  readonly entity: string
  readonly status: SyncStatus
  /** What was really read: an incremental sync without a cursor reads everything. */
  readonly type: SyncType
  /** What this run did. */
  readonly counters: RunCounters
  /** What the listing did in all, over every run that worked on it. */
  readonly chain: RunCounters
  /** What a reader of the log should know: a restart, a missing end, a refused sweep. One sentence each. */
  readonly notes: readonly string[]
  readonly error?: RunError | undefined
  /** Deletions that wait for `approveDeletions`. */
  readonly held?: HeldDeletions | undefined
}

/** Deletions by absence that were too many to believe. */
export interface HeldDeletions {
  /** How many live records the listing did not show. */
  readonly deletions: number
  /** How many records were live. */
  readonly live: number
  readonly listing: { readonly id: string; readonly startedAt: number }
  /** Distinct ids the listing had shown: fewer marks later mean that a newer listing took over, and nothing may be swept. */
  readonly seen: number
}

/** An error as a run keeps it. */
export interface RunError {
  readonly code: IntegrationErrorCode
  readonly message: string
  /** When it makes sense to try again, in milliseconds since 1970. */
  readonly retryAt?: number | undefined
}

/** One logged execution: a row of `integration_sync_log`. */
export interface SyncRun extends ConnectionKey {
  readonly id: string
  readonly type: SyncType
  readonly entities: readonly string[]
  readonly status: SyncStatus
  readonly counters: RunCounters
  readonly outcomes: readonly EntityOutcome[]
  /** Milliseconds since 1970. */
  readonly startedAt: number
  readonly completedAt: number | undefined
  readonly error: RunError | undefined
  /** The run whose unfinished listing this one went on with. */
  readonly resumes: string | undefined
  /** True for a run that read and compared but wrote nothing. */
  readonly dryRun: boolean
}

/** Which runs to list. Newest first. */
export interface RunFilter {
  readonly organizationId: string
  readonly provider?: string | undefined
  readonly connection?: string | undefined
  readonly status?: SyncStatus | undefined
  /** @default 50 */
  readonly limit?: number | undefined
  /** Only runs started before this one. */
  readonly beforeRunId?: string | undefined
}

/** The moves a run may make. Anything else is refused by the store. */
export const nextStatuses: Readonly<Record<SyncStatus, readonly SyncStatus[]>> = {
  pending: ['running', 'failed', 'cancelled'],
  running: ['success', 'partial', 'failed', 'cancelled'],
  // The deletions that a partial run held back may be approved, after which nothing is missing.
  partial: ['success'],
  success: [],
  failed: [],
  cancelled: [],
}

/** Counters at zero. */
export const noCounters: RunCounters = {
  processed: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  deleted: 0,
  failed: 0,
  pages: 0,
  requests: 0,
  bytes: 0,
  waitedMs: 0,
}

/** The sum of counters, name by name. */
export function addCounters(left: RunCounters, right: Partial<RunCounters>): RunCounters {
  const sum: Record<keyof RunCounters, number> = { ...left }
  for (const name of counterNames) sum[name] += right[name] ?? 0
  return sum
}

/** The names of all counters. */
export const counterNames: readonly (keyof RunCounters)[] = [
  'processed',
  'created',
  'updated',
  'unchanged',
  'deleted',
  'failed',
  'pages',
  'requests',
  'bytes',
  'waitedMs',
]

/** The log of runs. */
export interface RunStore {
  create(run: SyncRun): Promise<void>
  get(organizationId: string, runId: string): Promise<SyncRun | undefined>
  /** A run by its id alone, for operators: ids are random and never guessed. */
  find(runId: string): Promise<SyncRun | undefined>
  list(filter: RunFilter): Promise<SyncRun[]>
  /**
   * Moves a run to another status with its outcome; the counters that pages committed stay the truth and are not passed.
   * @returns false when the move is not allowed from where the run is (see {@link nextStatuses}).
   */
  move(
    organizationId: string,
    runId: string,
    status: SyncStatus,
    patch?: Partial<Pick<SyncRun, 'outcomes' | 'error' | 'completedAt' | 'resumes'>>,
  ): Promise<boolean>
  /**
   * Closes as `failed` with code `INTERRUPTED` every running run of the connection that no live lease stands behind.
   * @returns the runs that were closed.
   */
  closeInterrupted(key: ConnectionKey): Promise<SyncRun[]>
}
