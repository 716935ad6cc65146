import { IntegrationError, SyncStatus } from '@unioneyes/core'
import type { EntityOutcome, Store, SyncRun } from '@unioneyes/core'
import { context } from '@opentelemetry/api'
import type { EngineSettings } from './engine-options.ts'
import { EntityTelemetry } from './entity-telemetry.ts'
import { keepLease } from './lease-keeper.ts'
import { statusOf } from './sync-run.ts'
import { sweepListing } from './sweep-listing.ts'

/** Options of {@link approveDeletions}. */
export interface ApproveOptions {
  /** When given, the run must belong to this organization. */
  readonly organizationId?: string | undefined
  /** Who approves, for the audit log. @default 'system' */
  readonly actor?: string | undefined
  readonly signal?: AbortSignal | undefined
}

/**
 * Carries out the deletions that the brake held back in a run.
 *
 * @throws IntegrationError CONFIG_INVALID when the run holds none, or when a newer full sync has taken over since.
 */
export async function approveDeletions<Tx>(
  settings: EngineSettings<Tx>,
  runId: string,
  options: ApproveOptions = {},
): Promise<SyncRun> {
  const run = await findRun(settings, runId, options)
  const { organizationId } = run
  const outcomes: EntityOutcome[] = []
  for (const outcome of run.outcomes) outcomes.push(await sweepHeld(settings, run, outcome, options))
  await settings.store.audit.append({
    at: settings.clock.now(),
    organizationId,
    actor: options.actor ?? 'system',
    action: 'deletions.approve',
    target: runId,
  })
  // What else was left out (a record in quarantine, say) keeps the run partial.
  const status = statusOf(outcomes) === SyncStatus.SUCCESS ? SyncStatus.SUCCESS : SyncStatus.PARTIAL
  await settings.store.runs.move(organizationId, runId, status, { outcomes })
  return (await settings.store.runs.get(organizationId, runId)) ?? { ...run, status, outcomes }
}

async function findRun(
  settings: Pick<EngineSettings, 'store'>,
  runId: string,
  options: ApproveOptions,
): Promise<SyncRun> {
  const run = await settings.store.runs.find(runId)
  if (!run || (options.organizationId !== undefined && options.organizationId !== run.organizationId)) {
    throw new IntegrationError('CONFIG_INVALID', `There is no run "${runId}".`)
  }
  if (run.outcomes.some((outcome) => outcome.held)) return run
  throw new IntegrationError('CONFIG_INVALID', `Run "${runId}" holds no deletions back: there is nothing to approve.`, {
    provider: run.provider,
  })
}

async function sweepHeld<Tx>(
  settings: EngineSettings<Tx>,
  run: SyncRun,
  outcome: EntityOutcome,
  options: ApproveOptions,
): Promise<EntityOutcome> {
  const { held } = outcome
  if (!held) return outcome
  const { organizationId, provider, connection } = run
  const key = { organizationId, provider, connection, entity: outcome.entity }
  const signal = options.signal ?? new AbortController().signal
  const kept = await keepLease(settings, key, run.id, signal)
  try {
    const seen = await settings.store.pages.seen(key, held.listing.id)
    if (
      seen !== held.seen ||
      kept.lease.state.listing !== undefined ||
      (await isTakenOver(settings.store, run, outcome.entity))
    ) {
      throw new IntegrationError(
        'CONFIG_INVALID',
        `A newer full sync of ${outcome.entity} has taken over since run "${run.id}": it decides what is deleted. Look at its outcome instead.`,
        { provider, entity: outcome.entity },
      )
    }
    const { deleted } = await new EntityTelemetry(key, context.active()).sweep(() =>
      sweepListing({
        settings,
        lease: kept.lease,
        runId: run.id,
        listing: held.listing,
        brake: undefined,
        signal,
      }),
    )
    const counters = { ...outcome.counters, deleted: outcome.counters.deleted + deleted }
    const chain = { ...outcome.chain, deleted: outcome.chain.deleted + deleted }
    const status = outcome.chain.failed > 0 ? SyncStatus.PARTIAL : SyncStatus.SUCCESS
    return {
      ...outcome,
      status,
      counters,
      chain,
      held: undefined,
      notes: [...outcome.notes, 'The deletions were approved.'],
    }
  } finally {
    await kept.release()
  }
}

/**
 * Whether a later run may have listed the entity since. Its marks tell that already, but not for a listing that showed
 * nobody and so left none.
 */
async function isTakenOver(store: Pick<Store, 'runs'>, run: SyncRun, entity: string): Promise<boolean> {
  const { organizationId, provider, connection } = run
  let beforeRunId: string | undefined
  for (;;) {
    const later = await store.runs.list({ organizationId, provider, connection, limit: 100, beforeRunId })
    for (const other of later) {
      if (other.id === run.id) return false
      if (mayHaveListed(other, entity)) return true
    }
    beforeRunId = later.at(-1)?.id
    if (beforeRunId === undefined) return false
  }
}

function mayHaveListed({ entities, outcomes, type, dryRun }: SyncRun, entity: string): boolean {
  if (dryRun || !entities.includes(entity)) return false
  // A run that was killed has no outcomes.
  return (outcomes.find((outcome) => outcome.entity === entity)?.type ?? type) === 'full'
}
