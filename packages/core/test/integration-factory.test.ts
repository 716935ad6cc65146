import { describe, expect, test, vi } from 'vitest'
import { IntegrationError } from '../src/integration-error.ts'
import type { StoredConnection } from '../src/ports/connection-store.ts'
import type { Logger } from '../src/ports/logger.ts'
import { memoryStore } from '../src/memory/memory-store.ts'
import { trialAdapter } from './support/trial-adapter.ts'
import { trialApp, trialKey } from './support/trial-app.ts'

describe('making an integration', () => {
  test('from the stored configuration, initialized, then connected, with what the host lends', async () => {
    const app = trialApp({ baseUrls: { trial: 'http://127.0.0.1:1', other: 'http://127.0.0.1:2' }, maxWaitMs: 5 })
    await app.integrations.connections.save('org_1', 'trial', {
      credentials: { apiKey: 'k' },
      settings: { subdomain: 'acme' },
      webhookUrl: 'https://app.example/hooks',
    })
    const integration = await app.integrations.get('org_1', 'trial')
    const [made] = app.adapter.made
    expect(integration).toBe(made)
    expect(made?.done).toEqual(['initialize', 'connect'])
    expect(made?.seenConfig).toEqual({
      organizationId: 'org_1',
      provider: 'trial',
      connection: 'default',
      type: 'hris',
      credentials: { apiKey: 'k' },
      settings: { subdomain: 'acme', region: 'ca' },
      webhookUrl: 'https://app.example/hooks',
      enabled: true,
    })
    const { clock, logger, store } = app.integrations
    expect(made?.seenContext).toEqual({
      key: trialKey('org_1'),
      clock,
      logger,
      budgets: store.budgets,
      baseUrl: 'http://127.0.0.1:1',
      maxWaitMs: 5,
      runSync: undefined,
    })
  })

  test('one per organization and connection', async () => {
    const app = trialApp()
    await app.save('org_1')
    await app.save('org_1', 'second')
    await app.save('org_2')
    const { factory } = app.integrations
    const first = await factory.getIntegration('org_1', 'trial')
    expect(await factory.getIntegration('org_1', 'trial', 'default')).toBe(first)
    expect(await factory.getIntegration('org_1', 'trial', 'second')).not.toBe(first)
    expect(await factory.getIntegration('org_2', 'trial')).not.toBe(first)
    expect(app.adapter.made.map((made) => made.seenConfig.credentials.apiKey)).toEqual([
      'key of org_1/default',
      'key of org_1/second',
      'key of org_2/default',
    ])
  })

  test('once for 100 calls at the same time', async () => {
    const app = trialApp()
    await app.save('org_1')
    const { factory } = app.integrations
    const all = await Promise.all(Array.from({ length: 100 }, () => factory.getIntegration('org_1', 'trial')))
    expect(new Set(all).size).toBe(1)
    expect(app.adapter.made).toHaveLength(1)
    expect(app.adapter.made[0]?.done).toEqual(['initialize', 'connect'])
  })

  test.each(['initialize', 'connect'] as const)(
    'a failed %s is never kept: the next call tries again',
    async (failing) => {
      let failures = 2
      const adapter = trialAdapter(async (step) => {
        if (step === failing && failures-- > 0) throw new IntegrationError('PROVIDER_UNAVAILABLE', 'down')
      })
      const app = trialApp({ adapter })
      await app.save('org_1')
      const { factory } = app.integrations
      const settled = await Promise.allSettled([
        factory.getIntegration('org_1', 'trial'),
        factory.getIntegration('org_1', 'trial'),
      ])
      expect(settled).toMatchObject([
        { reason: { code: 'PROVIDER_UNAVAILABLE' } },
        { reason: { code: 'PROVIDER_UNAVAILABLE' } },
      ])
      await expect(factory.use(trialKey('org_1'), () => Promise.resolve())).rejects.toMatchObject({ message: 'down' })
      expect(adapter.made).toHaveLength(2)
      expect(await factory.getIntegration('org_1', 'trial')).toBe(adapter.made[2])
    },
  )

  test.each([
    [
      'there is no such connection',
      /has no trial connection "second"\. Save one: await integrations\.connections\.save/,
      'second',
    ],
    ['it is disabled', /connection "default" of organization "org_1" is disabled\. Enable it/, 'default'],
  ])('fails with what to do when %s', async (_what, message, connection) => {
    const app = trialApp()
    await app.save('org_1')
    await app.integrations.connections.disable('org_1', 'trial')
    await expect(app.integrations.factory.getIntegration('org_1', 'trial', connection)).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      provider: 'trial',
      message: expect.stringMatching(message),
    })
    expect(app.adapter.made).toHaveLength(0)
  })

  test('fails for a provider without an adapter', async () => {
    await expect(trialApp().integrations.factory.getIntegration('org_1', 'workday')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining("import '@unioneyes/adapter-workday/register'"),
    })
  })

  test('fails with the issues when what is stored does not fit any more', async () => {
    const app = trialApp()
    const key = trialKey('org_1')
    const credentials = await app.vault.seal(key, { token: 'from an older version' })
    await app.store.connections.save({ ...key, type: 'hris', credentials, settings: {} })
    await expect(app.integrations.factory.getIntegration('org_1', 'trial')).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      issues: ['apiKey: expected a text'],
      message: expect.stringMatching(
        /credentials of the trial connection "default" do not fit.*Save the connection again/,
      ),
    })
  })

  test('does not take a row of another organization, even if the store hands it out', async () => {
    const store = memoryStore()
    const app = trialApp({
      store: {
        ...store,
        connections: { ...store.connections, get: () => store.connections.get(trialKey('org_1')) },
      },
    })
    await app.save('org_1')
    await expect(app.integrations.get('org_2', 'trial')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(app.adapter.made).toHaveLength(0)
  })

  test('sync() of a live integration goes to the attached engine with its own key', async () => {
    const app = trialApp()
    await app.save('org_1', 'second')
    const asked: unknown[] = []
    app.integrations.factory.attachSync((key, options) => {
      asked.push(key, options)
      return Promise.reject(new Error('engine'))
    })
    const integration = await app.integrations.get('org_1', 'trial', 'second')
    await expect(integration.sync({ type: 'full' })).rejects.toThrow('engine')
    expect(asked).toEqual([trialKey('org_1', 'second'), { type: 'full' }])
  })
})

describe('dropping an integration', () => {
  test('when it is saved again', async () => {
    const app = trialApp()
    await app.save('org_1')
    const before = await app.integrations.get('org_1', 'trial')
    await app.integrations.connections.save('org_1', 'trial', {
      credentials: { apiKey: 'new' },
      settings: { subdomain: 'acme' },
    })
    expect(await app.integrations.get('org_1', 'trial')).not.toBe(before)
    expect(app.adapter.made.map((made) => made.seenConfig.credentials.apiKey)).toEqual(['key of org_1/default', 'new'])
    await vi.waitFor(() => expect(app.adapter.made.map((made) => made.isConnected)).toEqual([false, true]))
  })

  test.each<[string, Partial<StoredConnection>]>([
    ['settings', { settings: { subdomain: 'acme', region: 'us' } }],
    ['webhookUrl', { webhookUrl: 'https://app.example/new' }],
  ])('when only its %s changed', async (_what, change) => {
    const app = trialApp()
    await app.save('org_1')
    await app.integrations.get('org_1', 'trial')
    const stored = await app.store.connections.get(trialKey('org_1'))
    await app.store.connections.save({ ...stored!, ...change })
    await app.integrations.get('org_1', 'trial')
    expect(app.adapter.made).toHaveLength(2)
    expect(app.adapter.made[1]?.seenConfig).toMatchObject(change)
    await vi.waitFor(() => expect(app.adapter.made.map((made) => made.isConnected)).toEqual([false, true]))
  })

  test('when another process changed the row behind our back', async () => {
    const app = trialApp()
    await app.save('org_1')
    await app.integrations.get('org_1', 'trial')
    const stored = await app.store.connections.get(trialKey('org_1'))
    const resealed = await app.vault.seal(trialKey('org_1'), { apiKey: 'rotated' })
    await app.store.connections.replaceCredentials(trialKey('org_1'), stored!.credentials, resealed)
    await app.integrations.get('org_1', 'trial')
    expect(app.adapter.made.map((made) => made.seenConfig.credentials.apiKey)).toEqual([
      'key of org_1/default',
      'rotated',
    ])
    await vi.waitFor(() => expect(app.adapter.made[0]?.times('disconnect')).toBe(1))
  })

  test('not when only its status changed', async () => {
    const app = trialApp()
    await app.save('org_1')
    const before = await app.integrations.get('org_1', 'trial')
    await app.store.connections.setStatus(trialKey('org_1'), 'degraded', 'slow')
    expect(await app.integrations.get('org_1', 'trial')).toBe(before)
  })

  test.each(['disable', 'remove'] as const)('when %s is called, and only that one', async (call) => {
    const app = trialApp()
    await app.save('org_1')
    await app.save('org_2')
    await app.integrations.get('org_1', 'trial')
    await app.integrations.get('org_2', 'trial')
    await app.integrations.connections[call]('org_1', 'trial')
    expect(app.adapter.made.map((made) => made.isConnected)).toEqual([false, true])
    await expect(app.integrations.get('org_1', 'trial')).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    expect(app.adapter.made).toHaveLength(2)
  })

  test('when the row was disabled or erased behind our back', async () => {
    const app = trialApp()
    await app.save('org_1')
    await app.save('org_2')
    await app.integrations.get('org_1', 'trial')
    await app.integrations.get('org_2', 'trial')
    const stored = await app.store.connections.get(trialKey('org_1'))
    await app.store.connections.save({ ...stored!, enabled: false })
    await app.store.erase({ organizationId: 'org_2' })
    await expect(app.integrations.get('org_1', 'trial')).rejects.toThrow(/is disabled/)
    await expect(app.integrations.get('org_2', 'trial')).rejects.toThrow(/has no trial connection/)
    await vi.waitFor(() => expect(app.adapter.made.map((made) => made.times('disconnect'))).toEqual([1, 1]))
  })

  test('a call that had read the row before it was removed makes no integration from it', async () => {
    const store = memoryStore()
    const read = Promise.withResolvers<undefined>()
    let slow = false
    const app = trialApp({
      store: {
        ...store,
        connections: {
          ...store.connections,
          async get(key) {
            const stored = await store.connections.get(key)
            if (slow) {
              slow = false
              await read.promise
            }
            return stored
          },
        },
      },
    })
    await app.save('org_1')
    slow = true
    const late = app.integrations.get('org_1', 'trial')
    await app.integrations.connections.remove('org_1', 'trial')
    read.resolve(undefined)
    await expect(late).rejects.toThrow(/has no trial connection/)
    expect(app.adapter.made).toHaveLength(0)
  })

  test('drop() of what is not live does nothing', async () => {
    await expect(trialApp().integrations.factory.drop(trialKey('org_1'))).resolves.toBeUndefined()
  })

  test('close() disconnects everything, and waits for what is already leaving', async () => {
    const leaving = Promise.withResolvers<undefined>()
    const adapter = trialAdapter(async (step, integration) => {
      if (step === 'disconnect' && integration === adapter.made[0]) await leaving.promise
    })
    const app = trialApp({ adapter, maxLive: 2 })
    for (const organizationId of ['org_1', 'org_2', 'org_3']) {
      await app.save(organizationId)
      await app.integrations.get(organizationId, 'trial')
    }
    let isClosed = false
    const closing = app.integrations.close().then(() => (isClosed = true))
    await vi.waitFor(() => expect(adapter.made.map((made) => made.times('disconnect'))).toEqual([1, 1, 1]))
    expect(isClosed).toBe(false)
    leaving.resolve(undefined)
    await closing
    expect(adapter.made.every((made) => !made.isConnected)).toBe(true)
  })

  test('an integration that fails to disconnect harms nobody, and its words stay out of the log', async () => {
    const lines: unknown[] = []
    const log: Logger['debug'] = (fields, message) => lines.push(fields, message)
    const adapter = trialAdapter(async (step) => {
      if (step === 'disconnect') throw new TypeError('GET https://api.example/logout?token=s3cr3t')
    })
    const app = trialApp({ adapter, logger: { debug: log, info: log, warn: log, error: log } })
    await app.save('org_1')
    await app.integrations.get('org_1', 'trial')
    await app.integrations.close()
    expect(lines).toEqual([{ error: 'TypeError' }, 'An integration that is no longer needed did not disconnect'])
  })
})
