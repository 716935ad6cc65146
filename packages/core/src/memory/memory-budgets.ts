import type { BudgetStore } from '../ports/budget-store.ts'
import type { ConnectionKey } from '../ports/keys.ts'
import { mapKey, toConnectionKey } from './map-key.ts'
import type { MemoryState } from './memory-state.ts'
import { promised } from './promised.ts'

/** Budgets in memory. */
export function memoryBudgets({ budgets, clock }: MemoryState): BudgetStore {
  const current = (name: string, now: number): number | undefined => {
    const budget = budgets.get(name)
    return budget !== undefined && budget.at <= now ? budget.until : undefined
  }
  return {
    blockedUntil: (key, scope) => promised(() => current(scopeMapKey(key, scope), clock.now())),
    block: (key, until, scope) =>
      promised(() => {
        const name = scopeMapKey(key, scope)
        const at = clock.now()
        budgets.set(name, { key: toConnectionKey(key), at, until: Math.max(current(name, at) ?? until, until) })
      }),
  }
}

const scopeMapKey = ({ organizationId, provider, connection }: ConnectionKey, scope = ''): string =>
  mapKey(organizationId, provider, connection, scope)
