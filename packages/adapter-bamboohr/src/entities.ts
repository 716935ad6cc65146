import { changedIds, pages, property, wireId } from '@unioneyes/adapter-kit'
import type { Entity, ListEntity } from '@unioneyes/adapter-kit'
import { hris, isoDateTime } from '@unioneyes/models'
import type { Employee } from '@unioneyes/models'
import { z } from 'zod'
import { api } from './api.ts'
import type { Settings } from './api.ts'
import { changedEmployees } from './changed-employees.ts'
import { datasetFields, datasetRow, employeeRow, listFields, toEmployee } from './employee-row.ts'

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
    volatile: ['photoUrl'],
    map: (row, { settings, raw }) => toEmployee(row, raw, settings.customFields),
    incremental: changedIds({
      feed: changedEmployees,
      fetch: (ids, { list }) => fetched(list({ query: { 'filter[ids][]': ids } })),
    }),
    fallback,
  })

/** The dataset `employee`, for keys that may not use the cursor listing and for the company's own fields. */
const datasetListing = (fallback?: ListEntity<Employee, Settings>) =>
  api.entity(hris.employee).list({
    path: 'api/v2/datasets/employee/data',
    method: 'POST',
    body: ({ settings: { datasetFields: asked = datasetFields, customFields, pageSize }, page: { page } }) => ({
      fields: [...new Set(['eeid', ...asked, ...Object.values(customFields)])],
      // Without an order, pages do not fit together.
      orderBy: 'eeid asc',
      pageSize: Math.min(pageSize, 1000),
      page,
    }),
    items: (body) => body.data,
    total: (body) => body.meta?.totalItems,
    paginate: pages.number({ totalPages: (body) => body.meta?.totalPages }),
    id: (item) => property(property(item, 'fields'), 'eeid'),
    wire: datasetRow,
    map: (row, { settings, raw }) => toEmployee(row, property(raw, 'fields'), settings.customFields),
    incremental: changedIds({
      feed: changedEmployees,
      // Not "eeid in (…)", which takes a single value except for fields with choices.
      fetch: (ids, { list }) => fetched(list({ body: { filter: ids.map((id) => `eeid eq ${id}`).join(' or ') } })),
    }),
    fallback,
  })

const fetched = async (items: AsyncIterable<readonly unknown[]>): Promise<unknown[]> =>
  (await Array.fromAsync(items)).flat()

const listings = { auto: cursorListing(datasetListing()), cursor: cursorListing(), datasets: datasetListing() }

/** The people of the company, present and former. */
export const employees: Entity<Employee, Settings> = {
  ...listings.auto,
  read: (session, entity, options) => listings[session.settings.employeeListing].read(session, entity, options),
}

const text = z.string().nullish()
const choices = z.array(z.object({ alias: text, options: z.array(z.unknown()) }))
const time = isoDateTime.nullish()

/** The choices of the list field "Department". An archived one stays a record: the past of its people refers to it. */
export const departments = api.entity(hris.department).list({
  path: 'api/v1/meta/lists',
  // No such list is an answer we do not understand, and not a company without departments.
  items: (body) => choices.parse(body).find(({ alias }) => alias === 'department')?.options,
  paginate: pages.single(),
  wire: z.object({ id: wireId(), name: z.string(), archived: text, createdDate: time, archivedDate: time }),
  map: ({ name, archived, createdDate: createdAt, archivedDate: archivedAt }) => {
    return { name, active: archived !== 'yes', createdAt, archivedAt }
  },
})
