import { property } from '@unioneyes/adapter-kit'
import type { FetchByIds, PageContext, RequestContext, WireBody } from '@unioneyes/adapter-kit'
import { z } from 'zod'
import { companyPath, minorVersion } from './api.ts'
import type { Settings } from './api.ts'
import { byTime } from './by-time.ts'
import { changedObjects } from './changed-objects.ts'
import type { Access } from './changed-objects.ts'
import { inTurn } from './in-turn.ts'
import { hidesInactive, selectChanged, selectIds } from './query-text.ts'
import { transactionId } from './transaction-types.ts'

// As many as a URL easily holds.
const IDS_PER_REQUEST = 100

const queryPath = ({ settings }: RequestContext<Settings>): string => companyPath(settings, 'query')

/** How objects of one type are listed, followed and looked up: to spread into the listing of an entity. */
export function objectsOf(type: string) {
  const byIds: FetchByIds<Settings> = {
    idsPerRequest: IDS_PER_REQUEST,
    fetch: (ids, access) => objectsById(access, type, ids),
  }
  return {
    path: queryPath,
    query: ({ settings, page }: PageContext<Settings>) => objectsQuery(type, settings, page),
    items: (body: WireBody) => objectsIn(body, type),
    paginate: byTime,
    id: 'Id',
    incremental: changedObjects([type], {
      item: (_type, row) => row,
      recordId: (_type, id) => id,
      lookUp: hidesInactive(type) ? lookUp : undefined,
    }),
    byIds,
  }
}

/**
 * The same for objects of several types that are one entity: listed in turn, followed with one question. An item is
 * `{ type, row }`, and its id is `Type/Id`.
 */
export function objectsOfTypes(types: readonly [string, ...string[]]) {
  const item = (type: string, row: unknown) => ({ type, row })
  const byIds: FetchByIds<Settings> = {
    idsPerRequest: IDS_PER_REQUEST,
    fetch: async (ids, access) => {
      const found: unknown[] = []
      for (const type of types) {
        const asked = ids.flatMap((id) => (id.startsWith(`${type}/`) ? id.slice(type.length + 1) : []))
        if (asked.length > 0) found.push(...(await objectsById(access, type, asked)).map((row) => item(type, row)))
      }
      return found
    },
  }
  return {
    path: queryPath,
    query: ({ settings, page }: PageContext<Settings>) => objectsQuery(String(page.type), settings, page),
    items: (body: WireBody) => taggedIn(body, types),
    paginate: inTurn(types, byTime),
    id: (given: unknown) => {
      const [type, id] = [property(given, 'type'), property(property(given, 'row'), 'Id')]
      return typeof type === 'string' && typeof id === 'string' && id !== '' ? transactionId(type, id) : undefined
    },
    incremental: changedObjects(types, { item, recordId: transactionId }),
    byIds,
  }
}

function objectsQuery(type: string, { pageSize }: Settings, { since, at }: PageContext<Settings>['page']) {
  const from = { since: typeof since === 'string' ? since : undefined, at: typeof at === 'number' ? at : 1 }
  return { query: selectChanged(type, { ...from, size: pageSize }), ...minorVersion }
}

/** The objects in an answer: an empty one lacks the name of the type. Undefined for what is no answer, or a refusal. */
function objectsIn({ QueryResponse }: WireBody, type: string): unknown {
  if (typeof QueryResponse !== 'object' || Array.isArray(QueryResponse) || QueryResponse.Fault) return undefined
  const rows: unknown = QueryResponse[type]
  return rows === undefined && isEmpty(QueryResponse) ? [] : rows
}

// Rows under another name are no end of a listing.
const isEmpty = (response: unknown): boolean => (property(response, 'maxResults') ?? 0) === 0

/** The objects in an answer about one of several types, which names the type; an empty one does not. */
function taggedIn(body: WireBody, types: readonly string[]): unknown {
  const type = types.find((one) => body.QueryResponse?.[one] !== undefined)
  const rows: unknown = objectsIn(body, type ?? '')
  return Array.isArray(rows) ? rows.map((row: unknown) => ({ type, row })) : rows
}

/** The same for as many as may have changed. */
async function lookUp(type: string, ids: readonly string[], access: Access): Promise<readonly unknown[]> {
  const found: unknown[] = []
  for (let at = 0; at < ids.length; at += IDS_PER_REQUEST) {
    found.push(...(await objectsById(access, type, ids.slice(at, at + IDS_PER_REQUEST))))
  }
  return found
}

/** Objects of a type by their ids; those that QuickBooks does not have are missing. */
async function objectsById(
  { http, settings }: Access,
  type: string,
  ids: readonly string[],
): Promise<readonly unknown[]> {
  // One id that is none would make QuickBooks refuse the question about all of them.
  const asked = ids.filter((id) => /^\d+$/.test(id))
  if (asked.length === 0) return []
  const query = { query: selectIds(type, asked), ...minorVersion }
  const { QueryResponse } = await http.get(queryPath({ settings }), { query, schema: answerAbout(type) })
  return (QueryResponse[type] ?? []).filter((row) => property(row, 'status') !== 'Deleted')
}

const answerAbout = (type: string) =>
  z.object({
    QueryResponse: z
      .record(z.string(), z.unknown())
      .refine((response) => response.Fault === undefined, 'expected no Fault')
      .refine(
        (response) => response[type] !== undefined || isEmpty(response),
        'expected the objects that were asked for',
      )
      .transform((response) => ({ [type]: response[type] }))
      .pipe(z.record(z.string(), z.array(z.unknown()).optional())),
  })
