import { createIntegrations, createVault, generateVaultKey, memoryStore } from '@unioneyes/core'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { startSandbox } from '@unioneyes/testkit'
import { expect, test } from 'vitest'
import { bamboohr } from '../src/index.ts'
import { bamboohrSandbox, sandboxApiKey } from '../src/sandbox.ts'

test('photo links that are signed anew at every read change nothing', async () => {
  await using sandbox = await startSandbox(
    bamboohrSandbox({ people: 12, photos: 'signed', stoppedAt: 1_790_000_000_000 }),
  )
  const store = memoryStore()
  const integrations = createIntegrations({
    adapters: [bamboohr],
    store,
    vault: createVault({ keys: { k1: generateVaultKey() } }),
    baseUrls: { bamboohr: sandbox.url },
  })
  await integrations.connections.save('org_1', 'bamboohr', {
    credentials: { apiKey: sandboxApiKey },
    settings: { subdomain: 'acme' },
  })
  const sync = createSyncEngine({ integrations, store })
  await sync.full('org_1', 'bamboohr', ['employees'])
  const key = { organizationId: 'org_1', provider: 'bamboohr', connection: 'default', entity: 'employees' }
  const before = await store.records.list(key)
  expect(before).toHaveLength(12)
  sandbox.actions.advance(3_600_000)
  const run = await sync.full('org_1', 'bamboohr', ['employees'])
  expect(run.counters).toMatchObject({ processed: 12, unchanged: 12, updated: 0 })
  expect(await store.records.list(key)).toEqual(before)
})
