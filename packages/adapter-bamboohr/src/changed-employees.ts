import { wireId } from '@unioneyes/adapter-kit'
import type { ChangedIds, Http } from '@unioneyes/adapter-kit'
import { z } from 'zod'

const change = z.object({ id: wireId().pipe(z.string().regex(/^\d+$/)), action: z.string() })
// BambooHR writes an empty map as a list.
const answer = z.object({ latest: z.string().nullish(), employees: z.array(change).or(z.record(z.string(), change)) })

/** `GET /api/v1/employees/changed`: who was inserted, updated or deleted for good since a time. */
export async function changedEmployees(since: string, { http }: { readonly http: Http }): Promise<ChangedIds> {
  const { latest, employees } = await http.get('api/v1/employees/changed', { query: { since }, schema: answer })
  const { deleted = [], changed = [] } = Object.groupBy(Object.values(employees), ({ action }) =>
    /^deleted$/i.test(action) ? 'deleted' : 'changed',
  )
  return { latest, deleted: deleted.map(({ id }) => id), changed: changed.map(({ id }) => id) }
}
