import { IntegrationError, configureIntegrations, memoryStore, systemClock } from '@unioneyes/core'
import type { Clock, EntityKey } from '@unioneyes/core'
import { describe, expect, test } from 'vitest'
import { createSyncEngine, executeFullSync, executeIncrementalSync, getSyncHistory } from '../src/index.ts'
import type { SyncProgress } from '../src/index.ts'
import { ScriptedProvider, scriptedIntegrations } from './support/scripted-provider.ts'

const key: EntityKey = { organizationId: 'org_1', provider: 'scripted', connection: 'default', entity: 'people' }

async function engineOf(
  provider: ScriptedProvider,
  options: { version?: string; store?: ReturnType<typeof memoryStore>; clock?: Clock } = {},
) {
  const store = options.store ?? memoryStore({ clock: options.clock })
  const integrations = await scriptedIntegrations(store, provider, options)
  const progress: SyncProgress[] = []
  const engine = createSyncEngine({
    integrations,
    store,
    recordsPerCommit: 3,
    onProgress: (event) => progress.push(event),
  })
  return { store, integrations, engine, progress }
}

describe('sync engine', () => {
  test('a full sync brings everything, typed, with raw beside, and reports as it goes', async () => {
    const provider = new ScriptedProvider().fill(7)
    const { engine, progress } = await engineOf(provider)
    const run = await engine.full('org_1', 'scripted', ['people'])
    expect(run).toMatchObject({
      status: 'success',
      counters: { processed: 7, created: 7, pages: 3, requests: 3, bytes: 300 },
    })
    const names = []
    for await (const person of engine.records('org_1', 'scripted', 'people')) names.push(person.name)
    expect(names).toHaveLength(7)
    expect(progress.map(({ step }) => step)).toEqual(['started', 'page', 'page', 'page', 'entity', 'finished'])
  })

  test('an unchanged full sync writes nothing and reads no row that it knows', async () => {
    const provider = new ScriptedProvider().fill(7)
    const { engine, store } = await engineOf(provider)
    await engine.full('org_1', 'scripted', ['people'])
    const before = await store.records.list(key)
    const run = await engine.full('org_1', 'scripted', ['people'])
    expect(run.counters).toMatchObject({ processed: 7, unchanged: 7, created: 0, updated: 0, deleted: 0 })
    expect(await store.records.list(key)).toEqual(before)
  })

  test('pages known byte for byte are not parsed; a write from elsewhere, a new mapping or a resync parses them again', async () => {
    const provider = new ScriptedProvider().fill(6)
    provider.fingerprints = true
    let now = 1_700_000_000_000
    const { engine, store } = await engineOf(provider, { clock: { ...systemClock, now: () => now } })
    await engine.full('org_1', 'scripted', ['people'])
    const again = await engine.full('org_1', 'scripted', ['people'])
    expect(again).toMatchObject({ status: 'success', counters: { processed: 6, unchanged: 6, pages: 2 } })
    const third = await engine.full('org_1', 'scripted', ['people'])
    expect(third).toMatchObject({ status: 'success', counters: { processed: 6, unchanged: 6 } })

    // Somebody else wrote one of the records: the page must correct it.
    await store.pages.commitPage({
      key,
      runId: undefined,
      lease: undefined,
      observedAt: (now += 1000),
      upserts: [{ id: 'p0001', hash: 'x', rawHash: 'x', data: '{"id":"p0001","name":"Other"}', raw: '{}' }],
      tombstones: [],
      quarantined: [],
      marks: [],
      remembered: [],
      listing: undefined,
      counters: { processed: 1, unchanged: 0, failed: 0, pages: 1, requests: 0, bytes: 0, waitedMs: 0 },
    })
    now += 1000
    expect((await engine.full('org_1', 'scripted', ['people'])).counters).toMatchObject({ updated: 1, unchanged: 5 })

    const newer = await engineOf(provider, { version: '1.1.0', store })
    expect((await newer.engine.full('org_1', 'scripted', ['people'])).counters).toMatchObject({ unchanged: 6 })
    expect((await newer.engine.full('org_1', 'scripted', ['people'], { reread: true })).counters).toMatchObject({
      unchanged: 6,
    })
  })

  test('a dry run says what a sync would do and writes nothing but its log line', async () => {
    const provider = new ScriptedProvider().fill(7)
    const { engine, store } = await engineOf(provider)
    await engine.full('org_1', 'scripted', ['people'])
    provider.put('p0001', 'Changed').put('p0100').remove('p0002').put('p0003', 9)
    const before = await store.records.list(key)
    const dry = await engine.full('org_1', 'scripted', ['people'], { dryRun: true })
    expect(dry).toMatchObject({
      dryRun: true,
      status: 'partial',
      counters: { created: 1, updated: 1, deleted: 1, failed: 1 },
    })
    expect(await store.records.list(key)).toEqual(before)
    expect(await store.quarantine.count(key)).toBe(0)
    expect(await engine.history('org_1')).toHaveLength(2)
    const real = await engine.full('org_1', 'scripted', ['people'])
    expect(real.counters).toMatchObject({ created: 1, updated: 1, deleted: 1, failed: 1 })
  })

  test('changes come in order with their records, and a position goes on', async () => {
    const provider = new ScriptedProvider().fill(4)
    const { engine } = await engineOf(provider)
    await engine.full('org_1', 'scripted', ['people'])
    const first = []
    for await (const change of engine.changes('org_1')) first.push(change)
    expect(first.map(({ kind, id }) => `${kind} ${id}`)).toEqual([
      'created p0000',
      'created p0001',
      'created p0002',
      'created p0003',
    ])
    expect(first[0]?.record?.name).toBe('Name p0000')
    provider.put('p0001', 'Changed').remove('p0003')
    await engine.incremental('org_1', 'scripted', ['people'])
    const rest = []
    for await (const change of engine.changes('org_1', { after: first.at(-1)?.position }))
      rest.push(`${change.kind} ${change.id}`)
    expect(rest).toEqual(['updated p0001', 'deleted p0003'])
  })

  test('what is wrong with the call is thrown before anything is logged', async () => {
    const { engine, integrations, store } = await engineOf(new ScriptedProvider())
    // @ts-expect-error -- an entity that the adapter does not have must not compile either
    await expect(engine.full('org_1', 'scripted', ['invoices'])).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(engine.full('org_9', 'scripted')).rejects.toThrow(/connections\.save/)
    await integrations.connections.disable('org_1', 'scripted')
    await expect(engine.full('org_1', 'scripted')).rejects.toThrow(/disabled/)
    expect(await store.runs.list({ organizationId: 'org_1' })).toEqual([])
  })

  test('a wrong key makes the connection ask to be reconnected; the next success clears it', async () => {
    const provider = new ScriptedProvider().fill(2)
    const { engine, store } = await engineOf(provider)
    provider.before = () => {
      throw new IntegrationError('AUTH_FAILED', 'GET /people was refused: the key is not valid.')
    }
    expect((await engine.full('org_1', 'scripted', ['people'])).error?.code).toBe('AUTH_FAILED')
    expect(await store.connections.get(key)).toMatchObject({ status: 'needs_reconnect' })
    provider.before = () => undefined
    await engine.full('org_1', 'scripted', ['people'])
    expect(await store.connections.get(key)).toMatchObject({ status: 'active' })
  })

  test('so does one that shows in an entity after another that failed for a different reason', async () => {
    const provider = new ScriptedProvider().fill(2)
    const { engine, store } = await engineOf(provider)
    provider.before = ({ entity }) => {
      const [code, message] =
        entity === 'people'
          ? (['PERMISSION_DENIED', 'GET /people was refused: the role lacks people.'] as const)
          : (['AUTH_FAILED', 'GET /teams was refused: the key is not valid.'] as const)
      throw new IntegrationError(code, message)
    }
    const run = await engine.full('org_1', 'scripted', ['people', 'teams'])
    expect(run.outcomes.map(({ error }) => error?.code)).toEqual(['PERMISSION_DENIED', 'AUTH_FAILED'])
    expect(run.error?.code).toBe('AUTH_FAILED')
    expect(await store.connections.get(key)).toMatchObject({ status: 'needs_reconnect' })
  })

  test.each(['incremental', 'full'] as const)(
    'a place to read from that has expired: the %s sync reads everything, once',
    async (type) => {
      const provider = new ScriptedProvider().fill(9)
      const { engine } = await engineOf(provider)
      await engine.full('org_1', 'scripted', ['people'])
      provider.put('p0001', 'Changed').remove('p0002')
      if (type === 'full') {
        provider.before = ({ token }) => {
          if (token === 6) throw new Error('the provider fell over')
        }
        await engine.full('org_1', 'scripted', ['people'])
      }
      provider.before = (request) => {
        if (request.type === 'incremental' || request.token > 0) {
          provider.before = () => undefined
          throw new IntegrationError('CURSOR_EXPIRED', 'The provider has forgotten this place.')
        }
      }
      const run = await engine[type]('org_1', 'scripted', ['people'])
      expect(run).toMatchObject({ status: 'success', outcomes: [{ type: 'full' }] })
      expect(run.outcomes[0]?.notes.join()).toContain('The provider has forgotten this place.')
      const names = []
      for await (const person of engine.records('org_1', 'scripted', 'people')) names.push(person.name)
      expect(names).toHaveLength(8)
      expect(names).toContain('Changed')
    },
  )

  test('the seed functions go through the configured engine', async () => {
    const provider = new ScriptedProvider().fill(3)
    const { engine, integrations } = await engineOf(provider)
    await expect(executeFullSync('org_1', 'scripted')).rejects.toThrow(/configureIntegrations/)
    configureIntegrations({ integrations, sync: engine })
    expect(await executeFullSync('org_1', 'scripted', ['people'])).toMatchObject({ success: true, recordsCreated: 3 })
    provider.put('p0001', 'Changed')
    expect(await executeIncrementalSync('org_1', 'scripted', ['people'])).toMatchObject({
      success: true,
      recordsUpdated: 1,
    })
    expect(await getSyncHistory('org_1')).toHaveLength(2)
    const integration = await integrations.get('org_1', 'scripted')
    expect(await integration.sync({ type: 'full', entities: ['people'] })).toMatchObject({ recordsUnchanged: 3 })
    expect(await getSyncHistory('org_1')).toHaveLength(3)
  })
})

test.each([
  ['readAhead', 0],
  ['concurrency', -1],
  ['concurrency', Number.NaN],
])('%s: %d is refused, since nothing could be read with it', async (name, value) => {
  const store = memoryStore()
  const integrations = await scriptedIntegrations(store, new ScriptedProvider())
  expect(() => createSyncEngine({ integrations, store, [name]: value })).toThrow(name)
})
