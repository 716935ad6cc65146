import type { SyncRun } from '@unioneyes/core'
import { fault } from '@unioneyes/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openCompany } from './company.ts'
import type { CopyState, KilledCompany } from './company.ts'
import { syncOnce } from './sync-child.ts'
import type { StoreCallMoment } from './sync-child.ts'

/**
 * Real processes, killed with SIGKILL at every store call and at every request of a sync, then resumed by another process:
 * the end is that of an undisturbed run.
 */
describe.each([
  // Three pages and a sweep; two pages of changes, as the feed of changes comes in hundreds.
  { type: 'full', people: 24, pageSize: 8, percent: 20 },
  { type: 'incremental', people: 110, pageSize: 40, percent: 100 },
] as const)('a killed $type sync', ({ type, people, pageSize, percent }) => {
  let company: KilledCompany
  let undisturbed: CopyState
  let calls = 0
  let requests = 0

  beforeAll(async () => {
    company = await openCompany({ people, pageSize })
    // A first sync, then changes: the state from which every disturbed run starts.
    await syncOnce(company.job('start.db', 'full'))
    const { actions } = company.sandbox
    actions.changeMany(percent)
    // Too far apart for the next sync to read the first changes again by its lookback, should they be lost.
    actions.advance(3_600_000)
    actions.hire({ firstName: 'Nova', lastName: 'Newcomer' })
    actions.remove('109')
    actions.remove('120')
    const before = company.sandbox.requests.counters.total
    company.copy('start.db', 'undisturbed.db')
    const outcome = await company.startChild(company.job('undisturbed.db', type)).ended
    if (outcome.killed) throw new Error('Nobody was to be killed.')
    expect(outcome.run).toMatchObject({ status: 'success', type })
    expect(outcome.run.outcomes[0]?.counters.pages).toBeGreaterThan(1)
    calls = outcome.calls
    requests = company.sandbox.requests.counters.total - before
    undisturbed = (await company.look('undisturbed.db')).state
    expect(Object.keys(undisturbed.employees.records)).toEqual(actions.ids())
    expect(undisturbed.employees.tombstones).toEqual(['109', '120'])
  }, 60_000)

  afterAll(() => company.close())

  test('at every store call, before and after it', async () => {
    expect(calls).toBeGreaterThan(20)
    const moments = Array.from({ length: calls * 2 }, (_, n): StoreCallMoment => ({
      index: n >> 1,
      phase: n % 2 === 0 ? 'before' : 'after',
    }))
    await inParallel(moments, async (dieAt, n) => {
      const file = `store-${String(n)}.db`
      company.copy('start.db', file)
      const died = await company.startChild(company.job(file, type, { dieAt })).ended
      // Entities side by side do not always make the same number of calls: the last ones may not come.
      if (!died.killed) expect(died.calls, 'a call that came and did not kill').toBeLessThanOrEqual(dieAt.index)
      await expectResumed(file, `killed ${dieAt.phase} store call ${String(dieAt.index)} of ${String(calls)}`)
    })
  }, 240_000)

  test('at every request, before it is answered', async () => {
    expect(requests).toBeGreaterThan(1)
    for (let at = 1; at <= requests; at += 1) {
      const file = `request-${String(at)}.db`
      company.copy('start.db', file)
      const child = company.startChild(company.job(file, type))
      let seen = 0
      company.sandbox.faults.inject({
        match: () => {
          seen += 1
          if (seen === at) child.kill()
          return seen === at
        },
        fault: fault.hang(),
      })
      const died = await child.ended
      company.sandbox.faults.clear()
      expect(died.killed, `request ${String(at)}`).toBe(true)
      await expectResumed(file, `killed at request ${String(at)} of ${String(requests)}`)
    }
  }, 120_000)

  /** Another process, an hour later, goes on: the end is that of an undisturbed run, and the log says what happened. */
  async function expectResumed(file: string, moment: string): Promise<void> {
    const { run } = await syncOnce(company.job(file, type, { hoursLater: 1 }))
    expect(run.status, moment).toBe('success')
    const { state, runs } = await company.look(file)
    expect(state, moment).toEqual(undisturbed)
    expectClosed(runs, moment)
    company.forget(file)
  }
})

/** Every run but the first and the last was killed: it is logged as interrupted, unless its end had been logged before. */
function expectClosed(runs: readonly SyncRun[], moment: string): void {
  for (const run of runs) {
    const end = run.status === 'failed' ? run.error?.code : run.status
    expect(['success', 'INTERRUPTED'], moment).toContain(end)
  }
  expect(runs.length, moment).toBeLessThanOrEqual(3)
}

async function inParallel<T>(items: readonly T[], work: (item: T, index: number) => Promise<void>): Promise<void> {
  const queue = items.map((item, index) => ({ item, index }))
  const worker = async (): Promise<void> => {
    for (let next = queue.shift(); next; next = queue.shift()) await work(next.item, next.index)
  }
  await Promise.all([worker(), worker(), worker()])
}
