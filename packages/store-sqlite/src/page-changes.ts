import type { EncodedWrite, HashedWrite, PageCommit, StoredState } from '@unioneyes/core'
import { IntegrationError, compareVersions, mayReplace } from '@unioneyes/core'
import { isStorable } from './statements.ts'

/** One line of the feed. */
export interface Change {
  readonly kind: 'created' | 'updated' | 'deleted'
  readonly id: string
  readonly hash: string
}

/** An id with the version that came with it. */
export interface Versioned {
  readonly id: string
  readonly version?: string | undefined
}

/** What a commit has to write, decided from what the store holds. */
export interface PageDecision {
  readonly changes: readonly Change[]
  /** Rows to write: created, updated, and those whose payload alone changed. */
  readonly written: readonly RowWrite[]
  /** Unchanged records whose version or observation goes up. */
  readonly confirmed: readonly Versioned[]
  /** Live records to turn into tombstones. */
  readonly buried: readonly Versioned[]
  /** Deletions of records that were never seen. */
  readonly unknown: readonly Versioned[]
  readonly stale: readonly string[]
  /** By how much the number of live records grows. */
  readonly live: number
  /** By how much the number of rows grows. */
  readonly stored: number
}

/** The part of a commit that says what happened to records. */
export type IncomingPage = Pick<PageCommit<never>, 'key' | 'lease' | 'observedAt' | 'tombstones'> & {
  readonly upserts: readonly RowWrite[]
}

/** A record to write, its texts as they are or in UTF-8. */
export type RowWrite = EncodedWrite & Pick<HashedWrite, 'hash' | 'rawHash'>

/** A page's upserts without repeats and deletions: the last of each id. */
export function lastUpserts({ upserts, tombstones }: IncomingPage): Map<string, RowWrite> {
  const last = new Map<string, RowWrite>()
  for (const write of upserts) last.set(write.id, write)
  for (const { id } of tombstones) last.delete(id)
  return last
}

/** A page's deletions without repeats: the last of each id. */
export function lastTombstones({ tombstones }: IncomingPage): Map<string, Versioned> {
  return new Map(tombstones.map((tombstone) => [tombstone.id, tombstone]))
}

/**
 * Decides for each id whether it is created, updated, deleted, unchanged or refused.
 *
 * @param highWater the latest observation of a sync. A sync does not write what it finds unchanged, so a row may have
 * been seen later than it says; a webhook that observed before that moment is refused unless versions decide.
 * @throws IntegrationError RESPONSE_INVALID for an id that would not come back as it was given.
 */
export function decide(
  page: IncomingPage,
  upserts: ReadonlyMap<string, RowWrite>,
  tombstones: ReadonlyMap<string, Versioned>,
  states: ReadonlyMap<string, StoredState>,
  highWater: number,
): PageDecision {
  const { observedAt, lease } = page
  const isLate = lease === undefined && observedAt < highWater
  const changes: Change[] = []
  const written: RowWrite[] = []
  const confirmed: Versioned[] = []
  const buried: Versioned[] = []
  const unknown: Versioned[] = []
  const stale: string[] = []
  let live = 0
  let stored = 0

  const isStale = (known: StoredState | undefined, { version }: Versioned): boolean => {
    if (known !== undefined && !mayReplace(known, { version, observedAt })) return true
    return isLate && (known?.version === undefined || version === undefined)
  }
  // The version that was deleted is the one that was there before: only a later look can bring it back.
  const revives = (known: StoredState | undefined, { version }: Versioned): boolean =>
    known?.deleted === true && observedAt < known.observedAt && isSameVersion(known.version, version)
  const advances = (known: StoredState, { version }: Versioned): boolean =>
    (lease === undefined && observedAt > known.observedAt) ||
    (version !== undefined && !isSameVersion(known.version, version))

  for (const write of upserts.values()) {
    const { id, hash } = write
    if (!isStorable(id)) throw unstorableId(page)
    const known = states.get(id)
    if (isStale(known, write) || revives(known, write)) {
      stale.push(id)
    } else if (known === undefined || known.deleted) {
      changes.push({ kind: 'created', id, hash })
      written.push(write)
      live++
      if (known === undefined) stored++
    } else if (known.hash !== hash) {
      changes.push({ kind: 'updated', id, hash })
      written.push(write)
    } else if (known.rawHash !== write.rawHash) {
      written.push(write)
    } else if (advances(known, write)) {
      confirmed.push(write)
    }
  }

  for (const tombstone of tombstones.values()) {
    const { id } = tombstone
    if (!isStorable(id)) throw unstorableId(page)
    const known = states.get(id)
    if (isStale(known, tombstone)) {
      stale.push(id)
    } else if (known === undefined) {
      unknown.push(tombstone)
      stored++
    } else if (known.deleted) {
      confirmed.push(tombstone)
    } else {
      changes.push({ kind: 'deleted', id, hash: known.hash })
      buried.push(tombstone)
      live--
    }
  }
  return { changes, written, confirmed, buried, unknown, stale, live, stored }
}

function isSameVersion(known: string | undefined, version: string | undefined): boolean {
  return known !== undefined && version !== undefined && compareVersions(version, known) === 0
}

function unstorableId({ key }: IncomingPage): IntegrationError {
  return new IntegrationError(
    'RESPONSE_INVALID',
    `${key.provider} sent a record of ${key.entity} whose id is not well-formed Unicode or holds NUL, so it cannot be ` +
      'stored. The adapter should give such a row without an id, so that it is quarantined',
    { provider: key.provider, entity: key.entity },
  )
}
