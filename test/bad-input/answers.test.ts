import { parseJsonText } from '@unioneyes/core'
import { fault } from '@unioneyes/testkit'
import type { Fault } from '@unioneyes/testkit'
import { expect, test } from 'vitest'
import type { Row } from '../../packages/adapter-bamboohr/test/expected-employee.ts'
import { openCompany } from './support/company.ts'
import { checkpoint, expectEnd, expectHealthy, expectTruth, kept, recordsOf } from './support/look.ts'
import { openSynced } from './support/synced.ts'
import type { SyncedCompany } from './support/synced.ts'

const EMPLOYEES = { organizationId: 'org_1', provider: 'bamboohr', connection: 'default', entity: 'employees' }

/** Spoils every answer of the third page until it is healed; the run must fail there and go on from there. */
async function expectStopAtThirdPage({ company, app }: SyncedCompany, bad: Fault, says: readonly RegExp[]) {
  company.faults.inject({ match: { path: '/api/v1/employees', skip: 2 }, fault: bad })
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, run, { status: 'failed', code: 'RESPONSE_INVALID', says })
  expect(run.counters).toMatchObject({ processed: 20, pages: 2, failed: 0 })
  expect(await kept(app)).toMatchObject({ employees: 45, quarantined: 0 })
  expect(checkpoint(company).listing).toMatchObject({ phase: 'list', runId: run.id })

  company.faults.clear()
  const resumed = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, resumed, { status: 'success' })
  expect(resumed).toMatchObject({ resumes: run.id, counters: { processed: 25 } })
  await expectHealthy(company, app)
  return run
}

test('bad input: 200 with HTML (a login or maintenance page) → RESPONSE_INVALID; kept: the pages before it, and the place to go on at', async () => {
  await using s = await openSynced()
  const run = await expectStopAtThirdPage(s, fault.html200(), [
    /answered GET \/api\/v1\/employees with HTML instead of JSON/,
    /Check the connection settings/,
  ])
  expect(run.error?.message).not.toContain('<')
})

test('bad input: JSON cut off in the middle, in every attempt → RESPONSE_INVALID; kept: the pages before it, and the place to go on at', async () => {
  await using s = await openSynced()
  const asked = s.company.sandbox.requests.count({ path: '/api/v1/employees' })
  const run = await expectStopAtThirdPage(s, fault.truncate(300), [
    /The JSON that bamboohr answered to GET \/api\/v1\/employees is cut off/,
    /the same in every attempt/,
  ])
  // Two pages, then four attempts at the third.
  const faulty = s.company.sandbox.requests.list({ path: '/api/v1/employees' }).slice(asked, asked + 6)
  expect(faulty.map(({ faults }) => faults.join())).toEqual(['', '', 'truncate', 'truncate', 'truncate', 'truncate'])
  expect(run.error?.message).not.toContain('firstName')
})

test('bad input: JSON cut off once, whether it ends properly or the connection drops → success; kept: every record, by asking again', async () => {
  for (const bad of [fault.truncate(300), fault.truncate(300, { cutConnection: true }), fault.truncate(0)]) {
    await using s = await openSynced()
    s.company.faults.inject({ match: { path: '/api/v1/employees', skip: 2 }, times: 1, fault: bad })
    const run = await expectHealthy(s.company, s.app)
    expect(s.company.faults.met).toBe(1)
    expect(run.outcomes[0]?.counters).toMatchObject({ processed: 45, requests: 6, failed: 0 })
  }
})

test('bad input: a page of the wrong shape → RESPONSE_INVALID; kept: the pages before it, and the place to go on at', async () => {
  for (const shape of [{ unexpected: true }, { data: 'none' }, [], null, 'text', { data: { 0: {} }, meta: null }]) {
    await using s = await openSynced()
    await expectStopAtThirdPage(s, fault.wrongShape(shape), [
      /The answer of bamboohr to GET \/api\/v1\/employees does not have the expected shape/,
    ])
  }
})

test('bad input: departments of the wrong shape → partial; kept: every department, and the employees are synced all the same', async () => {
  for (const shape of [[], {}, [{ alias: 'jobTitle', options: [] }], [{ alias: 'department', options: null }]]) {
    await using s = await openSynced()
    const { company, app } = s
    const departments = await recordsOf(app.store, 'departments')
    company.faults.inject({ match: { path: '/api/v1/meta/lists' }, fault: fault.wrongShape(shape) })
    const run = await app.sync.full('org_1', 'bamboohr')
    await expectEnd(app, run, {
      status: 'partial',
      code: 'RESPONSE_INVALID',
      says: [/GET \/api\/v1\/meta\/lists does not have the expected shape/],
    })
    // Jobs stand in the same answer; whether it has any of them is their own question.
    const asWell = run.outcomes.filter(({ entity }) => !['departments', 'positions'].includes(entity))
    expect(asWell.map(({ status }) => status)).toEqual(['success', 'success', 'success'])
    expect(await recordsOf(app.store, 'departments')).toEqual(departments)
    expect(await kept(app)).toMatchObject({ employees: 45, departments: 4, quarantined: 0 })
    company.faults.clear()
    await expectHealthy(company, app)
  }
})

test('bad input: one bad record among good ones → partial; kept: the others, the bad one as it was before, its payload and reason in quarantine', async () => {
  await using s = await openSynced()
  const { company, app } = s
  const before = (await recordsOf(app.store, 'employees')).get('112')
  company.sandbox.actions.corruptRow('112')
  for (const type of ['incremental', 'full', 'full'] as const) {
    const run = await app.sync[type]('org_1', 'bamboohr', ['employees'])
    await expectEnd(app, run, { status: 'partial' })
    expect(run.counters).toMatchObject({ failed: 1 })
    expect(await kept(app)).toMatchObject({ employees: 45, quarantined: 1 })
    expect((await recordsOf(app.store, 'employees')).get('112')).toEqual(before)
  }
  const [bad] = await app.store.quarantine.list(EMPLOYEES)
  expect(bad).toMatchObject({ id: '112', reasons: [expect.stringMatching(/^firstName: /), expect.any(String)] })
  expect(JSON.parse(bad?.raw ?? '')).toMatchObject({ employeeId: '112', firstName: 42, lastName: { was: 'text' } })

  company.sandbox.actions.healRow('112')
  await expectHealthy(company, app)
})

test('bad input: a record without a readable id → partial; kept: every record, because nothing may be deleted by absence; its payload in quarantine', async () => {
  await using company = await openCompany()
  const app = await company.connect()
  await expectHealthy(company, app)
  company.sandbox.actions.remove('140')
  company.sandbox.actions.corruptRow('112', { employeeId: null })
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, run, { status: 'partial' })
  expect(run.outcomes[0]?.notes).toEqual([expect.stringMatching(/no readable id: nothing is deleted by absence/)])
  expect(await kept(app)).toMatchObject({ employees: 45, quarantined: 1 })
  expect((await recordsOf(app.store, 'employees')).has('140')).toBe(true)

  company.sandbox.actions.healRow('112')
  const healthy = await app.sync.full('org_1', 'bamboohr')
  expect(healthy.outcomes[0]?.counters).toMatchObject({ deleted: 1, failed: 0 })
  await expectTruth(company, app)
})

test('bad input: rows that are no records at all → partial; kept: every record, because nothing may be deleted by absence; the rows in quarantine', async () => {
  await using s = await openSynced()
  const { company, app } = s
  const odd: unknown[] = [null, 'text', 5, true, [1], { employeeId: { a: 1 } }, { employeeId: '' }, { employeeId: 1.5 }]
  // Ids that would come back from a database as others.
  odd.push({ employeeId: '11\0' }, { employeeId: '\ud800' })
  company.rewrites.set('employees', (rows, request) => (request.query.has('page[after]') ? rows : [...odd, ...rows]))
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, run, { status: 'partial' })
  expect(run.counters).toMatchObject({ failed: odd.length, created: 1, deleted: 0 })
  expect(await kept(app)).toMatchObject({ employees: 46, quarantined: odd.length })
  company.rewrites.clear()
  const healthy = await app.sync.full('org_1', 'bamboohr')
  await expectEnd(app, healthy, { status: 'success' })
  await expectTruth(company, app)
})

test('bad input: null where a string was → success; kept: the record, without the value', async () => {
  await using s = await openSynced()
  const { company, app } = s
  const nulls = { firstName: null, lastName: null, workEmail: null, status: null, hireDate: null, payRate: null }
  company.sandbox.actions.corruptRow('112', nulls)
  await expectHealthy(company, app, 'incremental')
  const record = (await recordsOf(app.store, 'employees')).get('112')
  expect(record).toMatchObject({ id: '112', firstName: '', lastName: '', displayName: '', status: 'unknown' })
  for (const name of ['workEmail', 'hireDate', 'payRate']) expect(record).not.toHaveProperty(name)
  company.sandbox.actions.healRow('112')
  await expectHealthy(company, app)
})

test('bad input: numbers above 2^53, as id and as value → success; kept: every digit', async () => {
  await using company = await openCompany({ employeeIdAs: 'number' })
  const app = await company.connect()
  await expectHealthy(company, app)
  // Two ids that are the same double.
  const [one, other] = [9007199254740993n, 9007199254740992n]
  const employeeNumber = 12345678901234567890n
  company.sandbox.actions.corruptRow('112', { employeeId: one, employeeNumber })
  company.sandbox.actions.corruptRow('113', { employeeId: other, departmentId: 18446744073709551617n })
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, run, { status: 'success' })
  expect(run.counters).toMatchObject({ created: 2, deleted: 2 })
  await expectTruth(company, app)
  const records = await recordsOf(app.store, 'employees')
  expect(records.get('9007199254740993')).toMatchObject({ employeeNumber: '12345678901234567890' })
  expect(records.get('9007199254740992')).toMatchObject({ departmentId: '18446744073709551617' })
  const stored = await app.store.records.get(EMPLOYEES, '9007199254740993')
  expect(parseJsonText(stored?.raw ?? '')).toMatchObject({ employeeId: one, employeeNumber })
  const changed = []
  for await (const change of app.sync.changes('org_1')) if (change.id === String(one)) changed.push(change.kind)
  expect(changed).toEqual(['created'])

  company.sandbox.actions.healRow('112')
  company.sandbox.actions.healRow('113')
  await expectHealthy(company, app)
})

test('bad input: emoji, right-to-left names and control characters → success; kept: every code unit', async () => {
  await using s = await openSynced()
  const { company, app } = s
  const names = [
    { firstName: '👩🏽‍🏭 Zoë', lastName: 'بن سعيد', preferredName: '🏳️‍🌈' },
    { firstName: '\u202eנועה\u202c', lastName: 'בן־דוד', preferredName: '美咲' },
    {
      firstName: "Robert'); drop table integration_records;--",
      lastName: '"\\\u0001\u2028\u2029\t',
      preferredName: 'é',
    },
    { firstName: 'e\u0301', lastName: '\u00e9', preferredName: '\ufeffBom' },
  ]
  for (const [n, name] of names.entries()) company.sandbox.actions.change(String(125 + n), name)
  await expectHealthy(company, app, 'incremental')
  const records = await recordsOf(app.store, 'employees')
  for (const [n, name] of names.entries()) expect(records.get(String(125 + n))).toMatchObject(name)
  const typed = []
  for await (const employee of app.sync.records('org_1', 'bamboohr', 'employees')) typed.push(employee.firstName)
  for (const { firstName } of names) expect(typed).toContain(firstName)
  await expectHealthy(company, app)
})

test('bad input: the same id twice within a page → success; kept: one record, as its last row says', async () => {
  await using company = await openCompany()
  const app = await company.connect()
  company.rewrites.set('employees', (rows) => rows.flatMap((row): Row[] => [{ ...row, firstName: 'Stale' }, row, row]))
  const run = await expectHealthy(company, app)
  expect(run.outcomes[0]?.counters).toMatchObject({ processed: 135, created: 45, updated: 0 })
  await expectOneEntryEach(app)
  company.rewrites.clear()
  const again = await expectHealthy(company, app)
  expect(again.outcomes[0]?.counters).toMatchObject({ created: 0, updated: 0, deleted: 0, unchanged: 45 })
})

test('bad input: the same id on two pages → success; kept: one record and one entry in the feed', async () => {
  await using company = await openCompany()
  const app = await company.connect()
  company.sandbox.actions.duplicateAcrossPages()
  const run = await expectHealthy(company, app)
  expect(run.outcomes[0]?.counters).toMatchObject({ processed: 49, created: 45, updated: 0 })
  await expectOneEntryEach(app)
  company.sandbox.actions.duplicateAcrossPages(false)
  await expectHealthy(company, app)
})

async function expectOneEntryEach(app: SyncedCompany['app']): Promise<void> {
  const entries = await app.store.feed.read({ organizationId: 'org_1', limit: 1000 })
  const ids = entries.filter(({ entity }) => entity === 'employees').map(({ id }) => id)
  expect(ids).toHaveLength(45)
  expect(new Set(ids).size).toBe(45)
}
