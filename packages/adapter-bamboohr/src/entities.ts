import { changedIds, pages, property } from '@unioneyes/adapter-kit'
import type { Entity, ListEntity } from '@unioneyes/adapter-kit'
import { hris, isoDate } from '@unioneyes/models'
import type { Employee } from '@unioneyes/models'
import { z } from 'zod'
import { api } from './api.ts'
import type { Settings } from './api.ts'
import { changedEmployees } from './changed-employees.ts'
import { choice, choiceLists, choicesOf, choicesPath, fromChoice } from './choice-lists.ts'
import { compensation } from './compensation-rows.ts'
import { datasetFields, datasetRow, employeeRow, listFields, toEmployee } from './employee-row.ts'
import { assertCursor, readTable } from './employee-table.ts'
import { inPages } from './in-pages.ts'
import { leaveRows } from './leave-rows.ts'
import { addDays, dayOf, readAgainFrom, secondRound, windowAfter, windowFrom } from './leave-windows.ts'
import type { LeaveWindow } from './leave-windows.ts'
import { jobInfo, jobRows } from './position-rows.ts'

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
  fetch: (session, entity, ids, options) =>
    listings[session.settings.employeeListing].fetch(session, entity, ids, options),
}

/** The choices of the list field "Department". */
export const departments = api.entity(hris.department).list({
  path: choicesPath,
  // No such list is an answer we do not understand, and not a company without departments.
  items: (body) => choicesOf(choiceLists.parse(body), 'department'),
  paginate: pages.single(),
  wire: choice,
  map: (row) => ({ name: row.name, ...fromChoice(row) }),
})

/** The choices of the list field "Job Title", and who held which job from which day on. */
export const positions = api.entity(hris.position).read(
  async function* (context) {
    const { http, settings, token } = context
    assertCursor(context)
    // A key that may not see the list may still see who holds which job.
    let complete = true
    if (token === undefined) {
      const lists = await http.get(choicesPath, { schema: choiceLists.optional(), emptyOn: [403] })
      const titles = choicesOf(lists ?? [], 'jobTitle')
      complete = titles !== undefined
      for (const page of inPages(titles ?? [], settings.pageSize)) yield { rows: jobRows(page, settings) }
    }
    yield* readTable(jobInfo, context, complete)
  },
  { incremental: true, deletions: 'feed' },
)

/** Rates of pay, past, present and future. BambooHR offers no pay runs. */
export const payroll = api
  .entity(hris.payroll)
  .read((context) => readTable(compensation, context), { incremental: true, deletions: 'feed' })

/** A page token of leave: where the window begins, the provider's day when the read began, and whether it is the second round. */
const leavePlace = z.object({ start: isoDate, today: isoDate, again: z.boolean().default(false) })

/** Requests for time off, asked for year by year: BambooHR wants both bounds, and cannot tell what changed. */
export const leave = api.entity(hris.leave).read(
  async function* ({ http, settings, type, cursor, token, providerDate }) {
    const { pageSize, leaveFrom, leaveAheadDays, leaveNotes } = settings
    const begun = leavePlace.safeParse(token).data
    let today = begun?.today
    let again = begun?.again ?? false
    const first = begun?.start ?? (type === 'full' ? leaveFrom : readAgainFrom(cursor, settings))
    for (let window: LeaveWindow | undefined = windowFrom(first); window;) {
      const requests = await http.get('api/v1/time_off/requests', {
        query: { ...window, excludeNote: leaveNotes ? undefined : 'true' },
        schema: z.array(z.unknown()),
      })
      today ??= dayOf(providerDate())
      const horizon = addDays(today, leaveAheadDays)
      const later = windowAfter(window, horizon)
      const round = type === 'full' && !again && !later ? secondRound(today, horizon, settings) : undefined
      const next = later ?? round
      const parts = inPages(requests, pageSize)
      for (const [index, page] of parts.entries()) {
        const rows = leaveRows(page, settings)
        const stays = index < parts.length - 1
        const place = stays ? window : next
        const inSecond = again || (!stays && round !== undefined)
        yield place
          ? { rows, next: { start: place.start, today, ...(inSecond && { again: inSecond }) } }
          : { rows, cursor: today, complete: true }
      }
      window = next
      again ||= round !== undefined
    }
  },
  { incremental: true, deletions: 'absence' },
)
