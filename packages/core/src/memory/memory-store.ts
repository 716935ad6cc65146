import { systemClock } from '../ports/clock.ts'
import type { Clock } from '../ports/clock.ts'
import type { Store } from '../ports/store.ts'
import { memoryAudit } from './memory-audit.ts'
import { memoryBudgets } from './memory-budgets.ts'
import { memoryConnections } from './memory-connections.ts'
import { eraseFrom } from './memory-erase.ts'
import { memoryFeeds } from './memory-feed.ts'
import { memoryLeases } from './memory-leases.ts'
import { memoryPages } from './memory-pages.ts'
import { memoryQuarantine } from './memory-quarantine.ts'
import { memoryRecords } from './memory-records.ts'
import { memoryRuns } from './memory-runs.ts'
import { emptyState } from './memory-state.ts'
import type { MemoryTx } from './memory-tx.ts'
import { promised } from './promised.ts'

/** How a memory store is made. */
export interface MemoryStoreOptions {
  /** The store's time. @default the machine's clock */
  readonly clock?: Clock | undefined
}

/**
 * A store that holds everything in this process's memory, for tests and trials: it does what every store does, but ends
 * with the process.
 *
 * `onPage` may be asynchronous. Until it has ended, other commits, sweeps and leases of the same entity wait, so calling
 * those from inside `onPage` waits for ever; everything else of the store may be called.
 */
export function memoryStore(options: MemoryStoreOptions = {}): Store<MemoryTx> {
  const clock = options.clock ?? systemClock
  const state = emptyState(clock)
  return {
    connections: memoryConnections(state),
    runs: memoryRuns(state),
    leases: memoryLeases(state),
    pages: memoryPages(state),
    records: memoryRecords(state),
    feed: memoryFeeds(state),
    quarantine: memoryQuarantine(state),
    budgets: memoryBudgets(state),
    audit: memoryAudit(state),
    now: () => promised(() => clock.now()),
    migrate: () => Promise.resolve([]),
    erase: (scope) => promised(() => eraseFrom(state, scope)),
    close: () => Promise.resolve(),
  }
}
