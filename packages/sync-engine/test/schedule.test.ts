import { memoryStore } from '@unioneyes/core'
import type { SyncRun } from '@unioneyes/core'
import { describe, expect, test } from 'vitest'
import { createSyncEngine } from '../src/index.ts'
import { ScriptedProvider, scriptedIntegrations } from './support/scripted-provider.ts'

async function setUp(provider: ScriptedProvider) {
  const store = memoryStore()
  const integrations = await scriptedIntegrations(store, provider)
  return { store, engine: createSyncEngine({ integrations, store }) }
}

describe('schedule', () => {
  test('never overlaps itself: a second time while one runs joins it', async () => {
    const provider = new ScriptedProvider().fill(4)
    const { engine, store } = await setUp(provider)
    const schedule = engine.schedule('org_1', 'scripted', { cron: '0 3 1 1 *', entities: ['people'] })
    const gate = Promise.withResolvers<undefined>()
    provider.before = async () => {
      await gate.promise
    }
    const first = schedule.trigger()
    const second = schedule.trigger()
    gate.resolve(undefined)
    expect((await first)?.id).toBe((await second)?.id)
    expect(await store.runs.list({ organizationId: 'org_1' })).toHaveLength(1)
    await schedule.stop()
  })

  test('only a success satisfies it: after anything else it tries again, at the time the error names', async () => {
    const provider = new ScriptedProvider().fill(4).put('p0001', 9)
    const { engine } = await setUp(provider)
    const runs: SyncRun[] = []
    const satisfied = Promise.withResolvers<undefined>()
    const schedule = engine.schedule('org_1', 'scripted', {
      cron: '0 3 1 1 *',
      entities: ['people'],
      type: 'full',
      retryMs: 1,
      onRun: (run) => {
        runs.push(run)
        if (runs.length === 2) provider.put('p0001')
        if (run.status === 'success') satisfied.resolve(undefined)
      },
    })
    await schedule.trigger()
    await satisfied.promise
    expect(runs.map((run) => run.status)).toEqual(['partial', 'partial', 'success'])
    await schedule.stop()
  })

  test('fires by cron, in the zone asked for', async () => {
    const { engine } = await setUp(new ScriptedProvider().fill(1))
    const schedule = engine.schedule('org_1', 'scripted', { cron: '30 3 * * *', timeZone: 'America/Toronto' })
    const toronto = new Intl.DateTimeFormat('en-CA', {
      timeZone: 'America/Toronto',
      hour: 'numeric',
      minute: 'numeric',
      hourCycle: 'h23',
    })
    expect(toronto.format(schedule.next())).toBe('03:30')
    await schedule.stop()
    const ran = Promise.withResolvers<SyncRun>()
    const everySecond = engine.schedule('org_1', 'scripted', { cron: '* * * * * *', onRun: ran.resolve })
    expect((await ran.promise).status).toBe('success')
    await everySecond.stop()
  })

  test('a pattern that cannot be read says so', async () => {
    const { engine } = await setUp(new ScriptedProvider())
    expect(() => engine.schedule('org_1', 'scripted', { cron: 'every day' })).toThrow(/cannot be read/)
    expect(() => engine.schedule('org_1', 'scripted', { cron: '0 3 * * *', timeZone: 'Mars/Olympus' })).toThrow(
      /cannot be read/,
    )
  })

  test('stop ends a run under way after the page in hand', async () => {
    const provider = new ScriptedProvider().fill(30)
    const { engine, store } = await setUp(provider)
    const started = Promise.withResolvers<undefined>()
    provider.before = ({ n }) => {
      if (n === 3) started.resolve(undefined)
    }
    const schedule = engine.schedule('org_1', 'scripted', { cron: '0 3 1 1 *', entities: ['people'] })
    const running = schedule.trigger()
    await started.promise
    await schedule.stop()
    expect((await running)?.status).toBe('cancelled')
    expect(await store.runs.list({ organizationId: 'org_1', status: 'running' })).toEqual([])
  })
})
