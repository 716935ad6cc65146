import type { EntityRecord } from '@unioneyes/core'
import { createIntegrations, createVault, generateVaultKey, memoryStore } from '@unioneyes/core'
import { hris } from '@unioneyes/models'
import type { Payroll, Position } from '@unioneyes/models'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { fault } from '@unioneyes/testkit'
import type { RunningSandbox } from '@unioneyes/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { bamboohr } from '../src/index.ts'
import type { BamboohrActions, BamboohrSandboxOptions, BamboohrTruth, Company } from '../src/sandbox.ts'
import { sandboxApiKey } from '../src/sandbox.ts'
import { applied, connect, harvest, openSandbox, refusalOf } from './live.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

let sandbox: RunningSandbox<Company, BamboohrActions>
afterEach(async () => {
  expect(sandbox.errors).toEqual([])
  await sandbox.close()
})

type Row = Readonly<Record<string, unknown>>
type TableEntity = 'positions' | 'payroll'
const entities = ['positions', 'payroll'] as const
const tableOf = { positions: 'jobInfo', payroll: 'compensation' } as const
const groupOf = { positions: (id: string) => `assignment/${id}/`, payroll: (id: string) => `${id}/` }

async function open(options: BamboohrSandboxOptions = {}, settings: Row = {}) {
  sandbox = await openSandbox(options)
  const integration = await connect({ baseUrl: sandbox.url, settings: { pageSize: 15, ...settings } })
  return { integration, actions: sandbox.actions }
}

async function synced(entity: TableEntity, options: BamboohrSandboxOptions = {}, settings: Row = {}) {
  const { integration, actions } = await open(options, settings)
  const full = await harvest(integration, entity)
  sandbox.requests.clear()
  return {
    ...{ integration, actions, full },
    changes: (from = full.cursor) => harvest(integration, entity, { type: 'incremental', cursor: from }),
  }
}

/** What a row must become, written down once more and by hand. */
function expectedPosition(row: Row): Position {
  const some = (ours: string, theirs: string): Row => (row[theirs] === '' ? {} : { [ours]: row[theirs] })
  if (typeof row.employeeId !== 'string') {
    const { id, name, archived, createdDate, archivedDate } = row
    return {
      ...{ id: `job/${String(id)}`, kind: 'job', title: String(name), titleId: String(id) },
      active: archived === 'no',
      ...(typeof createdDate === 'string' && { createdAt: createdDate }),
      ...(typeof archivedDate === 'string' && { archivedAt: archivedDate }),
    }
  }
  return {
    ...{ id: `assignment/${row.employeeId}/${String(row.id)}`, kind: 'assignment', employeeId: row.employeeId },
    ...some('effectiveDate', 'date'),
    ...some('title', 'jobTitle'),
    ...some('departmentName', 'department'),
    ...some('divisionName', 'division'),
    ...some('locationName', 'location'),
    ...some('managerName', 'reportsTo'),
  }
}

function expectedPayroll(row: Row): Payroll {
  const some = (ours: string, theirs: string): Row => (row[theirs] === '' ? {} : { [ours]: row[theirs] })
  const money = (ours: string, given: unknown): Row => {
    const { value, currency } = given as { value: string; currency: string }
    return value === '' ? {} : { [ours]: { amount: value, currency } }
  }
  return {
    id: `${String(row.employeeId)}/${String(row.id)}`,
    kind: 'compensation',
    employeeId: String(row.employeeId),
    ...some('effectiveDate', 'startDate'),
    ...some('payType', 'type'),
    ...money('rate', row.rate),
    ...some('period', 'paidPer'),
    ...some('schedule', 'paySchedule'),
    ...money('overtimeRate', row.overtimeRate),
    ...some('overtimeStatus', 'exempt'),
    ...some('reason', 'reason'),
    ...some('comment', 'comment'),
  }
}

function expectedAll(entity: TableEntity, truth: BamboohrTruth): Map<string, EntityRecord> {
  const records = entity === 'positions' ? truth.positions.map(expectedPosition) : truth.payroll.map(expectedPayroll)
  return new Map(records.map((record) => [record.id, record]))
}

const paths = () => sandbox.requests.list().map(({ path }) => path)

describe.each(entities)('a full sync of %s', (entity) => {
  test('brings every row with every field, past, present and future', async () => {
    const { full, actions } = await synced(entity, { people: 120 })
    expect(full.records).toEqual(expectedAll(entity, actions.truth()))
    expect(full).toMatchObject({ invalid: [], complete: true, restarts: 0, cursor: '2026-06-01T12:00:00.000Z' })
    for (const record of full.records.values()) {
      const { data } = hris[entity === 'positions' ? 'position' : 'payroll'].safeParse(record)
      expect(data).toEqual(record)
    }
    const ofOne = Map.groupBy(full.records.values(), (one) => (one as Position).employeeId)
    expect([...ofOne.values()].some((rows) => rows.length > 2)).toBe(true)
    const days = [...full.records.values()].map((one) => (one as Position).effectiveDate ?? '')
    expect(days.some((day) => day > '2026-06-01')).toBe(true)
  })

  test('comes in pages of bounded size, of which only the last is complete and has a cursor', async () => {
    const { full } = await synced(entity, { people: 50 })
    expect(full.pages.length).toBeGreaterThan(4)
    for (const page of full.pages) expect(page.rows?.items.length).toBeLessThanOrEqual(15)
    for (const page of full.pages.slice(0, -1)) {
      expect([page.complete, page.cursor]).toEqual([undefined, undefined])
      expect(page.next).toBeDefined()
    }
  })

  test('2500 rows to a page are no trouble', async () => {
    const { full, actions } = await synced(entity, { people: 2500 }, { pageSize: 2500 })
    expect(Math.max(...full.pages.map((page) => page.rows?.items.length ?? 0))).toBe(2500)
    expect(full.records.size).toBe(expectedAll(entity, actions.truth()).size)
  })

  test('a company without anybody has no rows, and that is complete', async () => {
    const { full } = await synced(entity, { people: 0, jobTitles: 0 })
    expect(full).toMatchObject({ records: new Map(), complete: true, cursor: '2026-06-01T12:00:00.000Z' })
  })

  test('interrupted, it begins again and says so', async () => {
    const { integration, full } = await synced(entity)
    const resumed = await harvest(integration, entity, { pageToken: full.pages[1]?.next })
    expect(resumed).toMatchObject({ restarts: 1, records: full.records, complete: true })
  })

  test('a refused table is a refusal of this entity only', async () => {
    const { integration, actions } = await open()
    actions.refuseTable(tableOf[entity])
    const error = await refusalOf(harvest(integration, entity))
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED', status: 403, entity, retryable: false })
    const other = entity === 'positions' ? 'payroll' : 'positions'
    for (const name of ['employees', 'departments', other] as const) {
      expect((await harvest(integration, name)).complete).toBe(true)
    }
  })

  test('a row whose owner or number cannot be read has no id; the others stay', async () => {
    const { integration, actions } = await open({ people: 3 })
    const [row] = actions.tableRows(tableOf[entity], '102')
    actions.changeTableRow(tableOf[entity], '102', String(row?.id), { employeeId: '1/2' })
    const { invalid, records } = await harvest(integration, entity)
    expect(invalid).toMatchObject([{ id: undefined }])
    expect(records.size).toBe(expectedAll(entity, actions.truth()).size - 1)
  })

  test('ids may be numbers, and beyond 2^53', async () => {
    const { integration, actions } = await open({ people: 1 })
    const id = actions.addTableRow(tableOf[entity], '101', {})
    actions.changeTableRow(tableOf[entity], '101', id, { employeeId: 101, id: 9007199254740993n })
    const { records } = await harvest(integration, entity)
    expect(records.get(`${groupOf[entity]('101')}9007199254740993`)).toMatchObject({ employeeId: '101' })
  })

  test.each([
    ['XML', fault.status(200, { 'content-type': 'text/xml; charset=utf-8' }, '<?xml version="1.0"?><table></table>')],
    ['XML that says it is JSON', fault.status(200, { 'content-type': 'application/json' }, '<table/>')],
    ['a web page', fault.html200()],
    ['an object', fault.wrongShape({ rows: [] })],
    ['half the JSON', fault.truncate(30)],
  ])('%s in place of the table is refused, and nothing taken from it', async (_, what) => {
    const { integration } = await open()
    sandbox.faults.inject({ match: { path: '/api/v1/employees/all/tables/*' }, fault: what })
    expect(await refusalOf(harvest(integration, entity))).toMatchObject({ code: 'RESPONSE_INVALID', entity })
  })

  test('a challenge for HTTP Basic is a refusal of the key', async () => {
    const { integration } = await open()
    const challenge = fault.status(401, { 'www-authenticate': 'Basic realm="BambooHR"' }, '<h1>Sign in</h1>')
    sandbox.faults.inject({ match: { path: '/api/v1/employees/all/tables/*' }, fault: challenge })
    const error = await refusalOf(harvest(integration, entity))
    expect(error).toMatchObject({ code: 'AUTH_FAILED', status: 401, entity })
    expect(error.message).not.toContain('realm')
  })

  test('asks for JSON, which the older endpoints only give when asked', async () => {
    await synced(entity)
    const plain = await fetch(`${sandbox.url}/api/v1/employees/101/tables/${tableOf[entity]}`, {
      headers: { authorization: `Basic ${Buffer.from(`${sandboxApiKey}:x`).toString('base64')}` },
    })
    expect(plain.headers.get('content-type')).toContain('xml')
  })
})

describe('jobs', () => {
  test('are the choices of the list, archived ones inactive, and never mistaken for an assignment', async () => {
    const { integration, actions } = await open({ people: 2, jobTitles: 3 })
    const id = actions.addJobTitle('Préposée aux bénéficiaires 🌙')
    actions.archiveJobTitle(id)
    const { records } = await harvest(integration, 'positions')
    expect(records.get(`job/${id}`)).toEqual({
      ...{ id: `job/${id}`, kind: 'job', title: 'Préposée aux bénéficiaires 🌙', titleId: id, active: false },
      ...{ createdAt: '2026-06-01T12:00:00+00:00', archivedAt: '2026-06-01T12:00:00+00:00' },
    })
    const { jobTitleId } = hris.employee.parse((await harvest(integration, 'employees')).records.get('101'))
    expect(records.get(`job/${String(jobTitleId)}`)).toMatchObject({ titleId: jobTitleId })
  })

  test('that the key may not see leave the assignments, and prove nothing complete', async () => {
    const { integration, actions } = await open()
    actions.hideList('jobTitle')
    const { records, complete, cursor } = await harvest(integration, 'positions')
    expect(new Set([...records.values()].map((one) => (one as Position).kind))).toEqual(new Set(['assignment']))
    expect(records.size).toBe(actions.truth().positions.length - 16)
    expect(complete).toBe(false)
    expect(cursor).toBeDefined()
  })

  test('a company without departments or job titles is synced all the same', async () => {
    const { integration, actions } = await open({ people: 4, departments: 0, jobTitles: 0 })
    expect(await harvest(integration, 'departments')).toMatchObject({ records: new Map(), complete: true })
    const { records, complete } = await harvest(integration, 'positions')
    expect(records).toEqual(expectedAll('positions', actions.truth()))
    expect(complete).toBe(true)
    for (const record of records.values()) expect(record).not.toHaveProperty('title')
  })

  test('another shape of the lists is refused', async () => {
    const { integration } = await open()
    for (const body of [{ lists: [] }, [{ alias: 'jobTitle' }], 7]) {
      sandbox.faults.inject({ times: 1, match: { path: '/api/v1/meta/lists' }, fault: fault.wrongShape(body) })
      expect((await refusalOf(harvest(integration, 'positions'))).code).toBe('RESPONSE_INVALID')
    }
  })
})

describe('fields of a row', () => {
  async function payOf(values: Row) {
    const { integration, actions } = await open({ people: 1 })
    const id = actions.addTableRow('compensation', '101', values)
    const { records, invalid } = await harvest(integration, 'payroll')
    return { record: records.get(`101/${id}`), issues: invalid[0]?.issues }
  }

  test.each([
    ['in one word', '65000.00 USD', { amount: '65000.00', currency: 'USD' }],
    ['with spaces around', ' 65000.00  USD ', { amount: '65000.00', currency: 'USD' }],
    ['in groups of thousands', '1,265,000.50 CAD', { amount: '1265000.50', currency: 'CAD' }],
    ['as value and currency', { value: '0.10', currency: 'CAD' }, { amount: '0.10', currency: 'CAD' }],
    ['as a number', { value: 41.5, currency: 'cad' }, { amount: '41.5', currency: 'CAD' }],
    ['as amount and currency', { amount: '-12', currency: 'PLN' }, { amount: '-12', currency: 'PLN' }],
    [
      'beyond 2^53',
      { value: 12345678901234567890n, currency: 'IDR' },
      { amount: '12345678901234567890', currency: 'IDR' },
    ],
  ])('money %s keeps every digit', async (_, rate, expected) => {
    expect((await payOf({ rate })).record).toMatchObject({ rate: expected })
  })

  test.each([[null], [''], [undefined], [[]], [{ value: '', currency: '' }], ['65000.00'], [{ value: '65000.00' }]])(
    'money %j is absent, and the record is kept',
    async (rate) => {
      const { record } = await payOf({ rate, overtimeRate: rate })
      expect(record).toMatchObject({ kind: 'compensation', payType: expect.any(String) })
      expect(record).not.toHaveProperty('rate')
      expect(record).not.toHaveProperty('overtimeRate')
    },
  )

  test.each([['much USD'], ['1e5 USD'], ['65.000,00 EUR'], [{ value: '65000.00', currency: 'dollars' }], [true]])(
    'money %j is told apart with its reason, and the rest of the page stays',
    async (rate) => {
      const { record, issues } = await payOf({ rate })
      expect(record).toBeUndefined()
      expect(issues).toEqual([expect.stringContaining('rate')])
    },
  )

  test('empty words, zero days and null are absent', async () => {
    const nothing = { startDate: '0000-00-00', reason: '', comment: null, paySchedule: undefined, exempt: '' }
    const { record } = await payOf(nothing)
    for (const name of ['effectiveDate', 'reason', 'comment', 'schedule', 'overtimeStatus']) {
      expect(record).not.toHaveProperty(name)
    }
  })

  test('a day that is none is told apart', async () => {
    expect((await payOf({ startDate: '06/01/2026' })).issues).toEqual([expect.stringContaining('startDate')])
  })

  test('a permission that takes away half the fields in the middle leaves them out, without an error', async () => {
    const { integration, actions } = await open()
    const fields = ['jobTitle', 'department', 'reportsTo']
    for (const name of fields) actions.hideTableField('jobInfo', name)
    actions.hideTableField('compensation', 'rate')
    actions.hideTableField('compensation', 'comment')
    const positions = await harvest(integration, 'positions')
    expect(positions).toMatchObject({ invalid: [], complete: true })
    const assignment = [...positions.records.values()].find((one) => (one as Position).kind === 'assignment')
    expect(Object.keys(assignment ?? {}).sort()).toEqual([
      'divisionName',
      'effectiveDate',
      'employeeId',
      'id',
      'kind',
      'locationName',
    ])
    const payroll = await harvest(integration, 'payroll')
    expect(payroll).toMatchObject({ invalid: [], complete: true })
    for (const record of payroll.records.values()) expect(record).not.toHaveProperty('rate')
  })
})

describe.each(entities)('changes of %s', (entity) => {
  const table = tableOf[entity]

  test('bring everything of who changed, and take away what is gone', async () => {
    const { actions, full, changes } = await synced(entity)
    actions.advance(HOUR)
    actions.addTableRow(table, '103', { date: '2027-01-01', startDate: '2027-01-01' })
    const [changed] = actions.tableRows(table, '104')
    actions.changeTableRow(table, '104', String(changed?.id), { location: 'Remote', comment: 'Corrected' })
    const [removed] = actions.tableRows(table, '105')
    actions.removeTableRow(table, '105', String(removed?.id))
    for (const { id } of actions.tableRows(table, '106')) actions.removeTableRow(table, '106', id)
    actions.remove('107')
    const hired = actions.hire({ firstName: 'Neu' })
    const result = await changes()
    expect(applied(full.records, result)).toEqual(expectedAll(entity, actions.truth()))
    expect(result.replaced.toSorted()).toEqual(['103', '104', '105', '106', '107', hired].map(groupOf[entity]))
    expect(result).toMatchObject({ deleted: [], invalid: [], complete: true, cursor: '2026-06-01T13:00:00Z' })
    expect(paths().filter((path) => path.includes('/all/'))).toEqual([])
  })

  test('none: nothing is replaced and the cursor stays', async () => {
    const { actions, full, changes } = await synced(entity)
    actions.advance(HOUR)
    for (const latest of [undefined, null, '', 'soon', '2020-01-01T00:00:00Z']) {
      actions.sayLatest(latest)
      expect(await changes()).toMatchObject({ replaced: [], cursor: full.cursor, complete: true })
    }
  })

  test('the bound is inclusive and reaches back', async () => {
    const { actions, changes } = await synced(entity, { changedSince: 'exclusive' })
    actions.addTableRow(table, '103', {}) // at exactly the cursor's time
    expect((await changes()).replaced).toEqual([groupOf[entity]('103')])
    for (const { path, query } of sandbox.requests.list()) {
      if (path.includes('changed')) expect(new URLSearchParams(query).get('since')).toBe('2026-06-01T11:55:00Z')
    }
  })

  test('of so many that one answer for everybody is more polite', async () => {
    const { actions, full, changes } = await synced(entity, { people: 120 })
    actions.advance(HOUR)
    for (const id of actions.ids().slice(0, 60)) actions.addTableRow(table, id, { location: 'Remote' })
    for (const { id } of actions.tableRows(table, '101')) actions.removeTableRow(table, '101', id)
    const result = await changes()
    expect(applied(full.records, result)).toEqual(expectedAll(entity, actions.truth()))
    expect(result.replaced).toHaveLength(60)
    expect(paths().filter((path) => path.includes(`/tables/${table}`))).toHaveLength(2)
  })

  test('interrupted, they go on where they were; what changed meanwhile is found by the next', async () => {
    const { integration, actions, full, changes } = await synced(entity)
    actions.advance(HOUR)
    for (const id of ['103', '104', '105']) actions.addTableRow(table, id, {})
    actions.remove('106')
    const reader = integration.read?.(entity, { type: 'incremental', cursor: full.cursor })
    const first = []
    for await (const page of reader ?? []) {
      first.push(page)
      if (page.replaces?.includes(groupOf[entity]('103')) === true) break
    }
    actions.advance(HOUR)
    actions.addTableRow(table, '103', { location: 'Remote' })
    const pageToken = first.at(-1)?.next
    const rest = await harvest(integration, entity, { type: 'incremental', cursor: full.cursor, pageToken })
    expect(rest.replaced).toEqual(['104', '105'].map(groupOf[entity]))
    expect(rest.cursor).toBe('2026-06-01T13:00:00Z') // of the read that began, not of the later one
    expect((await changes(rest.cursor)).replaced).toContain(groupOf[entity]('103'))
  })

  test('a table refused in the meantime is a refusal, and replaces nothing', async () => {
    for (const status of [403, 404]) {
      const { actions, full, integration } = await synced(entity)
      actions.advance(HOUR)
      actions.addTableRow(table, '103', {})
      actions.refuseTable(table, status)
      const pages: unknown[] = []
      const reading = async () => {
        for await (const page of integration.read?.(entity, { type: 'incremental', cursor: full.cursor }) ?? []) {
          if (page.replaces) pages.push(page)
        }
      }
      const error = await refusalOf(reading())
      expect(error.code).toBe(status === 403 ? 'PERMISSION_DENIED' : 'REQUEST_REJECTED')
      expect(pages).toEqual([])
      await sandbox.close()
    }
    sandbox = await openSandbox()
  })

  test('who is gone since the feed was read has no rows any more', async () => {
    const { actions, changes } = await synced(entity)
    const prefix = entity === 'positions' ? 'assignment/' : ''
    actions.advance(HOUR)
    actions.addTableRow(table, '103', {})
    const path = '/api/v1/employees/103'
    sandbox.faults.inject({ match: { path: `${path}/tables/${table}` }, fault: fault.status(404) })
    sandbox.faults.inject({ match: { path }, fault: fault.status(404) })
    expect(await changes()).toMatchObject({ replaced: [`${prefix}103/`], complete: true })
  })

  test('a table that is not found although its employee is there is an error, and the cursor stays', async () => {
    const { actions, changes } = await synced(entity)
    actions.advance(HOUR)
    actions.addTableRow(table, '103', {})
    sandbox.faults.inject({ match: { path: `/api/v1/employees/103/tables/${table}` }, fault: fault.status(404) })
    expect(await refusalOf(changes())).toMatchObject({ code: 'REQUEST_REJECTED', status: 404 })
  })

  test('a group with a row that cannot be told apart is not replaced', async () => {
    const { actions, changes } = await synced(entity)
    actions.advance(HOUR)
    const [row] = actions.tableRows(table, '103')
    actions.changeTableRow(table, '103', String(row?.id), { id: '' })
    expect(await changes()).toMatchObject({ replaced: [], invalid: [{ id: undefined }] })
  })

  test('a cursor that is no time is refused, so that everything is read again', async () => {
    const { changes } = await synced(entity)
    for (const cursor of ['yesterday', 5, { since: '2026-06-01T12:00:00Z' }]) {
      expect((await refusalOf(changes(cursor))).code).toBe('CURSOR_EXPIRED')
    }
  })

  test('a feed of another shape is refused, and its ids are only ids', async () => {
    const { changes } = await synced(entity)
    for (const employees of ['none', { '1/../2': { rows: [] } }, [{ id: 1 }]]) {
      const match = { path: `/api/v1/employees/changed/tables/${table}` }
      sandbox.faults.inject({ times: 1, match, fault: fault.wrongShape({ table, employees }) })
      expect((await refusalOf(changes())).code).toBe('RESPONSE_INVALID')
    }
  })
})

test('the records of one employee are replaced by the engine, and nobody else’s', async () => {
  sandbox = await openSandbox({ people: 130 })
  const store = memoryStore()
  const integrations = createIntegrations({
    adapters: [bamboohr],
    store,
    vault: createVault({ keys: { k1: generateVaultKey() } }),
    baseUrls: { bamboohr: sandbox.url },
  })
  await integrations.connections.save('org_1', 'bamboohr', {
    credentials: { apiKey: sandboxApiKey },
    settings: { subdomain: 'acme' },
  })
  const sync = createSyncEngine({ integrations, store })
  const { actions } = sandbox
  const expectTruth = async () => {
    for (const entity of entities) {
      const key = { organizationId: 'org_1', provider: 'bamboohr', connection: 'default', entity }
      const stored = await store.records.list(key, { limit: 5000 })
      const records = stored.map(({ id, data }): [string, unknown] => [id, JSON.parse(data)])
      expect(new Map(records)).toEqual(expectedAll(entity, actions.truth()))
    }
  }
  expect(await sync.full('org_1', 'bamboohr', [...entities])).toMatchObject({ error: undefined, status: 'success' })
  await expectTruth()

  actions.advance(DAY)
  // 12 is the beginning of 120 to 129, whose rows are none of its business.
  const hidden = actions.tableRows('jobInfo', '112')
  for (const { id } of hidden) actions.removeTableRow('jobInfo', '112', id)
  actions.addTableRow('compensation', '113', { startDate: '2026-07-01', rate: { value: '99.99', currency: 'CAD' } })
  actions.remove('220')
  const run = await sync.incremental('org_1', 'bamboohr', [...entities])
  expect(run).toMatchObject({ status: 'success' })
  expect(run.counters.deleted).toBeGreaterThanOrEqual(hidden.length)
  await expectTruth()
})
