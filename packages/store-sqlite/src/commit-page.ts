import type { DatabaseSync } from 'node:sqlite'
import type { CommitResult, EncodedWrite, Listing, PageCommit } from '@unioneyes/core'
import { addCounters, hashedUpserts } from '@unioneyes/core'
import type { EntityRow } from './entity-row.ts'
import { openEntity, requireLease } from './entity-row.ts'
import { appendChanges } from './feed-rows.ts'
import { callOnPage, toPageChanges } from './host-callback.ts'
import { toJsonColumn } from './json-column.ts'
import type { PageDecision, RowWrite } from './page-changes.ts'
import { decide, lastTombstones, lastUpserts } from './page-changes.ts'
import type { PageMarks } from './page-marks.ts'
import { quarantineRecords, releaseRecords, releaseUnidentified } from './quarantine-rows.ts'
import type { RowStamp } from './record-rows.ts'
import { buryRecord, confirmRecord, insertTombstone, writeRecords } from './record-rows.ts'
import { readStates } from './record-states.ts'
import { addRunCounters } from './run-store.ts'
import type { Statements } from './statements.ts'

/** What a commit needs beside the database. */
export interface CommitContext {
  readonly sql: Statements
  readonly marks: PageMarks
  readonly now: number
}

/** What a commit writes; the texts of its records may be their bytes. */
export type WritablePage = Omit<PageCommit<DatabaseSync>, 'upserts'> & { readonly upserts: readonly EncodedWrite[] }

/** Writes a page, inside a transaction: rows, tombstones, feed, quarantine, marks, checkpoint and counters. */
export function commitPage(context: CommitContext, given: WritablePage): CommitResult {
  const { sql, now } = context
  const commit = { ...given, upserts: hashedUpserts(given) }
  const { key, lease, runId } = commit
  const entity = lease === undefined ? openEntity(sql, key) : requireLease(sql, lease, key)

  const upserts = lastUpserts(commit)
  const tombstones = lastTombstones(commit)
  const ids = [...upserts.keys(), ...tombstones.keys()]
  const states = entity.stored === 0 ? new Map<string, never>() : readStates(sql, entity.stream, ids)
  const decision = decide(commit, upserts, tombstones, states, entity.observed_at)

  const isWrite = writesRecords(decision)
  const writes = entity.writes + (isWrite ? 1 : 0)
  if (isWrite)
    writeDecision(sql, { stream: entity.stream, observedAt: commit.observedAt, writeNo: writes }, decision, now)
  releaseRecords(sql, entity.stream, without(ids, decision.stale))
  if (commit.releaseUnidentified === true) releaseUnidentified(sql, entity.stream)
  quarantineRecords(sql, entity.stream, commit, now)
  appendChanges(sql, { organizationId: key.organizationId, stream: entity.stream, runId, at: now }, decision.changes)

  const changes = toPageChanges(decision.changes)
  const counted = { created: changes.created.length, updated: changes.updated.length, deleted: changes.deleted.length }
  const hasMarks = lease !== undefined && leaveMarks(context, entity, writes, commit, upserts, decision.stale)
  moveCheckpoint(sql, entity, commit, {
    live: entity.live + decision.live,
    stored: entity.stored + decision.stored,
    writes,
    markWrites: entity.mark_writes + (hasMarks ? 1 : 0),
    listing: commit.listing && { ...commit.listing, counters: addCounters(commit.listing.counters, counted) },
  })
  if (runId !== undefined) addRunCounters(sql, key.organizationId, runId, { ...commit.counters, ...counted })
  callOnPage(commit.onPage, sql.handle, changes)
  return { ...changes, stale: decision.stale }
}

function writesRecords({ written, confirmed, buried, unknown }: PageDecision): boolean {
  return written.length + confirmed.length + buried.length + unknown.length > 0
}

function writeDecision(sql: Statements, stamp: RowStamp, decision: PageDecision, now: number): void {
  writeRecords(sql, stamp, decision.written)
  for (const confirmed of decision.confirmed) confirmRecord(sql, stamp, confirmed)
  for (const buried of decision.buried) buryRecord(sql, stamp, buried, now)
  for (const unknown of decision.unknown) insertTombstone(sql, stamp, unknown, now)
}

/** @returns whether there was anything to mark. */
function leaveMarks(
  { sql, marks }: CommitContext,
  entity: EntityRow,
  writeNo: number,
  commit: WritablePage,
  upserts: ReadonlyMap<string, RowWrite>,
  stale: readonly string[],
): boolean {
  const { listing } = commit
  // Marks belong to the listing that the commit saves.
  if (listing === undefined || listing === null || commit.marks.length + commit.remembered.length === 0) return false
  marks.join(sql, entity, listing.id, commit.remembered)
  marks.leave(sql, entity.stream, listing.id, writeNo, commit.marks, unreadIds(commit, upserts, stale))
  return true
}

/** Ids whose stored record is not what their page says, or undefined when rows without an id could be on any page. */
function unreadIds(
  { quarantined, upserts }: Pick<WritablePage, 'quarantined' | 'upserts'>,
  last: ReadonlyMap<string, EncodedWrite>,
  stale: readonly string[],
): ReadonlySet<string> | undefined {
  const unread = new Set(stale)
  for (const { id } of quarantined) {
    if (id === undefined) return undefined
    unread.add(id)
  }
  // Of an id that came twice in one commit only the last is stored.
  if (last.size < upserts.length) for (const write of upserts) if (last.get(write.id) !== write) unread.add(write.id)
  return unread
}

const UPDATE_ENTITY = `update integration_entities set live = ?, stored = ?, writes = ?, mark_writes = ? where stream = ?`

const UPDATE_CHECKPOINT = `update integration_entities set live = ?, stored = ?, writes = ?, mark_writes = ?,
  observed_at = max(observed_at, ?), listing = iif(?, ?, listing), cursor = iif(?, ?, cursor) where stream = ?`

function moveCheckpoint(
  sql: Statements,
  { stream }: EntityRow,
  { lease, observedAt, cursor }: WritablePage,
  next: {
    readonly live: number
    readonly stored: number
    readonly writes: number
    readonly markWrites: number
    readonly listing: Listing | null | undefined
  },
): void {
  const { live, stored, writes, markWrites, listing } = next
  // Only the holder of the lease moves the checkpoint.
  if (lease === undefined) {
    sql.prepare(UPDATE_ENTITY).run(live, stored, writes, markWrites, stream)
    return
  }
  sql
    .prepare(UPDATE_CHECKPOINT)
    .run(
      live,
      stored,
      writes,
      markWrites,
      observedAt,
      listing === undefined ? 0 : 1,
      toJsonColumn(listing ?? undefined),
      cursor === undefined ? 0 : 1,
      toJsonColumn(cursor),
      stream,
    )
}

function without(ids: readonly string[], left: readonly string[]): readonly string[] {
  if (left.length === 0) return ids
  const out = new Set(left)
  return ids.filter((id) => !out.has(id))
}
