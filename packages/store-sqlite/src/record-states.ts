import type { StoredState } from '@unioneyes/core'
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
