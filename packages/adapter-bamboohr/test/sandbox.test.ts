import { existsSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { citations, startSandbox } from '@unioneyes/testkit'
import type { RunningSandbox } from '@unioneyes/testkit'
import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { bamboohrSandbox, sandboxApiKey } from '../src/sandbox.ts'
import type { BamboohrActions, BamboohrSandboxOptions, Company } from '../src/sandbox.ts'

const AT = Date.UTC(2026, 5, 1, 12)
const HOUR = 3_600_000

let sandbox: RunningSandbox<Company, BamboohrActions>
afterEach(() => sandbox.close())

async function open(options: BamboohrSandboxOptions = {}) {
  sandbox = await startSandbox(bamboohrSandbox({ stoppedAt: AT, ...options }))
  return sandbox.actions
}

const basic = (key: string) => `Basic ${Buffer.from(`${key}:x`).toString('base64')}`

async function call(path: string, headers: Record<string, string> = {}, body?: unknown) {
  const response = await fetch(sandbox.url + path, {
    headers: { authorization: basic(sandboxApiKey), accept: 'application/json', ...headers },
    ...(body !== undefined && { method: 'POST', body: JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  return {
    status: response.status,
    headers: response.headers,
    text,
    json: isJson ? (JSON.parse(text) as unknown) : undefined,
  }
}

interface Listing {
  data: Record<string, unknown>[]
  meta: { total: number; page: { limit: number; nextCursor: string | null; prevCursor: string | null } }
  _links: Record<string, { href: string }>
}

async function list(query = ''): Promise<Listing> {
  const { status, json } = await call(`/api/v1/employees?${query}`)
  expect(status).toBe(200)
  return json as Listing
}

async function walk(query: string): Promise<string[]> {
  const ids: string[] = []
  let after = ''
  for (;;) {
    const page = await list(`${query}${after}`)
    ids.push(...page.data.map(({ employeeId }) => String(employeeId)))
    if (page.meta.page.nextCursor === null) return ids
    after = `&page[after]=${encodeURIComponent(page.meta.page.nextCursor)}`
  }
}

const dataset = (body: object) => call('/api/v2/datasets/employee/data', {}, body)

interface DatasetAnswer {
  data: { fields: Record<string, unknown>; _restrictedFields?: string[] }[]
  links: { next?: string; prev?: string } | []
  meta: { page: number; pageSize: number; totalPages: number; totalItems: number }
}

// The specification is the API's. The token endpoint stands in the documentation of the vendor's client.
const apiRoutes = () => citations(bamboohrSandbox()).filter(({ route }) => route !== 'POST /token.php')

describe('foundation', () => {
  test('every route cites the vendor', async () => {
    await open()
    const all = apiRoutes()
    expect(all.length).toBeGreaterThanOrEqual(12)
    for (const { route, cites } of all) {
      expect(
        cites.some((cite) => cite === `openapi ${route}`),
        route,
      ).toBe(true)
    }
  })

  const root = fileURLToPath(new URL('../../..', import.meta.url))
  const specs = resolve(root, process.env.VENDOR_SPECS_DIR ?? '../shared/specs', 'bamboohr.yaml')
  test('every route is an operation of the vendor’s specification', async ({ skip }) => {
    await open()
    skip(!existsSync(specs), 'VENDOR_SPECS_DIR holds no bamboohr.yaml')
    const operations = readOperations(readFileSync(specs, 'utf8'))
    for (const { route } of apiRoutes()) expect(operations).toContain(route)
  })

  test('the same seed gives the same people; another seed gives others', async () => {
    const truths: string[] = []
    for (const seed of [3, 3, 4]) {
      const { truth } = await open({ seed, people: 30 })
      truths.push(JSON.stringify(truth().employees))
      await sandbox.close()
    }
    expect(truths[0]).toBe(truths[1])
    expect(truths[0]).not.toBe(truths[2])
  })

  test('people are as various as people are', async () => {
    const { truth } = await open({ people: 2000 })
    const { employees } = truth()
    const names = employees.map(({ firstName, lastName }) => `${String(firstName)} ${String(lastName)}`).join('\n')
    expect(names).toMatch(/\p{Script=Arabic}/u)
    expect(names).toMatch(/\p{Script=Hebrew}/u)
    expect(names).toMatch(/\p{Script=Han}/u)
    expect(names).toMatch(/\p{Extended_Pictographic}/u)
    expect(names).toMatch(/[éçøł]/)
    expect(employees.some(({ employeeNumber }) => employeeNumber === null)).toBe(true)
    expect(employees.some(({ status }) => status === 'Inactive')).toBe(true)
    expect(employees.some(({ departmentId }) => departmentId === null)).toBe(true)
    expect(employees[0]?.reportsToId).toBeNull()
    expect(employees[9]?.reportsToId).toBe('102')
    expect(employees[9]?.reportsToName).toBe(employees[1]?.displayName)
  })
})

describe('signing in', () => {
  test('a wrong or missing key gets 401, no body and no challenge', async () => {
    const { revokeKey, acceptKey } = await open()
    for (const authorization of ['', basic('wrong'), `Bearer ${sandboxApiKey}`]) {
      const refused = await call('/api/v1/meta/fields', { authorization })
      expect([refused.status, refused.text]).toEqual([401, ''])
      expect(refused.headers.has('www-authenticate')).toBe(false)
    }
    expect((await call('/api/v1/meta/fields')).status).toBe(200)
    revokeKey()
    expect((await call('/api/v1/meta/fields')).status).toBe(401)
    acceptKey('another')
    expect((await call('/api/v1/meta/fields', { authorization: basic('another') })).status).toBe(200)
  })

  test('too many requests: 429 with Retry-After, and 503 as it was before', async () => {
    for (const throttling of [429, 503] as const) {
      await open({ throttling, rateLimit: { requests: 1, perMs: 30_000 } })
      expect((await call('/api/v1/meta/fields')).status).toBe(200)
      const refused = await call('/api/v1/meta/fields')
      expect(refused.status).toBe(throttling)
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(25)
      await sandbox.close()
    }
  })
})

describe('tables of employees', () => {
  const rowsOf = async (path: string) => (await call(path)).json as Record<string, unknown>[]

  test('have rows with ids and owners, for one and for all, in no particular order', async () => {
    const { ids, truth } = await open({ people: 60 })
    for (const [table, date] of [
      ['jobInfo', 'date'],
      ['compensation', 'startDate'],
    ] as const) {
      const all = await rowsOf(`/api/v1/employees/all/tables/${table}`)
      expect(all).toEqual(
        table === 'jobInfo' ? truth().positions.filter((row) => 'employeeId' in row) : truth().payroll,
      )
      expect(new Set(all.map(({ id }) => id)).size).toBe(all.length)
      expect(new Set(all.map(({ employeeId }) => employeeId))).toEqual(new Set(ids()))
      const each = await Promise.all(ids().map((id) => rowsOf(`/api/v1/employees/${id}/tables/${table}`)))
      expect(each.flat()).toEqual(all)
      const sorted = each.filter(
        (rows) =>
          rows.map((row) => String(row[date])).join() ===
          rows
            .map((row) => String(row[date]))
            .sort()
            .join(),
      )
      expect(sorted.length).toBeLessThan(each.length)
    }
  })

  test('end with what the person is now: title, department and pay', async () => {
    const { truth, change } = await open({ people: 60 })
    change('103', { department: 2, payAmount: '77.70' })
    const { employees, positions, payroll } = truth()
    for (const { employeeId, jobTitleName, departmentName, payRate, status } of employees) {
      const now = (rows: readonly Record<string, unknown>[], date: string) =>
        rows
          .filter((row) => row.employeeId === employeeId && String(row[date]) <= '2026-06-01')
          .sort((a, b) => (String(a[date]) < String(b[date]) ? -1 : 1))
          .at(-1)
      const job = now(positions, 'date')
      expect([job?.jobTitle, job?.department], String(status)).toEqual([jobTitleName, departmentName ?? ''])
      const { amount, currency } = payRate as { amount: string; currency: string }
      expect(now(payroll, 'startDate')?.rate).toEqual({ currency, value: amount })
    }
  })

  test('changes show all rows of who changed, without ids, and money in one word', async () => {
    const { advance, change, remove, tableRows } = await open({ people: 5 })
    advance(HOUR)
    change('103', { mobilePhone: '1' })
    remove('104')
    const since = '2026-06-01T12:30:00Z'
    const { json } = await call(`/api/v1/employees/changed/tables/compensation?since=${since}`)
    const rows = tableRows('compensation', '103')
    const { value, currency } = rows[0]?.rate as { value: string; currency: string }
    expect(json).toMatchObject({
      table: 'compensation',
      employees: {
        103: { lastChanged: '2026-06-01T13:00:00Z', rows: rows.map(() => ({ paidPer: expect.any(String) })) },
      },
    })
    const shown = (json as { employees: Record<string, { rows: object[] }> }).employees
    expect(Object.keys(shown)).toEqual(['103'])
    expect(shown['103']?.rows[0]).toMatchObject({ rate: `${value} ${currency}` })
    expect(shown['103']?.rows[0]).not.toHaveProperty('id')
    const none = await call('/api/v1/employees/changed/tables/jobInfo?since=2026-06-02T00:00:00Z')
    expect(none.json).toEqual({ table: 'jobInfo', employees: [] })
    expect((await call('/api/v1/employees/changed/tables/jobInfo')).status).toBe(400)
  })

  test('unknown people and tables are 404, refused tables what they are refused with', async () => {
    const { refuseTable, allowTable } = await open()
    expect((await call('/api/v1/employees/999/tables/jobInfo')).status).toBe(404)
    expect((await call('/api/v1/employees/101/tables/customThings')).status).toBe(404)
    refuseTable('jobInfo')
    for (const path of [
      'all/tables/jobInfo',
      '101/tables/jobInfo',
      'changed/tables/jobInfo?since=2026-06-01T00:00:00Z',
    ]) {
      const refused = await call(`/api/v1/employees/${path}`)
      expect([refused.status, refused.text]).toEqual([403, ''])
      expect(refused.headers.get('x-bamboohr-error-message')).toContain('access')
    }
    expect((await call('/api/v1/employees/all/tables/compensation')).status).toBe(200)
    allowTable('jobInfo')
    expect((await call('/api/v1/employees/all/tables/jobInfo')).status).toBe(200)
  })

  test('are XML for those who do not ask for JSON', async () => {
    await open({ people: 1 })
    const xml = await call('/api/v1/employees/all/tables/jobInfo', { accept: '*/*' })
    expect(xml.headers.get('content-type')).toContain('xml')
    expect(xml.text).toContain('<jobTitle>')
  })
})

describe('time off', () => {
  const requests = async (query: string) =>
    (await call(`/api/v1/time_off/requests?${query}`)).json as Record<string, unknown>[]

  test('needs both bounds, and shows what overlaps them, both inclusive', async () => {
    const { requestLeave } = await open({ people: 1, seed: 3 })
    const id = requestLeave('101', { start: '2030-12-28', end: '2031-01-03' })
    const shows = async (start: string, end: string) =>
      (await requests(`start=${start}&end=${end}`)).some((row) => row.id === id)
    expect(await shows('2031-01-03', '2031-12-31')).toBe(true)
    expect(await shows('2030-01-01', '2030-12-28')).toBe(true)
    expect(await shows('2031-01-04', '2031-12-31')).toBe(false)
    expect(await shows('2030-01-01', '2030-12-27')).toBe(false)
    for (const query of ['', 'start=2030-01-01', 'start=2030-01-01&end=soon', 'start=2030-13-01&end=2031-01-01']) {
      expect((await call(`/api/v1/time_off/requests?${query}`)).status).toBe(400)
    }
  })

  test('can be narrowed by status, type, person and id, and told without notes', async () => {
    const { truth, requestLeave, denyLeave } = await open({ people: 80 })
    const id = requestLeave('101', { start: '2026-07-01', end: '2026-07-02', typeId: '77', notes: { manager: 'No' } })
    denyLeave(id)
    const all = await requests('start=2000-01-01&end=2099-12-31&excludeNote=1')
    expect(all).toEqual(truth().leave)
    for (const row of all) expect(row).not.toHaveProperty('notes')
    const window = 'start=2000-01-01&end=2099-12-31'
    const [only, ...others] = await requests(`${window}&id=${id}`)
    expect(others).toEqual([])
    expect(only).toMatchObject({
      ...{ id, employeeId: '101', start: '2026-07-01', end: '2026-07-02', created: '2026-06-01' },
      status: { status: 'denied', lastChanged: '2026-06-01', lastChangedByUserId: '2385' },
      ...{ type: { id: '77', name: 'Bereavement' }, amount: { unit: 'days', amount: '2' } },
      ...{ dates: { '2026-07-01': '1', '2026-07-02': '1' }, notes: { manager: 'No' } },
    })
    const denied = await requests(`${window}&status=denied,superceded&type=77&employeeId=101`)
    expect(denied.map((row) => row.id)).toContain(id)
    expect(denied.every((row) => row.employeeId === '101')).toBe(true)
  })

  test('empty maps are lists as recorded, and objects and numbers as specified', async () => {
    for (const leaveAs of ['recorded', 'specification'] as const) {
      const { requestLeave } = await open({ people: 1, leaveAs })
      requestLeave('101', { start: '2026-07-01', end: '2026-07-01' })
      const [row] = await requests('start=2026-07-01&end=2026-07-01&type=78')
      expect(row).toMatchObject(
        leaveAs === 'recorded'
          ? { employeeId: '101', notes: [], dates: { '2026-07-01': '8' } }
          : { employeeId: 101, notes: {}, dates: { '2026-07-01': 8 } },
      )
      if (leaveAs === 'recorded') await sandbox.close()
    }
  })

  test('types are as recorded', async () => {
    await open()
    const { json } = await call('/api/v1/meta/time_off/types')
    expect(json).toMatchObject({
      timeOffTypes: [{ id: '78', name: 'Vacation', units: 'hours' }, { id: '79' }, { id: '77', units: 'days' }],
      defaultHours: expect.arrayContaining([{ name: 'Monday', amount: '8' }]),
    })
  })
})

describe('GET /api/v1/employees', () => {
  test('pages hold everybody once, in the order of ids, whatever the limit', async () => {
    const { ids } = await open({ people: 40 })
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 50 }), async (limit) => {
        expect(await walk(`page[limit]=${String(limit)}`)).toEqual(ids())
      }),
      { numRuns: 15 },
    )
  })

  test('defaults: 250 to a page, the base fields, null cursors on a single page', async () => {
    await open({ people: 300 })
    const page = await list()
    expect(page.data).toHaveLength(250)
    expect(page.meta).toMatchObject({ total: 300, page: { limit: 250, prevCursor: null } })
    expect(Object.keys(page.data[0] ?? {})).toEqual([
      ...['employeeId', 'firstName', 'lastName', 'preferredName', 'photoUrl', 'jobTitleName', 'status'],
      '_restrictedFields',
    ])
    expect((await list('filter[ids]=101')).meta.page).toEqual({ limit: 250, nextCursor: null, prevCursor: null })
  })

  test('links lead to the next and the previous page', async () => {
    await open({ people: 5 })
    const first = await list('page[limit]=2')
    const second = (await call(first._links.next?.href.slice(sandbox.url.length) ?? '')).json as Listing
    expect(second.data.map(({ employeeId }) => employeeId)).toEqual(['103', '104'])
    const back = (await call(second._links.prev?.href.slice(sandbox.url.length) ?? '')).json as Listing
    expect(back.data.map(({ employeeId }) => employeeId)).toEqual(['101', '102'])
  })

  test('shows asked fields, ignores unknown ones, and knows fewer when told to', async () => {
    await open({ people: 3 })
    const [row] = (await list('fields=workEmail,employeeNumber,nonsense&fields[]=hireDate')).data
    expect(row).toHaveProperty('workEmail')
    expect(row).toHaveProperty('employeeNumber')
    expect(row).toHaveProperty('hireDate')
    expect(row).not.toHaveProperty('nonsense')
    await sandbox.close()
    await open({ people: 3, employeeFields: 'specification', employeeIdAs: 'number' })
    const [older] = (await list('fields=workEmail,employeeNumber')).data
    expect(older).toHaveProperty('workEmail')
    expect(older).not.toHaveProperty('employeeNumber')
    expect(older?.employeeId).toBe(101)
  })

  test('filters by ids in both forms, by status and by part of a name; sorts', async () => {
    const { truth } = await open({ people: 60 })
    const ids = (page: Listing) => page.data.map(({ employeeId }) => employeeId)
    expect(ids(await list('filter[ids]=103,101,999'))).toEqual(['101', '103'])
    expect(ids(await list('filter[ids][]=103&filter[ids][]=101'))).toEqual(['101', '103'])
    const inactive = await list('filter[status]=inactive')
    const expected = truth().employees.filter(({ status }) => status === 'Inactive')
    expect(ids(inactive)).toEqual(expected.map(({ employeeId }) => employeeId))
    const reversed = await list('sort=-employeeId&page[limit]=2')
    expect(ids(reversed)).toEqual(['160', '159'])
    const sorted = (await list('sort=lastName')).data.map(({ lastName }) => String(lastName))
    expect(sorted).toEqual(sorted.toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0)))
  })

  test.each([
    ['page[limit]=0', 'BadRequest'],
    ['page[limit]=2501', 'BadRequest'],
    ['filter[status]=retired', 'BadRequest'],
    ['filter[ids]=1;drop', 'BadRequest'],
    ['sort=salary', 'BadRequest'],
    ['page[after]=%%%25', 'BadPage'],
    ['page[after]=MTIz', 'BadPage'],
    ['page[after]=a&page[before]=b', 'BadPage'],
  ])('refuses %s as %s', async (query, code) => {
    await open()
    const { status, json } = await call(`/api/v1/employees?${query}`)
    expect(status).toBe(400)
    expect((json as { error: { code: string } }).error.code).toBe(code)
  })

  test('BadPage when the boundary employee changed, left, or when the direction is wrong', async () => {
    const { change, remove } = await open({ people: 6 })
    const cursor = async () => encodeURIComponent((await list('page[limit]=2')).meta.page.nextCursor ?? '')
    const refusal = async (query: string) => (await call(`/api/v1/employees?page[limit]=2&${query}`)).text

    const before = await cursor()
    change('101', { mobilePhone: '1' }) // not at the boundary
    expect(await refusal(`page[after]=${before}`)).toContain('"data"')
    change('102', { mobilePhone: '1' })
    expect(await refusal(`page[after]=${before}`)).toContain('BadPage')
    const afterChange = await cursor()
    remove('102')
    expect(await refusal(`page[after]=${afterChange}`)).toContain('BadPage')
    expect(await refusal(`page[before]=${await cursor()}`)).toContain('BadPage')
  })

  test('restricted fields are null and named; filtering by one hides who has it', async () => {
    const { restrictField, allowField } = await open({ people: 3 })
    await list('fields=workEmail') // so that a cached page would show
    restrictField('workEmail')
    restrictField('status')
    const page = await list('fields=workEmail')
    expect(page.data[0]).toMatchObject({ workEmail: null, status: null, _restrictedFields: ['status', 'workEmail'] })
    expect((await list('filter[status]=active')).meta.total).toBe(0)
    allowField('status')
    expect((await list('filter[status]=active')).meta.total).toBeGreaterThan(0)
  })

  test('can be refused to API keys, or answer XML-free whatever is accepted', async () => {
    const { refuseListing } = await open({ listingRefused: true })
    expect((await call('/api/v1/employees')).status).toBe(403)
    refuseListing(false)
    expect((await call('/api/v1/employees', { accept: '*/*' })).text).toContain('{"data":[')
  })

  test('a kept page is made anew when somebody on it, or anything all rows show, has changed', async () => {
    const { change, remove, hire, renameDepartment, truth, corruptRow, healRow } = await open({ people: 700 })
    const fields = Object.keys(truth().employees[0] ?? {}).join()
    const check = async () => {
      const shown: unknown[] = []
      let after = ''
      for (;;) {
        const page = await list(`page[limit]=300&fields=${fields}${after}`)
        shown.push(...page.data)
        if (page.meta.page.nextCursor === null) break
        after = `&page[after]=${encodeURIComponent(page.meta.page.nextCursor)}`
      }
      expect(shown).toEqual(truth().employees)
    }
    await check()
    change('450', { lastName: 'Ωmega "quoted" \\ \u0007' })
    await check()
    remove('451')
    await check()
    const id = hire({ firstName: 'New 🌱', department: 0 })
    await check()
    renameDepartment(String(truth().departments[0]?.id), 'Renamed')
    await check()
    corruptRow(id)
    await check()
    healRow(id)
    await check()
    expect(truth().employees.at(-1)).toMatchObject({ employeeId: id, firstName: 'New 🌱', departmentName: 'Renamed' })
  })

  test('signed photos have another address every time', async () => {
    const { advance } = await open({ people: 1, photos: 'signed' })
    const photo = async () => (await list()).data[0]?.photoUrl
    const first = await photo()
    expect(first).toMatch(/Signature=/)
    advance(1000)
    expect(await photo()).not.toBe(first)
  })

  test('glitches: repeated boundary, shrunk listing, wrong total, endless cursor', async () => {
    const { duplicateAcrossPages, shrinkToZero, lieAboutTotal, endlessCursor, ids } = await open({ people: 5 })
    duplicateAcrossPages()
    expect(await walk('page[limit]=2')).toEqual(['101', '102', '102', '103', '104', '104', '105'])
    duplicateAcrossPages(false)
    shrinkToZero()
    expect(await list()).toMatchObject({ data: [], meta: { total: 0, page: { nextCursor: null } } })
    shrinkToZero(false)
    lieAboutTotal(3)
    expect((await list()).meta.total).toBe(8)
    lieAboutTotal(0)
    expect(await walk('page[limit]=2')).toEqual(ids())
    endlessCursor()
    const first = await list('page[limit]=3')
    const second = await list(`page[limit]=3&page[after]=${encodeURIComponent(first.meta.page.nextCursor ?? '')}`)
    expect(second.meta.page.nextCursor).toBe(first.meta.page.nextCursor)
  })
})

describe('GET /api/v1/employees/changed', () => {
  const changed = async (since: string, type = '') => {
    const { status, json } = await call(`/api/v1/employees/changed?since=${encodeURIComponent(since)}${type}`)
    expect(status).toBe(200)
    return json as {
      latest: string
      employees: Record<string, { id: string; action: string; lastChanged: string }>
    }
  }

  test('tells inserted, updated and deleted, with the latest of them', async () => {
    const { hire, change, remove, terminate, advance } = await open({ people: 10 })
    advance(HOUR)
    const id = hire()
    advance(1000)
    change('103', { mobilePhone: '1' })
    terminate('105')
    advance(1000)
    remove('104')
    change(id, { mobilePhone: '2' })
    expect(await changed('2026-06-01T12:30:00Z')).toEqual({
      latest: '2026-06-01T13:00:02Z',
      employees: {
        '103': { id: '103', action: 'Updated', lastChanged: '2026-06-01T13:00:01Z' },
        '104': { id: '104', action: 'Deleted', lastChanged: '2026-06-01T13:00:02Z' },
        '105': { id: '105', action: 'Updated', lastChanged: '2026-06-01T13:00:01Z' },
        [id]: { id, action: 'Inserted', lastChanged: '2026-06-01T13:00:02Z' },
      },
    })
    expect(Object.keys((await changed('2026-06-01T12:30:00Z', '&type=deleted')).employees)).toEqual(['104'])
    expect(Object.keys((await changed('2026-06-01T09:00:02-04:00')).employees)).toEqual(['104', id])
  })

  test('an empty answer has a list where the map was', async () => {
    const { advance } = await open()
    advance(HOUR)
    expect(await changed('2026-06-01T12:30:00Z')).toEqual({ latest: '2026-06-01T12:30:00Z', employees: [] })
  })

  test('everybody has changed at some time in the past', async () => {
    await open({ people: 10 })
    expect(Object.keys((await changed('2020-01-01T00:00:00Z')).employees)).toHaveLength(10)
  })

  test('since is inclusive, or exclusive when told to', async () => {
    for (const changedSince of ['inclusive', 'exclusive'] as const) {
      const { change } = await open({ people: 3, changedSince })
      change('101', { mobilePhone: '1' })
      const count = Object.keys((await changed('2026-06-01T12:00:00Z')).employees).length
      expect(count).toBe(changedSince === 'inclusive' ? 1 : 0)
      await sandbox.close()
    }
  })

  test('refuses what is no date or no type, in a header', async () => {
    await open()
    for (const query of [
      '',
      'since=yesterday',
      'since=2026-06-01T12:00:00+00:00',
      'since=2026-06-01T12:00:00Z&type=x',
    ]) {
      const refused = await call(`/api/v1/employees/changed?${query}`)
      expect([refused.status, refused.text], query).toEqual([400, ''])
      expect(refused.headers.get('x-bamboohr-error-message')).toMatch(/parameter/)
    }
  })
})

describe('datasets', () => {
  const answer = async (body: object) => {
    const { status, json, text } = await dataset(body)
    expect(status, text).toBe(200)
    return json as DatasetAnswer
  }

  test('pages in the order asked for hold everybody once', async () => {
    const { ids } = await open({ people: 25 })
    const seen: unknown[] = []
    for (let page = 1; page <= 3; page += 1) {
      const { data, links, meta } = await answer({ fields: ['eeid'], orderBy: 'eeid asc', page, pageSize: 10 })
      seen.push(...data.map(({ fields }) => fields.eeid))
      expect(meta).toEqual({ page, pageSize: 10, totalPages: 3, totalItems: 25 })
      expect('next' in links).toBe(page < 3)
      expect('prev' in links).toBe(page > 1)
    }
    expect(seen).toEqual(ids())
  })

  test('without an order, pages do not fit together', async () => {
    const { ids } = await open({ people: 25 })
    const seen: unknown[] = []
    for (let page = 1; page <= 3; page += 1) {
      seen.push(...(await answer({ fields: ['eeid'], page, pageSize: 10 })).data.map(({ fields }) => fields.eeid))
    }
    expect(new Set(seen)).not.toEqual(new Set(ids()))
  })

  test('a single page has a list for links, and values are text or null', async () => {
    const { truth } = await open({ people: 9 })
    const names = ['eeid', 'status', 'supervisorEid', 'supervisorId', 'jobInformationDepartment', 'compensationPayRate']
    const { data, links } = await answer({ fields: names, orderBy: 'eeid asc' })
    expect(links).toEqual([])
    for (const { fields } of data) {
      for (const value of Object.values(fields)) expect(value === null || typeof value === 'string').toBe(true)
    }
    const [, second] = truth().employees
    // The supervisor's id is supervisorEid; supervisorId is the supervisor's employee number.
    expect(data[1]?.fields).toMatchObject({ eeid: '102', supervisorEid: '101', supervisorId: '10101' })
    expect(data[1]?.fields.jobInformationDepartment).toBe(second?.departmentName)
  })

  test.each([
    ["eeid eq 103 or eeid eq '105'", ['103', '105']],
    ['eeid ge 109', ['109', '110']],
    ['eeid gt 105 and eeid le 107', ['106', '107']],
    ["lastChanged ge '2026-06-01T12:00:00+00:00'", ['104']],
    ["firstName eq 'Zoë ''Z'' and'", ['104']],
    ["eeid in ('103')", ['103']],
  ])('filters by %s', async (filter, expected) => {
    const { change } = await open({ people: 10 })
    change('104', { firstName: "Zoë 'Z' and" })
    const { data } = await answer({ fields: ['eeid'], orderBy: 'eeid asc', filter })
    expect(data.map(({ fields }) => fields.eeid)).toEqual(expected)
  })

  test('in takes several values on option fields', async () => {
    await open({ people: 10 })
    const { meta } = await answer({ fields: ['eeid'], filter: "status in ('Active','Inactive')" })
    expect(meta.totalItems).toBe(10)
  })

  test.each([
    ["eeid in ('1','2')", 422, 'INVALID_FILTER'],
    ["eeid eq 1 or eeid eq 2 and status eq 'Active'", 422, 'INVALID_FILTER'],
    ["firstName gt 'A'", 422, 'INVALID_FILTER'],
    ['firstName eq Ann', 422, 'INVALID_FILTER'],
    ["nonsense eq 'A'", 422, 'INVALID_FILTER'],
    ['eeid eq', 422, 'INVALID_FILTER'],
  ])('refuses the filter %s', async (filter, status, code) => {
    await open()
    const refused = await dataset({ fields: ['eeid'], filter })
    expect(refused.status).toBe(status)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(refused.json).toMatchObject({ status, code })
  })

  test('refuses bad bodies, unknown fields, unselected order, page sizes and datasets', async () => {
    await open()
    expect((await dataset({})).status).toBe(400)
    expect((await dataset({ fields: ['workEmail'] })).status).toBe(400)
    expect((await dataset({ fields: ['eeid'], orderBy: 'lastName asc' })).json).toMatchObject({ code: 'UE-1001' })
    expect((await dataset({ fields: ['eeid'], pageSize: 1001 })).status).toBe(422)
    expect((await call('/api/v2/datasets/benefit/data', {}, { fields: ['eeid'] })).status).toBe(404)
  })

  test('restricted fields are empty and named', async () => {
    const { restrictField } = await open({ people: 2 })
    restrictField('email')
    const { data } = await answer({ fields: ['eeid', 'email'], orderBy: 'eeid asc' })
    expect(data[0]).toEqual({ fields: { eeid: '101', email: null }, _restrictedFields: ['email'] })
  })

  test('lists its fields', async () => {
    await open()
    const { json } = await call('/api/v1_2/datasets/employee/fields?page_size=2&page=999')
    expect(json).toMatchObject({ name: 'employee', pagination: { next_page: null } })
    expect((await call('/api/v1_2/datasets/other/fields')).status).toBe(422)
  })
})

describe('older endpoints', () => {
  test('answer XML to whoever does not ask for JSON', async () => {
    await open()
    for (const path of [
      '/api/v1/meta/lists',
      '/api/v1/meta/fields',
      '/api/v1/employees/101',
      '/api/v1/employees/changed?since=2026-01-01T00:00:00Z',
    ]) {
      const xml = await call(path, { accept: '*/*' })
      expect(xml.text, path).toMatch(/^<\?xml/)
      expect((await call(path)).json, path).toBeTypeOf('object')
    }
    expect((await call('/api/v1/meta/lists?format=json', { accept: '*/*' })).json).toBeInstanceOf(Array)
  })

  test('lists have options with ids as numbers, archived ones too, and not always an alias', async () => {
    const { archiveDepartment, addDepartment } = await open({ departments: 3 })
    const id = addDepartment('Night shift 🌙')
    archiveDepartment(id)
    const { json } = await call('/api/v1/meta/lists')
    const lists = json as { alias?: string; options: Record<string, unknown>[] }[]
    expect(lists.some(({ alias }) => alias === undefined)).toBe(true)
    const departments = lists.find(({ alias }) => alias === 'department')?.options
    expect(departments).toHaveLength(4)
    expect(departments?.at(-1)).toEqual({
      id: Number(id),
      archived: 'yes',
      manageable: 'yes',
      createdDate: '2026-06-01T12:00:00+00:00',
      archivedDate: '2026-06-01T12:00:00+00:00',
      name: 'Night shift 🌙',
    })
  })

  test('a new choice is seen in rows that were asked for before', async () => {
    const { addDepartment, addJobTitle } = await open({ people: 3, departments: 0, jobTitles: 0 })
    const shown = async (name: string) => {
      const { data } = await list(`fields=${name}`)
      return data.map((row) => row[name])
    }
    for (const [name, add] of [
      ['departmentName', addDepartment],
      ['jobTitleName', addJobTitle],
    ] as const) {
      expect(await shown(name)).not.toContain('Night shift')
      add('Night shift')
      expect(await shown(name)).toContain('Night shift')
    }
  })

  test('one employee: asked fields by alias or id, restricted ones left out, 404 and 400', async () => {
    const { restrictField, truth } = await open({ people: 2 })
    restrictField('workEmail')
    const one = await call('/api/v1/employees/102?fields=firstName,15,workEmail,department,4600,nonsense')
    expect(Object.keys(Object(one.json) as object)).toEqual(
      expect.arrayContaining(['id', 'firstName', '15', 'department', '4600']),
    )
    expect(one.json).not.toHaveProperty('workEmail')
    expect(one.json).toMatchObject({ id: '102', firstName: truth().employees[1]?.firstName })
    expect((await call('/api/v1/employees/0')).json).toEqual({ id: '0' })
    const missing = await call('/api/v1/employees/999')
    expect([missing.status, missing.text]).toEqual([404, ''])
    const many = Array.from({ length: 401 }, (_, n) => `f${String(n)}`).join()
    expect((await call(`/api/v1/employees/101?fields=${many}`)).status).toBe(400)
  })

  test('company information and the vendor’s clock', async () => {
    await open({ dateSkewMs: HOUR })
    const answer = await call('/api/v1/company_information')
    expect(answer.json).toHaveProperty('legalName')
    expect(answer.headers.get('date')).toBe('Mon, 01 Jun 2026 13:00:00 GMT')
  })
})

describe('size', () => {
  test('a hundred thousand people are there at once, and a million take no room', async () => {
    await open({ people: 100_000 })
    expect((await list('page[limit]=2500')).meta.total).toBe(100_000)
    await sandbox.close()
    const before = process.memoryUsage().heapUsed
    const { ids } = await open({ people: 1_000_000 })
    const last = await list('filter[ids]=1000100')
    expect(last.data[0]?.employeeId).toBe('1000100')
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(100 * 1024 * 1024)
    // Held to the end, so that what it stands on cannot have been collected before it was measured.
    expect(ids).toBeTypeOf('function')
  })

  test('changeMany spreads evenly and says whom', async () => {
    const { changeMany } = await open({ people: 1000 })
    const changed = changeMany(1)
    expect(changed).toEqual(['101', '201', '301', '401', '501', '601', '701', '801', '901', '1001'])
  })
})

function readOperations(yaml: string): string[] {
  const found: string[] = []
  let path = ''
  for (const line of yaml.slice(0, yaml.indexOf('\ncomponents:')).split('\n')) {
    const named = /^ {2}'?(\/[^':]*)'?:$/.exec(line)
    if (named) path = named[1] ?? ''
    const method = /^ {4}(get|post|put|patch|delete):$/.exec(line)
    if (method) found.push(`${method[1]?.toUpperCase() ?? ''} ${path}`)
  }
  return found
}
