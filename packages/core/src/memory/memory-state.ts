import type { AuditEntry } from '../ports/audit-log.ts'
import type { FeedEntry } from '../ports/change-feed.ts'
import type { Clock } from '../ports/clock.ts'
import type { StoredConnection } from '../ports/connection-store.ts'
import type { ConnectionKey, EntityKey } from '../ports/keys.ts'
import type { SyncRun } from '../ports/run-store.ts'
import { addCounters } from '../ports/run-store.ts'
import { entityMapKey, toEntityKey } from './map-key.ts'
import { emptyEntity } from './memory-entity.ts'
import type { MemoryEntity } from './memory-entity.ts'

/** The feed of one organization. */
export interface MemoryFeed {
  entries: SequencedEntry[]
  /** Where each registered consumer stands. */
  readonly consumers: Map<string, number>
  /** The last entry that was pruned. */
  prunedTo: number
}

/** A feed entry with its place among all entries of the store. */
export interface SequencedEntry {
  readonly sequence: number
  readonly entry: FeedEntry
}

/** Everything that one memory store holds. Maps are keyed by `mapKey`, except where it says otherwise. */
export interface MemoryState {
  readonly clock: Clock
  readonly connections: Map<string, StoredConnection>
  /** By id, in the order in which they were created. */
  readonly runs: Map<string, SyncRun>
  readonly entities: Map<string, MemoryEntity>
  /** By organization. */
  readonly feeds: Map<string, MemoryFeed>
  readonly budgets: Map<string, { readonly key: ConnectionKey; readonly at: number; readonly until: number }>
  /** By organization, oldest first. */
  readonly audit: Map<string, AuditEntry[]>
  /** Work under way per entity, see `inTurn`. */
  readonly turns: Map<string, Promise<unknown>>
  /** The latest fence, write counter and feed sequence given out: none is ever given out twice, erasures or not. */
  readonly latest: { fence: number; write: number; sequence: number }
}

/** A store that holds nothing. */
export function emptyState(clock: Clock): MemoryState {
  return {
    clock,
    connections: new Map(),
    runs: new Map(),
    entities: new Map(),
    feeds: new Map(),
    budgets: new Map(),
    audit: new Map(),
    turns: new Map(),
    latest: { fence: 0, write: 0, sequence: 0 },
  }
}

/** The entity under this key, if anything was ever written to it. */
export function findEntity(state: MemoryState, key: EntityKey): MemoryEntity | undefined {
  return state.entities.get(entityMapKey(key))
}

/** The entity under this key, begun when there is none. */
export function openEntity(state: MemoryState, key: EntityKey): MemoryEntity {
  const name = entityMapKey(key)
  let entity = state.entities.get(name)
  if (entity === undefined) {
    entity = emptyEntity(toEntityKey(key))
    state.entities.set(name, entity)
  }
  return entity
}

/** Whether an entity was not erased since it was opened. */
export function isKept(state: MemoryState, entity: MemoryEntity): boolean {
  return findEntity(state, entity.key) === entity
}

/** The feed of an organization, begun when there is none. */
export function openFeed(state: MemoryState, organizationId: string): MemoryFeed {
  let feed = state.feeds.get(organizationId)
  if (feed === undefined) {
    feed = { entries: [], consumers: new Map(), prunedTo: 0 }
    state.feeds.set(organizationId, feed)
  }
  return feed
}

/** Puts an entry at the end of its organization's feed. */
export function appendToFeed(state: MemoryState, entry: Omit<FeedEntry, 'position'>): void {
  const sequence = ++state.latest.sequence
  openFeed(state, entry.organizationId).entries.push({ sequence, entry: { ...entry, position: String(sequence) } })
}

/** Adds to a run's counters; a run that the log does not have is not counted for. */
export function countForRun(
  state: MemoryState,
  organizationId: string,
  runId: string | undefined,
  counters: Parameters<typeof addCounters>[1],
): void {
  if (runId === undefined) return
  const run = state.runs.get(runId)
  if (run?.organizationId !== organizationId) return
  state.runs.set(runId, { ...run, counters: addCounters(run.counters, counters) })
}
