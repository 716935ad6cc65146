import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { resolve } from 'node:path'
import { IntegrationRegistry } from '@unioneyes/core'
import type { EntitiesOf } from '@unioneyes/core'
import { hris } from '@unioneyes/models'
import type { Employee } from '@unioneyes/models'
import { fault } from '@unioneyes/testkit'
import type { RunningSandbox } from '@unioneyes/testkit'
import { afterEach, beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { bamboohr } from '../src/index.ts'
import type { BamboohrActions, BamboohrSandboxOptions, Company } from '../src/sandbox.ts'
import { connect, harvest, openSandbox, refusalOf, sleeper } from './live.ts'
import type { ConnectOptions, Harvest } from './live.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

let sandbox: RunningSandbox<Company, BamboohrActions>
afterEach(async () => {
  expect(sandbox.errors).toEqual([])
  await sandbox.close()
})

async function open(options: BamboohrSandboxOptions = {}, connection: ConnectOptions = {}) {
  sandbox = await openSandbox(options)
  const integration = await connect({
    baseUrl: sandbox.url,
    ...connection,
    settings: { pageSize: 15, ...connection.settings },
  })
  return { integration, actions: sandbox.actions }
}

type Row = Readonly<Record<string, unknown>>

/** What an employee must become, written down once more and by hand. */
function expected(row: Row): Employee {
  const some = (name: string) => (typeof row[name] === 'string' && row[name] !== '' ? { value: row[name] } : undefined)
  const put = (ours: string, theirs: string) => {
    const found = some(theirs)
    return found ? { [ours]: found.value } : {}
  }
  const firstName = some('firstName')?.value ?? ''
  const lastName = some('lastName')?.value ?? ''
  return {
    id: String(row.employeeId),
    firstName,
    lastName,
    displayName: `${some('preferredName')?.value ?? firstName} ${lastName}`.trim(),
    status: row.status === 'Active' ? 'active' : 'inactive',
    ...put('employeeNumber', 'employeeNumber'),
    ...put('middleName', 'middleName'),
    ...put('preferredName', 'preferredName'),
    ...put('workEmail', 'workEmail'),
    ...put('personalEmail', 'homeEmail'),
    ...put('workPhone', 'workPhone'),
    ...put('mobilePhone', 'mobilePhone'),
    ...put('homePhone', 'homePhone'),
    ...put('birthDate', 'birthDate'),
    ...put('hireDate', 'hireDate'),
    ...put('originalHireDate', 'originalHireDate'),
    ...put('terminationDate', 'terminationDate'),
    ...put('employmentType', 'employmentStatusName'),
    ...put('jobTitle', 'jobTitleName'),
    ...put('jobTitleId', 'jobTitleId'),
    ...put('departmentId', 'departmentId'),
    ...put('departmentName', 'departmentName'),
    ...put('divisionId', 'divisionId'),
    ...put('divisionName', 'divisionName'),
    ...put('locationId', 'locationId'),
    ...put('locationName', 'locationName'),
    ...put('managerId', 'reportsToId'),
    ...put('managerName', 'reportsToName'),
    ...put('payType', 'payType'),
    ...put('payPeriod', 'paidPer'),
    ...(row.payRate ? { payRate: row.payRate as Employee['payRate'] } : {}),
  }
}

const expectedAll = (rows: readonly Row[]) => new Map(rows.map((row) => [String(row.employeeId), expected(row)]))
// What the dataset does not have, or is not asked for.
const unlisted = ['jobTitleId', 'departmentId', 'divisionId', 'locationId', 'payType', 'payRate', 'payPeriod']
const withoutUnlisted = (employee: Employee) =>
  Object.fromEntries(Object.entries(employee).filter(([name]) => !unlisted.includes(name)))
const inDataset = (all: Map<string, Employee>) => new Map([...all].map(([id, one]) => [id, withoutUnlisted(one)]))

const paths = () => [...new Set(sandbox.requests.list().map(({ method, path }) => `${method} ${path}`))]

describe('a full listing of employees', () => {
  test('brings everybody, every field, and where changes start', async () => {
    const { integration, actions } = await open({ people: 100, dateSkewMs: 0 })
    const result = await harvest(integration, 'employees')
    expect(result.records).toEqual(expectedAll(actions.truth().employees))
    expect(result).toMatchObject({ invalid: [], deleted: [], complete: true, total: 100, restarts: 0 })
    expect(result.cursor).toEqual({ since: '2026-06-01T12:00:00Z' })
    expect(result.pages).toHaveLength(7)
    expect(result.pages.slice(0, -1).every(({ next, cursor }) => next !== undefined && cursor === undefined)).toBe(true)
    for (const record of result.records.values()) expect(hris.employee.safeParse(record).success).toBe(true)
  })

  test('nobody is lost for want of an employee number, whether the field is empty or unknown', async () => {
    for (const employeeFields of ['later', 'specification'] as const) {
      const { integration, actions } = await open({ people: 200, employeeFields })
      actions.change('101', { employeeNumber: null })
      actions.change('102', { employeeNumber: '10103' }) // the number of somebody else
      const { records, invalid } = await harvest(integration, 'employees')
      expect(records.size).toBe(200)
      expect(invalid).toEqual([])
      expect(records.get('101')).not.toHaveProperty('employeeNumber')
      if (employeeFields === 'specification') await sandbox.close()
    }
  })

  test('goes on at a saved page token with the same result', async () => {
    const { integration, actions } = await open({ people: 50 })
    const whole = await harvest(integration, 'employees')
    const resumed = await harvest(integration, 'employees', { pageToken: whole.pages[1]?.next })
    expect([...resumed.records.keys()]).toEqual(actions.ids().slice(30))
    expect(resumed.cursor).toEqual(whole.cursor)
  })

  test('ids may be numbers, and beyond 2^53', async () => {
    const { integration, actions } = await open({ people: 3, employeeIdAs: 'number' })
    actions.corruptRow('102', {
      employeeId: 9007199254740993n,
      employeeNumber: 12345678901234567890n,
      departmentId: 18,
    })
    const { records } = await harvest(integration, 'employees')
    expect([...records.keys()]).toEqual(['101', '9007199254740993', '103'])
    const { employeeNumber, departmentId } = records.get('9007199254740993') as Employee
    expect([employeeNumber, departmentId]).toEqual(['12345678901234567890', '18'])
  })

  test('names in every script arrive as they are', async () => {
    const { integration, actions } = await open({ people: 1 })
    const names = { firstName: '👩🏽‍🏭 Zoë', lastName: 'בן־דוד الخ \u202eabc', preferredName: '美咲' }
    actions.change('101', names)
    const employee = (await harvest(integration, 'employees')).records.get('101')
    expect(employee).toMatchObject({ ...names, displayName: `美咲 ${names.lastName}` })
  })

  test('a bad row is told apart with its reason, and the rest of the page stays', async () => {
    const { integration, actions } = await open({ people: 20 })
    actions.corruptRow('103')
    actions.corruptRow('104', { birthDate: 'spring' })
    actions.corruptRow('105', { employeeId: null })
    actions.corruptRow('106', { payRate: { amount: 'much', currency: 'CAD' } })
    const { records, invalid, pages } = await harvest(integration, 'employees')
    expect(records.size).toBe(16)
    expect(invalid.map(({ id }) => id)).toEqual(['103', '104', undefined, '106'])
    expect(invalid[0]?.issues).toEqual([expect.stringContaining('firstName'), expect.stringContaining('lastName')])
    expect(invalid[1]?.issues[0]).toMatch(/birthDate.*YYYY-MM-DD/)
    expect(pages[0]?.rows?.items).toHaveLength(15)
  })

  test('null, empty and missing values are absent', async () => {
    const { integration, actions } = await open({ people: 2 })
    const empty = { firstName: null, lastName: null, preferredName: null, status: null, hireDate: '0000-00-00' }
    actions.corruptRow('101', { ...empty, workEmail: '', birthDate: '', payRate: { amount: '', currency: null } })
    const employee = (await harvest(integration, 'employees')).records.get('101')
    expect(employee).toMatchObject({ id: '101', firstName: '', lastName: '', displayName: '', status: 'unknown' })
    for (const name of ['workEmail', 'birthDate', 'hireDate', 'payRate', 'preferredName']) {
      expect(employee).not.toHaveProperty(name)
    }
  })

  test('restricted fields are named on the record', async () => {
    const { integration, actions } = await open({ people: 2 })
    actions.restrictField('birthDate')
    actions.restrictField('lastName')
    const employee = (await harvest(integration, 'employees')).records.get('101')
    expect(employee).toMatchObject({ lastName: '', restrictedFields: ['lastName', 'birthDate'] })
    expect(employee).not.toHaveProperty('birthDate')
  })

  test('BadPage in the middle begins the listing again', async () => {
    const { integration, actions } = await open({ people: 45 })
    const reader = integration.read?.('employees')
    if (!reader) throw new Error('reads nothing')
    const restarts: string[] = []
    const seen = new Set<string | undefined>()
    let n = 0
    for await (const page of reader) {
      if (page.restarted !== undefined) {
        restarts.push(page.restarted)
        seen.clear()
      }
      for (const { id } of page.rows?.items ?? []) seen.add(id)
      n += 1
      if (n === 1) actions.remove('115') // the last one of the first page
    }
    expect(restarts).toHaveLength(1)
    expect(restarts[0]).toContain('BadPage')
    expect([...seen]).toEqual(actions.ids())
  })

  test('BadPage for a saved page token begins again, too', async () => {
    const { integration, actions } = await open({ people: 45 })
    const { pages } = await harvest(integration, 'employees')
    actions.change('115', { mobilePhone: '1' })
    const resumed = await harvest(integration, 'employees', { pageToken: pages[0]?.next })
    expect(resumed.restarts).toBe(1)
    expect(resumed.records.size).toBe(45)
  })

  test('an endless cursor is noticed', async () => {
    const { integration, actions } = await open({ people: 45 })
    actions.endlessCursor()
    const error = await refusalOf(harvest(integration, 'employees'))
    expect(error.code).toBe('RESPONSE_INVALID')
    expect(error.message).toContain('endless')
  })

  test('what a listing claims is passed on: nobody, or a total that is not true', async () => {
    const { integration, actions } = await open({ people: 20 })
    actions.lieAboutTotal(5)
    expect((await harvest(integration, 'employees')).total).toBe(25)
    actions.shrinkToZero()
    actions.lieAboutTotal(0)
    expect(await harvest(integration, 'employees')).toMatchObject({ total: 0, complete: true, invalid: [] })
  })
})

describe('the dataset instead', () => {
  test('is used when the listing is refused, with the same people', async () => {
    const { integration, actions } = await open({ people: 50, listingRefused: true })
    const result = await harvest(integration, 'employees')
    expect(result.records).toEqual(inDataset(expectedAll(actions.truth().employees)))
    expect(result).toMatchObject({ complete: true, total: 50, invalid: [] })
    expect(sandbox.requests.count({ path: '/api/v1/employees' })).toBe(1)
    expect(sandbox.requests.count({ path: '/api/v2/datasets/employee/data' })).toBe(4)
  })

  test('is used alone when the settings say so; and not at all when they say that', async () => {
    const alone = await open({ people: 20 }, { settings: { employeeListing: 'datasets' } })
    expect((await harvest(alone.integration, 'employees')).records.size).toBe(20)
    expect(paths()).toEqual(['POST /api/v2/datasets/employee/data'])
    await sandbox.close()
    const never = await open({ listingRefused: true }, { settings: { employeeListing: 'cursor' } })
    expect((await refusalOf(harvest(never.integration, 'employees'))).code).toBe('PERMISSION_DENIED')
    expect(paths()).toEqual(['GET /api/v1/employees'])
  })

  test('begins again when somebody leaves while its pages are read, so that nobody is missed', async () => {
    const { integration, actions } = await open({ people: 45 }, { settings: { employeeListing: 'datasets' } })
    const seen = new Set<string | undefined>()
    let restarts = 0
    let n = 0
    for await (const page of integration.read?.('employees') ?? []) {
      if (page.restarted !== undefined) {
        restarts += 1
        seen.clear()
      }
      for (const { id } of page.rows?.items ?? []) seen.add(id)
      n += 1
      if (n === 1) actions.remove('103')
    }
    expect(restarts).toBe(1)
    expect([...seen]).toEqual(actions.ids())
  })

  test('gives at most 1000 to a page, whatever the settings say', async () => {
    const settings = { employeeListing: 'datasets', pageSize: 2500 }
    const { integration } = await open({ people: 1500 }, { settings })
    expect((await harvest(integration, 'employees')).pages).toHaveLength(2)
  })

  test('can be asked for fewer fields, and quarantines bad rows', async () => {
    const settings = { employeeListing: 'datasets', datasetFields: ['firstName', 'lastName'] }
    const { integration, actions } = await open({ people: 3 }, { settings })
    actions.corruptRow('102')
    const { records, invalid } = await harvest(integration, 'employees')
    expect(Object.keys(records.get('101') ?? {}).sort()).toEqual([
      'displayName',
      'firstName',
      'id',
      'lastName',
      'status',
    ])
    expect(invalid).toEqual([{ id: '102', issues: expect.arrayContaining([expect.stringContaining('firstName')]) }])
  })
})

describe('the company’s own fields', () => {
  test('come from the dataset by its names', async () => {
    const settings = {
      employeeListing: 'datasets',
      customFields: { local: 'customField4600', since: 'customField4601' },
    }
    const { integration, actions } = await open({ people: 30 }, { settings })
    actions.change('101', { unionLocal: 'Local 7', seniorityDate: '2001-02-03' })
    actions.change('102', { unionLocal: null, seniorityDate: null })
    const { records } = await harvest(integration, 'employees')
    expect(records.get('101')).toMatchObject({ customFields: { local: 'Local 7', since: '2001-02-03' } })
    expect(records.get('102')).not.toHaveProperty('customFields')
  })

  test('come from the listing where it knows them, big numbers as their digits', async () => {
    const settings = { employeeListing: 'cursor', customFields: { shirt: 'tShirtSize', nothing: 'unheardOf' } }
    const { integration, actions } = await open({ people: 2 }, { settings })
    actions.corruptRow('102', { tShirtSize: 9007199254740993n })
    const { records } = await harvest(integration, 'employees')
    expect(records.get('101')).toMatchObject({ customFields: { shirt: 'M' } })
    expect(records.get('102')).toMatchObject({ customFields: { shirt: '9007199254740993' } })
  })

  test('need the settings to say which listing is meant', async () => {
    sandbox = await openSandbox()
    const error = await refusalOf(connect({ settings: { customFields: { local: 'customField4600' } } }))
    expect(error.code).toBe('CONFIG_INVALID')
    expect(error.message).toMatch(/employeeListing.*"cursor" or "datasets"/)
    const named = await refusalOf(connect({ settings: { employeeListing: 'cursor', customFields: { a: 'b,c' } } }))
    expect(named.code).toBe('CONFIG_INVALID')
  })
})

describe('changes of employees', () => {
  async function synced(options: BamboohrSandboxOptions = {}, settings: Row = {}) {
    const { integration, actions } = await open(options, { settings })
    const { cursor } = await harvest(integration, 'employees')
    sandbox.requests.clear()
    const changes = (from: Harvest['cursor'] = cursor) =>
      harvest(integration, 'employees', { type: 'incremental', cursor: from })
    return { integration, actions, cursor, changes }
  }

  test.each(['auto', 'cursor', 'datasets'])(
    'are fetched again, and who is gone is told (%s)',
    async (employeeListing) => {
      const { actions, changes } = await synced({}, { employeeListing })
      actions.advance(HOUR)
      const hired = actions.hire({ firstName: 'Neu', lastName: 'Ling' })
      actions.change('103', { lastName: 'Changed' })
      actions.terminate('104')
      actions.remove('105')
      actions.advance(HOUR)
      const result = await changes()
      const truth = expectedAll(actions.truth().employees)
      const wanted = new Map(['103', '104', hired].map((id) => [id, truth.get(id)]))
      const isDataset = employeeListing === 'datasets'
      expect(result.records).toEqual(isDataset ? inDataset(wanted as Map<string, Employee>) : wanted)
      expect(result.records.get('104')).toMatchObject({ status: 'inactive', terminationDate: '2026-06-01' })
      expect(result.deleted).toEqual(['105'])
      expect(result.cursor).toEqual({ since: '2026-06-01T13:00:00Z' })
      expect(sandbox.requests.counters.total).toBe(2)
    },
  )

  test('after a fallback come through the dataset as well', async () => {
    const { actions, changes, cursor } = await synced({ listingRefused: true })
    expect(cursor).toEqual({ since: '2026-06-01T12:00:00Z', listing: 1 })
    actions.advance(HOUR)
    actions.change('103', { lastName: 'Changed' })
    actions.change('139', { lastName: 'Changed' })
    const result = await changes()
    expect([...result.records.keys()]).toEqual(['103', '139'])
    expect(paths()).toEqual(['GET /api/v1/employees/changed', 'POST /api/v2/datasets/employee/data'])
    expect(result.cursor).toEqual({ since: '2026-06-01T13:00:00Z', listing: 1 })
  })

  test('none: the cursor stays, whatever the feed calls the latest', async () => {
    for (const latest of [undefined, null, '', 'soon', '2020-01-01T00:00:00Z', '2026-06-01T07:59:00-04:00']) {
      const { actions, changes, cursor } = await synced()
      actions.advance(HOUR)
      actions.sayLatest(latest)
      const result = await changes()
      expect(result).toMatchObject({ cursor, deleted: [], complete: true })
      expect(result.records.size).toBe(0)
      expect(sandbox.requests.counters.total).toBe(1)
      await sandbox.close()
    }
    sandbox = await openSandbox()
  })

  test('the bound is inclusive and reaches back, so that a late change is not missed', async () => {
    const { actions, changes } = await synced({ changedSince: 'exclusive' })
    actions.change('103', { lastName: 'Same second' }) // at exactly the cursor's time
    expect([...(await changes()).records.keys()]).toEqual(['103'])
    const [{ query } = { query: '' }] = sandbox.requests.list({ path: '/api/v1/employees/changed' })
    expect(new URLSearchParams(query).get('since')).toBe('2026-06-01T11:55:00Z')
  })

  test('an id that the listing does not show is left alone', async () => {
    const { actions, changes } = await synced()
    actions.advance(HOUR)
    actions.change('103', { lastName: 'Changed' })
    actions.shrinkToZero() // the feed still tells, the listing does not show
    expect(await changes()).toMatchObject({ deleted: [], records: new Map(), complete: true })
  })

  test('a hundred to a request; interrupted, they go on where they were and lose nothing', async () => {
    const { integration, actions, changes, cursor } = await synced({ people: 250 }, { pageSize: 50 })
    actions.advance(HOUR)
    for (const id of actions.ids()) actions.change(id, { lastName: 'Changed' })
    const whole = await changes()
    expect(whole.records.size).toBe(250)
    expect(whole.pages).toHaveLength(3)
    expect(
      new URLSearchParams(sandbox.requests.list({ path: '/api/v1/employees' })[0]?.query).getAll('filter[ids][]'),
    ).toHaveLength(100)

    // Interrupted after the first page; meanwhile somebody from that page changes again, and somebody else is deleted.
    actions.advance(HOUR)
    actions.change('101', { lastName: 'Again' })
    actions.remove('350')
    const resumed = await harvest(integration, 'employees', {
      type: 'incremental',
      cursor,
      pageToken: whole.pages[0]?.next,
    })
    expect(resumed.records.size).toBe(149)
    expect(resumed.records.has('101')).toBe(false)
    expect(resumed.cursor).toEqual({ since: '2026-06-01T13:00:00Z' }) // of the read that began, not of the later one
    const healed = await changes(resumed.cursor)
    expect(healed.records.get('101')).toMatchObject({ lastName: 'Again' })
    expect(healed.deleted).toEqual(['350'])
  })

  test.each(['cursor', 'datasets'])(
    'a page smaller than a batch still brings the whole batch (%s)',
    async (employeeListing) => {
      const { actions, changes } = await synced({ people: 30 }, { pageSize: 4, employeeListing })
      actions.advance(HOUR)
      for (const id of actions.ids()) actions.change(id, { lastName: 'Changed' })
      expect((await changes()).records.size).toBe(30)
    },
  )

  test('start from the provider’s clock, however wrong ours is', async () => {
    const { integration } = await open(
      { dateSkewMs: 3 * HOUR },
      { clock: { sleep: () => Promise.resolve(), now: () => 0 } },
    )
    expect((await harvest(integration, 'employees')).cursor).toEqual({ since: '2026-06-01T15:00:00Z' })
  })

  test('a cursor that is no time is refused, so that everything is read again', async () => {
    const { changes } = await synced()
    for (const cursor of [{ since: 'yesterday' }, { since: 5 }, 'x']) {
      expect((await refusalOf(changes(cursor))).code).toBe('CURSOR_EXPIRED')
    }
  })

  test('a feed of another shape is refused, and its ids are only ids', async () => {
    const { changes } = await synced()
    for (const employees of ['none', { a: { id: '1 or eeid gt 0', action: 'Updated' } }, { a: null }]) {
      sandbox.faults.inject({ times: 1, fault: fault.wrongShape({ latest: '2026-06-01T13:00:00Z', employees }) })
      expect((await refusalOf(changes())).code).toBe('RESPONSE_INVALID')
    }
  })
})

describe('departments', () => {
  test('are the choices of the list field, archived ones inactive', async () => {
    const { integration, actions } = await open({ departments: 5 })
    const id = actions.addDepartment('Équipe de nuit 🌙')
    actions.archiveDepartment(id)
    const result = await harvest(integration, 'departments')
    expect(result).toMatchObject({ complete: true, invalid: [], cursor: undefined })
    expect([...result.records.values()].map((one) => hris.department.parse(one).id)).toEqual(
      actions.truth().departments.map((one) => String(one.id)),
    )
    expect(result.records.get(id)).toEqual({
      id,
      name: 'Équipe de nuit 🌙',
      active: false,
      createdAt: '2026-06-01T12:00:00+00:00',
      archivedAt: '2026-06-01T12:00:00+00:00',
    })
  })

  test('are what employees refer to', async () => {
    const { integration } = await open()
    const departments = (await harvest(integration, 'departments')).records
    for (const record of (await harvest(integration, 'employees')).records.values()) {
      const { departmentId, departmentName } = hris.employee.parse(record)
      if (departmentId !== undefined) expect(departments.get(departmentId)).toMatchObject({ name: departmentName })
    }
  })

  test('a company without such a list is not one without departments', async () => {
    const { integration } = await open()
    for (const body of [[], [{ fieldId: 1, name: 'Other', options: [] }], { lists: [] }]) {
      sandbox.faults.inject({ times: 1, fault: fault.wrongShape(body) })
      expect((await refusalOf(harvest(integration, 'departments'))).code).toBe('RESPONSE_INVALID')
    }
  })

  test('cannot be read incrementally', async () => {
    const { integration } = await open()
    const reading = async () => harvest(integration, 'departments', { type: 'incremental', cursor: { since: 'x' } })
    expect((await refusalOf(reading())).code).toBe('UNSUPPORTED')
    expect(bamboohr.entities.departments.incremental).toBe(false)
    expect(bamboohr.entities.employees).toMatchObject({ incremental: true, deletions: 'feed' })
  })
})

describe('when the provider refuses or fails', () => {
  test('a wrong key and a revoked key need another key, and are not told to anybody', async () => {
    const { integration, actions } = await open({}, { apiKey: 'f00dfeedf00dfeedf00dfeedf00dfeedf00dfeed' })
    const wrong = await refusalOf(harvest(integration, 'employees'))
    expect(wrong).toMatchObject({ code: 'AUTH_FAILED', status: 401, retryable: false })
    expect(JSON.stringify(wrong) + wrong.message).not.toMatch(/f00d|Zj/)
    expect(await integration.healthCheck()).toMatchObject({ healthy: false, status: 'needs_reconnect' })
    const right = await connect({ baseUrl: sandbox.url })
    expect(await right.healthCheck()).toMatchObject({ healthy: true, status: 'healthy' })
    actions.revokeKey()
    expect((await refusalOf(harvest(right, 'departments'))).code).toBe('AUTH_FAILED')
  })

  test('its own words are told, in each of its three dialects', async () => {
    const { integration } = await open()
    const say = async (
      status: number,
      headers: Record<string, string>,
      body = '',
      entity: 'employees' | 'departments' = 'departments',
    ) => {
      sandbox.faults.inject({ times: 2, fault: fault.status(status, headers, body) })
      const error = await refusalOf(harvest(integration, entity))
      sandbox.faults.clear()
      return error
    }
    const json = { 'content-type': 'application/json' }
    const header = await say(403, { 'x-bamboohr-error-message': 'Directory disabled' })
    expect([header.code, header.message]).toEqual(['PERMISSION_DENIED', expect.stringContaining('Directory disabled')])
    expect((await say(404, { 'X-BambooHR-Message': 'No such list' })).message).toContain('No such list')
    const coded = await say(400, json, '{"error":{"code":"BadRequest","message":"filter is wrong"}}', 'employees')
    expect([coded.code, coded.message]).toEqual([
      'REQUEST_REJECTED',
      expect.stringContaining('BadRequest: filter is wrong'),
    ])
    const problem = { type: 'about:blank', title: 'Unprocessable', status: 422, detail: 'Unknown field', code: 'X' }
    expect((await say(422, json, JSON.stringify(problem))).message).toContain('Unknown field')
    expect((await say(403, json, '{"error":[1')).code).toBe('PERMISSION_DENIED')
    expect((await say(403, json, '')).code).toBe('PERMISSION_DENIED')
    expect((await say(403, { 'content-type': 'text/html' }, '<h1>no</h1>')).code).toBe('PERMISSION_DENIED')
  })

  test.each([429, 503] as const)('throttled with %i: waits as long as asked, then goes on', async (throttling) => {
    const clock = sleeper()
    const { integration } = await open({ throttling }, { clock })
    sandbox.faults.inject({ times: 1, fault: fault.throttled({ retryAfterSeconds: 20 }) })
    expect((await harvest(integration, 'departments')).complete).toBe(true)
    expect(clock.sleeps.some((ms) => ms >= 20_000 && ms < 25_000)).toBe(true)
  })

  test.each([429, 503] as const)(
    'throttled with %i for an hour: gives up and says when to come back',
    async (throttling) => {
      const { integration } = await open({ throttling })
      sandbox.faults.inject({ times: 1, fault: fault.throttled({ retryAfterSeconds: 3600 }) })
      const error = await refusalOf(harvest(integration, 'departments'))
      expect(error).toMatchObject({ code: 'RATE_LIMITED', retryable: true })
      expect(error.retryAfterMs).toBeGreaterThan(3_500_000)
    },
  )

  test('throttled with a date, and with nothing', async () => {
    const clock = sleeper()
    const { integration } = await open({}, { clock })
    sandbox.faults.inject({ times: 1, fault: fault.throttled() })
    expect((await harvest(integration, 'departments')).complete).toBe(true)
    expect(clock.sleeps.length).toBeGreaterThan(0)
  })

  test('503 without Retry-After is an outage, and is tried again', async () => {
    const { integration } = await open()
    sandbox.faults.inject({ times: 1, fault: fault.status(503) })
    expect((await harvest(integration, 'departments')).complete).toBe(true)
    sandbox.faults.inject({ fault: fault.status(503) })
    expect((await refusalOf(harvest(integration, 'departments'))).code).toBe('PROVIDER_UNAVAILABLE')
  })

  test.each([
    ['a web page', fault.html200()],
    ['another shape', fault.wrongShape({ employees: 'none' })],
    ['another shape at all', fault.wrongShape(7)],
    ['half the JSON', fault.truncate(400)],
  ])('200 with %s is refused as invalid', async (_, what) => {
    const { integration } = await open()
    sandbox.faults.inject({ fault: what })
    expect((await refusalOf(harvest(integration, 'employees'))).code).toBe('RESPONSE_INVALID')
  })

  test('a dropped connection is tried again', async () => {
    const { integration } = await open()
    sandbox.faults.inject({ times: 1, fault: fault.reset() })
    sandbox.faults.inject({ times: 1, match: { skip: 1 }, fault: fault.truncate(100, { cutConnection: true }) })
    expect((await harvest(integration, 'employees')).records.size).toBe(40)
  })

  test('a repeated page repeats ids and loses others: the total says so', async () => {
    const { integration } = await open({ people: 45 })
    sandbox.faults.inject({ times: 1, match: { path: '/api/v1/employees' }, fault: fault.repeatPage() })
    const { records, total } = await harvest(integration, 'employees')
    expect([records.size, total]).toEqual([30, 45])
  })

  test('under a limit as declared, nothing is ever refused', async () => {
    // The sandbox counts by the clock on which the kit waits.
    const clock = sleeper()
    sandbox = await openSandbox({ people: 200, rateLimit: { requests: 60, perMs: MINUTE } }, { now: () => clock.now() })
    const integration = await connect({ baseUrl: sandbox.url, clock, settings: { pageSize: 2 } })
    expect((await harvest(integration, 'employees')).records.size).toBe(200)
    expect(sandbox.requests.counters.byStatus).toEqual({ 200: 100 })
    expect(clock.sleeps.length).toBeGreaterThan(0)
  })
})

describe('the definition', () => {
  beforeEach(async () => {
    sandbox = await openSandbox()
  })

  test('asks only one company’s host', async () => {
    for (const subdomain of ['evil.com/', 'a.b', '', 'x@y', 'acme:8080', '../x', 'ａｃｍｅ', 'a'.repeat(64), '-a']) {
      const error = await refusalOf(connect({ settings: { subdomain } }))
      expect(error.code, subdomain).toBe('CONFIG_INVALID')
    }
    for (const pageSize of [0, 2501, 1.5, '5']) {
      expect((await refusalOf(connect({ settings: { pageSize } }))).code).toBe('CONFIG_INVALID')
    }
    expect((await refusalOf(connect({ apiKey: ' ' }))).code).toBe('CONFIG_INVALID')
  })

  test('says what it is', () => {
    expect(bamboohr).toMatchObject({
      specVersion: 'v1',
      provider: 'bamboohr',
      type: 'hris',
      env: { subdomain: 'BAMBOOHR_SUBDOMAIN', apiKey: 'BAMBOOHR_API_KEY' },
      capabilities: { supportsFullSync: true, supportsIncrementalSync: true, supportsWebhooks: true },
    })
    expect(bamboohr.rateLimit?.source).toMatch(/publishes no number/)
    expectTypeOf<EntitiesOf<typeof bamboohr>['employees']>().toEqualTypeOf<Employee>()
  })

  test('registers itself, and with its type', async () => {
    await import('../src/register.ts')
    expect(IntegrationRegistry.getInstance().isAvailable('bamboohr')).toBe(true)
    expect(IntegrationRegistry.getInstance().adapter('bamboohr')).toBe(bamboohr)
  })

  test('signs every request, asks for JSON, and never puts the key into an address', async () => {
    const integration = await connect({ baseUrl: sandbox.url })
    await integration.healthCheck()
    await harvest(integration, 'employees')
    for (const { headers, query } of sandbox.requests.list()) {
      expect(headers.accept).toContain('application/json')
      expect(headers.authorization).toMatch(/^\[redacted, \d+ characters\]$/)
      expect(query).not.toContain('5a4db0c')
    }
  })

  const specs = resolve(
    fileURLToPath(new URL('../../..', import.meta.url)),
    process.env.VENDOR_SPECS_DIR ?? '../shared/specs',
    'bamboohr.yaml',
  )
  test('requests nothing that the vendor’s specification does not have', async ({ skip }) => {
    skip(!existsSync(specs), `VENDOR_SPECS_DIR holds no bamboohr.yaml`)
    const yaml = readFileSync(specs, 'utf8')
    const integration = await connect({ baseUrl: sandbox.url })
    await integration.healthCheck()
    await harvest(integration, 'departments')
    const { cursor } = await harvest(integration, 'employees')
    sandbox.actions.change('101', { lastName: 'X' })
    await harvest(integration, 'employees', { type: 'incremental', cursor })
    for (const entity of ['positions', 'payroll', 'leave'] as const) {
      const full = await harvest(integration, entity)
      sandbox.actions.change('101', { lastName: 'Y' })
      await harvest(integration, entity, { type: 'incremental', cursor: full.cursor })
    }
    sandbox.actions.refuseListing()
    await harvest(integration, 'employees')
    expect(paths().sort()).toEqual([
      'GET /api/v1/employees',
      'GET /api/v1/employees/101/tables/compensation',
      'GET /api/v1/employees/101/tables/jobInfo',
      'GET /api/v1/employees/all/tables/compensation',
      'GET /api/v1/employees/all/tables/jobInfo',
      'GET /api/v1/employees/changed',
      'GET /api/v1/employees/changed/tables/compensation',
      'GET /api/v1/employees/changed/tables/jobInfo',
      'GET /api/v1/meta/fields',
      'GET /api/v1/meta/lists',
      'GET /api/v1/time_off/requests',
      'POST /api/v2/datasets/employee/data',
    ])
    for (const path of paths()) {
      const named = path
        .replace('/datasets/employee/', '/datasets/{datasetName}/')
        .replace(/\/(?:all|101)\/tables\//, '/{id}/tables/')
        .replace(/\/tables\/\w+/, '/tables/{table}')
      const [method = '', route = ''] = named.split(' ')
      const from = yaml.search(new RegExp(`^ {2}'?${route.replace(/[{}]/g, '\\$&')}'?:$`, 'm'))
      expect(from, route).toBeGreaterThan(0)
      const block = yaml.slice(from).split(/\n {2}'?\//, 2)[0] ?? ''
      expect(block, path).toContain(`\n    ${method.toLowerCase()}:`)
    }
    // And every field it asks the listing for is either in the specification or one of those that came later.
    const asked =
      new URLSearchParams(sandbox.requests.list({ path: '/api/v1/employees' })[0]?.query).get('fields') ?? ''
    const known = yaml.slice(
      yaml.indexOf('    EmployeeOptionalField:'),
      yaml.indexOf('    LevelsAndBands-GroupStatusCounts:'),
    )
    const unknown = asked.split(',').filter((name) => !known.includes(`- ${name}\n`))
    expect(unknown.sort()).toEqual([
      'employeeNumber',
      'originalHireDate',
      'paidPer',
      'payRate',
      'payType',
      'terminationDate',
    ])
  })
})
