import { IntegrationError } from '../integration-error.ts'
import { DEFAULT_CONNECTION } from '../ports/keys.ts'
import type { ConnectionKey } from '../ports/keys.ts'
import type { ErasureReport, ErasureScope } from '../ports/store.ts'
import { isOf } from './map-key.ts'
import type { MemoryState } from './memory-state.ts'

/**
 * Removes an organization or one connection of it, the audit log apart.
 * @throws IntegrationError CONFIG_INVALID for a connection without a provider, which would otherwise mean everything.
 */
export function eraseFrom(state: MemoryState, scope: ErasureScope): ErasureReport {
  const isInScope = scopeFilter(scope)
  let records = 0
  let quarantined = 0
  for (const [name, entity] of state.entities) {
    if (!isInScope(entity.key)) continue
    records += entity.rows.size
    quarantined += entity.quarantine.size
    state.entities.delete(name)
  }
  for (const [name, budget] of state.budgets) if (isInScope(budget.key)) state.budgets.delete(name)
  return {
    connections: removeFrom(state.connections, isInScope),
    records,
    runs: removeFrom(state.runs, isInScope),
    feedEntries: eraseFeed(state, scope, isInScope),
    quarantined,
    webhookEvents: 0,
  }
}

type ScopeFilter = (key: ConnectionKey) => boolean

function scopeFilter({ organizationId, provider, connection }: ErasureScope): ScopeFilter {
  if (provider !== undefined) {
    const erased = { organizationId, provider, connection: connection ?? DEFAULT_CONNECTION }
    return (key) => isOf(key, erased)
  }
  if (connection === undefined) return (key) => key.organizationId === organizationId
  throw new IntegrationError(
    'CONFIG_INVALID',
    'An erasure names a connection but no provider, so nothing was erased. Add the provider, or leave out the connection to erase the whole organization.',
  )
}

function removeFrom<T extends ConnectionKey>(map: Map<string, T>, isInScope: ScopeFilter): number {
  let removed = 0
  for (const [name, value] of map) if (isInScope(value) && map.delete(name)) removed += 1
  return removed
}

function eraseFeed({ feeds }: MemoryState, scope: ErasureScope, isInScope: ScopeFilter): number {
  const feed = feeds.get(scope.organizationId)
  if (feed === undefined) return 0
  const kept = feed.entries.filter(({ entry }) => !isInScope(entry))
  const removed = feed.entries.length - kept.length
  feed.entries = kept
  // With the organization go the names of its consumers; the positions they hold stay behind every later entry.
  if (scope.provider === undefined) feeds.delete(scope.organizationId)
  return removed
}
