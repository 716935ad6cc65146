import type { EntityKey, StatesBasis, StoredState } from '@unioneyes/core'
import type { EntityRow } from './entity-row.ts'
import { findEntity } from './entity-row.ts'
import type { Statements } from './statements.ts'

// CROSS JOIN keeps the list outside and the key lookup inside; left to itself the planner scans the stream.
// One JSON text is half the cost of a row object each, and the index of an id stands in for the id.
const READ_STATES = `select json_group_array(json_array(wanted.key, record.hash, record.raw_hash, record.version, record.observed_at, record.deleted_at is not null)) as states
  from json_each(?) wanted cross join integration_records record on record.stream = ? and record.id = wanted.value`

type StateTuple = [
  index: number,
  hash: string,
  rawHash: string,
  version: string | null,
  observedAt: number,
  deleted: 0 | 1,
]

/** The states of records of a stream; ids it does not have are absent. */
export function readStates(sql: Statements, stream: number, ids: readonly string[]): Map<string, StoredState> {
  const states = new Map<string, StoredState>()
  if (ids.length === 0) return states
  const text = sql.prepare<{ states: string }>(READ_STATES).first(JSON.stringify(ids), stream)?.states ?? '[]'
  for (const [index, hash, rawHash, version, observedAt, deleted] of JSON.parse(text) as StateTuple[]) {
    const id = ids[index]
    if (id === undefined) continue
    states.set(id, { hash, rawHash, version: version ?? undefined, observedAt, deleted: deleted === 1 })
  }
  return states
}

interface HandedOut {
  readonly stream: number
  /** What was asked for: an id that is here and not among the states is known to be absent. */
  readonly ids: ReadonlySet<string>
}

// More pages than a sync reads ahead. One that drops out is read again by its commit, at the cost of a millisecond.
const HANDED_OUT_KEPT = 16

/**
 * The states that were handed out last, by the map they were handed out in. A commit that brings such a map back need
 * not read again; any other map is not believed, so a basis can never change what a commit does.
 */
export class HandedOutStates {
  readonly #handedOut = new Map<ReadonlyMap<string, StoredState>, HandedOut>()

  read(sql: Statements, key: EntityKey, ids: readonly string[]): StatesBasis {
    const entity = findEntity(sql, key)
    if (entity === undefined || entity.stored === 0) return { writes: entity?.writes ?? 0, states: new Map() }
    const states = readStates(sql, entity.stream, ids)
    this.#handedOut.set(states, { stream: entity.stream, ids: new Set(ids) })
    if (this.#handedOut.size > HANDED_OUT_KEPT) {
      const [oldest] = this.#handedOut.keys()
      if (oldest !== undefined) this.#handedOut.delete(oldest)
    }
    return { writes: entity.writes, states }
  }

  /** The states a commit compares with: those of its basis when they still hold for all its ids, else read now. */
  current(
    sql: Statements,
    entity: EntityRow,
    ids: readonly string[],
    basis: StatesBasis | undefined,
  ): ReadonlyMap<string, StoredState> {
    if (entity.stored === 0 || ids.length === 0) return new Map()
    if (basis?.writes === entity.writes) {
      const handedOut = this.#handedOut.get(basis.states)
      if (handedOut?.stream === entity.stream && ids.every((id) => handedOut.ids.has(id))) return basis.states
    }
    return readStates(sql, entity.stream, ids)
  }
}
