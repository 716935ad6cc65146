import { fault } from '@unioneyes/testkit'
import { expect, test } from 'vitest'
import { checkpoint, expectEnd, expectHealthy, kept } from './support/look.ts'
import { openSynced } from './support/synced.ts'
import type { SyncedCompany } from './support/synced.ts'

const LISTING = '/api/v1/employees'
const HOUR = 3_600_000

/** Lets the third page be refused `times` times as given. */
function refuseThirdPage(
  { company }: SyncedCompany,
  times: number,
  headers: Record<string, string>,
  status = 429,
): void {
  company.faults.inject({ match: { path: LISTING, skip: 2 }, times, fault: fault.status(status, headers) })
}

test('bad input: 429 without Retry-After, twice → success; kept: every record, after waiting longer each time', async () => {
  await using s = await openSynced()
  refuseThirdPage(s, 2, {})
  const before = s.company.clock.now()
  // Alone: on this clock, everybody who waits at the same time moves it by their own wait.
  const run = await s.app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(s.app, run, { status: 'success' })
  const waited = s.company.clock.now() - before
  // Half of 2 s and half of 4 s at least, all of both at most.
  expect(waited).toBeGreaterThanOrEqual(3_000)
  expect(waited).toBeLessThanOrEqual(6_000)
  expect(Math.abs(run.counters.waitedMs - waited)).toBeLessThanOrEqual(2)
  await expectHealthy(s.company, s.app)
})

test('bad input: 429 without Retry-After for good → RATE_LIMITED; kept: the pages before it, the place to go on at, and the time to come back', async () => {
  await using s = await openSynced()
  const { company, app } = s
  refuseThirdPage(s, 1_000, {})
  const asked = company.sandbox.requests.counters.total
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, run, {
    status: 'failed',
    code: 'RATE_LIMITED',
    says: [/answered 429 to GET \/api\/v1\/employees/, /asks to slow down/],
  })
  expect(company.sandbox.requests.counters.total - asked).toBe(2 + 4)
  expect(run.error?.retryAt).toBeGreaterThan(company.clock.now())
  expect(run.counters).toMatchObject({ processed: 20 })
  expect(checkpoint(company).listing).toMatchObject({ phase: 'list', runId: run.id })
  expect(await kept(app)).toMatchObject({ employees: 45 })

  company.faults.clear()
  company.clock.jump((run.error?.retryAt ?? 0) - company.clock.now())
  const resumed = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, resumed, { status: 'success' })
  expect(resumed).toMatchObject({ resumes: run.id, counters: { processed: 25 } })
  await expectHealthy(company, app)
})

test('bad input: Retry-After as a date → success; kept: every record, after waiting until then by the provider’s clock', async () => {
  // However wrong our own clock is: only the distance between the provider's two times counts.
  for (const aheadMs of [0, 9 * HOUR, -9 * HOUR]) {
    await using s = await openSynced({ aheadMs })
    const { company } = s
    const until = (ms: number): string => new Date(company.sandbox.actions.now() + ms).toUTCString()
    const before = company.clock.now()
    refuseThirdPage(s, 1, { 'retry-after': until(40_000) })
    await expectEnd(s.app, await s.app.sync.full('org_1', 'bamboohr', ['employees']), { status: 'success' })
    expect(company.clock.now() - before).toBeGreaterThanOrEqual(39_000)
    expect(company.clock.now() - before).toBeLessThanOrEqual(42_000)
    await expectHealthy(company, s.app)
  }
})

test('bad input: Retry-After that cannot be read → success; kept: every record, as if there were none', async () => {
  for (const value of ['soon', '-5', '', 'NaN', '99 bottles', 'Thu, 99 Foo 2026']) {
    await using s = await openSynced()
    refuseThirdPage(s, 1, { 'retry-after': value })
    const before = s.company.clock.now()
    await expectEnd(s.app, await s.app.sync.full('org_1', 'bamboohr', ['employees']), { status: 'success' })
    expect(s.company.clock.now() - before, value).toBeLessThanOrEqual(2_000)
    expect(s.company.clock.now() - before, value).toBeGreaterThanOrEqual(1_000)
    await expectHealthy(s.company, s.app)
  }
})

test('bad input: Retry-After of an hour → RATE_LIMITED; kept: the pages before it, the place to go on at, and the time to come back, which the next process obeys', async () => {
  for (const [headers, status] of [
    [{ 'retry-after': '3600' }, 429],
    [{ 'retry-after': 'date' }, 429],
    // BambooHR's way until September 2026.
    [{ 'retry-after': '3600' }, 503],
  ] as const) {
    await using s = await openSynced()
    const { company, app } = s
    const value =
      headers['retry-after'] === 'date' ? new Date(company.sandbox.actions.now() + HOUR).toUTCString() : '3600'
    refuseThirdPage(s, 1, { 'retry-after': value }, status)
    const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
    await expectEnd(app, run, { status: 'failed', code: 'RATE_LIMITED', says: [/GET \/api\/v1\/employees/] })
    const retryAt = run.error?.retryAt ?? 0
    expect(Math.abs(retryAt - company.clock.now() - HOUR)).toBeLessThanOrEqual(2_000)
    expect(run.counters).toMatchObject({ processed: 20 })
    expect(await kept(app)).toMatchObject({ employees: 45 })

    company.clock.jump(HOUR / 2)
    const next = company.open()
    const asked = company.sandbox.requests.counters.total
    const early = await next.sync.full('org_1', 'bamboohr', ['employees'])
    await expectEnd(next, early, {
      status: 'failed',
      code: 'RATE_LIMITED',
      says: [/may not be asked GET \/api\/v1\/employees for another 1[78]\d\d s/, /Come back then/],
    })
    expect(early.error?.retryAt).toBeLessThanOrEqual(retryAt + 1_000)
    expect(company.sandbox.requests.counters.total).toBe(asked)

    company.clock.jump(retryAt - company.clock.now())
    const resumed = await next.sync.full('org_1', 'bamboohr', ['employees'])
    await expectEnd(next, resumed, { status: 'success' })
    expect(resumed.counters).toMatchObject({ processed: 25 })
    await expectHealthy(company, next)
  }
})
