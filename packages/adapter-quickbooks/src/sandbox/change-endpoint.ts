import type { SandboxRequest, SandboxResponse } from '@unioneyes/testkit'
import { answer, invalid, refuse } from './answers.ts'
import type { Provider, Realm } from './company.ts'
import { readMoment, toMoment } from './moments.ts'
import { isObjectType } from './object-types.ts'
import type { Table } from './table.ts'
import type { Row } from './wire-values.ts'

const LOOK_BACK_MS = 30 * 86_400_000
const MOST_OBJECTS = 1000

/**
 * `GET /cdc` (sheet: Incremental, Deletes and voids): what changed of several types since a time, at most 1000 objects in all.
 * What is beyond is left out without a word. Which ones those are is not said: here the latest of each type, and the types
 * named last.
 */
export function answerChanges(request: SandboxRequest, provider: Provider, realm: Realm): SandboxResponse {
  const refused = (detail: string): SandboxResponse => refuse(request, provider, 400, invalid(detail))
  const types = (request.query.get('entities') ?? '').split(',').map((name) => name.trim())
  const since = readMoment(request.query.get('changedSince') ?? '')
  if (since === undefined) return refused('changedSince is not a date and time')
  if (since < provider.now() - LOOK_BACK_MS) return refused('changedSince must lie within the last 30 days')
  const from = provider.options.changedSince === 'exclusive' ? since + 1 : since

  let left = MOST_OBJECTS
  const found: Row[] = []
  for (const type of types) {
    // Not every type is supported, and those that are not have no place here at all.
    if (!isObjectType(type)) return refused(`Entity ${type} is not supported for change data capture`)
    const objects = changesOf(realm.tables[type], from, provider).slice(0, left)
    left -= objects.length
    const attributes = { startPosition: 1, maxResults: objects.length, totalCount: objects.length }
    found.push(objects.length === 0 ? {} : { [type]: objects, ...attributes })
  }
  return answer(request, provider, { CDCResponse: [{ QueryResponse: found }] })
}

function changesOf(table: Table, from: number, { options }: Provider): Row[] {
  const ordered = table.byTime()
  let first = ordered.length
  while (first > 0 && table.updatedAt(ordered[first - 1] ?? 0) >= from) first -= 1
  const live = ordered.slice(first, first + MOST_OBJECTS).map((place) => table.row(place))
  const gone = table
    .goneSince(from)
    .filter(({ how }) => how === 'deleted' || options.mergedInChanges !== 'absent')
    .map(({ id, at }) => ({ domain: 'QBO', status: 'Deleted', Id: id, MetaData: { LastUpdatedTime: toMoment(at) } }))
  return [...live, ...gone]
}
