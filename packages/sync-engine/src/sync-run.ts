import { IntegrationError, SyncStatus, addCounters, noCounters } from '@unioneyes/core'
import type {
  AnyAdapter,
  BaseIntegration,
  ConnectionKey,
  EntityOutcome,
  RunError,
  RunCounters,
  StoredConnection,
  SyncRun,
  SyncType,
} from '@unioneyes/core'
import { hash } from 'node:crypto'
import { dryRunEntity } from './dry-run.ts'
import type { EngineSettings } from './engine-options.ts'
import type { EntityTelemetry } from './entity-telemetry.ts'
import { keepLease } from './lease-keeper.ts'
import type { KeptLease } from './lease-keeper.ts'
import { runErrorOf } from './run-error.ts'
import { RunTelemetry } from './run-telemetry.ts'
import { syncEntity } from './sync-entity.ts'
import type { SyncStep } from './sync-progress.ts'

/** One sync to run. */
export interface RunRequest {
  readonly key: ConnectionKey
  readonly type: SyncType
  /** @default all entities of the adapter */
  readonly entities?: readonly string[] | undefined
  readonly signal?: AbortSignal | undefined
  /** Reads every record again, whatever was seen before. @default false */
  readonly reread?: boolean | undefined
  /** Reads and compares, writes nothing but the log. @default false */
  readonly dryRun?: boolean | undefined
  /** Who asked, for the audit log. @default 'system' */
  readonly actor?: string | undefined
}

/**
 * Runs one sync to its end and returns it as logged. Errors of the provider, the data or the store are in the run; what is
 * wrong with the call itself (unknown provider, entity or connection) is thrown before anything is logged.
 */
export async function runSync<Tx>(settings: EngineSettings<Tx>, request: RunRequest): Promise<SyncRun> {
  const { integrations, store } = settings
  const adapter = integrations.registry.adapter(request.key.provider)
  const entities = checkEntities(adapter, request.entities)
  const connection = await checkConnection(settings, request.key)
  const runId = settings.newId()
  await store.audit.append({
    at: settings.clock.now(),
    organizationId: request.key.organizationId,
    actor: request.actor ?? 'system',
    action: 'sync.start',
    target: runId,
    detail: `${request.type} ${request.key.provider}/${request.key.connection}: ${entities.join(', ')}`,
  })
  const run = new Run(settings, request, adapter, connection, entities, runId)
  return run.execute()
}

class Run<Tx> {
  readonly #settings: EngineSettings<Tx>
  readonly #request: RunRequest
  readonly #adapter: AnyAdapter
  readonly #connection: StoredConnection
  readonly #entities: readonly string[]
  readonly #runId: string
  readonly #signal: AbortSignal
  readonly #telemetry: RunTelemetry

  constructor(
    settings: EngineSettings<Tx>,
    request: RunRequest,
    adapter: AnyAdapter,
    connection: StoredConnection,
    entities: readonly string[],
    runId: string,
  ) {
    this.#settings = settings
    this.#request = request
    this.#adapter = adapter
    this.#connection = connection
    this.#entities = entities
    this.#runId = runId
    this.#signal = request.signal ?? new AbortController().signal
    const { key, type, dryRun = false } = request
    this.#telemetry = new RunTelemetry({ key, runId, type, entities, dryRun })
  }

  async execute(): Promise<SyncRun> {
    return this.#telemetry.run(() => this.#execute())
  }

  async #execute(): Promise<SyncRun> {
    const { store } = this.#settings
    const { key, dryRun = false } = this.#request
    const leases = dryRun ? new Map<string, LeaseAnswer>() : await this.#takeLeases()
    try {
      if (!dryRun) await store.runs.closeInterrupted(key)
      const resumes = this.#resumedRun(leases)
      // Logged as running at once: between pending and running a process could die and leave a run nobody closes.
      // A dry run holds no lease, so it would look like a dead one while it runs: it is logged when it has ended.
      if (!dryRun) await store.runs.create(this.#newRun(resumes))
      const { type } = this.#request
      this.#report({ step: 'started', type, entities: this.#entities, resumes })
      const outcomes = await this.#syncAll(leases)
      return await this.#close(outcomes)
    } finally {
      await Promise.all([...leases.values()].flatMap((answer) => ('refused' in answer ? [] : answer.release())))
    }
  }

  /** The lease of every entity, or the error that says why there is none. */
  async #takeLeases(): Promise<Map<string, LeaseAnswer>> {
    const leases = new Map<string, LeaseAnswer>()
    await Promise.all(
      this.#entities.map(async (entity) => {
        const key = { ...this.#request.key, entity }
        leases.set(
          entity,
          await keepLease(this.#settings, key, this.#runId, this.#signal).catch((error: unknown) => ({
            refused: error,
          })),
        )
      }),
    )
    return leases
  }

  #resumedRun(leases: ReadonlyMap<string, LeaseAnswer>): string | undefined {
    for (const kept of leases.values()) {
      const resumed = 'refused' in kept ? undefined : kept.lease.state.listing?.runId
      if (resumed !== undefined && resumed !== this.#runId) return resumed
    }
    return undefined
  }

  #newRun(resumes: string | undefined): SyncRun {
    const { key, type, dryRun = false } = this.#request
    return {
      ...key,
      id: this.#runId,
      type,
      entities: this.#entities,
      status: SyncStatus.RUNNING,
      counters: noCounters,
      outcomes: [],
      startedAt: this.#settings.clock.now(),
      completedAt: undefined,
      error: undefined,
      resumes,
      dryRun,
    }
  }

  async #syncAll(leases: ReadonlyMap<string, LeaseAnswer>): Promise<EntityOutcome[]> {
    const { integrations, concurrency } = this.#settings
    const outcomes = new Map<string, EntityOutcome>()
    try {
      await integrations.factory.use(this.#request.key, async (integration) => {
        const queue = [...this.#entities]
        const worker = async (): Promise<void> => {
          for (let entity = queue.shift(); entity !== undefined; entity = queue.shift()) {
            const outcome = await this.#traceOne(integration, entity, leases.get(entity))
            outcomes.set(entity, outcome)
            this.#report({ step: 'entity', entity, status: outcome.status, counters: outcome.counters })
          }
        }
        await Promise.all(Array.from({ length: Math.max(1, concurrency) }, worker))
      })
    } catch (error) {
      // The integration could not be made or connected: nothing was read.
      for (const entity of this.#entities) {
        if (!outcomes.has(entity)) outcomes.set(entity, this.#failed(entity, error))
      }
    }
    return this.#entities.flatMap((entity) => outcomes.get(entity) ?? [])
  }

  async #traceOne(integration: BaseIntegration, entity: string, kept: LeaseAnswer | undefined): Promise<EntityOutcome> {
    const { key, dryRun = false } = this.#request
    const { store, clock } = this.#settings
    return this.#telemetry.entity(entity, async (telemetry) => {
      const outcome = await this.#syncOne(integration, entity, kept, telemetry)
      if (!dryRun) await telemetry.ended(outcome, clock.now(), () => store.quarantine.count({ ...key, entity }))
      return outcome
    })
  }

  async #syncOne(
    integration: BaseIntegration,
    entity: string,
    kept: LeaseAnswer | undefined,
    telemetry: EntityTelemetry,
  ): Promise<EntityOutcome> {
    const { key, type, reread = false, dryRun = false } = this.#request
    const job = {
      settings: this.#settings,
      integration,
      key: { ...key, entity },
      runId: this.#runId,
      type,
      mapping: mappingOf(this.#adapter, this.#connection),
      reread,
      signal: this.#signal,
      telemetry,
      report: (step: SyncStep) => {
        this.#report(step)
      },
    }
    if (dryRun) return dryRunEntity(job).catch((error: unknown) => this.#failed(entity, error))
    if (!kept || 'refused' in kept) return this.#failed(entity, kept?.refused)
    return syncEntity({ ...job, kept })
  }

  #failed(entity: string, error: unknown): EntityOutcome {
    const cancelled = this.#signal.aborted || IntegrationError.is(error, 'CANCELLED')
    return {
      entity,
      status: cancelled ? SyncStatus.CANCELLED : SyncStatus.FAILED,
      type: this.#request.type,
      counters: noCounters,
      chain: noCounters,
      notes: [],
      error: this.#errorOf(error),
    }
  }

  async #close(outcomes: readonly EntityOutcome[]): Promise<SyncRun> {
    const run = await this.#logEnd(outcomes).catch((error: unknown) => this.#unlogged(outcomes, error))
    this.#report({ step: 'finished', status: run.status, counters: run.counters })
    return run
  }

  async #logEnd(outcomes: readonly EntityOutcome[]): Promise<SyncRun> {
    const { store, clock } = this.#settings
    const { organizationId } = this.#request.key
    const status = statusOf(outcomes)
    const error = errorOf(outcomes)
    const completedAt = clock.now()
    const ended = { status, outcomes, error, completedAt }
    if (this.#request.dryRun === true) {
      await store.runs.create({ ...this.#newRun(undefined), ...ended, counters: totalOf(outcomes) })
    } else {
      await store.runs.move(organizationId, this.#runId, status, { outcomes, error, completedAt })
    }
    if (error?.code === 'AUTH_FAILED') {
      await store.connections.setStatus(this.#request.key, 'needs_reconnect', error.message)
    } else if (status === SyncStatus.SUCCESS && this.#connection.status !== 'active') {
      await store.connections.setStatus(this.#request.key, 'active')
    }
    const logged = await store.runs.get(organizationId, this.#runId)
    return logged ?? { ...this.#newRun(undefined), ...ended }
  }

  /** The end of a run that the store does not take: its log says `running` until the next run closes it as interrupted. */
  #unlogged(outcomes: readonly EntityOutcome[], failure: unknown): SyncRun {
    const { clock, logger } = this.#settings
    logger.error({ runId: this.#runId, error: String(failure) }, 'The end of a run could not be logged')
    const completedAt = clock.now()
    const error = errorOf(outcomes) ?? this.#errorOf(failure)
    const counters = totalOf(outcomes)
    return { ...this.#newRun(undefined), status: SyncStatus.FAILED, outcomes, error, completedAt, counters }
  }

  #errorOf(error: unknown): RunError {
    const { clock, logger } = this.#settings
    return runErrorOf(error, clock.now(), (text) => logger.redact(text))
  }

  #report(step: SyncStep): void {
    this.#settings.report({ ...this.#request.key, runId: this.#runId, at: this.#settings.clock.now(), ...step })
  }
}

/** The lease of an entity, or the error that says why there is none. */
type LeaseAnswer = KeptLease | { readonly refused: unknown }

/** The error to show of a run: the one that asks somebody to act, else the first. */
function errorOf(outcomes: readonly EntityOutcome[]): RunError | undefined {
  const errors = outcomes.flatMap(({ error }) => error ?? [])
  return errors.find(({ code }) => code === 'AUTH_FAILED') ?? errors[0]
}

/** What a run is, from what became of its entities. */
export function statusOf(outcomes: readonly EntityOutcome[]): SyncStatus {
  const statuses = new Set(outcomes.map((outcome) => outcome.status))
  if (statuses.has('cancelled')) return SyncStatus.CANCELLED
  if (statuses.size <= 1) return outcomes[0]?.status ?? SyncStatus.SUCCESS
  return SyncStatus.PARTIAL
}

function totalOf(outcomes: readonly EntityOutcome[]): RunCounters {
  return outcomes.reduce((sum, outcome) => addCounters(sum, outcome.counters), noCounters)
}

// A record must be read again when the adapter or the connection's settings changed, and then only.
function mappingOf(adapter: AnyAdapter, connection: StoredConnection): string {
  return `${adapter.version}:${hash('sha256', JSON.stringify(connection.settings), 'base64url')}`
}

function checkEntities(adapter: AnyAdapter, wanted: readonly string[] | undefined): readonly string[] {
  const known = Object.keys(adapter.entities)
  const unknown = (wanted ?? []).filter((entity) => !known.includes(entity))
  if (unknown.length > 0) {
    throw new IntegrationError(
      'CONFIG_INVALID',
      `${adapter.name} has no entity ${unknown.map((entity) => `"${entity}"`).join(', ')}. It has: ${known.join(', ')}.`,
      { provider: adapter.provider },
    )
  }
  return wanted && wanted.length > 0 ? [...new Set(wanted)] : known
}

async function checkConnection(settings: Pick<EngineSettings, 'store'>, key: ConnectionKey): Promise<StoredConnection> {
  const stored = await settings.store.connections.get(key)
  if (stored?.enabled === true) return stored
  throw new IntegrationError(
    'CONFIG_INVALID',
    stored
      ? `The ${key.provider} connection "${key.connection}" of organization "${key.organizationId}" is disabled. Enable it: await integrations.connections.enable(organizationId, '${key.provider}').`
      : `Organization "${key.organizationId}" has no ${key.provider} connection "${key.connection}". Save one: await integrations.connections.save(organizationId, '${key.provider}', { credentials, settings }).`,
    { provider: key.provider },
  )
}
