import { expect, test } from 'vitest'
import { openCompany } from './support/company.ts'
import {
  copyOf,
  expectEnd,
  expectHealthy,
  expectTruth,
  feedEnd,
  feedSince,
  kept,
  keyOf,
  recordsOf,
} from './support/look.ts'
import { changePeople, openSynced } from './support/synced.ts'

const DAY = 24 * 3_600_000

test('bad input: photo links that expire and differ at every read → success; kept: every record, unchanged; nothing in the feed, and no link in the payload', async () => {
  await using company = await openCompany({ photos: 'signed' })
  const app = await company.connect()
  await expectHealthy(company, app)
  const end = await feedEnd(app)
  for (const type of ['full', 'incremental', 'full'] as const) {
    company.clock.jump(DAY)
    const run = await expectHealthy(company, app, type)
    expect(run.counters).toMatchObject({ created: 0, updated: 0, deleted: 0 })
    expect(await feedSince(app, end)).toEqual([])
  }
  // Who did change is the only one, however their own link looks by now.
  company.sandbox.actions.change('107', { mobilePhone: '+1 800-555-0100' })
  company.clock.jump(DAY)
  await expectHealthy(company, app, 'incremental')
  await expectHealthy(company, app)
  expect(await feedSince(app, end)).toEqual(['updated employees 107'])
  for (const { raw } of await app.store.records.list(keyOf('employees'), { limit: 100 })) {
    expect(raw).toContain('employeeId')
    expect(raw).not.toMatch(/photos\.example|Signature/)
  }
})

test('bad input: leave over the ends of years, which every year shows → success; kept: one record each, as it is now, without flapping; an exact feed', async () => {
  await using company = await openCompany({ people: 14 })
  const app = await company.connect()
  const { actions } = company.sandbox
  const spans = [
    ['2025-12-22', '2026-01-09'],
    ['2025-06-30', '2027-02-01'],
    ['2024-12-01', '2025-06-01'],
    ['2026-12-31', '2027-01-01'],
    ['2027-12-31', '2028-01-03'],
    ['2025-12-31', '2025-12-31'],
    ['2026-01-01', '2026-01-01'],
  ] as const
  const ids = spans.map(([start, end], n) => actions.requestLeave(String(101 + n), { start, end }))
  await expectHealthy(company, app)
  let end: string | undefined
  const since = async (): Promise<string[]> => {
    const told = (await feedSince(app, end)).filter((entry) => ids.includes(entry.split(' ')[2] ?? ''))
    end = await feedEnd(app)
    return told
  }
  expect((await since()).sort()).toEqual(ids.map((id) => `created leave ${id}`).sort())
  for (const type of ['full', 'incremental', 'full'] as const) {
    company.clock.jump(DAY)
    await expectHealthy(company, app, type)
    expect(await since()).toEqual([])
  }

  // Approved between two of the years that show it: what was said last counts, and both words were true.
  const [first = '', longest = ''] = ids
  company.atRequest(2, () => {
    actions.approveLeave(longest)
  })
  await expectEnd(app, await app.sync.full('org_1', 'bamboohr', ['leave']), { status: 'success' })
  await expectTruth(company, app, { entities: ['leave'] })
  expect(await since()).toEqual([`updated leave ${longest}`])

  // One that ends earlier than it did is shown by fewer years, and is no other for it.
  actions.changeLeave(first, { end: '2025-12-31' })
  actions.removeLeave(ids[3] ?? '')
  await expectHealthy(company, app)
  expect((await since()).sort()).toEqual([`deleted leave ${String(ids[3])}`, `updated leave ${first}`])

  // A year later the horizon has moved, and nothing that was there has.
  company.clock.jump(365 * DAY)
  await expectHealthy(company, app)
  expect(await since()).toEqual([])
})

test('bad input: a company without departments and job titles → success; kept: everything else', async () => {
  await using company = await openCompany({ people: 14, departments: 0, jobTitles: 0 })
  const app = await company.connect()
  for (const type of ['full', 'incremental', 'full'] as const) {
    await expectHealthy(company, app, type)
    expect(await kept(app)).toMatchObject({ employees: 14, departments: 0, quarantined: 0 })
  }
  for (const employee of (await recordsOf(app.store, 'employees')).values()) {
    for (const name of ['departmentId', 'departmentName', 'jobTitle']) expect(employee).not.toHaveProperty(name)
  }
})

test('bad input: a list of departments that lost its only one → partial; kept: it, until the deletion is approved; the others are synced', async () => {
  await using s = await openSynced({ people: 14, departments: 1 })
  const { company, app } = s
  company.rewrites.set('departments', () => [])
  const run = await app.sync.full('org_1', 'bamboohr')
  await expectEnd(app, run, { status: 'partial' })
  expect(run.outcomes.map(({ held }) => held?.deletions)).toEqual([undefined, 1, undefined, undefined, undefined])
  await expectTruth(company, app)
  expect(await app.sync.approveDeletions(run.id)).toMatchObject({ status: 'success' })
  expect(await kept(app)).toMatchObject({ employees: 14, departments: 0 })
  company.rewrites.clear()
  await expectHealthy(company, app)
})

test('bad input: no list of departments at all → partial; kept: every department; the others are synced', async () => {
  await using s = await openSynced({ people: 14 })
  const { company, app } = s
  const departments = await recordsOf(app.store, 'departments')
  company.sandbox.actions.hideList('department')
  for (const type of ['full', 'incremental'] as const) {
    const run = await app.sync[type]('org_1', 'bamboohr')
    await expectEnd(app, run, { status: 'partial', code: 'RESPONSE_INVALID', says: [/GET \/api\/v1\/meta\/lists/] })
    expect(run.outcomes.filter(({ status }) => status !== 'success').map(({ entity }) => entity)).toEqual([
      'departments',
    ])
    expect(await recordsOf(app.store, 'departments')).toEqual(departments)
    await expectTruth(company, app)
  }
  company.sandbox.state.glitches.hiddenLists.clear()
  await expectHealthy(company, app)
})

test('bad input: no list of job titles at all → success; kept: every job, because nothing may be deleted by absence; assignments are synced', async () => {
  await using s = await openSynced({ people: 14 })
  const { company, app } = s
  const before = await copyOf(app)
  company.sandbox.actions.hideList('jobTitle')
  const [row] = company.sandbox.actions.tableRows('jobInfo', '103')
  company.sandbox.actions.changeTableRow('jobInfo', '103', String(row?.id), { location: 'Remote' })
  const end = await feedEnd(app)
  const run = await app.sync.full('org_1', 'bamboohr', ['positions'])
  await expectEnd(app, run, { status: 'success' })
  expect(run.outcomes[0]?.notes).toEqual([expect.stringMatching(/nothing is deleted by absence/)])
  const told = await feedSince(app, end)
  expect(told.filter((entry) => entry.startsWith('deleted'))).toEqual([])
  expect(told).toContain(`updated positions assignment/103/${String(row?.id)}`)
  const after = await copyOf(app)
  for (const [id, job] of before.get('positions') ?? []) {
    if (id.startsWith('job/')) expect(after.get('positions')?.get(id)).toEqual(job)
  }

  company.sandbox.state.glitches.hiddenLists.clear()
  await expectHealthy(company, app)
})

test('bad input: 2,500 rows to a page → success; kept: every record; a page more is a setting that does not fit', async () => {
  await using company = await openCompany({ people: 2_501, settings: { pageSize: 2_500 } })
  const app = await company.connect()
  await expectHealthy(company, app)
  const asked = company.sandbox.requests.list({ path: '/api/v1/employees' })
  expect(asked.map(({ query }) => new URLSearchParams(query).get('page[limit]'))).toEqual(['2500', '2500'])
  changePeople(company)
  const run = await expectHealthy(company, app)
  expect(run.outcomes[0]?.counters).toMatchObject({ processed: 2_501, pages: 2, created: 1, deleted: 1, updated: 375 })
  expect(run.outcomes[2]?.counters.pages).toBeLessThanOrEqual(6)

  const saving = app.integrations.connections.save('org_1', 'bamboohr', {
    credentials: { apiKey: 'a'.repeat(40) },
    settings: { subdomain: 'acme', pageSize: 2_501 },
  })
  await expect(saving).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringMatching(/pageSize: .*Nothing was saved/),
  })
  await expectHealthy(company, app, 'incremental')
})
