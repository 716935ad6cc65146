import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { SyncService } from '../src/sync-service.ts'
import { trialApp } from './support/trial-app.ts'

// The pointer is module state, so every test gets modules of its own.
async function freshCore(): Promise<typeof import('../src/index.ts')> {
  vi.resetModules()
  return import('../src/index.ts')
}

describe('configureIntegrations', () => {
  let core: Awaited<ReturnType<typeof freshCore>>
  beforeEach(async () => {
    core = await freshCore()
  })
  const { integrations } = trialApp()
  const sync: SyncService = {
    full: () => Promise.reject(new Error('not called')),
    incremental: () => Promise.reject(new Error('not called')),
    history: () => Promise.resolve([]),
  }

  test.each(['integrations', 'sync'] as const)('before it, %s is an error with the line to add', (name) => {
    expect(() => core.configured(name)).toThrow(
      expect.objectContaining({
        code: 'CONFIG_INVALID',
        message: `Nothing is configured as "${name}". Add where the app starts: configureIntegrations({ integrations, sync }).`,
      }),
    )
  })

  test('before it, the process-wide factory is the same error', () => {
    expect(() => core.IntegrationFactory.getInstance()).toThrow(/Add where the app starts: configureIntegrations\(/)
  })

  test('after it, everything is there', () => {
    core.configureIntegrations({ integrations, sync })
    expect(core.configured('integrations')).toBe(integrations)
    expect(core.configured('sync')).toBe(sync)
    expect(core.IntegrationFactory.getInstance()).toBe(integrations.factory)
  })

  test('what was left out stays an error', () => {
    core.configureIntegrations({ integrations })
    expect(core.configured('integrations')).toBe(integrations)
    expect(() => core.configured('sync')).toThrow(/Nothing is configured as "sync"/)
  })

  test('the same again is fine', () => {
    core.configureIntegrations({ integrations, sync })
    core.configureIntegrations({ integrations, sync })
    expect(core.configured('sync')).toBe(sync)
  })

  test.each([
    ['other integrations', { integrations: trialApp().integrations, sync }],
    ['another engine', { integrations, sync: { ...sync } }],
    ['no engine any more', { integrations }],
  ])('%s are refused, and the first ones stay', (_what, second) => {
    core.configureIntegrations({ integrations, sync })
    expect(() => {
      core.configureIntegrations(second)
    }).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringContaining('called twice') }))
    expect(core.configured('integrations')).toBe(integrations)
    expect(core.configured('sync')).toBe(sync)
  })
})
