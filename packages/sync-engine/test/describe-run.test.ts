import { IntegrationError, memoryStore, noCounters } from '@unioneyes/core'
import type { EntityOutcome, RunCounters, SyncRun } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { createSyncEngine, describeRun } from '../src/index.ts'
import type { SyncProgress, SyncStep } from '../src/index.ts'
import { ScriptedProvider, scriptedIntegrations } from './support/scripted-provider.ts'

const START = Date.UTC(2026, 0, 5, 14, 2, 3)

function counters(some: Partial<RunCounters>): RunCounters {
  return { ...noCounters, ...some }
}

function outcome(entity: string, some: Partial<EntityOutcome> = {}): EntityOutcome {
  const done = some.counters ?? noCounters
  return { entity, status: 'success', type: 'full', counters: done, chain: done, notes: [], ...some }
}

function run(some: Partial<SyncRun> = {}): SyncRun {
  return {
    ...{ organizationId: 'org_1', provider: 'bamboohr', connection: 'default', id: 'run_1' },
    ...{ type: 'full', entities: ['employees'], status: 'success', counters: noCounters, outcomes: [] },
    ...{ startedAt: START, completedAt: START + 187_000, error: undefined, resumes: undefined, dryRun: false },
    ...some,
  }
}

/** Steps of `run_1`, one a second. */
function steps(...all: readonly SyncStep[]): SyncProgress[] {
  const key = { organizationId: 'org_1', provider: 'bamboohr', connection: 'default', runId: 'run_1' }
  return all.map((step, n) => ({ ...key, at: START + (n + 1) * 1000, ...step }))
}

const page = (some: Partial<RunCounters>, total?: number): SyncStep => ({
  step: 'page',
  entity: 'employees',
  counters: counters(some),
  total,
})

test('a run from the log alone', () => {
  const employees = counters({
    processed: 6000,
    created: 12,
    unchanged: 5988,
    pages: 12,
    requests: 14,
    waitedMs: 30_000,
  })
  const told = describeRun(
    run({
      entities: ['employees', 'departments'],
      outcomes: [outcome('employees', { counters: employees }), outcome('departments')],
    }),
    { providerName: 'BambooHR' },
  )
  expect(told).toBe(
    `2026-01-05, UTC, run run_1
14:02:03 A full sync of employees and departments from BambooHR began for org_1 (connection "default").
         employees: ended as success: 6,000 records in 12 pages: 12 created, 5,988 unchanged; 14 requests; waited 30 s for the rate limit, after a failure or because BambooHR asked to.
         departments: ended as success: no records; 0 requests.
14:05:10 The run ended as success after 3 min 7 s.`,
  )
})

test('a run with its progress, in another zone', () => {
  const last = counters({
    processed: 999,
    created: 990,
    failed: 9,
    pages: 3,
    requests: 5,
    waitedMs: 31_500,
    deleted: 4,
  })
  const told = describeRun(
    run({
      type: 'incremental',
      resumes: 'run_0',
      status: 'partial',
      completedAt: START + 8400,
      outcomes: [outcome('employees', { status: 'partial', counters: last, notes: ['The listing began again: gone'] })],
    }),
    {
      timeZone: 'America/Toronto',
      progress: steps(
        { step: 'started', type: 'incremental', entities: ['employees'], resumes: 'run_0' },
        page({ processed: 500, created: 500, pages: 1 }, 999),
        { step: 'restarted', entity: 'employees', reason: 'gone' },
        page({ processed: 999, created: 990, failed: 9, pages: 3, waitedMs: 31_500 }, 999),
        { step: 'sweeping', entity: 'employees', missing: 4 },
        { step: 'entity', entity: 'employees', status: 'partial', counters: last },
        { step: 'finished', status: 'partial', counters: last },
      ),
    },
  )
  expect(told).toBe(
    `2026-01-05, America/Toronto, run run_1
09:02:03 An incremental sync of employees from bamboohr began for org_1 (connection "default"), going on where run run_0 stopped.
09:02:05 employees: page 1, 500 of 999 records: 500 created.
09:02:06 employees: the listing began again: gone
09:02:07 employees: page 3, 999 of 999 records: 990 created, 9 in quarantine; 9 records could not be read; waited 32 s for the rate limit, after a failure or because bamboohr asked to.
09:02:08 employees: the complete listing does not show 4 records.
09:02:09 employees: ended as partial: 999 records in 3 pages: 990 created, 4 deleted, 9 in quarantine; 5 requests; waited 32 s for the rate limit, after a failure or because bamboohr asked to.
09:02:11 The run ended as partial after 8.4 s.`,
  )
})

test('what failed says why and when to come back; what is held says what to do', () => {
  const error = {
    code: 'RATE_LIMITED',
    message: 'bamboohr may not be asked for 3600 s.',
    retryAt: START + 3_600_000,
  } as const
  const told = describeRun(
    run({
      dryRun: true,
      status: 'failed',
      error,
      outcomes: [
        outcome('employees', { status: 'failed', error }),
        outcome('leave', { status: 'partial', notes: ["Kept until approveDeletions('run_1')."] }),
      ],
    }),
  )
  expect(told.split('\n').slice(1)).toEqual([
    '14:02:03 A dry run of a full sync of employees from bamboohr began for org_1 (connection "default").',
    '         employees: ended as failed: no records; 0 requests.',
    '         employees: RATE_LIMITED: bamboohr may not be asked for 3600 s. It may be tried again from 2026-01-05 15:02:03.',
    '         leave: ended as partial: no records; 0 requests.',
    "         leave: Kept until approveDeletions('run_1').",
    '14:05:10 The run ended as failed after 3 min 7 s.',
  ])
})

test('a run that was interrupted, and one whose end is not logged', () => {
  const message = 'Its process died.'
  expect(describeRun(run({ status: 'failed', error: { code: 'INTERRUPTED', message } }))).toContain(
    'The run ended as failed after 3 min 7 s. Its process died.',
  )
  expect(describeRun(run({ status: 'running', completedAt: undefined }))).toMatch(/\n {9}Its end is not logged: .+$/)
})

test('it is bounded: pages of one kind go first, then the middle, and texts are cut', () => {
  const many = Array.from({ length: 1000 }, (_, n) =>
    page({ pages: n + 1, processed: n, waitedMs: n === 500 ? 9000 : 0 }),
  )
  const progress = steps(...many)
  const told = describeRun(run(), { progress, maxLines: 10 }).split('\n')
  expect(told).toHaveLength(11)
  expect(told[1]).toContain('began for org_1')
  expect(told).toContainEqual(expect.stringContaining('waited 9 s'))
  expect(told).toContainEqual(expect.stringContaining('993 lines left out'))
  expect(told.at(-2)).toContain('page 1,000,')

  const notes = Array.from({ length: 5000 }, (_, n) => `Note ${String(n)} ${'long '.repeat(1000)}\n`)
  const noted = describeRun(run({ outcomes: [outcome('employees', { notes })] })).split('\n')
  expect(noted).toHaveLength(41)
  expect(noted.at(-1)).toContain('The run ended')
  expect(Math.max(...noted.map(({ length }) => length))).toBeLessThan(420)
})

test('progress of other runs is left out', () => {
  const other = steps(page({ pages: 7 })).map((step) => ({ ...step, runId: 'run_2' }))
  expect(describeRun(run(), { progress: other })).not.toContain('page 7')
})

test('the engine tells a run of the organization from its log', async () => {
  const store = memoryStore()
  const progress: SyncProgress[] = []
  const integrations = await scriptedIntegrations(store, new ScriptedProvider().fill(7))
  const engine = createSyncEngine({ integrations, store, onProgress: (step) => progress.push(step) })
  const { id } = await engine.full('org_1', 'scripted', ['people'])
  const told = await engine.timeline('org_1', id, { progress })
  expect(told).toMatch(
    /from Scripted began.+\n.+people: page 3, 7 of 7 records: 7 created\.\n.+people: ended as success/,
  )
  expect(await engine.timeline('org_1', id)).toMatch(/people: ended as success: 7 records in 3 pages: 7 created/)
  await expect(engine.timeline('org_2', id)).rejects.toThrow(IntegrationError)
})
