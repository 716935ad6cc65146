import { context } from '@opentelemetry/api'
import type { Context } from '@opentelemetry/api'
import type { ConnectionKey, EntityOutcome, SyncRun, SyncType } from '@unioneyes/core'
import { EntityTelemetry, connectionAttributes } from './entity-telemetry.ts'
import { syncInstruments } from './instruments.ts'
import type { SyncAttributes } from './telemetry.ts'
import { codeOf, endOf, traced } from './traced.ts'

/** A run as it begins. */
export interface BeginningRun {
  readonly key: ConnectionKey
  readonly runId: string
  readonly type: SyncType
  readonly entities: readonly string[]
  readonly dryRun: boolean
}

/** What one run tells of itself. */
export class RunTelemetry {
  readonly #run: BeginningRun
  /** The context of the run's span. */
  #context: Context = context.active()

  constructor(run: BeginningRun) {
    this.#run = run
  }

  /** Traces and counts the whole run. */
  async run(execute: () => Promise<SyncRun>): Promise<SyncRun> {
    const { key, runId, type, entities, dryRun } = this.#run
    const attributes: SyncAttributes = {
      ...connectionAttributes(key),
      'integration.sync.run_id': runId,
      'integration.sync.type': type,
      'integration.sync.entities': [...entities],
      ...(dryRun ? { 'integration.sync.dry_run': true } : {}),
    }
    return traced('run', attributes, this.#context, async (span) => {
      this.#context = span.context
      try {
        const run = await execute()
        endOf(span, run)
        if (run.resumes !== undefined) span.set({ 'integration.sync.resumes': run.resumes })
        this.#count(run.status, run.error?.code, (run.completedAt ?? run.startedAt) - run.startedAt)
        return run
      } catch (error) {
        this.#count('failed', codeOf(error))
        throw error
      }
    })
  }

  /** Traces one entity of the run. */
  async entity(entity: string, work: (telemetry: EntityTelemetry) => Promise<EntityOutcome>): Promise<EntityOutcome> {
    const { key, runId } = this.#run
    const attributes: SyncAttributes = {
      ...connectionAttributes(key),
      'integration.entity': entity,
      'integration.sync.run_id': runId,
    }
    return traced('entity', attributes, this.#context, async (span) => {
      const outcome = await work(new EntityTelemetry({ ...key, entity }, span.context))
      span.set({ 'integration.sync.type': outcome.type })
      endOf(span, outcome)
      return outcome
    })
  }

  #count(status: SyncRun['status'], error: string | undefined, tookMs?: number): void {
    if (this.#run.dryRun) return
    const { runs, duration } = syncInstruments()
    const attributes: SyncAttributes = {
      ...connectionAttributes(this.#run.key),
      'integration.sync.type': this.#run.type,
      'integration.sync.status': status,
    }
    runs.add(1, { ...attributes, ...(error === undefined ? {} : { 'error.type': error }) })
    if (tookMs !== undefined) duration.record(Math.max(0, tookMs) / 1000, attributes)
  }
}
