import type { SandboxRequest, SandboxResponse } from '@unioneyes/testkit'
import { answer, answerRows, invalid, refuse } from './answers.ts'
import type { Provider, Realm } from './company.ts'
import { isObjectType } from './object-types.ts'
import { parseQuery, QueryError } from './query-parser.ts'
import type { Query } from './query-parser.ts'
import { fits, selectPlaces } from './query-rows.ts'
import type { RowPages } from './row-pages.ts'

const USUAL_RESULTS = 100
const MOST_RESULTS = 1000

/** `GET` or `POST /query` (sheet: Reading: query endpoint). */
export function answerQuery(
  request: SandboxRequest,
  provider: Provider,
  realm: Realm,
  pages: RowPages,
): SandboxResponse {
  const text = request.method === 'POST' ? Buffer.from(request.body).toString() : (request.query.get('query') ?? '')
  try {
    return answerParsed(request, provider, realm, pages, parseQuery(text))
  } catch (error) {
    if (error instanceof QueryError) return refuse(request, provider, 400, invalid(error.message))
    throw error
  }
}

function answerParsed(
  request: SandboxRequest,
  provider: Provider,
  realm: Realm,
  pages: RowPages,
  query: Query,
): SandboxResponse {
  const { type, counts, start } = query
  const most = pageSize(query, provider)
  if (type === 'CompanyInfo') {
    const rows = fits(type, realm.info(), query) ? [realm.info()] : []
    return answerInfo(request, provider, query, rows)
  }
  if (!isObjectType(type)) throw new QueryError(`QueryValidationError: Entity ${type} is not supported`)
  const table = realm.tables[type]
  const places = selectPlaces(table, query)
  if (counts) return answer(request, provider, { QueryResponse: { totalCount: places.length } })
  const page = places.slice(start - 1, start - 1 + most)
  // The key of the type is absent, not empty (sheet: Reading: query endpoint).
  if (page.length === 0) return answer(request, provider, { QueryResponse: {} })
  const asksForIds = query.conditions.some(({ property }) => property === 'Id')
  return answerRows(request, provider, type, asksForIds ? pages.once(table, page) : pages.bytes(table, page), {
    startPosition: start,
    maxResults: page.length,
    ...(provider.options.totals === true && { totalCount: places.length }),
  })
}

function answerInfo(
  request: SandboxRequest,
  provider: Provider,
  { counts, start }: Query,
  rows: readonly unknown[],
): SandboxResponse {
  if (counts) return answer(request, provider, { QueryResponse: { totalCount: rows.length } })
  const page = rows.slice(start - 1)
  if (page.length === 0) return answer(request, provider, { QueryResponse: {} })
  return answer(request, provider, {
    QueryResponse: { CompanyInfo: page, startPosition: start, maxResults: page.length },
  })
}

function pageSize({ most }: Query, { options }: Provider): number {
  if (most !== undefined && most > MOST_RESULTS && options.tooManyResults === 'fault') {
    throw new QueryError(
      `QueryValidationError: value ${String(most)} is too large. Max allowed value is ${String(MOST_RESULTS)}`,
    )
  }
  return Math.min(most ?? USUAL_RESULTS, MOST_RESULTS)
}
