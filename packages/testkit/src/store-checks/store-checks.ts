import { manualClock } from '../manual-clock.ts'
import { atomicPageChecks } from './atomic-pages.ts'
import { budgetAndAuditChecks } from './budgets-and-audit.ts'
import { connectionChecks } from './connections.ts'
import { eraseChecks } from './erase.ts'
import { feedChecks } from './feed.ts'
import { interruptedRunChecks } from './interrupted-runs.ts'
import { leaseChecks } from './leases.ts'
import { pageChecks } from './pages.ts'
import { quarantineChecks } from './quarantine.ts'
import { recallChecks } from './recall.ts'
import { recordChecks } from './records.ts'
import { runChecks } from './runs.ts'
import { sweepChecks } from './sweeps.ts'
import { tenancyChecks } from './tenancy.ts'
import { versionChecks } from './versions.ts'
import type { StoreCheck, StoreCheckBody, StoreCheckOptions, StoreFactory } from './store-check.ts'

const bodies: readonly StoreCheckBody[] = [
  ...tenancyChecks,
  ...connectionChecks,
  ...runChecks,
  ...interruptedRunChecks,
  ...leaseChecks,
  ...pageChecks,
  ...atomicPageChecks,
  ...versionChecks,
  ...sweepChecks,
  ...recallChecks,
  ...recordChecks,
  ...feedChecks,
  ...quarantineChecks,
  ...budgetAndAuditChecks,
  ...eraseChecks,
]

/**
 * Everything that a store must do, as data that any test runner accepts.
 * @param create makes a fresh, empty, migrated store; it is closed when its check has run.
 * @example for (const check of storeChecks(({ clock }) => memoryStore({ clock }))) test(check.name, check.run)
 */
export function storeChecks(create: StoreFactory, options: StoreCheckOptions = {}): StoreCheck[] {
  const { controlledClock = true } = options
  const runnable = controlledClock ? bodies : bodies.filter((body) => body.movesTime !== true)
  return runnable.map((body) => ({
    name: body.name,
    async run() {
      const clock = manualClock()
      const store = await create({ clock })
      try {
        await body.run({ store, clock })
      } finally {
        await store.close()
      }
    },
  }))
}
