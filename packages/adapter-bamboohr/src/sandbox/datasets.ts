import { jsonResponse } from '@unioneyes/testkit'
import type { ByteCache, SandboxRequest, SandboxResponse } from '@unioneyes/testkit'
import { toJsonText } from '@unioneyes/core'
import { problem } from './answers.ts'
import type { Company } from './company.ts'
import { InvalidFilter, readDatasetFilter } from './dataset-filter.ts'
import { datasetFields } from './employee-words.ts'
import type { DatasetField } from './employee-words.ts'
import { prepareFields } from './row-text.ts'

interface DatasetQuery {
  readonly fields: readonly string[]
  readonly filter: string | undefined
  readonly orderBy: string | undefined
  readonly page: number
  readonly pageSize: number
}

/** `POST /api/v2/datasets/{datasetName}/data` (operation get-data-from-dataset-v2; sheet: Employees 4). */
export function queryDataset(request: SandboxRequest, company: Company, cache: ByteCache<Buffer>): SandboxResponse {
  if (request.params.datasetName !== 'employee') {
    return problem(404, 'DATASET_NOT_FOUND', 'The dataset does not exist or is not accessible.')
  }
  const query = readQuery(request)
  if (!('fields' in query)) return query
  try {
    return answer(query, request, company, cache)
  } catch (error) {
    if (error instanceof InvalidFilter) return problem(422, 'INVALID_FILTER', error.message)
    throw error
  }
}

function answer(
  query: DatasetQuery,
  request: SandboxRequest,
  company: Company,
  cache: ByteCache<Buffer>,
): SandboxResponse {
  const order = company.glitches.emptyListing ? [] : orderRows(query, selectRows(query, company), company)
  const { page, pageSize } = query
  const totalItems = Math.max(0, order.length + company.glitches.totalDelta)
  const totalPages = Math.ceil(order.length / pageSize)
  const shown = order.slice((page - 1) * pageSize, page * pageSize)
  const rows = readRows(query, shown, company, cache)
  const href = (to: number): string =>
    `${request.origin}${request.path}?page=${String(to)}&pageSize=${String(pageSize)}`
  // On a single page there are no links at all, and an empty PHP map is written as a list (recorded, sheet S4).
  const links =
    totalPages <= 1
      ? []
      : { ...(page < totalPages && { next: href(page + 1) }), ...(page > 1 && { prev: href(page - 1) }) }
  const meta = { page, pageSize, totalPages, totalItems }
  return {
    headers: { 'content-type': 'application/json', 'x-request-id': 'sandbox' },
    body: [
      Buffer.from('{"data":['),
      rows,
      Buffer.from(`],"links":${JSON.stringify(links)},"meta":${JSON.stringify(meta)}}`),
    ],
  }
}

function readRows(query: DatasetQuery, shown: readonly number[], company: Company, cache: ByteCache<Buffer>): Buffer {
  const prepared = prepareFields(
    Object.entries(datasetFields)
      .filter(([name]) => query.fields.includes(name))
      .map(([name, { read }]) => [name, read]),
  )
  const plain = company.restricted.size === 0
  const writeRow = (index: number): string =>
    plain && !company.raw(index)
      ? `{"fields":{${prepared.write(company.person(index), company)}}}`
      : toJsonText(toDatasetRow(index, query.fields, company))
  const make = (): Buffer => Buffer.from(shown.map(writeRow).join(','))
  const [first, last] = [shown[0], shown.at(-1)]
  const inOrder = query.filter === undefined && query.orderBy === 'eeid asc'
  if (!inOrder || first === undefined || last === undefined) return make()
  const key = `dataset/${String(first)}/${String(shown.length)}/${prepared.names.join()}`
  return cache.get(key, `${company.stamp(first, last)}/${String(last)}`, make)
}

/** One row in the words of the dataset. Fields that may not be seen are empty and named beside it (the vendor's client, EmployeesApi.md). */
export function toDatasetRow(index: number, fields: readonly string[], company: Company): Record<string, unknown> {
  const person = company.person(index)
  const raw = company.raw(index)
  const values: Record<string, unknown> = {}
  const restricted: string[] = []
  for (const name of fields) {
    if (company.restricted.has(name)) restricted.push(name)
    values[name] = company.restricted.has(name) ? null : datasetFields[name]?.read(person, company)
    if (raw && Object.hasOwn(raw, name)) values[name] = raw[name]
  }
  return { fields: values, ...(restricted.length > 0 && { _restrictedFields: restricted }) }
}

function selectRows({ filter }: DatasetQuery, company: Company): readonly number[] {
  if (filter === undefined) return company.live()
  const wanted = readDatasetFilter(filter)
  const { ids } = wanted
  if (!ids) return company.live().filter((index) => wanted.passes(index, company))
  const found = new Set(ids.map((id) => company.find(id)).filter((index) => index !== undefined))
  return [...found].sort((left, right) => left - right)
}

function orderRows({ orderBy }: DatasetQuery, rows: readonly number[], company: Company): readonly number[] {
  if (orderBy === 'eeid asc') return rows
  if (orderBy === undefined) {
    // "With no orderBy the row order is unspecified" (the vendor's client, DatasetsApi.md): another order every time.
    company.glitches.unordered += 7
    const from = company.glitches.unordered % Math.max(1, rows.length)
    return [...rows.slice(from), ...rows.slice(0, from)]
  }
  const rules = orderBy.split(',').map((rule) => rule.trim().split(/\s+/))
  return rows.toSorted((left, right) => {
    for (const [name = '', direction] of rules) {
      const compared = compareBy(datasetFields[name], left, right, company)
      if (compared !== 0) return direction === 'desc' ? -compared : compared
    }
    return 0
  })
}

function compareBy(field: DatasetField | undefined, left: number, right: number, company: Company): number {
  const text = (index: number): string => {
    const value = field?.read(company.person(index), company)
    return typeof value === 'string' ? value : ''
  }
  if (field?.type === 'number') return Number(text(left)) - Number(text(right))
  return text(left) < text(right) ? -1 : text(left) > text(right) ? 1 : 0
}

function readQuery(request: SandboxRequest): DatasetQuery | SandboxResponse {
  let body: unknown
  try {
    body = JSON.parse(Buffer.from(request.body).toString())
  } catch {
    return problem(400, 'BAD_REQUEST', 'The body is not JSON.')
  }
  if (typeof body !== 'object' || body === null || !('fields' in body)) {
    return problem(400, 'BAD_REQUEST', 'fields is required.')
  }
  const { fields, filter, orderBy, page, pageSize }: Record<string, unknown> = { ...body }
  if (!Array.isArray(fields) || fields.length === 0)
    return problem(400, 'BAD_REQUEST', 'fields must be a list of names.')
  const names = fields.map(String)
  const unknown = names.find((name) => !Object.hasOwn(datasetFields, name))
  if (unknown !== undefined) return problem(400, 'UE-1000', `The field ${unknown} does not exist in this dataset.`)
  const order = typeof orderBy === 'string' && orderBy !== '' ? orderBy : undefined
  const sorted = order?.split(',').map((rule) => rule.trim().split(/\s+/)[0] ?? '') ?? []
  if (sorted.some((name) => !names.includes(name))) {
    return problem(400, 'UE-1001', 'Fields in orderBy must also appear in fields.')
  }
  if (!isWithin(page ?? 1, 1, Infinity) || !isWithin(pageSize ?? 100, 1, 1000)) {
    return problem(422, 'INVALID_PAGE', 'page or pageSize is out of range.')
  }
  return {
    fields: names,
    filter: typeof filter === 'string' && filter !== '' ? filter : undefined,
    orderBy: order,
    page: Number(page ?? 1),
    pageSize: Number(pageSize ?? 100),
  }
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most
}

/** `GET /api/v1_2/datasets/{datasetName}/fields` (operation get-fields-from-dataset-v1-2; recorded, sheet S4). */
export function listDatasetFields(request: SandboxRequest): SandboxResponse {
  if (request.params.datasetName !== 'employee') {
    return problem(422, 'DATASET_NOT_FOUND', 'The dataset was not found.')
  }
  const all = Object.entries(datasetFields).map(([name, { label, entity }]) => ({
    name,
    label,
    parentType: 'page',
    parentName: entity,
    entityName: entity,
  }))
  const size = Math.min(1000, Math.max(1, Number(request.query.get('page_size') ?? 500) || 500))
  const pages = Math.ceil(all.length / size)
  const page = Math.min(pages, Math.max(1, Number(request.query.get('page') ?? 1) || 1)) // Clamped, says the vendor.
  const link = (to: number): string | null =>
    to < 1 || to > pages ? null : `${request.origin}${request.path}?page=${String(to)}&page_size=${String(size)}`
  return jsonResponse({
    pagination: {
      total_records: all.length,
      current_page: page,
      total_pages: pages,
      next_page: link(page + 1),
      prev_page: link(page - 1),
    },
    name: 'employee',
    label: 'Employee',
    fields: all.slice((page - 1) * size, page * size),
  })
}
