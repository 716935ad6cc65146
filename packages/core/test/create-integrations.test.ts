import { describe, expect, test, vi } from 'vitest'
import { memoryStore } from '../src/memory/memory-store.ts'
import type { StoredRecord } from '../src/ports/record-store.ts'
import type { Store } from '../src/ports/store.ts'
import { systemClock } from '../src/ports/clock.ts'
import { createVault, generateVaultKey } from '../src/vault/credential-vault.ts'
import { collect } from './support/collect.ts'
import { trialAdapter } from './support/trial-adapter.ts'
import { trialApp } from './support/trial-app.ts'

/** A store whose records are given; pages hold two, so that reading goes on from page to page. */
function storeWith(records: readonly (Partial<StoredRecord> & { id: string })[], asked: unknown[] = []): Store {
  const store = memoryStore()
  return {
    ...store,
    records: {
      ...store.records,
      list: (key, query = {}) => {
        asked.push([key, query.after])
        const rest = records.filter((record) => query.after === undefined || record.id > query.after)
        return Promise.resolve(
          rest.slice(0, 2).map((record) => ({
            data: JSON.stringify({ id: record.id }),
            raw: undefined,
            hash: '',
            version: undefined,
            observedAt: 0,
            deletedAt: undefined,
            ...record,
          })),
        )
      },
    },
  }
}

describe('createIntegrations', () => {
  test("shows what it stands on, with the machine's clock and silence by default", () => {
    const { integrations, store, adapter } = trialApp()
    expect(integrations.store).toBe(store)
    expect(integrations.clock).toBe(systemClock)
    expect(integrations.logger.isLevelEnabled?.('error')).toBe(false)
    expect(integrations.registry.adapters()).toEqual([adapter])
  })

  test('without adapters takes those that registered themselves', async () => {
    vi.resetModules()
    const core = await import('../src/index.ts')
    core.register(trialAdapter())
    const vault = createVault({ keys: { k1: generateVaultKey() } })
    const integrations = core.createIntegrations({ store: memoryStore(), vault })
    expect(integrations.registry.adapters().map(({ provider }) => provider)).toEqual(['trial'])
    expect(integrations.registry).not.toBe(core.IntegrationRegistry.getInstance())
  })

  test('close() disconnects what is live and leaves the store to the app', async () => {
    const close = vi.fn(() => Promise.resolve())
    const app = trialApp({ store: { ...memoryStore(), close } })
    await app.save('org_1')
    await app.integrations.get('org_1', 'trial')
    await app.integrations.close()
    expect(app.adapter.made[0]?.isConnected).toBe(false)
    expect(close).not.toHaveBeenCalled()
  })
})

describe('records', () => {
  test('come in the order of their ids, over all pages, under their own key', async () => {
    const asked: unknown[] = []
    const app = trialApp({ store: storeWith([{ id: '1' }, { id: '2' }, { id: '3' }], asked) })
    const records = app.integrations.records('org_1', 'trial', 'employees', { connection: 'second' })
    expect(await collect(records)).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }])
    const key = { organizationId: 'org_1', provider: 'trial', connection: 'second', entity: 'employees' }
    expect(asked).toEqual([
      [key, undefined],
      [key, '2'],
      [key, '3'],
    ])
  })

  test('keep integers beyond 2^53 exactly', async () => {
    const app = trialApp({ store: storeWith([{ id: '1', data: '{"id":"1","badge":9007199254740993}' }]) })
    expect(await collect(app.integrations.records('org_1', 'trial', 'employees'))).toEqual([
      { id: '1', badge: 9007199254740993n },
    ])
  })

  test('stop at an abort between pages', async () => {
    const app = trialApp({ store: storeWith([{ id: '1' }, { id: '2' }, { id: '3' }]) })
    const controller = new AbortController()
    const seen: unknown[] = []
    const reading = (async () => {
      const { signal } = controller
      for await (const record of app.integrations.records('org_1', 'trial', 'employees', { signal })) {
        seen.push(record)
        controller.abort(new Error('enough'))
      }
    })()
    await expect(reading).rejects.toThrow('enough')
    expect(seen).toEqual([{ id: '1' }, { id: '2' }])
  })
})
