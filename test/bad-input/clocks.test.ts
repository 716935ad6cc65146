import { fault } from '@unioneyes/testkit'
import { expect, test } from 'vitest'
import { openCompany } from './support/company.ts'
import type { TestCompany } from './support/company.ts'
import { expectEnd, expectHealthy, expectTruth } from './support/look.ts'
import { changePeople, openSynced } from './support/synced.ts'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const YEAR = 365 * DAY

/** Lets the app's clock jump while the provider's goes on as if nothing had happened. */
function jumpOurs(company: TestCompany, ms: number): void {
  company.clock.jump(ms)
  company.sandbox.actions.advance(-ms)
}

test('bad input: a clock that jumps between runs, forward and back → success; kept: every change, because the provider’s time is the bound', async () => {
  for (const jumps of [[YEAR, -YEAR], [-YEAR, YEAR], [-1], [MINUTE, -MINUTE]]) {
    await using s = await openSynced()
    const { company } = s
    for (const ms of jumps) {
      jumpOurs(company, ms)
      await expectHealthy(company, s.app, 'incremental')
      changePeople(company)
      jumpOurs(company, -ms / 2)
      await expectHealthy(company, company.open(), 'incremental')
      changePeople(company)
      await expectHealthy(company, company.open(), 'full')
      company.clock.jump(DAY)
      changePeople(company)
    }
  }
})

test('bad input: a clock that jumps in the middle of a run, forward and back → success; kept: every change', async () => {
  for (const ms of [YEAR, MINUTE, -MINUTE, -YEAR]) {
    for (const [type, at] of [
      ['full', 1],
      ['full', 4],
      ['incremental', 2],
    ] as const) {
      await using s = await openSynced()
      const { company, app } = s
      company.atRequest(at, () => {
        jumpOurs(company, ms)
        changePeople(company)
      })
      const run = await app.sync[type]('org_1', 'bamboohr')
      await expectEnd(app, run, { status: 'success' })
      await expectHealthy(company, app, 'incremental')
      changePeople(company)
      await expectHealthy(company, app, 'full')
    }
  }
})

test('bad input: a clock that jumps while a run is interrupted → success; kept: the place to go on at, and every change', async () => {
  for (const ms of [YEAR, -YEAR]) {
    await using s = await openSynced()
    const { company, app } = s
    const stop = new AbortController()
    company.atRequest(4, () => {
      stop.abort()
    })
    const run = await app.sync.full('org_1', 'bamboohr', ['employees'], { signal: stop.signal })
    await expectEnd(app, run, { status: 'cancelled', code: 'CANCELLED' })
    jumpOurs(company, ms)
    const next = company.open()
    const resumed = await next.sync.full('org_1', 'bamboohr')
    await expectEnd(next, resumed, { status: 'success' })
    expect(resumed.resumes).toBe(run.id)
    expect(resumed.outcomes[0]?.counters.processed).toBeLessThan(45)
    await expectTruth(company, next)
    changePeople(company)
    await expectHealthy(company, next, 'incremental')
  }
})

test('bad input: a process that died before the clock jumped back → success; kept: everything; its lease does not last longer for it', async () => {
  await using s = await openSynced()
  const { company, app } = s
  const { clock } = company
  // What a killed process leaves behind: a lease, and a run that is still running.
  const key = { organizationId: 'org_1', provider: 'bamboohr', connection: 'default', entity: 'employees' }
  await app.store.leases.acquire(key, { runId: 'dead', ttlMs: 30_000 })
  const busy = await app.sync.incremental('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, busy, {
    status: 'failed',
    code: 'LEASE_BUSY',
    says: [/Another run \(dead\) is syncing employees/, /within 30 s/, /try again then/],
  })
  expect(busy.error?.retryAt).toBe(clock.now() + 30_000)
  jumpOurs(company, -DAY)
  await expectHealthy(company, app, 'incremental')
})

test('bad input: a wait that the provider asked for, and a clock that jumps back → success; kept: every record; nobody waits for the lost time', async () => {
  await using s = await openSynced()
  const { company, app } = s
  company.faults.inject({ times: 1, fault: fault.throttled({ retryAfterSeconds: 3600 }) })
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, run, { status: 'failed', code: 'RATE_LIMITED' })
  jumpOurs(company, -YEAR)
  company.clock.jump(2 * 60 * MINUTE)
  await expectHealthy(company, company.open())
})

test('bad input: a clock far behind the provider’s, or far ahead of it → success; kept: every change', async () => {
  for (const aheadMs of [400 * DAY, 3 * 60 * MINUTE, -3 * 60 * MINUTE, -400 * DAY]) {
    await using company = await openCompany({ aheadMs })
    const app = await company.connect()
    await expectHealthy(company, app)
    for (let round = 0; round < 2; round += 1) {
      changePeople(company)
      const run = await expectHealthy(company, app, 'incremental')
      expect(run.outcomes[0]).toMatchObject({ type: 'incremental' })
      company.clock.jump(MINUTE)
    }
    changePeople(company)
    await expectHealthy(company, company.open(), 'full')
  }
})
