import type { Lease } from '../ports/lease-store.ts'
import { addCounters } from '../ports/run-store.ts'
import type { RunCounters } from '../ports/run-store.ts'
import type { IdQuery, PageChanges, PageCommit, PageStore, StoredState } from '../ports/page-store.ts'
import { applyPlan } from './apply-plan.ts'
import { compareIds, indexAfter } from './compare-ids.ts'
import { inTurn } from './in-turn.ts'
import { entityMapKey } from './map-key.ts'
import { assertCurrent, idsInOrder, idsSeen } from './memory-entity.ts'
import type { MemoryEntity, MemoryRow } from './memory-entity.ts'
import { mark, recallPage } from './memory-marks.ts'
import { quarantine } from './memory-quarantine.ts'
import { countForRun, findEntity, isKept, openEntity } from './memory-state.ts'
import type { MemoryState } from './memory-state.ts'
import { memoryTx } from './memory-tx.ts'
import type { MemoryTx } from './memory-tx.ts'
import { planPage } from './page-plan.ts'
import type { PagePlan } from './page-plan.ts'
import { promised } from './promised.ts'
import { isAbsentFrom, planSweep } from './sweep-plan.ts'

/** The write path in memory: what a commit does is planned first, shown to `onPage`, and then written in one go. */
export function memoryPages(state: MemoryState): PageStore<MemoryTx> {
  return {
    states: (key, ids) =>
      promised(() => {
        const entity = findEntity(state, key)
        const states = new Map<string, StoredState>()
        for (const id of ids) {
          const row = entity?.rows.get(id)
          if (row !== undefined) states.set(id, toStoredState(row))
        }
        return { writes: entity?.writes ?? 0, states }
      }),
    idsBetween: (key, query) =>
      promised(() => {
        const entity = findEntity(state, key)
        return entity === undefined ? [] : idsBetween(entity, query)
      }),
    recall: (key, fingerprint) =>
      promised(() => {
        const entity = findEntity(state, key)
        return entity && recallPage(entity, fingerprint)
      }),
    commitPage: (commit) =>
      inTurn(state.turns, entityMapKey(commit.key), async () => {
        const entity =
          commit.lease === undefined ? openEntity(state, commit.key) : leased(state, commit.lease, commit.key)
        const plan = planPage(entity, commit, state.clock.now())
        const { created, updated, deleted, stale } = plan
        await tell(entity, plan, commit.onPage)
        if (stillKept(state, entity, commit.lease)) {
          applyPlan(state, entity, plan, commit.runId)
          quarantine(entity, commit, state.clock.now())
          mark(entity, commit, stale)
          const decided = { created: created.length, updated: updated.length, deleted: deleted.length }
          if (commit.lease !== undefined) applyCheckpoint(entity, commit, decided)
          countForRun(state, entity.key.organizationId, commit.runId, { ...commit.counters, ...decided })
        }
        return { created, updated, deleted, stale }
      }),
    seen: (key, listingId) =>
      promised(() => {
        const entity = findEntity(state, key)
        return entity === undefined ? 0 : idsSeen(entity, listingId).size
      }),
    planSweep: (key, listing) =>
      promised(() => {
        const entity = findEntity(state, key)
        if (entity === undefined) return { missing: 0, live: 0 }
        let missing = 0
        const isMissing = isAbsentFrom(entity, listing)
        for (const row of entity.rows.values()) if (isMissing(row)) missing += 1
        return { missing, live: entity.live }
      }),
    sweep: ({ lease, listing, runId, limit, onPage }) =>
      inTurn(state.turns, entityMapKey(lease.key), async () => {
        const entity = leased(state, lease, lease.key)
        const plan = planSweep(entity, listing, limit, state.clock.now())
        if (plan.deleted.length === 0) return []
        await tell(entity, plan, onPage)
        if (stillKept(state, entity, lease)) {
          applyPlan(state, entity, plan, runId)
          countForRun(state, entity.key.organizationId, runId, { deleted: plan.deleted.length })
          countForListing(entity, listing.id, { deleted: plan.deleted.length })
        }
        return plan.deleted
      }),
    dropMarks: (lease, keepListingId) =>
      inTurn(state.turns, entityMapKey(lease.key), () =>
        promised(() => {
          const entity = leased(state, lease, lease.key)
          entity.marks = entity.marks.filter((kept) => kept.listingId === keepListingId)
        }),
      ),
  }
}

function idsBetween(entity: MemoryEntity, { from, below, after, limit = 5_000 }: IdQuery): string[] {
  const order = idsInOrder(entity)
  const found: string[] = []
  let index = indexAfter(order, after ?? from)
  if (after === undefined && order[index - 1] === from) index -= 1
  for (; found.length < limit; index += 1) {
    const id = order[index]
    if (id === undefined || (below !== undefined && compareIds(id, below) >= 0)) break
    if (entity.rows.get(id)?.deletedAt === undefined) found.push(id)
  }
  return found
}

/** The entity that a lease was taken on, which must be the one to write to. */
function leased(state: MemoryState, lease: Lease, key: Lease['key']): MemoryEntity {
  const entity = findEntity(state, key)
  assertCurrent(entity, lease)
  return entity
}

async function tell(entity: MemoryEntity, plan: PagePlan, onPage: PageCommit<MemoryTx>['onPage']): Promise<void> {
  if (onPage === undefined) return
  const { created, updated, deleted } = plan
  const changes: PageChanges = { created: [...created], updated: [...updated], deleted: [...deleted] }
  await onPage(memoryTx(entity, plan), changes)
}

/**
 * Whether the entity outlived the `onPage` of a commit. An erasure meanwhile takes a sync's lease away; a webhook's commit
 * counts as done just before it, so there is nothing left to write.
 * @throws IntegrationError LEASE_LOST
 */
function stillKept(state: MemoryState, entity: MemoryEntity, lease: Lease | undefined): boolean {
  if (lease !== undefined) assertCurrent(findEntity(state, entity.key), lease)
  return isKept(state, entity)
}

function applyCheckpoint(
  entity: MemoryEntity,
  { listing, cursor, observedAt }: PageCommit<MemoryTx>,
  decided: Partial<RunCounters>,
): void {
  if (listing !== undefined) entity.listing = structuredClone(listing) ?? undefined
  if (listing) countForListing(entity, listing.id, decided)
  if (cursor !== undefined) entity.cursor = structuredClone(cursor)
  entity.observedAt = Math.max(entity.observedAt, observedAt)
}

/** Adds what a commit decided to the counters of the listing under way, which count over every run that worked on it. */
function countForListing(entity: MemoryEntity, listingId: string, decided: Partial<RunCounters>): void {
  const { listing } = entity
  if (listing?.id !== listingId) return
  entity.listing = { ...listing, counters: addCounters(listing.counters, decided) }
}

function toStoredState({ hash, rawHash, version, observedAt, deletedAt }: MemoryRow): StoredState {
  return { hash, rawHash, version, observedAt, deleted: deletedAt !== undefined }
}
