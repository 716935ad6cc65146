import { wireId } from '@unioneyes/adapter-kit'
import type { ChangesContext, ReadChanges } from '@unioneyes/adapter-kit'
import { IntegrationError } from '@unioneyes/core'
import { z } from 'zod'
import type { Settings } from './api.ts'

const LOOKBACK_MS = 5 * 60_000
const IDS_PER_REQUEST = 100

const change = z.object({ id: wireId().pipe(z.string().regex(/^\d+$/)), action: z.string() })
// BambooHR writes an empty map as a list.
const feed = z.object({ latest: z.string().nullish(), employees: z.array(change).or(z.record(z.string(), change)) })
const place = z.object({ after: z.string(), cursor: z.string() })

/** Fetches employees by their ids. Whoever is missing in the answer is left as they are. */
export type Refetch = (ids: readonly string[], context: ChangesContext<Settings>) => Promise<readonly unknown[]>

/**
 * Reads `GET /api/v1/employees/changed`: tells who is gone and fetches the others again. The cursor is the feed's `latest`
 * and never goes back. A page token keeps the cursor of the read that it began in: the feed is asked anew on resuming, and
 * whoever changed meanwhile may stand before the token, but not before that cursor.
 */
export function changedEmployees(refetch: Refetch): ReadChanges<Settings> {
  return async function* (context) {
    const { http, token } = context
    const since = z.string().safeParse(context.cursor).data ?? ''
    const sinceMs = Date.parse(since)
    if (Number.isNaN(sinceMs)) throw new IntegrationError('CURSOR_EXPIRED', 'The cursor of employees is not a time.')
    const query = { since: new Date(sinceMs - LOOKBACK_MS).toISOString().replace(/\.\d+/, '') }
    const { latest, employees } = await http.get('api/v1/employees/changed', { query, schema: feed })

    const begun = place.safeParse(token).data
    const cursor = begun?.cursor ?? (latest && Date.parse(latest) > sinceMs ? latest : since)
    const changes = Object.groupBy(Object.values(employees), ({ action }) =>
      /^deleted$/i.test(action) ? 'gone' : 'here',
    )
    const idsOf = (kind: 'gone' | 'here'): string[] => (changes[kind] ?? []).map(({ id }) => id).sort()
    const left = idsOf('here').filter((id) => id > (begun?.after ?? ''))
    let deleted = begun ? undefined : idsOf('gone')
    while (left.length > IDS_PER_REQUEST) {
      const ids = left.splice(0, IDS_PER_REQUEST)
      yield { items: await refetch(ids, context), deleted, next: { after: ids.at(-1) ?? '', cursor } }
      deleted = undefined
    }
    yield { items: left.length === 0 ? [] : await refetch(left, context), deleted, cursor }
  }
}
