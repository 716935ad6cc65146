import type { PageCommit } from '../ports/page-store.ts'
import type { QuarantinedRecord, QuarantineStore } from '../ports/quarantine-store.ts'
import { isOf, mapKey } from './map-key.ts'
import type { MemoryEntity } from './memory-entity.ts'
import type { MemoryState } from './memory-state.ts'
import { promised } from './promised.ts'

/** The quarantine in memory. */
export function memoryQuarantine({ entities }: MemoryState): QuarantineStore {
  const rows = (key: Parameters<QuarantineStore['count']>[0]): QuarantinedRecord[] =>
    [...entities.values()]
      .filter((entity) => isOf(entity.key, key) && (key.entity === undefined || entity.key.entity === key.entity))
      .flatMap((entity) => [...entity.quarantine.values()])
      .sort((left, right) => left.firstSeenAt - right.firstSeenAt)
  return {
    list: (key, { limit = 500 } = {}) =>
      promised(() =>
        rows(key)
          .slice(0, limit)
          .map((row) => structuredClone(row)),
      ),
    count: (key) => promised(() => rows(key).length),
  }
}

/** The name of a quarantined row with a readable id. A row without one goes by its payload, under a name that no id has. */
export const idName = (id: string): string => mapKey('id', id)

/** Puts the unreadable rows of a commit into quarantine. */
export function quarantine<Tx>(entity: MemoryEntity, commit: PageCommit<Tx>, now: number): void {
  if (commit.releaseUnidentified === true) {
    for (const [name, { id }] of entity.quarantine) if (id === undefined) entity.quarantine.delete(name)
  }
  for (const { id, rawHash, reasons, raw } of commit.quarantined) {
    const name = id === undefined ? mapKey('payload', rawHash) : idName(id)
    const firstSeenAt = entity.quarantine.get(name)?.firstSeenAt ?? now
    entity.quarantine.set(name, {
      ...entity.key,
      id,
      reasons: [...reasons],
      raw,
      runId: commit.runId,
      firstSeenAt,
      lastSeenAt: now,
    })
  }
}
