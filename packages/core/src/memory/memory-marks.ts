import type { RememberedPage } from '../page.ts'
import type { PageCommit } from '../ports/page-store.ts'
import type { MemoryEntity, MemoryMark } from './memory-entity.ts'
import { idName } from './memory-quarantine.ts'

/**
 * Writes the marks of a commit that was just applied. They belong to the listing that the commit saves; without one, to
 * none, and are not kept.
 */
export function mark<Tx>(entity: MemoryEntity, commit: PageCommit<Tx>, stale: readonly string[]): void {
  if (commit.listing === null || commit.listing === undefined) return
  const listingId = commit.listing.id
  for (const fingerprint of commit.remembered) rejoin(entity, fingerprint, listingId)
  if (commit.marks.length === 0) return
  const refused = new Set(stale)
  const marks = commit.marks.map(({ fingerprint, ids, next, total, complete }): MemoryMark => ({
    // The store holds something else than the page for a refused record: recalled, the page would hide the difference.
    fingerprint: ids.some((id) => refused.has(id)) ? undefined : fingerprint,
    ids: [...ids],
    next: structuredClone(next),
    total,
    complete,
    listingId,
    madeBy: entity.commits,
  }))
  entity.marks = [...entity.marks, ...marks]
}

/** Moves the newest mark with a fingerprint to another listing, unchanged: what was written into its page since still counts. */
function rejoin(entity: MemoryEntity, fingerprint: string, listingId: string): void {
  const old = newestMark(entity, fingerprint)
  if (old === undefined || old.listingId === listingId) return
  entity.marks = entity.marks.map((other) => (other === old ? { ...old, listingId } : other))
}

/** The page with this fingerprint, when the store holds exactly what the page held. */
export function recallPage(entity: MemoryEntity, fingerprint: string): RememberedPage | undefined {
  const newest = newestMark(entity, fingerprint)
  if (!newest?.ids.every((id) => isAsMarked(entity, newest, id))) return undefined
  const { ids, next, total, complete } = newest
  return { fingerprint, count: ids.length, next: structuredClone(next), total, complete }
}

function isAsMarked(entity: MemoryEntity, { madeBy }: MemoryMark, id: string): boolean {
  const row = entity.rows.get(id)
  if (row === undefined || row.deletedAt !== undefined || row.writtenBy > madeBy) return false
  // Not parsing a page with an unreadable record would pass over the record in silence.
  return !entity.quarantine.has(idName(id))
}

function newestMark(entity: MemoryEntity, fingerprint: string): MemoryMark | undefined {
  return entity.marks.findLast((candidate) => candidate.fingerprint === fingerprint)
}
