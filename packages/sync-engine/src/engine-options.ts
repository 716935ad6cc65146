import { IntegrationError, redactingLogger } from '@unioneyes/core'
import type {
  AnyAdapter,
  AnyIntegrations,
  Clock,
  EntityKey,
  Integrations,
  Logger,
  RedactingLogger,
  Store,
} from '@unioneyes/core'
import type { SyncProgress } from './sync-progress.ts'

/** What {@link createSyncEngine} needs. */
export interface SyncEngineOptions<A extends AnyAdapter = AnyAdapter, Tx = unknown> {
  readonly integrations: Integrations<A>
  readonly store: Store<Tx>
  /**
   * Called inside the transaction of every commit that changed something, with the store's own handle, so that the app's
   * tables change together with ours. A throw rolls the whole page back and fails the run.
   */
  readonly onPage?: ((tx: Tx, page: CommittedPage) => void | Promise<void>) | undefined
  /** Called as runs advance. */
  readonly onProgress?: ((event: SyncProgress) => void) | undefined
  /** @default that of `integrations` */
  readonly clock?: Clock | undefined
  /** @default that of `integrations` */
  readonly logger?: Logger | undefined
  /** How long a lease lasts without a sign of life, in milliseconds. @default 30_000 */
  readonly leaseTtlMs?: number | undefined
  /** How long to wait for a lease that another run holds, in milliseconds. @default 0 */
  readonly leaseWaitMs?: number | undefined
  /** Pages fetched ahead of the one being written. @default 2 */
  readonly readAhead?: number | undefined
  /** Entities of one run read at the same time, under one rate budget. @default 4 */
  readonly concurrency?: number | undefined
  /** Smaller provider pages are gathered to about this many records to write before a commit. @default 1000 */
  readonly recordsPerCommit?: number | undefined
  /** The longest a gathered page waits for its commit, in milliseconds. @default 250 */
  readonly gatherMs?: number | undefined
  /** When deletions by absence are held back for approval. */
  readonly brake?: Partial<DeletionBrake> | undefined
  /** Makes run and listing ids. @default crypto.randomUUID */
  readonly newId?: (() => string) | undefined
}

/** When a sweep is too large to believe: more than `ratio` of the live records and at least `minimum`, or all of them. */
export interface DeletionBrake {
  /** @default 0.2 */
  readonly ratio: number
  /** @default 25 */
  readonly minimum: number
}

/** What one transaction changed, as `onPage` sees it. */
export interface CommittedPage extends EntityKey {
  readonly runId: string
  readonly created: readonly unknown[]
  readonly updated: readonly unknown[]
  readonly deleted: readonly string[]
}

/** The options with every default filled in. */
export interface EngineSettings<Tx = unknown> {
  readonly integrations: AnyIntegrations
  readonly store: Store<Tx>
  readonly onPage: SyncEngineOptions<AnyAdapter, Tx>['onPage']
  readonly report: (event: SyncProgress) => void
  readonly clock: Clock
  readonly logger: RedactingLogger
  readonly leaseTtlMs: number
  readonly leaseWaitMs: number
  readonly readAhead: number
  readonly concurrency: number
  readonly recordsPerCommit: number
  readonly gatherMs: number
  readonly brake: DeletionBrake
  readonly newId: () => string
}

/** Fills in the defaults. @throws IntegrationError CONFIG_INVALID for a number with which nothing could be read. */
export function toEngineSettings<A extends AnyAdapter, Tx>(options: SyncEngineOptions<A, Tx>): EngineSettings<Tx> {
  const { onProgress, integrations } = options
  for (const name of ['readAhead', 'concurrency'] as const) assertCount(name, options[name])
  const logger = options.logger ? redactingLogger(options.logger, { like: integrations.logger }) : integrations.logger
  return {
    integrations: options.integrations,
    store: options.store,
    onPage: options.onPage,
    report: (event) => {
      try {
        onProgress?.(event)
      } catch (error) {
        logger.warn({ error: String(error) }, 'onProgress threw; the sync goes on')
      }
    },
    clock: options.clock ?? options.integrations.clock,
    logger,
    leaseTtlMs: options.leaseTtlMs ?? 30_000,
    leaseWaitMs: options.leaseWaitMs ?? 0,
    readAhead: options.readAhead ?? 2,
    concurrency: options.concurrency ?? 4,
    recordsPerCommit: options.recordsPerCommit ?? 1000,
    gatherMs: options.gatherMs ?? 250,
    brake: { ratio: 0.2, minimum: 25, ...options.brake },
    newId: options.newId ?? (() => crypto.randomUUID()),
  }
}

function assertCount(name: string, value: number | undefined): void {
  if (value === undefined || (value >= 1 && !Number.isNaN(value))) return
  throw new IntegrationError('CONFIG_INVALID', `createSyncEngine was given ${name}: ${String(value)}. Give 1 or more.`)
}

/** What taking a lease needs of the settings. */
export type LeaseSettings = Pick<EngineSettings, 'store' | 'clock' | 'logger' | 'leaseTtlMs' | 'leaseWaitMs'>
