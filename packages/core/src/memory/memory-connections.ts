import type { ConnectionStore, StoredConnection } from '../ports/connection-store.ts'
import type { ConnectionKey } from '../ports/keys.ts'
import { connectionMapKey, toConnectionKey } from './map-key.ts'
import type { MemoryState } from './memory-state.ts'
import { promised } from './promised.ts'

/** Connections in memory. */
export function memoryConnections({ connections }: MemoryState): ConnectionStore {
  const patch = (key: ConnectionKey, change: Partial<StoredConnection>): void => {
    const name = connectionMapKey(key)
    const stored = connections.get(name)
    if (stored !== undefined) connections.set(name, { ...stored, ...change })
  }
  return {
    get: (key) => promised(() => structuredClone(connections.get(connectionMapKey(key)))),
    list: ({ organizationId, provider, type }) =>
      promised(() =>
        [...connections.values()]
          .filter(
            (connection) =>
              (organizationId === undefined || connection.organizationId === organizationId) &&
              (provider === undefined || connection.provider === provider) &&
              (type === undefined || connection.type === type),
          )
          .map((connection) => structuredClone(connection)),
      ),
    save: (input) =>
      promised(() => {
        const name = connectionMapKey(input)
        const stored = connections.get(name)
        const saved: StoredConnection = {
          ...toConnectionKey(input),
          id: stored?.id ?? crypto.randomUUID(),
          type: input.type,
          credentials: input.credentials,
          settings: structuredClone(input.settings),
          webhookUrl: input.webhookUrl,
          enabled: input.enabled ?? true,
          status: 'active',
          statusReason: undefined,
          lastSyncAt: stored?.lastSyncAt,
        }
        connections.set(name, saved)
        return structuredClone(saved)
      }),
    replaceCredentials: (key, previous, next, standing) =>
      promised(() => {
        const stored = connections.get(connectionMapKey(key))
        if (stored?.credentials !== previous) return false
        const changed = standing && stored.enabled ? { status: standing.status, statusReason: standing.reason } : {}
        patch(key, { credentials: next, ...changed })
        return true
      }),
    setEnabled: (key, enabled, reason) =>
      promised(() => {
        const isThere = connections.has(connectionMapKey(key))
        patch(key, { enabled, status: enabled ? 'active' : 'disabled', statusReason: reason })
        return isThere
      }),
    setStatus: (key, status, reason) =>
      promised(() => {
        patch(key, { status, statusReason: reason })
      }),
  }
}
