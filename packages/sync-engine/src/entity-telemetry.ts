import type { Context } from '@opentelemetry/api'
import type { CommitResult, ConnectionKey, EntityKey, EntityOutcome, RunCounters } from '@unioneyes/core'
import { syncInstruments } from './instruments.ts'
import type { SweepResult } from './sweep-listing.ts'
import type { SyncAttributes } from './telemetry.ts'
import { changesOf, traced } from './traced.ts'

/** The attributes that name a connection: on every span and every metric (law 1). */
export function connectionAttributes({ organizationId, provider, connection }: ConnectionKey): SyncAttributes {
  return {
    'integration.organization.id': organizationId,
    'integration.provider': provider,
    'integration.connection.name': connection,
  }
}

const OUTCOMES = ['created', 'updated', 'unchanged', 'deleted', 'failed'] as const

type Changes = Pick<RunCounters, (typeof OUTCOMES)[number]>

const NO_CHANGES: Changes = { created: 0, updated: 0, unchanged: 0, deleted: 0, failed: 0 }

/** What one entity tells while it is synced: by the commit, never by the record. */
export class EntityTelemetry {
  readonly #parent: Context
  readonly #attributes: SyncAttributes

  /** @param parent the context of the entity's span. */
  constructor(key: EntityKey, parent: Context) {
    this.#parent = parent
    this.#attributes = { ...connectionAttributes(key), 'integration.entity': key.entity }
  }

  /** Traces and counts one commit of pages. */
  async commit(
    batch: Pick<RunCounters, 'pages' | 'unchanged' | 'failed'>,
    write: () => Promise<CommitResult>,
  ): Promise<CommitResult> {
    return traced('commit', this.#attributes, this.#parent, async (span) => {
      span.set({ 'integration.sync.pages': batch.pages })
      const result = await write()
      const { created, updated, deleted } = result
      const { unchanged, failed } = batch
      const changes = {
        ...{ created: created.length, updated: updated.length, deleted: deleted.length },
        ...{ unchanged, failed },
      }
      span.set(changesOf(changes))
      syncInstruments().pages.add(batch.pages, this.#attributes)
      this.#count(changes)
      return result
    })
  }

  /** Traces and counts deletions by absence. */
  async sweep(work: () => Promise<SweepResult>): Promise<SweepResult> {
    return traced('sweep', this.#attributes, this.#parent, async (span) => {
      const result = await work()
      span.set({
        'integration.records.deleted': result.deleted,
        ...(result.held ? { 'integration.records.held': result.held.deletions } : {}),
      })
      this.#count({ ...NO_CHANGES, deleted: result.deleted })
      return result
    })
  }

  /** After the entity: how fresh it is now, and what could not be read. */
  async ended(
    { status }: Pick<EntityOutcome, 'status'>,
    now: number,
    countQuarantined: () => Promise<number>,
  ): Promise<void> {
    const { heard, lastSuccess, quarantine } = syncInstruments()
    if (!heard) return
    if (status === 'success') lastSuccess.record(now / 1000, this.#attributes)
    // A store that does not answer has failed the run already, or will fail the next one.
    const quarantined = await countQuarantined().catch(() => undefined)
    if (quarantined !== undefined) quarantine.record(quarantined, this.#attributes)
  }

  #count(changes: Changes): void {
    const { records } = syncInstruments()
    for (const outcome of OUTCOMES) {
      if (changes[outcome] > 0) {
        records.add(changes[outcome], { ...this.#attributes, 'integration.record.outcome': outcome })
      }
    }
  }
}
