import { describe, expect, test, vi } from 'vitest'
import { trialAdapter } from './support/trial-adapter.ts'
import { trialApp, trialKey } from './support/trial-app.ts'

describe('use', () => {
  test('gives back what the work gives, and leaves the integration live', async () => {
    const app = trialApp()
    await app.save('org_1')
    const { factory } = app.integrations
    expect(await factory.use(trialKey('org_1'), async (integration) => [integration, 42])).toEqual([
      app.adapter.made[0],
      42,
    ])
    await expect(factory.use(trialKey('org_1'), () => Promise.reject(new Error('work')))).rejects.toThrow('work')
    expect(app.adapter.made).toHaveLength(1)
    expect(app.adapter.made[0]?.isConnected).toBe(true)
  })

  test('keeps it connected while in use, and disconnects it once after the last', async () => {
    const app = trialApp()
    await app.save('org_1')
    const { factory, connections } = app.integrations
    const [first, second] = [Promise.withResolvers<undefined>(), Promise.withResolvers<undefined>()]
    const using = [first, second].map((gate) => factory.use(trialKey('org_1'), () => gate.promise))
    await vi.waitFor(() => expect(app.adapter.made[0]?.isConnected).toBe(true))
    await connections.disable('org_1', 'trial')
    expect(app.adapter.made[0]?.isConnected).toBe(true)
    first.resolve(undefined)
    await using[0]
    expect(app.adapter.made[0]?.isConnected).toBe(true)
    second.resolve(undefined)
    await using[1]
    expect(app.adapter.made[0]?.done).toEqual(['initialize', 'connect', 'disconnect'])
  })

  test('keeps it connected whenever the drop comes', async () => {
    for (let ticks = 0; ticks < 30; ticks += 1) {
      const app = trialApp()
      await app.save('org_1')
      await app.integrations.get('org_1', 'trial')
      const using = app.integrations.factory.use(trialKey('org_1'), async (integration) => {
        const made = app.adapter.made.find((one) => one === integration)
        for (let step = 0; step < 10; step += 1) {
          expect(made?.isConnected, `dropped after ${String(ticks)} ticks`).toBe(true)
          await Promise.resolve()
        }
      })
      for (let tick = 0; tick < ticks; tick += 1) await Promise.resolve()
      await app.integrations.factory.drop(trialKey('org_1'))
      await using
    }
  })

  test('disconnects after work that failed, too', async () => {
    const app = trialApp()
    await app.save('org_1')
    const { factory } = app.integrations
    const work = factory.use(trialKey('org_1'), async () => {
      await factory.drop(trialKey('org_1'))
      throw new Error('work')
    })
    await expect(work).rejects.toThrow('work')
    expect(app.adapter.made[0]?.times('disconnect')).toBe(1)
  })
})

describe('maxLive', () => {
  test('lets go of the one unused longest', async () => {
    const app = trialApp({ maxLive: 2 })
    for (const organizationId of ['org_1', 'org_2', 'org_3']) await app.save(organizationId)
    await app.integrations.get('org_1', 'trial')
    await app.integrations.get('org_2', 'trial')
    await app.integrations.get('org_1', 'trial')
    await app.integrations.get('org_3', 'trial')
    await vi.waitFor(() => expect(app.adapter.made.map((made) => made.isConnected)).toEqual([true, false, true]))
    await app.integrations.get('org_1', 'trial')
    expect(app.adapter.made).toHaveLength(3)
  })

  test('never disconnects one in use, and comes back under the limit afterwards', async () => {
    const app = trialApp({ maxLive: 1 })
    const organizations = ['org_1', 'org_2', 'org_3']
    for (const organizationId of organizations) await app.save(organizationId)
    const gate = Promise.withResolvers<undefined>()
    const using = organizations.map((organizationId) =>
      app.integrations.factory.use(trialKey(organizationId), async (integration) => {
        await gate.promise
        expect(app.adapter.made.find((made) => made === integration)?.isConnected).toBe(true)
      }),
    )
    await vi.waitFor(() => expect(app.adapter.made.map((made) => made.isConnected)).toEqual([true, true, true]))
    gate.resolve(undefined)
    await Promise.all(using)
    await vi.waitFor(() => expect(app.adapter.made.filter((made) => made.isConnected)).toHaveLength(1))
  })

  test('one in use stays the one that everybody gets, and does not push out the one just asked for', async () => {
    const app = trialApp({ maxLive: 1 })
    await app.save('org_1')
    await app.save('org_2')
    await app.integrations.factory.use(trialKey('org_1'), async (integration) => {
      await app.integrations.get('org_2', 'trial')
      expect(app.adapter.made.map((made) => made.isConnected)).toEqual([true, true])
      expect(await app.integrations.get('org_1', 'trial')).toBe(integration)
    })
    expect(app.adapter.made).toHaveLength(2)
  })

  test('does not let go of the one just asked for, nor wait for the one that leaves', async () => {
    const adapter = trialAdapter((step, integration) =>
      step === 'disconnect' && integration === adapter.made[0] ? new Promise(() => {}) : Promise.resolve(),
    )
    const app = trialApp({ adapter, maxLive: 1 })
    await app.save('org_1')
    await app.save('org_2')
    await app.integrations.get('org_1', 'trial')
    await app.integrations.get('org_2', 'trial')
    expect(adapter.made.map((made) => made.isConnected)).toEqual([false, true])
  })
})
