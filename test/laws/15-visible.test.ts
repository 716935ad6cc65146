import { createDenyListAttributesProcessor } from '@opentelemetry/sdk-metrics'
import { SpanKind, SpanStatusCode } from '@opentelemetry/api'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'
import { httpTelemetry } from '@unioneyes/adapter-kit'
import { memoryStore, noCounters, addCounters } from '@unioneyes/core'
import type { SyncRun } from '@unioneyes/core'
import { syncTelemetry } from '@unioneyes/sync-engine'
import type { CommittedPage } from '@unioneyes/sync-engine'
import { fault, faultyStore } from '@unioneyes/testkit'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { collectTelemetry } from '../support/collected-telemetry.ts'
import type { CollectedTelemetry, Point } from '../support/collected-telemetry.ts'
import { telemetryTable } from '../../scripts/telemetry-table.ts'
import { CANARIES, startWatched } from '../support/watched-provider.ts'

const ORGANIZATION = 'integration.organization.id'
const CONNECTION = [ORGANIZATION, 'integration.provider', 'integration.connection.name']

/** Everything that can be seen once: all kinds of runs, good and bad. */
async function lifeOfAnApp() {
  await using watched = await startWatched()
  const { clock, server } = watched
  const { faults, actions } = server
  let broken: string | undefined
  const store = faultyStore(memoryStore({ clock }), ({ call, phase }) => {
    if (call !== broken || phase !== 'before') return
    broken = undefined
    throw new Error(`The disk is full of ${CANARIES.record}`)
  })
  const engine = await watched.engine(store, { recordsPerCommit: 1 })
  const runs: SyncRun[] = []
  const run = async (type: 'full' | 'incremental', entities: ('people' | 'teams')[] = ['people', 'teams']) => {
    clock.jump(600_000)
    const ended = await engine[type]('org_1', 'watched', entities)
    runs.push(ended)
    return ended
  }
  for (let n = 0; n < 12; n += 1) actions.put('people', `p${String(n)}`)
  for (let n = 0; n < 3; n += 1) actions.put('teams', `t${String(n)}`)
  expect((await run('full')).status).toBe('success')
  actions.put('people', 'p1', `${CANARIES.record} renamed`)
  actions.remove('people', 'p0')
  expect(await run('full')).toMatchObject({ status: 'success', counters: { updated: 1, deleted: 1, unchanged: 13 } })
  actions.put('people', 'p12')
  expect(await run('incremental')).toMatchObject({ status: 'success', counters: { created: 1 } })
  actions.put('people', 'p13', [CANARIES.record])
  expect(await run('full')).toMatchObject({ status: 'partial', counters: { failed: 1 } })
  actions.remove('people', 'p13')

  faults.inject({ fault: fault.serverError(503), times: 1 })
  faults.inject({ fault: fault.reset(), times: 1 })
  expect((await run('full', ['people'])).counters.waitedMs).toBeGreaterThan(0)
  faults.inject({ fault: fault.throttled({ retryAfterSeconds: 20 }), times: 1 })
  expect((await run('full', ['people'])).counters.waitedMs).toBe(20_000)
  for (let n = 20; n < 120; n += 1) actions.put('teams', `t${String(n)}`)
  expect((await run('full')).counters.waitedMs).toBeGreaterThan(0)

  for (let n = 1; n < 5; n += 1) actions.remove('people', `p${String(n)}`)
  const held = await run('full', ['people'])
  expect(held.outcomes[0]?.held?.deletions).toBe(4)
  broken = 'pages.sweep'
  await expect(engine.approveDeletions(held.id)).rejects.toThrow('disk')
  expect((await engine.approveDeletions(held.id)).status).toBe('success')

  actions.put('people', 'p11', `${CANARIES.record} twice`)
  actions.put('teams', 't90', `${CANARIES.record} later`)
  broken = 'pages.commitPage'
  expect(await run('full', ['people'])).toMatchObject({ status: 'failed', error: { code: 'UNEXPECTED' } })
  faults.inject({
    fault: fault.status(404),
    times: 1,
    match: ({ path, query }) => path === '/teams' && query.has('after'),
  })
  expect((await run('full', ['teams'])).error?.code).toBe('REQUEST_REJECTED')
  expect((await run('full', ['teams'])).resumes).toBe(runs.at(-2)?.id)
  await engine.full('org_1', 'watched', ['people'], { dryRun: true })

  const granted = await watched.engine(store, { organizations: ['org_2'], oauth: true })
  faults.inject({ fault: fault.serverError(400), times: 1, match: { path: '/token' } })
  for (const expected of ['failed', 'success']) {
    clock.jump(600_000)
    runs.push(await granted.full('org_2', 'watched', ['people']))
    expect(runs.at(-1)?.status).toBe(expected)
  }

  faults.inject({ fault: fault.serverError(500), times: 1000 })
  await run('full', ['people'])
  expect((await run('full', ['people'])).error?.code).toBe('CIRCUIT_OPEN')
  faults.clear()
  expect((await run('full')).status).toBe('success')
  return { runs, asked: server.requests.counters.total - server.requests.list({ path: '/token' }).length }
}

const sum = (points: readonly Point[]): number => points.reduce((total, { value }) => total + value, 0)

const named = (points: readonly Point[], name: string): readonly Point[] =>
  points.filter((point) => point.name === name)

const idOf = (span: ReadableSpan): string => span.spanContext().spanId

describe('law 15: everything is visible', () => {
  test('what is emitted is the documented table, whole: names, kinds, units, attributes', async () => {
    using telemetry = collectTelemetry()
    await lifeOfAnApp()
    const points = await telemetry.points()
    for (const table of [syncTelemetry, httpTelemetry]) {
      const ours: readonly Point[] = points.filter(({ scope }) => scope === table.scope)
      const metrics = new Map<string, unknown>()
      for (const { name, instrument, unit, description: says } of ours) {
        const attributes = new Set(ours.flatMap((other) => (other.name === name ? Object.keys(other.attributes) : [])))
        metrics.set(name, { name, instrument, unit, says, attributes: [...attributes].sort() })
      }
      expect([...metrics.values()].sort(byName)).toEqual(
        Object.values(table.metrics)
          .map(({ name, instrument, unit, says, attributes }) => ({
            ...{ name, instrument, unit, says, attributes: [...attributes].sort() },
          }))
          .sort(byName),
      )
      const spans = telemetry.spans().filter(({ instrumentationScope }) => instrumentationScope.name === table.scope)
      expect(attributesByName(spans, nameOf)).toEqual(
        Object.fromEntries(Object.values(table.spans).map(({ name, attributes }) => [name, [...attributes].sort()])),
      )
      expect(
        new Set(spans.map((span) => `${nameOf(span)} ${span.kind === SpanKind.CLIENT ? 'client' : 'internal'}`)),
      ).toEqual(new Set(Object.values(table.spans).map(({ name, kind }) => `${name} ${kind}`)))
      const events = spans.flatMap((span) => span.events.map(({ name, attributes = {} }) => ({ name, attributes })))
      expect(attributesByName(events, ({ name }) => name)).toEqual(
        Object.fromEntries(Object.values(table.events).map(({ name, attributes }) => [name, [...attributes].sort()])),
      )
      const described = [table.spans, table.events, table.metrics].flatMap((part: TablePart) =>
        Object.values(part).flatMap(({ attributes }) => attributes),
      )
      expect(Object.keys(table.attributes).sort()).toEqual([...new Set(described)].sort())
    }
    expect(new Set(points.map(({ scope }) => scope))).toEqual(new Set([syncTelemetry.scope, httpTelemetry.scope]))
  })

  test('the documents show the same table', () => {
    const text = readFileSync(new URL('../../docs/observability.md', import.meta.url), 'utf8')
    const [, shown = ''] = text.split(/<!-- telemetry:(?:start|end) -->/)
    const cells = (table: string): string =>
      table
        .replace(/-{3,}/g, '---')
        .replace(/[ _*]+/g, ' ')
        .trim()
    expect(cells(shown)).toBe(cells(telemetryTable()))
  })

  test('no secret, query, header, body or record stands in any of it, whatever goes wrong', async () => {
    using telemetry = collectTelemetry()
    const { runs } = await lifeOfAnApp()
    await using watched = await startWatched()
    // The app's own code, saying in its error what it was working on.
    const onPage = (_tx: unknown, { created }: CommittedPage): void => {
      throw new Error(`cannot store ${JSON.stringify(created)}`)
    }
    const engine = await watched.engine(memoryStore({ clock: watched.clock }), { onPage })
    watched.server.actions.put('people', 'p1')
    runs.push(await engine.full('org_1', 'watched', ['people']))
    // What is searched for was really there.
    const logged = JSON.stringify(runs)
    expect(logged).toContain(CANARIES.body)
    expect(logged).toContain(`cannot store [{\\"id\\":\\"p1\\",\\"name\\":\\"${CANARIES.record}`)
    const told = await telemetry.everything()
    for (const canary of [...Object.values(CANARIES), 'x-key', '?']) expect(told).not.toContain(canary)
    expect(telemetry.spans().flatMap(({ status }) => status.message ?? [])).toEqual([])
    expect(told).toContain('"url.path":"/moved/teams"')
  })

  test('organization and connection stand on every span and every series', async () => {
    using telemetry = collectTelemetry()
    await lifeOfAnApp()
    for (const { name, attributes } of [...telemetry.spans(), ...(await telemetry.points())]) {
      for (const attribute of CONNECTION) expect(attributes, name).toHaveProperty([attribute])
    }
  })

  test('metrics say what the log of runs says', async () => {
    using telemetry = collectTelemetry()
    const { runs, asked } = await lifeOfAnApp()
    const points = await telemetry.points()
    const total = runs.reduce((all, { counters }) => addCounters(all, counters), noCounters)
    const records = named(points, 'integration.sync.records')
    for (const outcome of ['created', 'updated', 'unchanged', 'failed'] as const) {
      const these = records.filter(({ attributes }) => attributes['integration.record.outcome'] === outcome)
      expect(sum(these), outcome).toBe(total[outcome])
    }
    // Four more were deleted by the approval.
    const deleted = records.filter(({ attributes }) => attributes['integration.record.outcome'] === 'deleted')
    expect(sum(deleted)).toBe(total.deleted + 4)
    expect(sum(named(points, 'integration.sync.pages'))).toBe(total.pages)
    for (const { status } of runs) {
      const these = named(points, 'integration.sync.runs').filter(
        ({ attributes }) => attributes['integration.sync.status'] === status,
      )
      expect(sum(these), status).toBe(runs.filter((run) => run.status === status).length)
    }
    expect(sum(named(points, 'integration.http.requests'))).toBe(asked)
    expect(spansNamed(telemetry, 'GET')).toHaveLength(asked)
    expect(named(points, 'http.client.request.duration').reduce((all, { count }) => all + count, 0)).toBe(asked)
  })

  test('waits are told by reason, in seconds, as the log counts them', async () => {
    using telemetry = collectTelemetry()
    await using watched = await startWatched()
    const engine = await watched.engine(memoryStore({ clock: watched.clock }))
    watched.server.actions.put('people', 'p1')
    watched.server.faults.inject({ fault: fault.throttled({ retryAfterSeconds: 20 }), times: 1 })
    const asked = await engine.full('org_1', 'watched', ['people'])
    watched.server.faults.inject({ fault: fault.serverError(503), times: 1 })
    const failed = await engine.full('org_1', 'watched', ['people'])
    for (let n = 0; n < 100; n += 1) watched.server.actions.put('people', `p${String(n)}`)
    const limited = await engine.full('org_1', 'watched', ['people'])
    const waits = named(await telemetry.points(), 'integration.wait.duration')
    expect(
      Object.fromEntries(waits.map(({ attributes, value }) => [attributes['integration.wait.reason'], value])),
    ).toEqual({
      retry_after: 20,
      backoff: expect.closeTo(failed.counters.waitedMs / 1000, 6),
      rate_limit: expect.closeTo(limited.counters.waitedMs / 1000, 6),
    })
    expect(asked.counters.waitedMs).toBe(20_000)
    const events = telemetry.spans().flatMap((span) => span.events)
    expect(events[0]).toMatchObject({
      name: 'integration.wait',
      attributes: { 'integration.wait.reason': 'retry_after', 'integration.wait.seconds': 20 },
    })
  })

  test('the breaker, the quarantine and the age of the data can be watched', async () => {
    using telemetry = collectTelemetry()
    await using watched = await startWatched()
    const { clock, server } = watched
    const engine = await watched.engine(memoryStore({ clock }))
    const gauge = async (name: string) => named(await telemetry.points(), name).map(({ value }) => value)
    server.actions.put('people', 'p1', 7)
    await engine.full('org_1', 'watched', ['people'])
    expect(await gauge('integration.quarantine.records')).toEqual([1])
    expect(await gauge('integration.sync.last_success')).toEqual([])
    expect(await gauge('integration.breaker.state')).toEqual([0])
    server.actions.put('people', 'p1')
    await engine.full('org_1', 'watched', ['people'])
    const succeededAt = clock.now() / 1000
    expect(await gauge('integration.quarantine.records')).toEqual([0])
    server.faults.inject({ fault: fault.serverError(500), times: 1000 })
    while ((await engine.full('org_1', 'watched', ['people'])).error?.code !== 'CIRCUIT_OPEN') clock.jump(1000)
    expect(await gauge('integration.breaker.state')).toEqual([2])
    expect(await gauge('integration.sync.last_success')).toEqual([succeededAt])
  })

  test('a trace reads run, entity, request, exchange, although pages are read ahead and organizations interleave', async () => {
    using telemetry = collectTelemetry()
    await using watched = await startWatched()
    const organizations = ['org_1', 'org_2', 'org_3']
    const engine = await watched.engine(memoryStore({ clock: watched.clock }), { organizations, recordsPerCommit: 3 })
    for (let n = 0; n < 30; n += 1) {
      watched.server.actions.put('people', `p${String(n)}`)
      watched.server.actions.put('teams', `t${String(n)}`)
    }
    watched.server.faults.inject({ fault: fault.serverError(503), times: 4, match: (_request, n) => n % 5 === 0 })
    const runs = await Promise.all(organizations.map((id) => engine.full(id, 'watched')))
    const spans = new Map(telemetry.spans().map((span) => [idOf(span), span]))
    const parents: Readonly<Record<string, string | undefined>> = {
      'integration.sync': undefined,
      'integration.sync.entity': 'integration.sync',
      'integration.sync.commit': 'integration.sync.entity',
      'integration.sync.sweep': 'integration.sync.entity',
      'integration.request': 'integration.sync.entity',
      GET: 'integration.request',
    }
    for (const span of spans.values()) {
      const parent = spans.get(span.parentSpanContext?.spanId ?? '')
      expect(parent?.name, span.name).toBe(parents[span.name])
      for (const attribute of [ORGANIZATION, 'integration.entity', 'integration.sync.run_id']) {
        const [own, above] = [span.attributes[attribute], parent?.attributes[attribute]]
        if (own !== undefined && above !== undefined) expect(own, `${span.name} ${attribute}`).toBe(above)
      }
    }
    expect(
      spansNamed(telemetry, 'integration.sync')
        .map((span) => span.attributes['integration.sync.run_id'])
        .sort(),
    ).toEqual(runs.map(({ id }) => id).sort())
    for (const request of spansNamed(telemetry, 'integration.request')) {
      const exchanges = telemetry.spans().filter((span) => span.parentSpanContext?.spanId === idOf(request))
      expect(exchanges).toHaveLength(Number(request.attributes['integration.request.attempts']))
      expect(exchanges.map((span) => span.attributes['http.request.resend_count'] ?? 0)).toEqual([...exchanges.keys()])
    }
    const failed = telemetry.spans().filter(({ status }) => status.code === SpanStatusCode.ERROR)
    expect(failed.map(({ name, attributes }) => [name, attributes['error.type']])).toEqual(
      Array(4).fill(['GET', '503']),
    )
  })

  test('a token that is renewed is told once, below the request that needed it', async () => {
    using telemetry = collectTelemetry()
    await using watched = await startWatched()
    watched.server.actions.put('people', 'p1')
    watched.server.actions.put('teams', 't1')
    const engine = await watched.engine(memoryStore({ clock: watched.clock }), { oauth: true })
    expect((await engine.full('org_1', 'watched')).status).toBe('success')
    const [refresh, ...others] = spansNamed(telemetry, 'integration.token.refresh')
    expect(others).toEqual([])
    const parent = telemetry.spans().find((span) => idOf(span) === refresh?.parentSpanContext?.spanId)
    expect(parent?.name).toBe('integration.request')
    const refreshes = named(await telemetry.points(), 'integration.token.refreshes')
    expect(refreshes).toMatchObject([{ value: 1, attributes: { 'integration.token.outcome': 'renewed' } }])
  })

  test('a trace of the app goes on through a sync', async () => {
    using telemetry = collectTelemetry()
    await using watched = await startWatched()
    const engine = await watched.engine(memoryStore({ clock: watched.clock }))
    const { context, trace } = await import('@opentelemetry/api')
    const above = trace.getTracer('app').startSpan('job')
    await context.with(trace.setSpan(context.active(), above), () => engine.full('org_1', 'watched', ['people']))
    expect(new Set(telemetry.spans().map((span) => span.spanContext().traceId))).toEqual(
      new Set([above.spanContext().traceId]),
    )
  })

  test('a commit is told once, however many records are in it', async () => {
    const told = async (records: number) => {
      using telemetry = collectTelemetry()
      await using watched = await startWatched()
      const engine = await watched.engine(memoryStore({ clock: watched.clock }), { pageSize: 1000 })
      for (let n = 0; n < records; n += 1) watched.server.actions.put('people', `p${String(n)}`)
      await engine.full('org_1', 'watched', ['people'])
      return telemetry.spans().map(({ name }) => name)
    }
    const few = await told(1)
    expect(few).toContain('integration.sync.commit')
    expect(await told(1000)).toEqual(few)
  })

  test('an app may drop organization and connection from metrics: the sums stay', async () => {
    const views = [syncTelemetry.scope, httpTelemetry.scope].map((meterName) => ({
      ...{ meterName, instrumentName: '*' },
      attributesProcessors: [createDenyListAttributesProcessor([ORGANIZATION, 'integration.connection.name'])],
    }))
    using telemetry = collectTelemetry({ views })
    await using watched = await startWatched()
    const organizations = ['org_1', 'org_2']
    const engine = await watched.engine(memoryStore({ clock: watched.clock }), { organizations })
    watched.server.actions.put('people', 'p1')
    for (const id of organizations) await engine.full(id, 'watched', ['people'])
    const points = await telemetry.points()
    expect(JSON.stringify(points)).not.toContain('org_')
    const records = named(points, 'integration.sync.records')
    expect(records).toMatchObject([{ value: 2, attributes: { 'integration.provider': 'watched' } }])
  })

  test('an SDK that is installed late is heard from then on; without one everything works', async () => {
    await using watched = await startWatched()
    const engine = await watched.engine(memoryStore({ clock: watched.clock }))
    watched.server.actions.put('people', 'p1')
    expect((await engine.full('org_1', 'watched', ['people'])).status).toBe('success')
    using telemetry = collectTelemetry()
    expect((await engine.full('org_1', 'watched', ['people'])).status).toBe('success')
    expect(sum(named(await telemetry.points(), 'integration.sync.runs'))).toBe(1)
    expect(sum(named(await telemetry.points(), 'integration.http.requests'))).toBe(1)
    expect(spansNamed(telemetry, 'GET')).toHaveLength(1)
  })
})

type TablePart = Readonly<Record<string, { readonly attributes: readonly string[] }>>

const byName = (left: unknown, right: unknown): number => (JSON.stringify(left) < JSON.stringify(right) ? -1 : 1)

/** A span's name as the table writes it. */
const nameOf = (span: ReadableSpan): string =>
  span.name === span.attributes['http.request.method'] ? '{http.request.method}' : span.name

function attributesByName<T extends { readonly attributes: object }>(
  things: readonly T[],
  toName: (thing: T) => string,
): Record<string, string[]> {
  const found = Object.entries(Object.groupBy(things, toName))
  return Object.fromEntries(
    found.map(([name, some = []]) => [
      name,
      [...new Set(some.flatMap(({ attributes }) => Object.keys(attributes)))].sort(),
    ]),
  )
}

const spansNamed = (telemetry: CollectedTelemetry, name: string): readonly ReadableSpan[] =>
  telemetry.spans().filter((span) => span.name === name)
