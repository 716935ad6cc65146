import { pages, wireId } from '@unioneyes/adapter-kit'
import type { Entity, ListEntity, NextPage } from '@unioneyes/adapter-kit'
import { IntegrationError } from '@unioneyes/core'
import { hris, isoDateTime } from '@unioneyes/models'
import type { Employee } from '@unioneyes/models'
import { z } from 'zod'
import { api } from './api.ts'
import type { Settings } from './api.ts'
import { changedEmployees } from './changed-employees.ts'
import { at, datasetFields, datasetRow, employeeRow, listFields, toEmployee } from './employee-row.ts'

/** `GET /api/v1/employees`. */
const cursorListing = (fallback?: ListEntity<Employee, Settings>) =>
  api.entity(hris.employee).list({
    path: 'api/v1/employees',
    query: ({ settings }) => ({
      'page[limit]': settings.pageSize,
      fields: [...listFields, ...Object.values(settings.customFields)].join(),
      sort: 'employeeId',
    }),
    items: (body) => body.data,
    total: (body) => body.meta?.total,
    paginate: pages.cursor({ param: 'page[after]', next: (body) => body.meta?.page?.nextCursor }),
    id: 'employeeId',
    wire: employeeRow,
    map: (row, { settings, raw }) => toEmployee(row, raw, settings.customFields),
    incremental: changedEmployees(async (ids, { list }) => {
      const items: unknown[] = []
      for await (const page of list({ query: { 'filter[ids][]': ids } })) items.push(...page)
      return items
    }),
    fallback,
  })

const dataset = 'api/v2/datasets/employee/data'

/** The dataset `employee`, for keys that may not use the cursor listing and for the company's own fields. */
const datasetListing = (fallback?: ListEntity<Employee, Settings>) =>
  api.entity(hris.employee).list({
    path: dataset,
    method: 'POST',
    body: ({ settings, page }) => datasetQuery(settings, { page: page.page ?? 1 }),
    items: (body) => body.data,
    total: (body) => body.meta?.totalItems,
    paginate: nextDatasetPage,
    id: (item) => at(at(item, 'fields'), 'eeid'),
    wire: datasetRow,
    map: (row, { settings, raw }) => toEmployee(row, at(raw, 'fields'), settings.customFields),
    incremental: changedEmployees(async (ids, { http, settings }) => {
      // Not "eeid in (…)", which takes a single value except for fields with choices.
      const filter = ids.map((id) => `eeid eq ${id}`).join(' or ')
      const body = datasetQuery(settings, { filter, pageSize: ids.length })
      return (await http.post(dataset, { body, retry: true, schema: z.object({ data: z.array(z.unknown()) }) })).data
    }),
    fallback,
  })

function datasetQuery(settings: Settings, more: Readonly<Record<string, unknown>>) {
  const { datasetFields: asked = datasetFields, customFields, pageSize } = settings
  const fields = [...new Set(['eeid', ...asked, ...Object.values(customFields)])]
  // Without an order, pages do not fit together.
  return { fields, orderBy: 'eeid asc', pageSize: Math.min(pageSize, 1000), ...more }
}

const datasetMeta = z.object({ page: z.int(), totalPages: z.int(), totalItems: z.int() })
const datasetPlace = z.object({ params: z.object({ of: z.int() }) })

// Numbered pages move up when somebody in front is deleted, and the one at the edge would be missed: begin again then.
const nextDatasetPage: NextPage = ({ body, token }) => {
  const { page, totalPages, totalItems } = datasetMeta.parse(body.meta)
  const before = datasetPlace.safeParse(token).data?.params.of ?? totalItems
  if (before !== totalItems)
    throw new IntegrationError('CURSOR_EXPIRED', 'Employees came or went while they were listed.')
  return page < totalPages ? { params: { page: page + 1, of: totalItems } } : undefined
}

// Two listings to a setting, so that a cursor saved under one setting is still good under another.
const listings = {
  auto: cursorListing(datasetListing()),
  cursor: cursorListing(cursorListing()),
  datasets: datasetListing(datasetListing()),
}

/** The people of the company, present and former. */
export const employees: Entity<Employee, Settings> = {
  ...listings.auto,
  read: (session, entity, options) => listings[session.settings.employeeListing].read(session, entity, options),
}

const choices = z.array(z.object({ alias: z.string().nullish(), options: z.array(z.unknown()) }))
const time = isoDateTime.nullish()

/** The choices of the list field "Department". An archived one stays a record: the past of its people refers to it. */
export const departments = api.entity(hris.department).list({
  path: 'api/v1/meta/lists',
  // No such list is an answer we do not understand, and not a company without departments.
  items: (body) => choices.parse(body).find(({ alias }) => alias === 'department')?.options,
  paginate: pages.single(),
  wire: z.object({
    id: wireId(),
    name: z.string(),
    archived: z.string().nullish(),
    createdDate: time,
    archivedDate: time,
  }),
  map: ({ name, archived, createdDate: createdAt, archivedDate: archivedAt }) => ({
    name,
    active: archived !== 'yes',
    createdAt,
    archivedAt,
  }),
})
