import type { EntityKey } from '../ports/keys.ts'
import type { StoredRecord } from '../ports/record-store.ts'
import { toStoredRecord } from './memory-entity.ts'
import type { MemoryEntity } from './memory-entity.ts'
import type { PagePlan } from './page-plan.ts'

/** What `onPage` receives from the memory store: the records as the commit under way leaves them. */
export interface MemoryTx {
  readonly key: EntityKey
  /** A record as it will be once the commit is done, deleted ones included; undefined for an unknown id. */
  record(id: string): StoredRecord | undefined
}

/** The handle of one commit. */
export function memoryTx(entity: MemoryEntity, plan: PagePlan): MemoryTx {
  return { key: entity.key, record: (id) => toStoredRecord(plan.rows.get(id) ?? entity.rows.get(id)) }
}
