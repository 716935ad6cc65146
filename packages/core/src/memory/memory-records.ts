import type { RecordStore, StoredRecord } from '../ports/record-store.ts'
import { indexAfter } from './compare-ids.ts'
import { idsInOrder, toStoredRecord } from './memory-entity.ts'
import { findEntity } from './memory-state.ts'
import type { MemoryState } from './memory-state.ts'
import { promised } from './promised.ts'

/** Synced records in memory. */
export function memoryRecords(state: MemoryState): RecordStore {
  return {
    get: (key, id) => promised(() => toStoredRecord(findEntity(state, key)?.rows.get(id))),
    list: (key, { after, limit = 500, includeDeleted = false } = {}) =>
      promised(() => {
        const entity = findEntity(state, key)
        const found: StoredRecord[] = []
        if (entity === undefined) return found
        const ids = idsInOrder(entity)
        for (let index = after === undefined ? 0 : indexAfter(ids, after); index < ids.length; index++) {
          if (found.length >= limit) break
          const record = toStoredRecord(entity.rows.get(ids[index] ?? ''))
          if (record !== undefined && (includeDeleted || record.deletedAt === undefined)) found.push(record)
        }
        return found
      }),
    count: (key) => promised(() => findEntity(state, key)?.live ?? 0),
  }
}
