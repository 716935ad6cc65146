import { describe, expect, test } from 'vitest'
import { BaseIntegration } from '../src/base-integration.ts'
import type { HealthCheckResult, IntegrationConfig, IntegrationContext, SyncResult } from '../src/integration.ts'
import { IntegrationType, SyncType } from '../src/integration-type.ts'
import type { Page, ReadOptions, RowResult } from '../src/page.ts'
import { systemClock } from '../src/ports/clock.ts'
import { silentLogger } from '../src/ports/logger.ts'
import { memoryStore } from '../src/memory/memory-store.ts'
import { trialKey } from './support/trial-app.ts'

class Bare extends BaseIntegration {
  constructor() {
    super(IntegrationType.HRIS, 'bare', { supportedEntities: ['employees', 'departments'] })
  }
  async connect(): Promise<void> {
    this.ensureInitialized()
    this.connected = true
  }
  async disconnect(): Promise<void> {
    this.connected = false
  }
  async healthCheck(): Promise<HealthCheckResult> {
    this.ensureConnected()
    return { status: 'healthy' }
  }
  get seenConfig(): IntegrationConfig {
    return this.config
  }
  get seenContext(): IntegrationContext {
    return this.context
  }
}

class Reading extends Bare {
  readonly reads: [string, ReadOptions | undefined][] = []
  readonly pages: Readonly<Record<string, readonly Page[]>>
  constructor(pages: Readonly<Record<string, readonly Page[]>>) {
    super()
    this.pages = pages
  }
  override async *read(entity: string, options?: ReadOptions): AsyncGenerator<Page> {
    this.reads.push([entity, options])
    for (const page of this.pages[entity] ?? []) {
      options?.signal?.throwIfAborted()
      yield page
    }
  }
}

const config: IntegrationConfig = {
  ...trialKey('org_1'),
  type: IntegrationType.HRIS,
  credentials: { apiKey: 'k' },
  settings: {},
  enabled: true,
}
const contextWith = (runSync: IntegrationContext['runSync']): IntegrationContext => ({
  key: trialKey('org_1'),
  clock: systemClock,
  logger: silentLogger,
  budgets: memoryStore().budgets,
  maxWaitMs: 1000,
  runSync,
})
const row = (id: string, raw: unknown = {}): { id: string; raw: unknown } => ({ id, raw })
const readRow = (raw: unknown): RowResult<{ id: string }> =>
  raw === 'bad' ? { kind: 'invalid', issues: ['bad'] } : { kind: 'record', record: { id: 'x' } }

describe('the inherited sync()', () => {
  test('without an engine reads every entity to its end and counts', async () => {
    const integration = new Reading({
      employees: [
        { records: [{ id: '1' }, { id: '2' }], next: 'more' },
        { records: [{ id: '3' }], complete: true },
      ],
      departments: [{ rows: { items: [row('1'), row('2')], read: readRow } }, {}],
    })
    expect(await integration.sync({ type: SyncType.FULL })).toEqual({
      success: true,
      recordsProcessed: 5,
      recordsCreated: 0,
      recordsUpdated: 0,
      recordsFailed: 0,
    })
    expect(integration.reads.map(([entity]) => entity)).toEqual(['employees', 'departments'])
  })

  test('reads only the entities asked for, and passes type and signal on', async () => {
    const integration = new Reading({ departments: [{ records: [{ id: '1' }] }] })
    const { signal } = new AbortController()
    await integration.sync({ type: SyncType.FULL, entities: ['departments'], signal })
    expect(integration.reads).toEqual([['departments', { type: 'full', signal }]])
  })

  test('counts rows that cannot be read, and is then no success', async () => {
    const integration = new Reading({ employees: [{ rows: { items: [row('1'), row('2', 'bad')], read: readRow } }] })
    expect(await integration.sync({ type: SyncType.FULL })).toMatchObject({
      success: false,
      recordsProcessed: 2,
      recordsFailed: 1,
    })
  })

  test('stops at an abort between pages', async () => {
    const controller = new AbortController()
    const integration = new Reading({ employees: [{ records: [] }, { records: [] }] })
    controller.abort(new Error('enough'))
    await expect(integration.sync({ type: SyncType.FULL, signal: controller.signal })).rejects.toThrow('enough')
  })

  test('goes through the engine when one is attached', async () => {
    const result: SyncResult = {
      success: true,
      recordsProcessed: 7,
      recordsCreated: 7,
      recordsUpdated: 0,
      recordsFailed: 0,
      runId: 'run_1',
    }
    const asked: unknown[] = []
    const integration = new Reading({ employees: [{ records: [{ id: '1' }] }] })
    await integration.initialize(
      config,
      contextWith((options) => {
        asked.push(options)
        return Promise.resolve(result)
      }),
    )
    const options = { type: SyncType.INCREMENTAL, entities: ['employees'] }
    expect(await integration.sync(options)).toBe(result)
    expect(asked).toEqual([options])
    expect(integration.reads).toEqual([])
  })

  test('is UNSUPPORTED without read()', async () => {
    await expect(new Bare().sync({ type: SyncType.FULL })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      provider: 'bare',
      entity: 'employees',
      message: 'bare implements neither read() nor sync().',
    })
  })

  test('is UNSUPPORTED for an increment, which needs a saved cursor', async () => {
    await expect(new Reading({}).sync({ type: SyncType.INCREMENTAL })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
      message: expect.stringContaining('createSyncEngine'),
    })
  })
})

describe('use before initialize() and connect()', () => {
  const error = (missing: string): unknown =>
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      provider: 'bare',
      message: `bare was used before ${missing}. Get it from IntegrationFactory or createIntegrations, which call it.`,
    })

  test('says which call is missing', async () => {
    const integration = new Bare()
    expect(() => integration.seenConfig).toThrow(error('initialize()'))
    expect(() => integration.seenContext).toThrow(error('initialize(config, context)'))
    await expect(integration.connect()).rejects.toEqual(error('initialize()'))
    await expect(integration.healthCheck()).rejects.toEqual(error('connect()'))
  })

  test('works after them', async () => {
    const integration = new Bare()
    const context = contextWith(undefined)
    await integration.initialize(config, context)
    await integration.connect()
    expect(integration.seenConfig).toBe(config)
    expect(integration.seenContext).toBe(context)
    expect(await integration.healthCheck()).toEqual({ status: 'healthy' })
    await integration.disconnect()
    await expect(integration.healthCheck()).rejects.toEqual(error('connect()'))
  })

  test('a context is optional, so that an adapter can be tried alone', async () => {
    const integration = new Bare()
    await integration.initialize(config)
    await integration.connect()
    expect(() => integration.seenContext).toThrow(error('initialize(config, context)'))
  })
})

test('capabilities left out default to a plain full sync', () => {
  expect(new Bare().capabilities).toEqual({
    supportsFullSync: true,
    supportsIncrementalSync: false,
    supportsWebhooks: false,
    supportsRealTime: false,
    supportedEntities: ['employees', 'departments'],
    requiresOAuth: false,
  })
})
