import { parseJsonText } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { expectedRecords } from '../../packages/adapter-bamboohr/test/expected-records.ts'
import type { EntityName } from '../../packages/adapter-bamboohr/test/expected-records.ts'
import type { Row } from '../../packages/adapter-bamboohr/test/expected-employee.ts'
import { copyOf, expectEnd, expectHealthy, expectTruth, feedEnd, feedSince, kept, keyOf } from './support/look.ts'
import type { TruthOptions } from './support/look.ts'
import { openCompany } from './support/company.ts'
import type { TestCompany } from './support/company.ts'
import { everySource, perSource, sources } from './support/source.ts'
import type { PerSource, SourceName } from './support/source.ts'
import { openSynced } from './support/synced.ts'

// One row of every source is bad at the same time. Enough job titles that losing them all is too many to believe.
const SMALL = { people: 14, jobTitles: 30 } as const

/** The record of a source that a test spoils, `nth` in the order of ids; of leave, one that is shown in one year only. */
function pick(company: TestCompany, name: SourceName, nth = 1): string {
  const records = expectedRecords(company.sandbox.actions.truth())[sources[name].entity]
  const ids = [...records].flatMap(([id, record]) => {
    const { startDate = '', endDate = '' } = record as Partial<Record<string, string>>
    if (startDate.slice(0, 4) !== endDate.slice(0, 4) || (name === 'leave' && startDate < '2025-06-01')) return []
    return (name === 'jobs') === id.startsWith('job/') ? [id] : []
  })
  const id = ids[nth]
  if (id === undefined) throw new Error(`The company has too few ${name}.`)
  return id
}

/** Writes other values into the picked row of every source. @returns the ids of the records by source */
function rewriteOne(company: TestCompany, values: PerSource<Row>, nth = 1): PerSource<string> {
  return perSource((name) => {
    const { idOf } = sources[name]
    const id = pick(company, name, nth)
    const before = company.rewrites.get(name)
    company.rewrites.set(name, (rows, request) =>
      (before?.(rows, request) ?? rows).map((row) =>
        idOf(row as Row) === id ? { ...(row as Row), ...values[name] } : row,
      ),
    )
    return id
  })
}

/** What the records of the picked rows must be, in the words of {@link TruthOptions.except}. */
function exceptions(
  company: TestCompany,
  ids: PerSource<string>,
  change: (record: object, name: SourceName, id: string) => readonly (readonly [string, unknown])[],
): TruthOptions['except'] {
  const expected = expectedRecords(company.sandbox.actions.truth())
  const all = everySource.map(({ name, entity }) => {
    const id = ids[name]
    return [entity, change(expected[entity].get(id) as object, name, id)] as const
  })
  const of = (entity: EntityName) => new Map(all.flatMap(([owner, changed]) => (owner === entity ? changed : [])))
  return {
    employees: of('employees'),
    departments: of('departments'),
    positions: of('positions'),
    leave: of('leave'),
    payroll: of('payroll'),
  }
}

const without = (record: object, name: string): object =>
  Object.fromEntries(Object.entries(record).filter(([key]) => key !== name))

const BAD: PerSource<Row> = {
  employees: { firstName: 42 },
  departments: { name: { was: 'text' } },
  jobs: { name: ['text'] },
  assignments: { date: 'next spring' },
  leave: { start: '01/06/2026' },
  payroll: { rate: { value: 'much', currency: 'USD' } },
}
// Without these there is no record: null is as bad as any other value. An employee needs nothing but an id.
const NULL_WHERE_NEEDED: PerSource<Row> = {
  ...BAD,
  departments: { name: null },
  jobs: { name: null },
  leave: { employeeId: null },
}

test('bad input: one bad row of every entity among good ones, or null where there must be something → partial; kept: the others, the bad ones as they were before, their payloads and reasons in quarantine', async () => {
  for (const values of [BAD, NULL_WHERE_NEEDED]) {
    await using s = await openSynced(SMALL)
    const { company, app } = s
    const before = await copyOf(app)
    const ids = rewriteOne(company, values)
    // Their owners enter the feed of changes, so that an incremental sync reads the bad rows too.
    for (const name of ['employees', 'assignments', 'payroll'] as const) {
      const employeeId = ids[name].replace('assignment/', '').split('/')[0] ?? ''
      company.sandbox.actions.change(employeeId, { homePhone: '+1 800-555-0000' })
    }
    for (const type of ['incremental', 'full', 'full'] as const) {
      const run = await app.sync[type]('org_1', 'bamboohr')
      await expectEnd(app, run, { status: 'partial' })
      // A full sync reads leave around today twice, and counts what it could not read each time.
      expect(run.counters.failed).toBe(type === 'full' ? 7 : 6)
      const wasBefore = exceptions(company, ids, (_record, name, id) => [
        [id, before.get(sources[name].entity)?.get(id)],
      ])
      await expectTruth(company, app, { after: type, except: wasBefore, quarantined: 6 })
    }
    const bad = await app.store.quarantine.list({
      organizationId: 'org_1',
      provider: 'bamboohr',
      connection: 'default',
    })
    for (const { name, entity } of everySource) {
      const one = bad.find((record) => record.entity === entity && record.id === ids[name])
      const [field = ''] = Object.keys(values[name])
      expect(one?.reasons, name).toEqual([expect.stringMatching(new RegExp(`^${field}\\b.*: `))])
      expect(JSON.parse(one?.raw ?? ''), name).toMatchObject(values[name])
    }

    company.rewrites.clear()
    await expectHealthy(company, app)
  }
})

test('bad input: null where a string was, in every entity → success; kept: the record, without the value', async () => {
  await using s = await openSynced(SMALL)
  const { company, app } = s
  const nulls: PerSource<readonly [theirs: string, ours: string]> = {
    employees: ['workEmail', 'workEmail'],
    departments: ['createdDate', 'createdAt'],
    jobs: ['createdDate', 'createdAt'],
    assignments: ['department', 'departmentName'],
    leave: ['amount', 'amount'],
    payroll: ['type', 'payType'],
  }
  const values = perSource((name): Row => ({ [nulls[name][0]]: null }))
  const ids = rewriteOne(company, values)
  const run = await app.sync.full('org_1', 'bamboohr')
  await expectEnd(app, run, { status: 'success' })
  const except = exceptions(company, ids, (record, name, id) => {
    const rest = without(record, nulls[name][1])
    return [[id, name === 'leave' ? without(rest, 'unit') : rest]]
  })
  await expectTruth(company, app, { except })
  company.rewrites.clear()
  await expectHealthy(company, app)
})

test('bad input: numbers above 2^53 in every entity, as id and as value → success; kept: every digit, ids that are the same double apart', async () => {
  await using s = await openSynced(SMALL)
  const { company, app } = s
  await expectHealthy(company, app)
  const end = await feedEnd(app)
  const idName = (name: SourceName): string => (name === 'employees' ? 'employeeId' : 'id')
  const [one, other, many] = [9007199254740993n, 9007199254740992n, 12345678901234567890n]
  const some: PerSource<readonly [Row, object]> = {
    employees: [{ employeeNumber: many }, { employeeNumber: String(many) }],
    departments: [{}, {}],
    jobs: [{}, {}],
    assignments: [{ location: many }, { locationName: String(many) }],
    leave: [{ amount: { unit: 'hours', amount: many } }, { unit: 'hours', amount: String(many) }],
    payroll: [{ rate: { value: many, currency: 'IDR' } }, { rate: { amount: String(many), currency: 'IDR' } }],
  }
  const rowsWith = (id: bigint) => perSource((name): Row => ({ ...some[name][0], [idName(name)]: id }))
  const renamed = (big: bigint) => (record: object, name: SourceName, id: string) => {
    const newId = id.replace(/\d+$/, String(big))
    const titled = name === 'jobs' ? { titleId: String(big) } : {}
    return [
      [id, undefined],
      [newId, { ...record, ...some[name][1], ...titled, id: newId }],
    ] as const
  }
  const first = exceptions(company, rewriteOne(company, rowsWith(one), 1), renamed(one))
  const second = exceptions(company, rewriteOne(company, rowsWith(other), 2), renamed(other))
  const both = (entity: EntityName) => new Map([...(first?.[entity] ?? []), ...(second?.[entity] ?? [])])

  const run = await app.sync.full('org_1', 'bamboohr')
  await expectEnd(app, run, { status: 'success' })
  expect(run.counters).toMatchObject({ created: 12, deleted: 12, updated: 0 })
  const entities = ['employees', 'departments', 'positions', 'leave', 'payroll'] as const
  const except = Object.fromEntries(entities.map((entity) => [entity, both(entity)]))
  await expectTruth(company, app, { except })
  const told = await feedSince(app, end)
  expect(told).toHaveLength(24)
  expect(new Set(told).size).toBe(24)
  // The payload too, as it was sent.
  const stored = await app.store.records.list(keyOf('payroll'), { limit: 1000 })
  const paid = stored.find(({ id }) => id.endsWith(`/${String(one)}`))
  expect(parseJsonText(paid?.raw ?? '')).toMatchObject({ id: one, rate: { value: many, currency: 'IDR' } })

  company.rewrites.clear()
  await expectHealthy(company, app)
})

const TEXT: PerSource<readonly [theirs: string, ours: string]> = {
  employees: ['jobTitleName', 'jobTitle'],
  departments: ['name', 'name'],
  jobs: ['name', 'title'],
  assignments: ['jobTitle', 'title'],
  leave: ['name', 'employeeName'],
  payroll: ['comment', 'comment'],
}

const withText = (text: string) => perSource((name): Row => ({ [TEXT[name][0]]: text }))

test('bad input: emoji, right-to-left text and control characters in every entity → success; kept: every code unit', async () => {
  await using s = await openSynced(SMALL)
  const { company, app } = s
  const texts = [
    '👩🏽‍🏭 Zoë 🏳️‍🌈',
    'رئيس العمال بن سعيد',
    '\u202eבן־דוד\u202c',
    `Robert'); drop table integration_records;--"\\\u0001\u2028\u2029\t\ufeff`,
    'e\u0301 \u00e9',
    '𠜎'.repeat(2_000),
  ]
  for (const text of texts) {
    const ids = rewriteOne(company, withText(text))
    const run = await app.sync.full('org_1', 'bamboohr')
    await expectEnd(app, run, { status: 'success' })
    const except = exceptions(company, ids, (record, name, id) => [[id, { ...record, [TEXT[name][1]]: text }]])
    await expectTruth(company, app, { except })
    company.rewrites.clear()
  }
  await expectHealthy(company, app)
})

test('bad input: the same id twice in every entity, within an answer and across answers → success; kept: one record, as its last row says, and one entry in the feed', async () => {
  // So that three rows of the same id are never cut apart.
  await using company = await openCompany({ ...SMALL, settings: { pageSize: 12 } })
  const app = await company.connect()
  for (const { name } of everySource) {
    company.rewrites.set(name, (rows) => rows.flatMap((row) => [{ ...row, [TEXT[name][0]]: 'Stale' }, row, row]))
  }
  company.sandbox.actions.duplicateAcrossPages()
  await expectHealthy(company, app)
  await expectOneEntryEach()

  const seen: Row[] = []
  for (const { name } of everySource) company.rewrites.set(name, (rows) => [...rows, ...rows])
  company.rewrites.set('leave', (rows) => [...seen.splice(0, seen.length, ...seen, ...rows), ...rows])
  const again = await expectHealthy(company, app)
  expect(again.counters).toMatchObject({ created: 0, updated: 0, deleted: 0 })
  company.rewrites.clear()
  company.sandbox.actions.duplicateAcrossPages(false)
  await expectHealthy(company, app)
  await expectOneEntryEach()

  async function expectOneEntryEach(): Promise<void> {
    const told = await feedSince(app, undefined)
    const { quarantined, ...counts } = await kept(app)
    expect(quarantined).toBe(0)
    expect(told).toHaveLength(Object.values(counts).reduce((sum, count) => sum + count))
    expect(new Set(told).size).toBe(told.length)
  }
})

test('bad input: a row without an id in every entity, while another is left out → partial; kept: every record, because nothing may be deleted by absence; the payloads in quarantine', async () => {
  await using s = await openSynced(SMALL)
  const { company, app } = s
  await expectHealthy(company, app)
  const nameless: PerSource<readonly Row[]> = {
    employees: [{ employeeId: null }, { employeeId: '' }, { employeeId: 1.5 }],
    departments: [{ id: null }, { id: {} }, { id: true }],
    jobs: [{ id: undefined }, { id: [] }, { id: '\ud800' }],
    assignments: [{ id: '' }, { employeeId: null }, { employeeId: '10/1' }],
    leave: [{ id: null }, { id: '' }, { id: '11\0' }],
    payroll: [{ id: 'x' }, { employeeId: '' }, { id: '../1' }],
  }
  for (const variant of [0, 1, 2]) {
    rewriteOne(
      company,
      perSource((name) => nameless[name][variant] ?? {}),
    )
    for (const { name, idOf } of everySource) {
      const [change, hidden] = [company.rewrites.get(name), pick(company, name, 2)]
      company.rewrites.set(
        name,
        (rows, request) =>
          change?.(
            rows.filter((row) => idOf(row) !== hidden),
            request,
          ) ?? [],
      )
    }
    const [before, end] = [await copyOf(app), await feedEnd(app)]
    const run = await app.sync.full('org_1', 'bamboohr')
    await expectEnd(app, run, { status: 'partial' })
    // Leave around today is read twice, and counted each time.
    expect(run.counters).toMatchObject({ failed: 7, deleted: 0, updated: 0, created: 0 })
    for (const { entity, status, notes } of run.outcomes) {
      expect({ entity, status, notes }).toEqual({
        ...{ entity, status: 'partial' },
        notes: [expect.stringMatching(/no readable id: nothing is deleted by absence/)],
      })
    }
    expect(await copyOf(app)).toEqual(before)
    expect(await feedSince(app, end)).toEqual([])
    expect(await kept(app)).toMatchObject({ quarantined: 6 })

    company.rewrites.clear()
    await expectHealthy(company, app)
  }
})

test('bad input: a row without an id among those of somebody who changed → partial; kept: every row of theirs, because it may be any of those that seem gone', async () => {
  await using s = await openSynced(SMALL)
  const { company, app } = s
  await expectHealthy(company, app)
  const { actions } = company.sandbox
  company.clock.jump(3_600_000)
  const gone = (['jobInfo', 'compensation'] as const).map((table) => {
    actions.addTableRow(table, '103', { location: 'Remote', comment: 'New' })
    const [row, other] = actions.tableRows(table, '103')
    actions.removeTableRow(table, '103', String(row?.id))
    const group = table === 'jobInfo' ? 'positions assignment/103' : 'payroll 103'
    return { entry: `${group}/${String(row?.id)}`, nameless: String(other?.id) }
  })
  for (const [n, name] of (['assignments', 'payroll'] as const).entries()) {
    company.rewrites.set(name, (rows) => rows.map((row) => (row.id === gone[n]?.nameless ? { ...row, id: null } : row)))
  }
  const end = await feedEnd(app)
  const run = await app.sync.incremental('org_1', 'bamboohr')
  await expectEnd(app, run, { status: 'partial' })
  expect(run.counters).toMatchObject({ failed: 2, deleted: 0 })
  expect((await feedSince(app, end)).filter((entry) => entry.startsWith('deleted'))).toEqual([])

  company.rewrites.clear()
  await expectHealthy(company, app)
  const deleted = (await feedSince(app, end)).filter((entry) => entry.startsWith('deleted'))
  expect(deleted.sort()).toEqual(gone.map(({ entry }) => `deleted ${entry}`).sort())
})

test('bad input: an empty list where there were records, in every entity → partial; kept: every record, until the deletions are approved', async () => {
  await using s = await openSynced(SMALL)
  const { company, app } = s
  await expectHealthy(company, app)
  for (const { name, entity } of everySource) {
    company.rewrites.set(name, () => [])
    // People are counted by the provider itself, which must agree.
    if (name === 'employees') company.sandbox.actions.shrinkToZero()
    const [before, end] = [await copyOf(app), await feedEnd(app)]
    const run = await app.sync.full('org_1', 'bamboohr')
    await expectEnd(app, run, { status: 'partial' })
    for (const outcome of run.outcomes) {
      const { status, held, notes } = outcome
      const live = before.get(entity)?.size ?? 0
      if (outcome.entity !== entity) expect({ status, held, notes }).toEqual({ status: 'success', notes: [] })
      else {
        expect(held, name).toMatchObject({ live })
        expect(held?.deletions, name).toBeGreaterThanOrEqual(entity === 'positions' ? 25 : live)
        expect(notes).toEqual([expect.stringContaining(`they are kept until approveDeletions('${run.id}')`)])
      }
    }
    expect(await copyOf(app)).toEqual(before)
    expect(await feedSince(app, end)).toEqual([])

    company.rewrites.clear()
    company.sandbox.actions.shrinkToZero(false)
    await expectHealthy(company, app)
    await expect(app.sync.approveDeletions(run.id)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(await feedSince(app, end)).toEqual([])
  }
})
