import { IntegrationError } from '@unioneyes/core'
import type { EntityKey, Lease } from '@unioneyes/core'
import type { LeaseSettings } from './engine-options.ts'

/** A lease kept alive while work goes on under it. */
export interface KeptLease {
  readonly lease: Lease
  /** Aborts when the lease was lost to another run. */
  readonly lost: AbortSignal
  release(): Promise<void>
}

/**
 * Takes the lease of an entity, waiting at most `leaseWaitMs` for another run to end, and renews it until it is released.
 *
 * @throws IntegrationError LEASE_BUSY with the time at which the other run's lease ends.
 */
export async function keepLease(
  settings: LeaseSettings,
  key: EntityKey,
  runId: string,
  signal: AbortSignal,
): Promise<KeptLease> {
  const lease = await acquire(settings, key, runId, signal)
  const lost = new AbortController()
  const released = new AbortController()
  const renewing = renew(settings, lease, lost, released.signal)
  return {
    lease,
    lost: lost.signal,
    async release() {
      released.abort()
      await renewing
      await settings.store.leases.release(lease).catch((error: unknown) => {
        // It ends by itself. What the run did must not be lost over it.
        settings.logger.warn({ entity: key.entity, error: String(error) }, 'The lease could not be released')
      })
    },
  }
}

async function acquire(settings: LeaseSettings, key: EntityKey, runId: string, signal: AbortSignal): Promise<Lease> {
  const { store, clock, leaseTtlMs, leaseWaitMs } = settings
  const giveUpAt = clock.now() + leaseWaitMs
  for (;;) {
    const answer = await store.leases.acquire(key, { runId, ttlMs: leaseTtlMs })
    if ('fence' in answer) return answer
    const now = await store.now()
    const remainingMs = Math.max(0, answer.expiresAt - now)
    const waitMs = Math.min(Math.max(remainingMs, 10), 500, giveUpAt - clock.now())
    if (waitMs <= 0) {
      throw new IntegrationError(
        'LEASE_BUSY',
        `Another run (${answer.heldBy}) is syncing ${key.entity} of ${key.provider} connection "${key.connection}". It ends its lease within ${String(Math.ceil(remainingMs / 1000))} s unless it renews it; try again then.`,
        { provider: key.provider, entity: key.entity, retryAfterMs: remainingMs },
      )
    }
    await clock.sleep(waitMs, signal)
  }
}

async function renew(
  settings: LeaseSettings,
  lease: Lease,
  lost: AbortController,
  released: AbortSignal,
): Promise<void> {
  const { store, clock, leaseTtlMs, logger } = settings
  for (;;) {
    try {
      await clock.sleep(leaseTtlMs / 3, released)
    } catch {
      return
    }
    try {
      if (!(await store.leases.renew(lease, leaseTtlMs))) {
        lost.abort(leaseLost(lease.key))
        return
      }
    } catch (error) {
      // A store that does not answer now may answer at the next beat; the fence decides in the end.
      logger.warn({ entity: lease.key.entity, error: String(error) }, 'The lease could not be renewed')
    }
  }
}

/** The error of a run whose lease another run has taken. */
export function leaseLost(key: EntityKey): IntegrationError {
  return new IntegrationError(
    'LEASE_LOST',
    `The lease on ${key.entity} of ${key.provider} connection "${key.connection}" was taken over by another run, because this one gave no sign of life. Nothing was lost; the other run goes on.`,
    { provider: key.provider, entity: key.entity },
  )
}
