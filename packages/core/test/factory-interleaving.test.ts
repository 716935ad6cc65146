import fc from 'fast-check'
import type { Scheduler } from 'fast-check'
import { expect, test } from 'vitest'
import { memoryStore } from '../src/memory/memory-store.ts'
import { trialAdapter } from './support/trial-adapter.ts'
import type { TrialIntegration } from './support/trial-adapter.ts'
import { trialApp, trialKey } from './support/trial-app.ts'
import type { TrialApp } from './support/trial-app.ts'

type Call = 'get' | 'use' | 'drop' | 'save' | 'disable' | 'enable' | 'remove'
interface Step {
  readonly call: Call
  readonly organizationId: string
}

const stepOf = (calls: readonly Call[]): fc.Arbitrary<Step> =>
  fc.record({ call: fc.constantFrom(...calls), organizationId: fc.constantFrom('org_1', 'org_2', 'org_3') })

/** An app in which the scheduler decides when each store call, connect and disconnect goes on. */
function scheduledApp(scheduler: Scheduler, maxLive: number, failing: ReadonlySet<number>): TrialApp {
  const store = memoryStore()
  let connects = 0
  const adapter = trialAdapter(async (step) => {
    await scheduler.schedule(Promise.resolve(), step)
    if (step === 'connect' && failing.has((connects += 1))) throw new Error('connect failed')
  })
  const get = scheduler.scheduleFunction(store.connections.get.bind(store.connections))
  return trialApp({ adapter, maxLive, store: { ...store, connections: { ...store.connections, get } } })
}

async function take(app: TrialApp, scheduler: Scheduler, { call, organizationId }: Step): Promise<void> {
  const { connections, factory } = app.integrations
  if (call === 'get') await factory.getIntegration(organizationId, 'trial')
  else if (call === 'use') {
    await factory.use(trialKey(organizationId), async (integration) => {
      const made = app.adapter.made.find((one) => one === integration)
      expect(made?.isConnected).toBe(true)
      await scheduler.schedule(Promise.resolve(), 'work')
      expect(made?.isConnected).toBe(true)
      expect(made?.times('disconnect')).toBe(0)
    })
  } else if (call === 'drop') await factory.drop(trialKey(organizationId))
  else if (call === 'save') await app.save(organizationId)
  else await connections[call](organizationId, 'trial')
}

const isConnected = (made: TrialIntegration): boolean => made.isConnected

test('in any order of everything, one in use stays connected, and each is made and let go of once', async () => {
  const steps = fc.array(stepOf(['get', 'use', 'use', 'drop', 'save', 'disable', 'enable', 'remove']), {
    maxLength: 12,
  })
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      steps,
      fc.integer({ min: 1, max: 3 }),
      fc.uniqueArray(fc.integer({ min: 1, max: 6 })),
      async (scheduler, plan, maxLive, failing) => {
        const app = scheduledApp(scheduler, maxLive, new Set(failing))
        for (const organizationId of ['org_1', 'org_2']) await app.save(organizationId)

        const running = plan.map((step) => take(app, scheduler, step))
        const settled = await scheduler.waitFor(Promise.allSettled(running))
        for (const result of settled) {
          if (result.status === 'fulfilled') continue
          expect(String(result.reason)).toMatch(/connect failed|has no trial connection|is disabled/)
        }

        const removed = new Set(
          plan.filter(({ call }) => call === 'remove' || call === 'disable').map((step) => step.organizationId),
        )
        for (const organizationId of removed) {
          const stored = await scheduler.waitFor(app.store.connections.get(trialKey(organizationId)))
          const live = app.adapter.made.filter(
            (made) => made.seenConfig.organizationId === organizationId && made.isConnected,
          )
          if (!stored?.enabled) expect(live).toEqual([])
        }

        await scheduler.waitFor(app.integrations.close())
        expect(app.adapter.made.filter(isConnected)).toEqual([])
        for (const { done } of app.adapter.made) {
          expect(['initialize,connect', 'initialize,connect,disconnect']).toContain(done.join())
        }
      },
    ),
    { numRuns: 300 },
  )
})

test('without changes each connection is made once, however its calls interleave', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(stepOf(['get', 'use']), { minLength: 1, maxLength: 20 }),
      async (scheduler, plan) => {
        const app = scheduledApp(scheduler, 3, new Set())
        for (const organizationId of ['org_1', 'org_2', 'org_3']) await app.save(organizationId)
        await scheduler.waitFor(Promise.all(plan.map((step) => take(app, scheduler, step))))
        expect(app.adapter.made).toHaveLength(new Set(plan.map((step) => step.organizationId)).size)
        expect(app.adapter.made.every(isConnected)).toBe(true)
      },
    ),
    { numRuns: 100 },
  )
})

test('once everything is quiet, no more than maxLive are live', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.array(stepOf(['use']), { maxLength: 10 }),
      fc.integer({ min: 1, max: 2 }),
      async (scheduler, plan, maxLive) => {
        const app = scheduledApp(scheduler, maxLive, new Set())
        for (const organizationId of ['org_1', 'org_2', 'org_3']) await app.save(organizationId)
        await scheduler.waitFor(Promise.all(plan.map((step) => take(app, scheduler, step))))
        await scheduler.waitIdle()
        expect(app.adapter.made.filter(isConnected).length).toBeLessThanOrEqual(maxLive)
      },
    ),
    { numRuns: 100 },
  )
})
