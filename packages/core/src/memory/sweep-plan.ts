import type { Listing } from '../ports/lease-store.ts'
import { idsInOrder, idsSeen } from './memory-entity.ts'
import type { MemoryEntity, MemoryRow } from './memory-entity.ts'
import { emptyPlan } from './page-plan.ts'
import type { PagePlan } from './page-plan.ts'

/** Tells the live records that a listing did not show and that nothing has observed since it began. */
export function isAbsentFrom(
  entity: MemoryEntity,
  { id: listingId, startedAt }: Pick<Listing, 'id' | 'startedAt'>,
): (row: MemoryRow) => boolean {
  const seen = idsSeen(entity, listingId)
  return (row) => row.deletedAt === undefined && row.observedAt < startedAt && !seen.has(row.id)
}

/** Decides which records a sweep deletes: at most `limit`, in the order of their ids. Changes nothing. */
export function planSweep(
  entity: MemoryEntity,
  listing: Pick<Listing, 'id' | 'startedAt'>,
  limit: number,
  now: number,
): PagePlan {
  const plan = emptyPlan()
  const isMissing = isAbsentFrom(entity, listing)
  for (const id of idsInOrder(entity)) {
    if (plan.deleted.length >= limit) break
    const row = entity.rows.get(id)
    if (row === undefined || !isMissing(row)) continue
    plan.rows.set(id, { ...row, observedAt: listing.startedAt, deletedAt: now, writtenBy: entity.commits + 1 })
    plan.deleted.push(id)
    plan.cured.push(id)
    plan.feed.push({ kind: 'deleted', id, hash: row.hash })
  }
  return plan
}
