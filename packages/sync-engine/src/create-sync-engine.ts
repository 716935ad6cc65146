import type {
  AdapterOf,
  AnyAdapter,
  EntitiesOf,
  EntityName,
  RunFilter,
  SyncCallOptions,
  SyncResult,
  SyncRun,
  SyncType,
} from '@unioneyes/core'
import { IntegrationError, toConnectionKey } from '@unioneyes/core'
import { approveDeletions } from './approve-deletions.ts'
import type { ApproveOptions } from './approve-deletions.ts'
import { readChanges } from './change-reader.ts'
import type { Change, ChangesOptions } from './change-reader.ts'
import { describeRun } from './describe-run.ts'
import type { DescribeRunOptions } from './describe-run.ts'
import { toEngineSettings } from './engine-options.ts'
import type { SyncEngineOptions } from './engine-options.ts'
import { startSchedule } from './schedule.ts'
import type { Schedule, ScheduleRequest } from './schedule.ts'
import { runSync } from './sync-run.ts'
import { toSyncResult } from './sync-result.ts'

/** Options of one run. */
export interface SyncRunOptions extends SyncCallOptions {
  /** Reads every record again, whatever was seen before: a resync. @default false */
  readonly reread?: boolean | undefined
  /** Reads and compares, writes nothing but the log. @default false */
  readonly dryRun?: boolean | undefined
  /** Who asked, for the audit log. @default 'system' */
  readonly actor?: string | undefined
}

/** How a run is told by {@link SyncEngine.timeline}. */
export type TimelineOptions = Omit<DescribeRunOptions, 'providerName'>

/** Runs syncs and gives what they brought. Every method works for one organization. */
export interface SyncEngine<A extends AnyAdapter = AnyAdapter> {
  /** Reads everything. What a proven complete listing does not show is deleted, within the brake. */
  full<P extends A['provider']>(
    organizationId: string,
    provider: P,
    entities?: readonly EntityName<AdapterOf<A, P>>[],
    options?: SyncRunOptions,
  ): Promise<SyncRun>
  /** Reads what changed since the saved cursor; everything, where there is none yet. */
  incremental<P extends A['provider']>(
    organizationId: string,
    provider: P,
    entities?: readonly EntityName<AdapterOf<A, P>>[],
    options?: SyncRunOptions,
  ): Promise<SyncRun>
  /** The log of runs, newest first. */
  history(organizationId: string, filter?: Partial<Omit<RunFilter, 'organizationId'>>): Promise<SyncRun[]>
  /**
   * A run told in sentences, a line each with its time: from the log, and in more detail from its progress where that was kept.
   *
   * @throws IntegrationError CONFIG_INVALID when the organization has no such run.
   */
  timeline(organizationId: string, runId: string, options?: TimelineOptions): Promise<string>
  /** Carries out the deletions that the brake held back in a run. */
  approveDeletions(runId: string, options?: ApproveOptions): Promise<SyncRun>
  /** The organization's changes in order: created, updated, deleted. */
  changes(organizationId: string, options?: ChangesOptions): AsyncIterable<Change<A>>
  /** What was synced, typed by the adapter's model. */
  records<P extends A['provider'], E extends EntityName<AdapterOf<A, P>>>(
    organizationId: string,
    provider: P,
    entity: E,
    options?: SyncCallOptions,
  ): AsyncIterable<EntitiesOf<AdapterOf<A, P>>[E]>
  /** Repeats a sync by cron, in this process, never overlapping itself. */
  schedule<P extends A['provider']>(
    organizationId: string,
    provider: P,
    request: ScheduleRequest & {
      readonly entities?: readonly EntityName<AdapterOf<A, P>>[] | undefined
      readonly connection?: string | undefined
    },
  ): Schedule
  /** Stops schedules and runs after the page in hand; everything can be resumed. For SIGTERM. */
  stop(): Promise<void>
}

/**
 * A sync engine over the given integrations and store.
 *
 * @example
 * const sync = createSyncEngine({ integrations, store })
 * const run = await sync.full('org_1', 'bamboohr', ['employees'])
 */
export function createSyncEngine<A extends AnyAdapter, Tx>(options: SyncEngineOptions<A, Tx>): SyncEngine<A>
export function createSyncEngine<Tx>(options: SyncEngineOptions<AnyAdapter, Tx>): SyncEngine {
  const settings = toEngineSettings(options)
  const { integrations, store } = settings
  const stopping = new AbortController()
  const schedules = new Set<Schedule>()
  const runs = new Set<Promise<unknown>>()

  const run = async (
    type: SyncType,
    organizationId: string,
    provider: string,
    entities: readonly string[] | undefined,
    runOptions: SyncRunOptions = {},
  ): Promise<SyncRun> => {
    const { connection, signal, reread, dryRun, actor } = runOptions
    const key = toConnectionKey(organizationId, provider, connection)
    const either = signal ? AbortSignal.any([signal, stopping.signal]) : stopping.signal
    const running = runSync(settings, { key, type, entities, signal: either, reread, dryRun, actor })
    const settled = running.catch(() => undefined).finally(() => runs.delete(settled))
    runs.add(settled)
    return running
  }

  integrations.factory.attachSync(async (key, syncOptions): Promise<SyncResult> => {
    const { organizationId, provider, connection } = key
    const { type, entities, signal } = syncOptions
    return toSyncResult(await run(type, organizationId, provider, entities, { connection, signal }))
  })

  return {
    full: (organizationId, provider, entities, runOptions) =>
      run('full', organizationId, provider, entities, runOptions),
    incremental: (organizationId, provider, entities, runOptions) =>
      run('incremental', organizationId, provider, entities, runOptions),
    history: (organizationId, filter) => store.runs.list({ ...filter, organizationId }),
    async timeline(organizationId, runId, timelineOptions) {
      const logged = await store.runs.get(organizationId, runId)
      if (!logged) {
        throw new IntegrationError('CONFIG_INVALID', `Organization "${organizationId}" has no run "${runId}".`)
      }
      const adapter = integrations.registry.adapters().find(({ provider }) => provider === logged.provider)
      return describeRun(logged, { ...timelineOptions, providerName: adapter?.name })
    },
    approveDeletions: (runId, approveOptions) => approveDeletions(settings, runId, approveOptions),
    changes: (organizationId, changesOptions) => readChanges(store, organizationId, changesOptions),
    records: (organizationId, provider, entity, recordOptions) =>
      options.integrations.records(organizationId, provider, entity, recordOptions),
    schedule: (organizationId, provider, request) => {
      const schedule = startSchedule(settings, toConnectionKey(organizationId, provider, request.connection), request)
      schedules.add(schedule)
      return schedule
    },
    async stop() {
      stopping.abort()
      await Promise.all([...schedules].map((schedule) => schedule.stop()))
      await Promise.all(runs)
    },
  }
}
