import { IntegrationError } from '@unioneyes/core'
import type { HeldDeletions, Lease, Listing, PageCommit } from '@unioneyes/core'
import type { DeletionBrake, EngineSettings } from './engine-options.ts'

/** What a sweep needs. */
export interface SweepRequest<Tx> {
  readonly settings: EngineSettings<Tx>
  readonly lease: Lease
  readonly runId: string
  readonly listing: Pick<Listing, 'id' | 'startedAt'>
  /** Undefined once the deletions were approved. */
  readonly brake: DeletionBrake | undefined
  /** Live records that the listing could not look at: the brake measures what is missing by the others. @default 0 */
  readonly unseen?: number | undefined
  readonly signal: AbortSignal | undefined
  readonly onMissing?: ((missing: number) => void) | undefined
}

/** What a sweep did: how many it deleted, or the deletions it held back. */
export interface SweepResult {
  readonly deleted: number
  readonly held: HeldDeletions | undefined
}

const BATCH = 500

/**
 * Deletes what a proven complete listing did not show, in batches that each commit by themselves. Interrupted, it goes on
 * where it stopped, because what is deleted is no longer missing.
 */
export async function sweepListing<Tx>(request: SweepRequest<Tx>): Promise<SweepResult> {
  const { settings, lease, listing, runId, brake } = request
  const { pages } = settings.store
  const plan = await pages.planSweep(lease.key, listing)
  if (plan.missing === 0) return { deleted: 0, held: undefined }
  request.onMissing?.(plan.missing)
  if (brake && isTooLarge(plan.missing, plan.live - (request.unseen ?? 0), brake)) {
    const seen = await pages.seen(lease.key, listing.id)
    const { id, startedAt } = listing
    return { deleted: 0, held: { deletions: plan.missing, live: plan.live, listing: { id, startedAt }, seen } }
  }
  let deleted = 0
  for (;;) {
    if (request.signal?.aborted === true) {
      throw new IntegrationError(
        'CANCELLED',
        'The sync was cancelled while it deleted; the next one goes on from there.',
        {
          provider: lease.key.provider,
          entity: lease.key.entity,
        },
      )
    }
    const ids = await pages.sweep({ lease, listing, runId, limit: BATCH, onPage: onPageOf(request) })
    deleted += ids.length
    if (ids.length < BATCH) return { deleted, held: undefined }
  }
}

/** Whether a sweep is too large to believe: a provider that shows nothing has more likely failed than lost everyone. */
export function isTooLarge(missing: number, live: number, brake: DeletionBrake): boolean {
  return missing >= live || (missing >= brake.minimum && missing > live * brake.ratio)
}

function onPageOf<Tx>({ settings, lease, runId }: SweepRequest<Tx>): PageCommit<Tx>['onPage'] {
  const { onPage } = settings
  return onPage && ((tx, { deleted }) => onPage(tx, { ...lease.key, runId, created: [], updated: [], deleted }))
}
