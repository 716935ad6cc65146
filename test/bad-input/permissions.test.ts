import { sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import { fault } from '@unioneyes/testkit'
import type { Fault } from '@unioneyes/testkit'
import { expect, test } from 'vitest'
import { expectedRecords } from '../../packages/adapter-bamboohr/test/expected-records.ts'
import type { EntityName } from '../../packages/adapter-bamboohr/test/expected-records.ts'
import { expectFailure, expectRecovery, spoil } from './support/failing-source.ts'
import { openCompany } from './support/company.ts'
import {
  checkpoint,
  copyOf,
  expectEnd,
  expectHealthy,
  expectTruth,
  feedEnd,
  feedSince,
  recordsOf,
} from './support/look.ts'
import type { App } from './support/app.ts'
import { everySource } from './support/source.ts'
import type { Source } from './support/source.ts'
import { openSynced } from './support/synced.ts'
import type { SyncedCompany } from './support/synced.ts'

const SMALL = { people: 14 } as const
const HOUR = 3_600_000

/** Refuses what a source is read from; people also where they are looked for when their listing is refused. */
function refuse(s: SyncedCompany, source: Source, refusal: Fault): void {
  spoil(s, source, refusal)
  if (source.entity !== 'employees') return
  s.company.faults.inject({ match: { path: '/api/v2/datasets/employee/data' }, fault: refusal })
}

const connectionOf = (app: App) => app.integrations.connections.get('org_1', 'bamboohr')

test('bad input: a challenge for HTTP Basic (WWW-Authenticate) in answer to any entity → AUTH_FAILED; kept: every record; the key went with the first request, and no challenge is answered', async () => {
  await using s = await openSynced(SMALL)
  const { company, app } = s
  for (const source of everySource) {
    for (const challenge of [
      'Basic realm="BambooHR", charset="UTF-8"',
      'Negotiate, Basic realm="x"',
      'Digest nonce="1"',
    ]) {
      company.sandbox.requests.clear()
      refuse(s, source, fault.status(401, { 'www-authenticate': challenge }, '<h1>Sign in with token realm</h1>'))
      const run = await expectFailure(s, source, {
        code: 'AUTH_FAILED',
        says: [/answered 401/, /credentials were refused: save the connection again/],
      })
      expect(run.error?.message).not.toMatch(/realm|nonce|Sign in/)
      expect(await connectionOf(app)).toMatchObject({ status: 'needs_reconnect', statusReason: run.error?.message })
      const requests = company.sandbox.requests.list()
      expect(requests.filter(({ path, status }) => path === source.path && status === 401)).toHaveLength(1)
      expect(requests.map(({ headers }) => headers.authorization)).toEqual(
        requests.map((): unknown => expect.stringMatching(/^\[redacted, [1-9]/)),
      )
      await expectRecovery(s, source, run)
      expect(await connectionOf(app)).toMatchObject({ status: 'active' })
    }
  }
  await expectHealthy(company, app)
})

test('bad input: a key revoked in the middle of any entity → AUTH_FAILED; kept: every record, and the place to go on at where pages came before; a valid key heals it', async () => {
  await using s = await openSynced(SMALL)
  const { company, app } = s
  for (const source of everySource) {
    let asked = 0
    company.faults.inject({
      match: ({ path }) => {
        if (path === source.path && (asked += 1) > source.skip) company.sandbox.actions.revokeKey()
        return false
      },
      fault: fault.reset(),
    })
    const run = await expectFailure(s, source, {
      code: 'AUTH_FAILED',
      says: [/answered 401/, /save the connection again/],
    })
    expect(await connectionOf(app)).toMatchObject({ status: 'needs_reconnect' })
    company.sandbox.actions.acceptKey(sandboxApiKey)
    await expectRecovery(s, source, run)
    expect(await connectionOf(app)).toMatchObject({ status: 'active' })
  }
  await expectHealthy(company, app)
})

test('bad input: one entity that the key may not see (403) → partial; kept: its records as they were; the others are synced, and the connection stays active', async () => {
  await using s = await openSynced(SMALL)
  const { company, app } = s
  for (const source of everySource) {
    const { entity, path, others } = source
    // Who holds which job can be read without the list of titles.
    const refused: readonly string[] = path === '/api/v1/meta/lists' ? ['departments'] : [entity, ...others]
    refuse(s, { ...source, skip: 0 }, fault.status(403, { 'x-bamboohr-error-message': 'You may not see this.' }))
    const [before, end] = [await copyOf(app), await feedEnd(app)]
    const run = await app.sync.full('org_1', 'bamboohr')
    await expectEnd(app, run, {
      status: 'partial',
      code: 'PERMISSION_DENIED',
      says: [
        new RegExp(`answered 403 to GET ${path}\\b`),
        /You may not see this/,
        /grant the permission, or leave this entity out/,
      ],
    })
    for (const { entity: name, status, error } of run.outcomes) {
      const denied = refused.includes(name)
      expect({ name, status, code: error?.code }).toEqual({
        ...{ name, status: denied ? 'failed' : 'success' },
        code: denied ? 'PERMISSION_DENIED' : undefined,
      })
    }
    const after = await copyOf(app)
    for (const [name, records] of before) if (refused.includes(name)) expect(after.get(name)).toEqual(records)
    expect((await feedSince(app, end)).filter((entry) => refused.includes(entry.split(' ')[1] ?? ''))).toEqual([])
    const seen = (['employees', 'departments', 'positions', 'leave', 'payroll'] as const).filter(
      // Of the jobs in a hidden list nothing is deleted, so that positions may hold more than there is.
      (n) => !refused.includes(n) && n !== entity && !others.includes(n),
    )
    await expectTruth(company, app, { entities: seen })
    expect(await connectionOf(app)).toMatchObject({ status: 'active' })
    await expectRecovery(s, source)
  }
  await expectHealthy(company, app)
})

test('bad input: a permission that removes half the fields of people in the middle of a sync → success; kept: every record; what may not be seen is absent and named in restrictedFields', async () => {
  await using s = await openSynced({ people: 45 })
  const { company, app } = s
  await expectHealthy(company, app)
  const { actions } = company.sandbox
  const hidden = [
    'workEmail',
    'homeEmail',
    'mobilePhone',
    'birthDate',
    'departmentId',
    'departmentName',
    'jobTitleName',
    'payRate',
    'status',
    'firstName',
    'lastName',
    'reportsToId',
  ]
  const [before, end] = [await recordsOf(app.store, 'employees'), await feedEnd(app)]
  company.atRequest(3, () => {
    for (const name of hidden) actions.restrictField(name)
  })
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, run, { status: 'success' })
  expect(run.counters).toMatchObject({ unchanged: 20, updated: 25, created: 0, deleted: 0, failed: 0 })
  const now = expectedRecords(actions.truth()).employees
  const after = await recordsOf(app.store, 'employees')
  for (const [n, [id, record]] of [...before].sort(([a], [b]) => Number(a) - Number(b)).entries()) {
    expect(after.get(id)).toEqual(n < 20 ? record : now.get(id))
  }
  const later = after.get([...after.keys()].sort((a, b) => Number(b) - Number(a))[0] ?? '')
  expect(later).toMatchObject({ firstName: '', lastName: '', status: 'unknown' })
  expect(Reflect.get(later as object, 'restrictedFields')).toHaveLength(hidden.length)
  for (const name of ['workEmail', 'birthDate', 'payRate', 'managerId']) expect(later).not.toHaveProperty(name)
  expect(new Set((await feedSince(app, end)).map((entry) => entry.split(' ')[0]))).toEqual(new Set(['updated']))
  await expectHealthy(company, app)

  for (const name of hidden) actions.allowField(name)
  const healed = await expectHealthy(company, app)
  expect(healed.outcomes[0]?.counters).toMatchObject({ updated: 45, created: 0, deleted: 0 })
})

test('bad input: a permission that removes half the fields of every other entity → success; kept: every record, updated and never deleted; what may not be seen is absent', async () => {
  await using s = await openSynced(SMALL)
  const { company, app } = s
  await expectHealthy(company, app)
  const before = await copyOf(app)
  const end = await feedEnd(app)
  const { actions, state } = company.sandbox
  const withoutFields =
    (...names: string[]) =>
    (rows: readonly object[]) =>
      rows.map((row) => Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name))))
  company.rewrites.set('departments', withoutFields('createdDate', 'archivedDate', 'manageable'))
  company.rewrites.set('jobs', withoutFields('createdDate', 'archivedDate', 'archived'))
  // In the middle: the first year is still shown whole.
  const hideLeave = withoutFields('name', 'type', 'amount', 'created', 'status', 'dates')
  company.rewrites.set('leave', (rows, { query }) =>
    query.get('start')?.startsWith('2025') === true ? rows : hideLeave(rows),
  )
  for (const name of ['jobTitle', 'department', 'reportsTo']) actions.hideTableField('jobInfo', name)
  for (const name of ['rate', 'type', 'comment', 'overtimeRate', 'paidPer'])
    actions.hideTableField('compensation', name)
  const run = await app.sync.full('org_1', 'bamboohr', ['departments', 'positions', 'leave', 'payroll'])
  await expectEnd(app, run, { status: 'success' })
  expect(run.counters).toMatchObject({ created: 0, deleted: 0, failed: 0 })
  expect(run.counters.updated).toBeGreaterThan(30)
  const after = await copyOf(app)
  expect([...after].map(([entity, records]) => [entity, new Set(records.keys())])).toEqual(
    [...before].map(([entity, records]) => [entity, new Set(records.keys())]),
  )
  expect(new Set((await feedSince(app, end)).map((entry) => entry.split(' ')[0]))).toEqual(new Set(['updated']))
  const keysOf = (entity: EntityName, fits: (id: string, record: object) => boolean) => {
    const found = [...(after.get(entity) ?? [])].filter(([id, record]) => fits(id, record as object))
    return new Set(found.flatMap(([, record]) => Object.keys(record as object)))
  }
  expect(keysOf('departments', () => true)).toEqual(new Set(['id', 'name', 'active']))
  expect(keysOf('positions', (id) => id.startsWith('job/'))).toEqual(
    new Set(['id', 'kind', 'title', 'titleId', 'active']),
  )
  const assignment = ['id', 'kind', 'employeeId', 'effectiveDate', 'divisionName', 'locationName']
  expect(keysOf('positions', (id) => id.startsWith('assignment/'))).toEqual(new Set(assignment))
  for (const name of ['rate', 'payType', 'comment', 'overtimeRate', 'period']) {
    expect(keysOf('payroll', () => true).has(name)).toBe(false)
  }
  const hiddenLeave = keysOf('leave', (_id, record) => String(Reflect.get(record, 'endDate')) >= '2026')
  expect(hiddenLeave).toEqual(new Set(['id', 'employeeId', 'status', 'startDate', 'endDate']))

  company.rewrites.clear()
  state.tables.hiddenFields.clear()
  await expectHealthy(company, app)
  expect(await copyOf(app)).toEqual(before)
})

test('bad input: a table refused in the middle of reading changes → PERMISSION_DENIED; kept: every row, what was read before, and the place to go on at', async () => {
  for (const [entity, table] of [
    ['positions', 'jobInfo'],
    ['payroll', 'compensation'],
  ] as const) {
    await using company = await openCompany(SMALL)
    const app = await company.connect()
    await expectHealthy(company, app)
    company.clock.jump(HOUR)
    const { actions } = company.sandbox
    const added = ['103', '104', '105'].map((id) => {
      const rowId = actions.addTableRow(table, id, { date: '2026-07-01', startDate: '2026-07-01' })
      return `${entity === 'positions' ? 'assignment/' : ''}${id}/${rowId}`
    })
    const [removed] = actions.tableRows(table, '106')
    actions.removeTableRow(table, '106', String(removed?.id))
    const [end, cursor] = [await feedEnd(app), checkpoint(company, entity).cursor]
    company.faults.inject({
      match: ({ path }) => {
        if (path === `/api/v1/employees/104/tables/${table}`) actions.refuseTable(table)
        return false
      },
      fault: fault.reset(),
    })
    for (const says of [`/employees/104/tables/${table}`, `/employees/changed/tables/${table}`]) {
      const run = await app.sync.incremental('org_1', 'bamboohr', [entity])
      await expectEnd(app, run, {
        status: 'failed',
        code: 'PERMISSION_DENIED',
        says: [
          new RegExp(`answered 403 to GET /api/v1${says}`),
          /do not have access to this table/,
          /grant the permission/,
        ],
      })
      expect(await feedSince(app, end)).toEqual([`created ${entity} ${String(added[0])}`])
      expect(checkpoint(company, entity).cursor).toEqual(cursor)
    }
    company.faults.clear()
    actions.allowTable(table)
    const resumed = await app.sync.incremental('org_1', 'bamboohr', [entity])
    await expectEnd(app, resumed, { status: 'success' })
    expect(resumed.outcomes[0]?.type).toBe('incremental')
    await expectTruth(company, app, { entities: [entity] })
    const told = await feedSince(app, end)
    expect(told.filter((entry) => entry.startsWith('created'))).toEqual(added.map((id) => `created ${entity} ${id}`))
    expect(told.filter((entry) => entry.startsWith('deleted'))).toHaveLength(1)
    await expectHealthy(company, app)
  }
})

test('bad input: the employee listing refused for good in the middle of a sync → success; kept: every record, from the dataset that stands in for it', async () => {
  await using s = await openSynced()
  const { company, app } = s
  company.atRequest(3, () => {
    company.sandbox.actions.refuseListing()
  })
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, run, { status: 'success' })
  expect(run.outcomes[0]?.notes.join(' ')).toMatch(/is refused now .* another one may stand in for it/)
  expect(run.counters).toMatchObject({ failed: 0 })
  // Changes are asked where the listing is now, too.
  company.sandbox.actions.advance(HOUR)
  const id = company.sandbox.actions.hire({ firstName: 'Noa' })
  const incremental = await app.sync.incremental('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, incremental, { status: 'success' })
  expect((await recordsOf(app.store, 'employees')).get(id)).toMatchObject({ firstName: 'Noa' })
  // And with a cursor of the listing, from before it was refused.
  company.sandbox.actions.refuseListing(false)
  expect((await app.sync.full('org_1', 'bamboohr', ['employees'])).status).toBe('success')
  company.sandbox.actions.refuseListing()
  company.sandbox.actions.advance(HOUR)
  company.sandbox.actions.change(id, { firstName: 'Mia' })
  const fallen = await app.sync.incremental('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, fallen, { status: 'success' })
  expect((await recordsOf(app.store, 'employees')).get(id)).toMatchObject({ firstName: 'Mia' })
})

test('bad input: the lists of the company refused → partial; kept: every record; who holds which job is synced all the same', async () => {
  await using s = await openSynced(SMALL)
  const { company, app } = s
  const row = company.sandbox.actions.tableRows('jobInfo', '103')[0]
  company.sandbox.actions.changeTableRow('jobInfo', '103', String(row?.id), { jobTitle: 'Conductor' })
  company.faults.inject({ match: { path: '/api/v1/meta/lists' }, fault: fault.status(403) })
  const run = await app.sync.full('org_1', 'bamboohr', ['departments', 'positions'])
  expect(run.outcomes.map(({ entity, error }) => [entity, error?.code])).toEqual([
    ['departments', 'PERMISSION_DENIED'],
    ['positions', undefined],
  ])
  expect(run.counters).toMatchObject({ updated: 1, deleted: 0 })
  company.faults.clear()
  await expectHealthy(company, app)
})
