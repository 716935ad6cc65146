import type { FeedEntry } from '@unioneyes/core'
import type { Change } from './page-changes.ts'
import type { Statements } from './statements.ts'

const LETTERS = { created: 'c', updated: 'u', deleted: 'd' } as const
const KINDS: Readonly<Record<string, FeedEntry['kind']>> = { c: 'created', u: 'updated', d: 'deleted' }

// A reader unpacks a whole row for each of its entries that it wants, so a large sweep is spread over several.
const ENTRIES_PER_ROW = 1000

/** Appends a commit's changes to the organization's feed, inside its transaction. */
export function appendChanges(
  sql: Statements,
  from: {
    readonly organizationId: string
    readonly stream: number
    readonly runId: string | undefined
    readonly at: number
  },
  changes: readonly Change[],
): void {
  for (let start = 0; start < changes.length; start += ENTRIES_PER_ROW) {
    const part = changes.slice(start, start + ENTRIES_PER_ROW)
    const entries: string[] = []
    for (const { kind, id, hash } of part) entries.push(LETTERS[kind], id, hash)
    sql
      .prepare(
        'insert into integration_changes (organization_id, stream, run_id, at, count, entries) values (?, ?, ?, ?, ?, ?)',
      )
      .run(from.organizationId, from.stream, from.runId ?? null, from.at, part.length, JSON.stringify(entries))
  }
}

/** The changes that {@link appendChanges} put into one row: from the entry `first` on, at most `limit`. */
export function unpackChanges(entries: string, first: number, limit: number): Change[] {
  // Written above and by nothing else.
  const flat = JSON.parse(entries) as string[]
  const changes: Change[] = []
  for (let at = 3 * first; at < flat.length && changes.length < limit; at += 3) {
    const [letter = '', id = '', hash = ''] = flat.slice(at, at + 3)
    changes.push({ kind: KINDS[letter] ?? 'updated', id, hash })
  }
  return changes
}
