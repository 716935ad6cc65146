import { DatabaseSync } from 'node:sqlite'
import { fault } from '@unioneyes/testkit'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { expectedDepartment, expectedEmployee } from '../../packages/adapter-bamboohr/test/expected-employee.ts'
import { openBamboohr } from './companies.ts'
import { killSeed } from './draws.ts'
import { expectFeedReplays } from './feed-replay.ts'
import { syncOnce } from './sync-child.ts'
import type { ChildJob } from './sync-child.ts'

type KilledCompany = Awaited<ReturnType<typeof openBamboohr>>

interface Scene {
  readonly title: string
  readonly people: number
  readonly pageSize: number
  readonly kills: number
  readonly latencyMs: number
  /** The latest moment of a death, counted from the first request. */
  readonly withinMs: number
}

const scenes: readonly Scene[] = [
  { title: 'ten processes', people: 120, pageSize: 10, kills: 10, latencyMs: 10, withinMs: 400 },
  // Pages so large that the store commits them on its second thread, once that has started.
  { title: 'five processes with large pages', people: 3_000, pageSize: 300, kills: 5, latencyMs: 50, withinMs: 900 },
]

/** One killed process: what it did, when it died, and what happened at the provider before the next one. */
const deathIn = ({ withinMs, people }: Scene) =>
  fc.record({
    type: fc.constantFrom('full', 'incremental'),
    /** Counted from its first request. */
    afterMs: fc.nat(withinMs),
    percent: fc.nat(10),
    hired: fc.nat(2),
    removed: fc.nat({ max: people - 1 }),
  })

/**
 * Real processes, killed one after the other on the same database at times that have nothing to do with what they are doing,
 * while people come, change and go. The last one ends in peace.
 */
test.each(scenes)(
  '$title killed in a row at random times lose nothing',
  async (scene) => {
    const { kills, people, pageSize, latencyMs } = scene
    await fc.assert(
      fc.asyncProperty(fc.array(deathIn(scene), { minLength: kills, maxLength: kills }), async (deaths) => {
        const company = await openBamboohr({ people, pageSize, entities: ['employees', 'departments'] })
        try {
          company.sandbox.faults.inject({ fault: fault.latency(latencyMs) })
          let killed = 0
          for (const [n, { type, afterMs, percent, hired, removed }] of deaths.entries()) {
            const died = await killAfter(company, company.job('start.db', type, { hoursLater: n }), afterMs)
            if (died) killed += 1
            expectWhole(company)
            const { actions } = company.sandbox
            actions.changeMany(percent)
            for (let count = 0; count < hired; count += 1) actions.hire({ firstName: `Newcomer ${String(n)}` })
            const ids = actions.ids()
            actions.remove(ids[removed % ids.length] ?? '')
          }
          expect(killed, 'processes that did not end before they were killed').toBeGreaterThan(0)
          company.sandbox.faults.clear()
          // It goes on with what the dead left. Who left the company ahead of its place makes it show fewer people than were
          // stated at its beginning, and then nothing is deleted by absence: what is left over is for the next one.
          const { run: resumed } = await syncOnce(company.job('start.db', 'full', { hoursLater: kills }))
          expect(['success', 'partial'], JSON.stringify(resumed)).toContain(resumed.status)
          const { run: last } = await syncOnce(company.job('start.db', 'full', { hoursLater: kills + 1 }))
          expect(last.status, JSON.stringify(last)).toBe('success')
          await expectTruth(company)
          const { runs } = await company.look('start.db')
          expect(runs.filter(({ status }) => status === 'running')).toEqual([])
        } finally {
          await company.close()
        }
      }),
      { seed: killSeed, numRuns: 1, endOnFailure: true },
    )
  },
  120_000,
)

/** @returns false when the sync ended before it could be killed. */
async function killAfter(company: KilledCompany, job: ChildJob, afterMs: number): Promise<boolean> {
  const child = company.startChild(job)
  let timer: NodeJS.Timeout | undefined
  const stopListening = company.sandbox.faults.inject({
    match: () => {
      timer ??= setTimeout(() => child.kill(), afterMs)
      return false
    },
    fault: fault.reset(),
  })
  const { killed } = await child.ended
  clearTimeout(timer)
  stopListening()
  return killed
}

/** Fails when the file that a killed process left is damaged. */
function expectWhole(company: KilledCompany): void {
  const database = new DatabaseSync(company.path('start.db'))
  expect(database.prepare('pragma integrity_check').all()).toEqual([{ integrity_check: 'ok' }])
  database.close()
}

async function expectTruth(company: KilledCompany): Promise<void> {
  const { employees, departments } = company.sandbox.actions.truth()
  await company.withStore('start.db', async (store) => {
    await expectFeedReplays(store, company.keys)
    const copies = company.keys.map(async (key) => {
      const stored = await store.records.list(key, { limit: 10_000 })
      return new Map(stored.map(({ id, data }) => [id, JSON.parse(data)]))
    })
    expect(await Promise.all(copies)).toEqual([
      new Map(employees.map((row) => [String(row.employeeId), expectedEmployee(row)])),
      new Map(departments.map((row) => [String(row.id), expectedDepartment(row)])),
    ])
  })
}
