import type { EntityRecord } from '@unioneyes/core'
import { createIntegrations, createVault, generateVaultKey, memoryStore } from '@unioneyes/core'
import { hris } from '@unioneyes/models'
import type { Leave } from '@unioneyes/models'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { fault } from '@unioneyes/testkit'
import type { RunningSandbox } from '@unioneyes/testkit'
import { afterEach, describe, expect, test } from 'vitest'
import { bamboohr } from '../src/index.ts'
import type { BamboohrActions, BamboohrSandboxOptions, BamboohrTruth, Company } from '../src/sandbox.ts'
import { sandboxApiKey } from '../src/sandbox.ts'
import { applied, connect, harvest, openSandbox, refusalOf } from './live.ts'

const DAY = 24 * 3_600_000
const PATH = '/api/v1/time_off/requests'

let sandbox: RunningSandbox<Company, BamboohrActions>
afterEach(async () => {
  expect(sandbox.errors).toEqual([])
  await sandbox.close()
})

type Row = Readonly<Record<string, unknown>>

async function open(options: BamboohrSandboxOptions = {}, settings: Row = {}) {
  sandbox = await openSandbox(options)
  const integration = await connect({
    baseUrl: sandbox.url,
    settings: { pageSize: 15, leaveFrom: '2022-01-01', ...settings },
  })
  return { integration, actions: sandbox.actions }
}

async function synced(options: BamboohrSandboxOptions = {}, settings: Row = {}) {
  const { integration, actions } = await open(options, settings)
  const full = await harvest(integration, 'leave')
  sandbox.requests.clear()
  return {
    ...{ integration, actions, full },
    changes: (from = full.cursor) => harvest(integration, 'leave', { type: 'incremental', cursor: from }),
  }
}

/** An app with a store, connected to the sandbox. */
async function openApp() {
  const store = memoryStore()
  const integrations = createIntegrations({
    adapters: [bamboohr],
    store,
    vault: createVault({ keys: { k1: generateVaultKey() } }),
    baseUrls: { bamboohr: sandbox.url },
  })
  await integrations.connections.save('org_1', 'bamboohr', {
    credentials: { apiKey: sandboxApiKey },
    settings: { subdomain: 'acme', leaveFrom: '2022-01-01' },
  })
  return { sync: createSyncEngine({ integrations, store }) }
}

const words: Row = {
  ...{ requested: 'requested', approved: 'approved', denied: 'denied' },
  ...{ canceled: 'cancelled', superceded: 'superseded' },
}

/** What a request must become, written down once more and by hand. */
function expectedLeave(row: Row): Leave {
  const { status, type, amount } = row as Record<string, Record<string, string>>
  const dates = Object.entries(row.dates as Row)
  return {
    ...{ id: String(row.id), employeeId: String(row.employeeId), employeeName: String(row.name) },
    ...{ typeId: String(type?.id), typeName: String(type?.name) },
    status: words[String(status?.status)] as Leave['status'],
    ...{ startDate: String(row.start), endDate: String(row.end) },
    ...{ unit: amount?.unit as Leave['unit'], amount: String(amount?.amount) },
    days: dates.map(([date, value]) => ({ date, amount: String(value) })),
    ...{ requestedOn: String(row.created), statusChangedOn: String(status?.lastChanged) },
  }
}

const expectedAll = ({ leave }: BamboohrTruth): Map<string, EntityRecord> =>
  new Map(leave.map(expectedLeave).map((record) => [record.id, record]))

const windows = () =>
  sandbox.requests.list({ path: PATH }).map(({ query }) => {
    const asked = new URLSearchParams(query)
    return `${asked.get('start') ?? ''}..${asked.get('end') ?? ''}`
  })

describe('a full sync of leave', () => {
  test.each(['recorded', 'specification'] as const)(
    'brings every request of every status once, as %s',
    async (leaveAs) => {
      const { full, actions } = await synced({ people: 150, leaveAs })
      expect(full.records).toEqual(expectedAll(actions.truth()))
      expect(full).toMatchObject({ invalid: [], deleted: [], complete: true, restarts: 0, cursor: '2026-06-01' })
      for (const record of full.records.values()) expect(hris.leave.parse(record)).toEqual(record)
      const all = [...full.records.values()] as Leave[]
      expect(new Set(all.map(({ status }) => status))).toEqual(new Set(Object.values(words)))
      expect(new Set(all.map(({ unit }) => unit))).toEqual(new Set(['hours', 'days']))
      expect(all.some(({ startDate, endDate }) => startDate.slice(0, 4) < endDate.slice(0, 4))).toBe(true)
    },
  )

  test('asks year by year from the first day to the end of the year that the horizon is in, and around today once more', async () => {
    const { integration } = await open()
    await harvest(integration, 'leave')
    expect(windows()).toEqual([
      ...['2022-01-01..2022-12-31', '2023-01-01..2023-12-31', '2024-01-01..2024-12-31'],
      ...['2025-01-01..2025-12-31', '2026-01-01..2026-12-31', '2027-01-01..2027-12-31'],
      ...['2026-03-03..2026-12-31', '2027-01-01..2027-12-31'],
    ])
    sandbox.requests.clear()
    await harvest(await connect({ baseUrl: sandbox.url, settings: { leaveAheadDays: 0 } }), 'leave')
    expect(windows()).toHaveLength(28) // since 2000
    expect(windows().slice(-2)).toEqual(['2026-01-01..2026-12-31', '2026-03-03..2026-12-31'])
  })

  test('leave over New Year arrives in every year and round, and is one record', async () => {
    const { integration, actions } = await open({ people: 1 })
    const id = actions.requestLeave('101', { start: '2025-12-22', end: '2027-01-08' })
    const { pages, records } = await harvest(integration, 'leave')
    const shown = pages.flatMap((page) => page.rows?.items ?? []).filter((item) => item.id === id)
    expect(shown).toHaveLength(5)
    expect(records.get(id)).toMatchObject({ startDate: '2025-12-22', endDate: '2027-01-08', status: 'requested' })
  })

  test('“today” is the provider’s, however wrong our clock is', async () => {
    sandbox = await openSandbox({ people: 1, dateSkewMs: 400 * DAY })
    const clock = { sleep: () => Promise.resolve(), now: () => 0 }
    const integration = await connect({ baseUrl: sandbox.url, clock, settings: { leaveFrom: '2026-01-01' } })
    expect((await harvest(integration, 'leave')).cursor).toBe('2027-07-06')
    expect(windows().at(-1)).toBe('2028-01-01..2028-12-31')
  })

  test('a first day in the future asks for that year only', async () => {
    const { integration } = await open({}, { leaveFrom: '2031-05-01' })
    expect(await harvest(integration, 'leave')).toMatchObject({ complete: true, records: new Map() })
    expect(windows()).toEqual(['2031-05-01..2031-12-31'])
  })

  test('a year of many comes in pages of bounded size; interrupted after any of them, nothing is missed', async () => {
    const { integration, full } = await synced({ people: 60 }, { pageSize: 5 })
    for (const page of full.pages) expect(page.rows?.items.length ?? 0).toBeLessThanOrEqual(5)
    expect(full.pages.length).toBeGreaterThan(10)
    const seen = new Set<string | undefined>()
    for (const { rows, next } of full.pages) {
      for (const { id } of rows?.items ?? []) seen.add(id)
      if (next === undefined) continue
      const resumed = await harvest(integration, 'leave', { pageToken: next })
      expect(new Set([...seen, ...resumed.records.keys()])).toEqual(new Set(full.records.keys()))
      expect(resumed).toMatchObject({ restarts: 0, complete: true, cursor: '2026-06-01' })
    }
    // Only what was left is asked for again: the last page but one is in the last year.
    expect(windows().at(-1)).toBe('2027-01-01..2027-12-31')
    expect(windows().filter((window) => window.startsWith('2022')).length).toBeLessThan(full.pages.length / 2)
  })

  test('resumed on a later day it keeps the day that it began on', async () => {
    const { integration, actions, full } = await synced()
    actions.advance(300 * DAY)
    const resumed = await harvest(integration, 'leave', { pageToken: full.pages[0]?.next })
    expect(resumed.cursor).toBe('2026-06-01')
    expect(windows().at(-1)).toBe('2027-01-01..2027-12-31')
  })

  test('notes are only asked for and kept when the settings say so', async () => {
    const note = { employee: 'Surgery', manager: 'Get well soon' }
    const without = await open({ people: 1 })
    const id = without.actions.requestLeave('101', { start: '2026-07-01', end: '2026-07-02', notes: note })
    const first = await harvest(without.integration, 'leave')
    expect(JSON.stringify([...first.records, ...first.pages.map((page) => page.rows)])).not.toContain('Surgery')
    for (const { query } of sandbox.requests.list({ path: PATH })) expect(query).toContain('excludeNote=')
    sandbox.requests.clear()
    const asking = await connect({ baseUrl: sandbox.url, settings: { leaveNotes: true } })
    const second = await harvest(asking, 'leave')
    expect(second.records.get(id)).toMatchObject({ employeeNote: 'Surgery', managerNote: 'Get well soon' })
    for (const { query } of sandbox.requests.list({ path: PATH })) expect(query).not.toContain('excludeNote')
  })

  test('a refused one is a refusal of this entity only', async () => {
    const { integration, actions } = await open()
    actions.refuseLeave()
    const error = await refusalOf(harvest(integration, 'leave'))
    expect(error).toMatchObject({ code: 'PERMISSION_DENIED', entity: 'leave' })
    expect((await harvest(integration, 'employees')).complete).toBe(true)
  })

  test.each([
    ['XML', fault.status(200, { 'content-type': 'text/xml' }, '<requests/>')],
    ['a web page', fault.html200()],
    ['an object', fault.wrongShape({ requests: [] })],
  ])('%s in place of the requests is refused', async (_, what) => {
    const { integration } = await open()
    sandbox.faults.inject({ match: { path: PATH, skip: 1 }, fault: what })
    expect((await refusalOf(harvest(integration, 'leave'))).code).toBe('RESPONSE_INVALID')
  })

  test('an answer without a Date is refused, because there is no telling where to stop', async () => {
    const { integration } = await open()
    const answer = fault.status(200, { 'content-type': 'application/json', date: 'sometime' }, '[]')
    sandbox.faults.inject({ match: { path: PATH }, fault: answer })
    const error = await refusalOf(harvest(integration, 'leave'))
    expect(error).toMatchObject({ code: 'RESPONSE_INVALID', provider: 'bamboohr', entity: 'leave' })
    expect(error.message).toContain('Date')
  })
})

describe('leave that is moved while a full sync reads', () => {
  /** Reads everything; before the answer to the request of that number, something happens. */
  async function fullDuring(integration: Awaited<ReturnType<typeof connect>>, n: number, happen: () => void) {
    let asked = 0
    sandbox.faults.inject({
      match: ({ path }) => {
        if (path === PATH && (asked += 1) === n) happen()
        return false
      },
      fault: fault.reset(),
    })
    const result = await harvest(integration, 'leave')
    sandbox.faults.clear()
    return { ...result, asked }
  }

  test.each([
    ['from the next year into this one', '2027-02-01', '2026-07-01'],
    ['from this year into the next', '2026-07-01', '2027-02-01'],
    ['back over New Year', '2026-02-02', '2025-12-22'],
    ['to ninety days ago', '2027-02-01', '2026-03-03'],
  ])('%s is shown whenever that happens', async (_, from, to) => {
    const settings = to < '2026' ? { leaveBackDays: 180 } : {}
    for (let n = 1, total = 2; n <= total; n += 1) {
      const { integration, actions } = await open({ people: 3 }, settings)
      const id = actions.requestLeave('101', { start: from, end: from })
      const { records, complete, asked } = await fullDuring(integration, n, () => {
        actions.changeLeave(id, { start: to, end: to })
      })
      expect(records.has(id), `moved at request ${String(n)}`).toBe(true)
      expect({ complete, ids: new Set(records.keys()) }).toEqual({
        complete: true,
        ids: new Set(expectedAll(actions.truth()).keys()),
      })
      total = asked
      await sandbox.close()
    }
    sandbox = await openSandbox()
  })

  test('is shown when the sync was interrupted meanwhile, after whichever page', async () => {
    const { integration, actions } = await open({ people: 12 }, { pageSize: 5 })
    const id = actions.requestLeave('101', { start: '2027-02-01', end: '2027-02-02' })
    const { pages } = await harvest(integration, 'leave')
    expect(pages.length).toBeGreaterThan(7)
    const seen = new Set<string | undefined>()
    for (const { rows, next } of pages.slice(0, -1)) {
      for (const item of rows?.items ?? []) seen.add(item.id)
      actions.changeLeave(id, { start: '2026-07-01', end: '2026-07-02' })
      sandbox.requests.clear()
      const resumed = await harvest(integration, 'leave', { pageToken: next })
      expect(new Set([...seen, ...resumed.records.keys()])).toEqual(new Set(expectedAll(actions.truth()).keys()))
      expect(resumed).toMatchObject({ restarts: 0, complete: true })
      actions.changeLeave(id, { start: '2027-02-01', end: '2027-02-02' })
    }
    // The second round is not begun a second time.
    expect(windows()).toEqual(['2027-01-01..2027-12-31'])
  })

  test('is no deletion in the app', async () => {
    sandbox = await openSandbox({ people: 12 })
    const { actions } = sandbox
    const { sync } = await openApp()
    const id = actions.requestLeave('101', { start: '2027-02-01', end: '2027-02-02' })
    expect(await sync.full('org_1', 'bamboohr', ['leave'])).toMatchObject({ status: 'success' })
    let moved = false
    sandbox.faults.inject({
      match: ({ path, query }) => {
        if (path === PATH && !moved && query.get('start') === '2027-01-01') {
          moved = true
          actions.changeLeave(id, { start: '2026-07-01', end: '2026-07-02' })
        }
        return false
      },
      fault: fault.reset(),
    })
    const run = await sync.full('org_1', 'bamboohr', ['leave'])
    expect(run).toMatchObject({ status: 'success', counters: { created: 0, updated: 1, deleted: 0 } })
    expect(moved).toBe(true)
  })

  test('costs nothing where a single window shows everything', async () => {
    const { integration } = await open({}, { leaveFrom: '2026-01-01', leaveAheadDays: 0 })
    await harvest(integration, 'leave')
    expect(windows()).toEqual(['2026-01-01..2026-12-31'])
  })
})

describe('fields of a request', () => {
  async function leaveOf(raw: Row) {
    const { integration, actions } = await open({ people: 1 })
    const id = actions.requestLeave('101', { start: '2026-07-01', end: '2026-07-02' })
    actions.changeLeave(id, { raw })
    const { records, invalid } = await harvest(integration, 'leave')
    return { record: records.get(id), issues: invalid.find((one) => one.id === id)?.issues }
  }

  test.each([
    ['Approved', 'approved'],
    ['cancelled', 'cancelled'],
    ['superseded', 'superseded'],
    ['pendingReview', 'unknown'],
    [null, 'unknown'],
  ])('status %s is %s', async (status, expected) => {
    expect((await leaveOf({ status: { status, lastChanged: '2026-06-02' } })).record).toMatchObject({
      status: expected,
    })
  })

  test('a permission that takes away half the fields leaves them out, without an error', async () => {
    const gone = { name: undefined, type: undefined, status: undefined, amount: undefined, dates: undefined }
    const { record } = await leaveOf({ ...gone, created: undefined })
    expect(Object.keys(record ?? {}).sort()).toEqual(['employeeId', 'endDate', 'id', 'startDate', 'status'])
  })

  test('an empty map is an empty list, and null and empty words are absent', async () => {
    const { record } = await leaveOf({ type: [], status: [], amount: { unit: '', amount: '' }, dates: [], created: '' })
    expect(Object.keys(record ?? {}).sort()).toEqual([
      'employeeId',
      'employeeName',
      'endDate',
      'id',
      'startDate',
      'status',
    ])
  })

  test('amounts keep every digit, and days their order', async () => {
    const dates = { '2026-07-02': '3.50', '2026-07-01': 4, '2026-07-03': null }
    const { record } = await leaveOf({ amount: { unit: 'Hours', amount: '12345678901234567890.50' }, dates })
    expect(record).toMatchObject({
      ...{ unit: 'hours', amount: '12345678901234567890.50' },
      days: [
        { date: '2026-07-01', amount: '4' },
        { date: '2026-07-02', amount: '3.50' },
      ],
    })
  })

  test.each([
    ['start', { start: '0000-00-00T00:00' }],
    ['amount', { amount: { unit: 'days', amount: 'many' } }],
    ['dates', { dates: { tomorrow: '8' } }],
    ['employeeId', { employeeId: null }],
  ])('a bad %s is told apart with its reason', async (name, raw) => {
    const { record, issues } = await leaveOf(raw)
    expect(record).toBeUndefined()
    expect(issues).toEqual(expect.arrayContaining([expect.stringContaining(name)]))
  })
})

describe('changes of leave', () => {
  test('are found by reading again from 90 days back', async () => {
    const { actions, full, changes } = await synced()
    actions.advance(2 * DAY)
    const asked = actions.requestLeave('101', { start: '2026-12-28', end: '2027-01-04' })
    const denied = actions.requestLeave('102', { start: '2026-07-01', end: '2026-07-02' })
    actions.denyLeave(denied)
    actions.approveLeave(asked)
    const result = await changes()
    expect(applied(full.records, result)).toEqual(expectedAll(actions.truth()))
    expect(result).toMatchObject({ deleted: [], replaced: [], cursor: '2026-06-03', complete: true })
    expect(windows()).toEqual(['2026-03-03..2026-12-31', '2027-01-01..2027-12-31'])
    expect(result.records.get(asked)).toMatchObject({ status: 'approved', statusChangedOn: '2026-06-03' })
  })

  test('reach back from the last sync, not from today', async () => {
    const { actions, changes } = await synced()
    actions.advance(400 * DAY)
    await changes()
    expect(windows()).toEqual(['2026-03-03..2026-12-31', '2027-01-01..2027-12-31', '2028-01-01..2028-12-31'])
  })

  test('are never before the first day that a full sync reads', async () => {
    const { changes } = await synced({}, { leaveFrom: '2026-05-20' })
    await changes()
    expect(windows()[0]).toBe('2026-05-20..2026-12-31')
  })

  test('of a request outside the window, and what has vanished, are left to the next full sync', async () => {
    const { integration, actions, full, changes } = await synced({ people: 60 })
    const all = [...full.records.values()] as Leave[]
    const early = all.find(({ endDate, status }) => endDate < '2026-03-03' && status !== 'denied')
    const gone = all.find(({ startDate }) => startDate > '2026-04-01')
    if (!early || !gone) throw new Error('The sandbox has too little leave.')
    actions.advance(DAY)
    actions.denyLeave(early.id)
    actions.removeLeave(gone.id)
    const copy = applied(full.records, await changes())
    expect(copy.get(early.id)).toMatchObject({ status: early.status })
    expect(copy.has(gone.id)).toBe(true)
    const next = await harvest(integration, 'leave')
    expect(next.records).toEqual(expectedAll(actions.truth()))
    expect(next.complete).toBe(true)
  })

  test('a cursor that is no day is refused, so that everything is read again', async () => {
    const { changes } = await synced()
    for (const cursor of ['yesterday', 5, { since: '2026-06-01' }, '2026-99-99']) {
      expect((await refusalOf(changes(cursor))).code).toBe('CURSOR_EXPIRED')
    }
  })
})

test('leave over New Year enters the feed of the app once, and what vanishes leaves it', async () => {
  sandbox = await openSandbox({ people: 30 })
  const { sync } = await openApp()
  const { actions } = sandbox
  const id = actions.requestLeave('101', { start: '2026-12-22', end: '2027-01-08' })
  const run = await sync.full('org_1', 'bamboohr', ['leave'])
  expect(run).toMatchObject({ error: undefined, status: 'success' })
  expect(run.counters.created).toBe(actions.truth().leave.length)
  actions.cancelLeave(id)
  actions.advance(DAY)
  expect((await sync.incremental('org_1', 'bamboohr', ['leave'])).counters.updated).toBe(1)
  actions.removeLeave(id)
  expect((await sync.full('org_1', 'bamboohr', ['leave'])).counters.deleted).toBe(1)
  const kinds: string[] = []
  for await (const change of sync.changes('org_1')) if (change.id === id) kinds.push(change.kind)
  expect(kinds).toEqual(['created', 'updated', 'deleted'])
})
