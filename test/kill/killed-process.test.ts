import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { SyncRun } from '@unioneyes/core'
import { fault } from '@unioneyes/testkit'
import type { StoreCall } from '@unioneyes/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { CopyState } from './company.ts'
import { compileChild } from './compiled-child.ts'
import { smallScenes } from './small-companies.ts'
import type { ChangedCompany } from './small-companies.ts'
import { syncOnce } from './sync-child.ts'
import type { StoreCallMoment } from './sync-child.ts'

let folder: string
let program: string

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'killed-child-'))
  program = await compileChild(folder)
})

afterAll(() => {
  rmSync(folder, { recursive: true, force: true })
})

// Whoever dies after any other call leaves the file as whoever dies before it.
const writes =
  /^(?:audit\.append|budgets\.block|connections\.(?:replace|set)\w+|leases\.\w+|pages\.(?:commitPage|sweep|dropMarks)|runs\.(?:create|move|closeInterrupted))$/

/**
 * Real processes, killed with SIGKILL at every store call and at every request of a sync, then resumed by another process:
 * the end is that of an undisturbed run.
 */
describe.each(smallScenes)('a killed $type sync of $provider', (scene) => {
  const { type } = scene
  let changed: ChangedCompany
  let undisturbed: CopyState
  let calls: readonly StoreCall[] = []
  let requests = 0

  beforeAll(async () => {
    changed = await scene.open()
    const { company } = changed
    // A first sync, then changes: the state from which every disturbed run starts.
    await syncOnce(company.job('start.db', 'full'))
    changed.change()
    const before = company.sandbox.requests.counters.total
    company.copy('start.db', 'undisturbed.db')
    const outcome = await company.startChild(company.job('undisturbed.db', type), program).ended
    if (outcome.killed) throw new Error('Nobody was to be killed.')
    expect(outcome.run).toMatchObject({ status: 'success', type })
    calls = outcome.calls
    requests = company.sandbox.requests.counters.total - before
    undisturbed = (await company.look('undisturbed.db')).state
    for (const [entity, present] of Object.entries(changed.ids())) {
      expect(Object.keys(undisturbed[entity]?.records ?? {}).sort(), entity).toEqual([...present].sort())
    }
    expect(
      Object.values(undisturbed)
        .flatMap(({ tombstones }) => tombstones)
        .sort(),
    ).toEqual([...changed.gone].sort())
  }, 60_000)

  afterAll(() => changed.company.close())

  test('at every store call: before it, and after it where it writes', async () => {
    expect(calls.length).toBeGreaterThan(20)
    const { company } = changed
    const moments = calls.flatMap((call, index): StoreCallMoment[] => [
      { index, phase: 'before' },
      ...(writes.test(call) ? [{ index, phase: 'after' } as const] : []),
    ])
    await inParallel(moments, async (dieAt, n) => {
      const file = `store-${String(n)}.db`
      company.copy('start.db', file)
      const died = await company.startChild(company.job(file, type, { dieAt }), program).ended
      // Entities side by side do not always make the same number of calls: the last ones may not come.
      if (!died.killed) expect(died.calls.length, 'a call that came and did not kill').toBeLessThanOrEqual(dieAt.index)
      await expectResumed(file, `killed ${dieAt.phase} store call ${String(dieAt.index)} of ${String(calls.length)}`)
    })
  }, 240_000)

  test('at every request, before it is answered', async () => {
    expect(requests).toBeGreaterThan(1)
    const { company } = changed
    for (let at = 1; at <= requests; at += 1) {
      const file = `request-${String(at)}.db`
      company.copy('start.db', file)
      const child = company.startChild(company.job(file, type), program)
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
    const { company } = changed
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
