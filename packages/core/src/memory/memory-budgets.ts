import type { BudgetStore } from '../ports/budget-store.ts'
import { connectionMapKey, toConnectionKey } from './map-key.ts'
import type { MemoryState } from './memory-state.ts'
import { promised } from './promised.ts'

/** Budgets in memory. */
export function memoryBudgets({ budgets, clock }: MemoryState): BudgetStore {
  const current = (name: string, now: number): number | undefined => {
    const budget = budgets.get(name)
    return budget !== undefined && budget.at <= now ? budget.until : undefined
  }
  return {
    blockedUntil: (key) => promised(() => current(connectionMapKey(key), clock.now())),
    block: (key, until) =>
      promised(() => {
        const name = connectionMapKey(key)
        const at = clock.now()
        budgets.set(name, { key: toConnectionKey(key), at, until: Math.max(current(name, at) ?? until, until) })
      }),
  }
}
