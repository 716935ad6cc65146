import { compareVersions, mayReplace } from '../ports/page-store.ts'
import type { CommitResult, PageCommit, RecordWrite } from '../ports/page-store.ts'
import { hashedUpserts } from '../record-hash.ts'
import type { HashedWrite } from '../record-hash.ts'
import type { FeedEntry } from '../ports/change-feed.ts'
import type { MemoryEntity, MemoryRow } from './memory-entity.ts'

/** What a commit would write to an entity, before anything is written. */
export interface PagePlan extends CommitResult {
  readonly created: string[]
  readonly updated: string[]
  readonly deleted: string[]
  readonly stale: string[]
  readonly rows: Map<string, MemoryRow>
  readonly feed: Pick<FeedEntry, 'kind' | 'id' | 'hash'>[]
  /** Ids that were read well or deleted, and leave the quarantine. */
  readonly cured: string[]
}

/** Decides for every record of a commit what becomes of it. Changes nothing. */
export function planPage<Tx>(entity: MemoryEntity, commit: PageCommit<Tx>, now: number): PagePlan {
  const plan = emptyPlan()
  const tombstones = new Map(commit.tombstones.map((tombstone) => [tombstone.id, tombstone]))
  const upserts = new Map(hashedUpserts(commit).map((write) => [write.id, write]))
  for (const write of upserts.values()) if (!tombstones.has(write.id)) planUpsert(plan, entity, commit, write)
  for (const tombstone of tombstones.values()) planTombstone(plan, entity, commit, tombstone, now)
  return plan
}

/** A plan that writes nothing. */
export function emptyPlan(): PagePlan {
  return { created: [], updated: [], deleted: [], stale: [], rows: new Map(), feed: [], cured: [] }
}

interface Incoming {
  readonly id: string
  readonly version?: string | undefined
}

function planUpsert(
  plan: PagePlan,
  entity: MemoryEntity,
  commit: Pick<PageCommit, 'lease' | 'observedAt'>,
  write: HashedWrite,
): void {
  const stored = entity.rows.get(write.id)
  if (isStale(entity, stored, commit, write) || revivesTheSameVersion(stored, commit, write)) {
    plan.stale.push(write.id)
    return
  }
  plan.cured.push(write.id)
  const { id, hash, rawHash, data, raw } = write
  const standing = advance(stored, commit, write)
  const isLive = stored !== undefined && stored.deletedAt === undefined
  if (isLive && stored.hash === hash && stored.rawHash === rawHash) {
    if (isWorthKeeping(stored, standing, commit)) plan.rows.set(id, { ...stored, ...standing })
    return
  }
  plan.rows.set(id, { id, data, raw, hash, rawHash, ...standing, deletedAt: undefined, writtenBy: entity.commits + 1 })
  if (isLive && stored.hash === hash) return
  plan[isLive ? 'updated' : 'created'].push(id)
  plan.feed.push({ kind: isLive ? 'updated' : 'created', id, hash })
}

function planTombstone(
  plan: PagePlan,
  entity: MemoryEntity,
  commit: Pick<PageCommit, 'lease' | 'observedAt'>,
  tombstone: Incoming,
  now: number,
): void {
  const { id } = tombstone
  const stored = entity.rows.get(id)
  if (isStale(entity, stored, commit, tombstone)) {
    plan.stale.push(id)
    return
  }
  plan.cured.push(id)
  const standing = advance(stored, commit, tombstone)
  const blank = { id, data: undefined, raw: undefined, hash: '', rawHash: '', deletedAt: undefined }
  const row = { ...(stored ?? blank), ...standing, writtenBy: entity.commits + 1 }
  plan.rows.set(id, { ...row, deletedAt: row.deletedAt ?? now })
  if (stored === undefined || stored.deletedAt !== undefined) return
  plan.deleted.push(id)
  plan.feed.push({ kind: 'deleted', id, hash: stored.hash })
}

/** Whether the store knows something newer than what comes (law 12). */
function isStale(
  entity: MemoryEntity,
  stored: MemoryRow | undefined,
  commit: Pick<PageCommit, 'lease' | 'observedAt'>,
  incoming: Incoming,
): boolean {
  const { observedAt } = commit
  if (stored !== undefined && !mayReplace(stored, { version: incoming.version, observedAt })) return true
  if (commit.lease !== undefined || (stored?.version !== undefined && incoming.version !== undefined)) return false
  // A row that a sync found unchanged keeps its older observation, so the row alone cannot tell what was seen since.
  return observedAt < entity.observedAt
}

/** Whether a read from before a deletion would undo it by carrying the version that was deleted. */
function revivesTheSameVersion(
  stored: MemoryRow | undefined,
  { observedAt }: Pick<PageCommit, 'observedAt'>,
  write: RecordWrite,
): boolean {
  if (stored?.deletedAt === undefined || stored.version === undefined || write.version === undefined) return false
  return observedAt < stored.observedAt && compareVersions(write.version, stored.version) === 0
}

/** Where a row stands after an accepted write: what it knew of version and observation is never lost. */
function advance(
  stored: MemoryRow | undefined,
  commit: Pick<PageCommit, 'observedAt'>,
  incoming: Incoming,
): Pick<MemoryRow, 'version' | 'observedAt'> {
  return {
    version: incoming.version ?? stored?.version,
    observedAt: Math.max(stored?.observedAt ?? commit.observedAt, commit.observedAt),
  }
}

/**
 * Whether an unchanged read must be remembered. A sync's observation is kept by the entity, so a page without changes
 * writes no rows; a webhook's is kept nowhere else.
 */
function isWorthKeeping(
  stored: MemoryRow,
  standing: Pick<MemoryRow, 'version' | 'observedAt'>,
  commit: Pick<PageCommit, 'lease'>,
): boolean {
  return standing.version !== stored.version || (commit.lease === undefined && standing.observedAt > stored.observedAt)
}
