import { fault } from '@unioneyes/testkit'
import type { Fault } from '@unioneyes/testkit'
import { expect, test } from 'vitest'
import { checkpoint, copyOf, expectEnd, expectHealthy, feedEnd, feedSince } from './support/look.ts'
import { entityNames } from '../../packages/adapter-bamboohr/test/expected-records.ts'
import { expectFailure, expectRecovery, spoil } from './support/failing-source.ts'
import type { ExpectedFailure } from './support/failing-source.ts'
import { everySource } from './support/source.ts'
import type { SourceName } from './support/source.ts'
import { changePeople, openSynced } from './support/synced.ts'

// What "answers.test.ts" and its neighbours try on employees, on everything that the adapter reads. Two pages of people, some
// thirty rows in each of their tables.
const SMALL = { people: 14 } as const
const HOUR = 3_600_000

/** Every source meets every fault; each must fail by itself and be whole again after it. */
async function expectEachToFail(faults: readonly Fault[], expected: ExpectedFailure, only?: readonly SourceName[]) {
  await using s = await openSynced(SMALL)
  for (const source of everySource.filter(({ name }) => only?.includes(name) ?? true)) {
    for (const one of faults) {
      spoil(s, source, one)
      const run = await expectFailure(s, source, expected)
      expect(run.error?.message).not.toMatch(/[<{]/)
      await expectRecovery(s, source, run)
    }
  }
  await expectHealthy(s.company, s.app)
}

const XML = '<?xml version="1.0"?>\n<employees><employee id="101">Secret</employee></employees>\n'

test('bad input: 200 with HTML in place of any entity → RESPONSE_INVALID; kept: every record, and the place to go on at where pages came before', async () => {
  await expectEachToFail([fault.html200()], {
    code: 'RESPONSE_INVALID',
    says: [/with HTML instead of JSON/, /Check the connection settings/],
  })
})

test('bad input: XML where JSON was asked for, whatever it calls itself → RESPONSE_INVALID; kept: every record, and the place to go on at where pages came before', async () => {
  const typed = ['text/xml; charset=utf-8', 'application/xml', 'application/atom+xml', 'text/plain', '']
  const answers = typed.map((type) => fault.status(200, type === '' ? {} : { 'content-type': type }, XML))
  await expectEachToFail(answers, {
    code: 'RESPONSE_INVALID',
    says: [/with (HTML or )?XML instead of JSON/, /Check the connection settings/],
  })
})

test('bad input: XML that says it is JSON → RESPONSE_INVALID; kept: every record, and the place to go on at where pages came before', async () => {
  await expectEachToFail([fault.status(200, { 'content-type': 'application/json' }, XML)], {
    code: 'RESPONSE_INVALID',
    says: [/is not JSON/],
  })
})

test('bad input: JSON cut off, or nothing at all, in place of any entity → RESPONSE_INVALID; kept: every record, and the place to go on at where pages came before', async () => {
  await expectEachToFail([fault.truncate(25), fault.truncate(0)], {
    code: 'RESPONSE_INVALID',
    says: [/is cut off/, /the same in every attempt/],
  })
})

test('bad input: an answer of the wrong shape in place of any entity → RESPONSE_INVALID; kept: every record, and the place to go on at where pages came before', async () => {
  const shapes = [{ unexpected: true }, null, 'text', { data: 'none' }, { rows: [] }]
  await expectEachToFail(shapes.map(fault.wrongShape), {
    code: 'RESPONSE_INVALID',
    says: [/does not have the expected shape/],
  })
})

test('bad input: list fields of the wrong shape → RESPONSE_INVALID; kept: every department and job', async () => {
  const shapes = [['text'], [{ alias: 'department', options: null }], [{ alias: 'jobTitle', options: {} }]]
  await expectEachToFail(
    shapes.map(fault.wrongShape),
    { code: 'RESPONSE_INVALID', says: [/does not have the expected shape/] },
    ['departments', 'jobs'],
  )
})

test('bad input: connections cut without an answer, of any entity → PROVIDER_UNAVAILABLE; kept: every record, and the place to go on at where pages came before', async () => {
  await expectEachToFail([fault.reset()], {
    code: 'PROVIDER_UNAVAILABLE',
    says: [/the connection failed/, /Try again later/],
  })
})

test('bad input: an outage (503 without Retry-After) of any entity → PROVIDER_UNAVAILABLE; kept: every record, and the place to go on at where pages came before', async () => {
  await expectEachToFail([fault.serverError(503)], {
    code: 'PROVIDER_UNAVAILABLE',
    says: [/answered 503/, /does not work at the moment: try again later/],
  })
})

test('bad input: throttling in BambooHR’s way, 429 and the older 503, of any entity → success; kept: every record, after waiting as long as asked', async () => {
  for (const throttling of [429, 503] as const) {
    await using s = await openSynced({ ...SMALL, throttling })
    const { company, app } = s
    for (const source of everySource) {
      spoil(s, source, fault.throttled({ retryAfterSeconds: 20 }), 1)
      const before = company.clock.now()
      const run = await app.sync.full('org_1', 'bamboohr', [source.entity])
      await expectEnd(app, run, { status: 'success' })
      expect(company.clock.now() - before).toBeGreaterThanOrEqual(20_000)
      expect(company.clock.now() - before).toBeLessThanOrEqual(21_000)
      expect(company.faults.met).toBeGreaterThan(0)
    }
    await expectHealthy(company, app)
  }
})

test('bad input: throttling for an hour, 429 and the older 503, of any entity → RATE_LIMITED; kept: every record, and the time to come back, before which nothing is sent', async () => {
  for (const throttling of [429, 503] as const) {
    await using s = await openSynced({ ...SMALL, throttling })
    const { company, app } = s
    for (const source of everySource) {
      spoil(s, source, fault.throttled({ retryAfterSeconds: 3600 }), 1)
      const run = await expectFailure(s, source, { code: 'RATE_LIMITED', says: [/asks to slow down/] })
      const retryAt = run.error?.retryAt ?? 0
      expect(Math.abs(retryAt - company.clock.now() - HOUR)).toBeLessThanOrEqual(2_000)
      const asked = company.sandbox.requests.counters.total
      const early = await app.sync.full('org_1', 'bamboohr', [source.entity])
      await expectEnd(app, early, { status: 'failed', code: 'RATE_LIMITED', says: [/Come back then/] })
      expect(company.sandbox.requests.counters.total).toBe(asked)
      company.clock.jump(HOUR)
      await expectRecovery(s, source)
    }
    await expectHealthy(company, app)
  }
})

const ASKED_FOR_CHANGES: readonly (readonly [path: string, entities: readonly string[]])[] = [
  ['/api/v1/employees/changed', ['employees', 'positions', 'payroll']],
  ['/api/v1/employees', ['employees']],
  ['/api/v1/meta/lists', ['departments', 'positions']],
  ['/api/v1/employees/changed/tables/jobInfo', ['positions']],
  ['/api/v1/employees/changed/tables/compensation', ['payroll']],
  ['/api/v1/employees/{id}/tables/jobInfo', ['positions']],
  ['/api/v1/employees/{id}/tables/compensation', ['payroll']],
  ['/api/v1/time_off/requests', ['leave']],
]

test('bad input: HTML, XML, half an answer or another shape in answer to any request of an incremental sync → partial; kept: every record and cursor of what failed; the others are synced', async () => {
  const bad = [fault.html200(), fault.status(200, { 'content-type': 'text/xml' }, XML), fault.truncate(9)]
  for (const one of [...bad, fault.wrongShape({ unexpected: true })]) {
    await using s = await openSynced(SMALL)
    const { company, app } = s
    for (const [path, entities] of ASKED_FOR_CHANGES) {
      const [before, end] = [await copyOf(app), await feedEnd(app)]
      const cursors = entities.map((entity) => checkpoint(company, entity).cursor)
      const [start, rest] = path.split('{id}') as [string, string?]
      company.faults.inject({
        match: (request) =>
          rest === undefined
            ? request.path === path
            : /^\d/.test(request.path.slice(start.length)) && request.path.endsWith(rest),
        fault: one,
      })
      const run = await app.sync.incremental('org_1', 'bamboohr')
      await expectEnd(app, run, { status: 'partial', code: 'RESPONSE_INVALID', says: [/GET \/api\/v1\//] })
      for (const { entity, status, error } of run.outcomes) {
        const failed = entities.includes(entity)
        expect({ entity, status, code: error?.code }, path).toEqual({
          ...{ entity, status: failed ? 'failed' : 'success' },
          code: failed ? 'RESPONSE_INVALID' : undefined,
        })
      }
      expect(entities.map((entity) => checkpoint(company, entity).cursor)).toEqual(cursors)
      // Whoever was removed may be gone already where the feed was read and only the rows of others were not.
      const living = new Set(company.sandbox.actions.ids())
      const lost = (await feedSince(app, end)).filter((entry) => {
        const [kind = '', entity = '', id = ''] = entry.split(' ')
        const employeeId = id.replace('assignment/', '').split('/')[0] ?? ''
        return kind === 'deleted' && entities.includes(entity) && (!path.includes('{id}') || living.has(employeeId))
      })
      expect(lost, path).toEqual([])
      const after = await copyOf(app)
      for (const entity of entityNames.filter((name) => entities.includes(name) && !path.includes('{id}'))) {
        expect(after.get(entity), path).toEqual(before.get(entity))
      }

      company.faults.clear()
      await expectHealthy(company, app, 'incremental')
      company.clock.jump(HOUR)
      changePeople(company)
    }
    await expectHealthy(company, app)
  }
})
