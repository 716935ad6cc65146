import { DatabaseSync } from 'node:sqlite'
import { sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import { expect, test } from 'vitest'
import { PAGE_SIZE } from './support/app.ts'
import { openCompany } from './support/company.ts'
import { checkpoint, expectEnd, expectHealthy, expectTruth, kept, recordsOf } from './support/look.ts'
import { openSynced } from './support/synced.ts'

test('bad input: an endless cursor loop → RESPONSE_INVALID; kept: the pages before it came round, and the place to go on at', async () => {
  await using company = await openCompany()
  const app = await company.connect()
  company.sandbox.actions.endlessCursor()
  for (let turn = 1; turn <= 3; turn += 1) {
    const before = company.sandbox.requests.counters.total
    const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
    await expectEnd(app, run, {
      status: 'failed',
      code: 'RESPONSE_INVALID',
      says: [/listing of employees of bamboohr is an endless loop/, /report it to the adapter/],
    })
    // However often it is tried, nobody walks in circles.
    expect(company.sandbox.requests.counters.total - before).toBeLessThanOrEqual(6)
    expect((await kept(app)).employees).toBeGreaterThanOrEqual(40)
    expect(checkpoint(company)).toMatchObject({ cursor: undefined, listing: { phase: 'list' } })
  }
  company.sandbox.actions.endlessCursor(false)
  await expectHealthy(company, app)
})

test('bad input: a cursor that expires midway (BadPage) → success; kept: every record, because the listing begins again', async () => {
  await using s = await openSynced()
  const { company, app } = s
  // The employee at the edge of the second page changes while the third is asked for.
  company.atRequest(3, () => {
    company.sandbox.actions.change('120', { mobilePhone: '+1 800-555-9999' })
  })
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, run, { status: 'success' })
  expect(run.outcomes[0]?.notes).toEqual([expect.stringMatching(/The listing began again: .*BadPage/)])
  expect(run.counters).toMatchObject({ processed: 20 + 45, deleted: 1, created: 1 })
  await expectTruth(company, app, { entities: ['employees'] })
  await expectHealthy(company, app, 'incremental')
})

test('bad input: a cursor that expires midway every time → CURSOR_EXPIRED; kept: every record; nothing is deleted by absence', async () => {
  await using s = await openSynced()
  const { company, app } = s
  company.sandbox.faults.inject({
    match: (request) => request.query.has('page[after]'),
    fault: { kind: 'status', status: 400, headers: {}, body: '{"error":{"code":"BadPage","message":"Gone."}}' },
  })
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, run, {
    status: 'failed',
    code: 'CURSOR_EXPIRED',
    says: [/lost the place in its listing of employees 4 times/, /Try again when fewer records change/],
  })
  expect(run.counters).toMatchObject({ processed: 4 * PAGE_SIZE, deleted: 0 })
  expect(await kept(app)).toMatchObject({ employees: 45 })
  company.faults.clear()
  const again = await app.sync.full('org_1', 'bamboohr')
  await expectEnd(app, again, { status: 'success' })
  await expectTruth(company, app)
})

test('bad input: a page token that expired between two runs → success; kept: every record, because the listing begins again', async () => {
  await using company = await openCompany()
  const app = await company.connect()
  company.atRequest(3, () => {
    company.sandbox.actions.revokeKey()
  })
  await app.sync.full('org_1', 'bamboohr', ['employees'])
  expect(await kept(app)).toMatchObject({ employees: 20 })
  company.sandbox.actions.acceptKey(sandboxApiKey)
  company.sandbox.actions.remove('120')
  company.sandbox.actions.remove('104')
  const run = await app.sync.full('org_1', 'bamboohr')
  await expectEnd(app, run, { status: 'success' })
  expect(run.outcomes[0]?.notes).toEqual([expect.stringMatching(/The listing began again: .*BadPage/)])
  expect(run.counters).toMatchObject({ deleted: 2 })
  await expectTruth(company, app)
})

test('bad input: a saved cursor that means nothing any more → success; kept: every record, because everything is read again', async () => {
  const broken = ['employees', 'positions', 'leave', 'payroll']
  for (const cursor of [
    '"not ours"',
    '{"since":"some day"}',
    '{"since":{"a":1}}',
    '17',
    '{"since":"2026-01-01T00:00:00Z","listing":7}',
  ]) {
    await using s = await openSynced()
    const { company, app } = s
    const database = new DatabaseSync(company.path)
    database
      .prepare('update integration_entities set cursor = ? where entity in (select value from json_each(?))')
      .run(cursor, JSON.stringify(broken))
    database.close()
    const run = await app.sync.incremental('org_1', 'bamboohr')
    await expectEnd(app, run, { status: 'success' })
    for (const { entity, type, notes } of run.outcomes.filter((outcome) => broken.includes(outcome.entity))) {
      const again = [expect.stringMatching(/^The listing began again: /)]
      expect({ entity, type, notes }, cursor).toEqual({ entity, type: 'full', notes: again })
    }
    await expectTruth(company, app, { after: 'incremental' })
    await expectHealthy(company, app, 'incremental')
  }
})

test('bad input: a listing that shrinks to zero → partial; kept: every record, until the deletions are approved', async () => {
  // So few that only "all of them" can hold the deletions back.
  await using s = await openSynced({ people: 20 })
  const { company, app } = s
  company.sandbox.actions.shrinkToZero()
  const run = await app.sync.full('org_1', 'bamboohr')
  await expectEnd(app, run, { status: 'partial' })
  expect(run.outcomes[0]).toMatchObject({ held: { deletions: 20, live: 20 }, counters: { deleted: 0 } })
  expect(run.outcomes[0]?.notes.join()).toContain(`they are kept until approveDeletions('${run.id}')`)
  expect(await kept(app)).toMatchObject({ employees: 20, departments: 4 })
  company.sandbox.actions.shrinkToZero(false)
  await expectHealthy(company, app)
  await expect(app.sync.approveDeletions(run.id)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  await expectTruth(company, app)

  // The same again, and this time it is true.
  for (const id of company.sandbox.actions.ids()) company.sandbox.actions.remove(id)
  const emptied = await app.sync.full('org_1', 'bamboohr')
  await expectEnd(app, emptied, { status: 'partial' })
  expect(await kept(app)).toMatchObject({ employees: 20 })
  expect(await app.sync.approveDeletions(emptied.id)).toMatchObject({ status: 'success' })
  await expectTruth(company, app)
})

test('bad input: a listing that lost more than a fifth → partial; kept: every record, until the deletions are approved', async () => {
  await using s = await openSynced({ people: 130 })
  const { company, app } = s
  for (const id of company.sandbox.actions.ids().slice(0, 30)) company.sandbox.actions.remove(id)
  const run = await app.sync.full('org_1', 'bamboohr')
  await expectEnd(app, run, { status: 'partial' })
  expect(run.outcomes[0]).toMatchObject({ held: { deletions: 31, live: 131 } })
  expect((await recordsOf(app.store, 'employees')).size).toBe(131)
  expect(await app.sync.approveDeletions(run.id)).toMatchObject({ status: 'success' })
  await expectTruth(company, app)
})

test('bad input: a listing that states more records than it shows → partial; kept: every record; nothing is deleted by absence', async () => {
  await using s = await openSynced()
  const { company, app } = s
  company.sandbox.actions.lieAboutTotal(3)
  const run = await app.sync.full('org_1', 'bamboohr')
  await expectEnd(app, run, { status: 'partial' })
  expect(run.outcomes[0]?.notes.join()).toMatch(/stated 48 records and showed 45: nothing is deleted by absence/)
  expect(run.outcomes[0]?.counters).toMatchObject({ created: 1, deleted: 0 })
  expect(await kept(app)).toMatchObject({ employees: 46 })
  company.sandbox.actions.lieAboutTotal(0)
  await expectHealthy(company, app)
})

test('bad input: a page that leaves out people it counted → partial; kept: those it left out', async () => {
  await using s = await openSynced()
  const { company, app } = s
  company.rewrites.set('employees', (rows) => rows.slice(0, -1))
  const run = await app.sync.full('org_1', 'bamboohr')
  await expectEnd(app, run, { status: 'partial' })
  expect(run.outcomes[0]?.notes.join()).toMatch(/stated 45 records and showed 40: nothing is deleted by absence/)
  expect(await kept(app)).toMatchObject({ employees: 45 })
  company.rewrites.clear()
  await expectHealthy(company, app)
})

test('bad input: a listing that states fewer records than it shows → success; kept: every record that was shown', async () => {
  await using s = await openSynced()
  s.company.sandbox.actions.lieAboutTotal(-30)
  await expectHealthy(s.company, s.app)
  s.company.sandbox.actions.lieAboutTotal(-1_000)
  await expectHealthy(s.company, s.app)
})
