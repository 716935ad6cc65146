import type { BudgetStore } from '../ports/budget-store.ts'
import { connectionMapKey, toConnectionKey } from './map-key.ts'
import type { MemoryState } from './memory-state.ts'
import { promised } from './promised.ts'

/** Budgets in memory. */
export function memoryBudgets({ budgets }: MemoryState): BudgetStore {
  return {
    blockedUntil: (key) => promised(() => budgets.get(connectionMapKey(key))?.until),
    block: (key, until) =>
      promised(() => {
        const name = connectionMapKey(key)
        budgets.set(name, { key: toConnectionKey(key), until: Math.max(budgets.get(name)?.until ?? until, until) })
      }),
  }
}
