import type { AuditLog } from '../ports/audit-log.ts'
import type { MemoryState } from './memory-state.ts'
import { promised } from './promised.ts'

/** The audit log in memory. */
export function memoryAudit({ audit }: MemoryState): AuditLog {
  return {
    append: (entry) =>
      promised(() => {
        const entries = audit.get(entry.organizationId)
        if (entries === undefined) audit.set(entry.organizationId, [{ ...entry }])
        else entries.push({ ...entry })
      }),
    list: (organizationId, { limit = 100 } = {}) =>
      promised(() =>
        (audit.get(organizationId) ?? [])
          .toReversed()
          .slice(0, limit)
          .map((entry) => ({ ...entry })),
      ),
  }
}
