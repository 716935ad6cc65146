import { createSyncEngine } from '@unioneyes/sync-engine'
import type { EntityKey } from '@unioneyes/core'
import { describe, expect, test } from 'vitest'
import { ScriptedProvider, scriptedIntegrations } from '../../packages/sync-engine/test/support/scripted-provider.ts'
import { storeKinds } from '../support/stores.ts'

const key: EntityKey = { organizationId: 'org_1', provider: 'scripted', connection: 'default', entity: 'people' }

describe.each(storeKinds)('law 6: no lost record, on $name', (kind) => {
  test('a bad record is quarantined with reason and payload, the page is kept, the run is partial', async () => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider().fill(5).put('p0002', 42)
    const integrations = await scriptedIntegrations(opened.store, provider)
    const engine = createSyncEngine({ integrations, store: opened.store })
    const run = await engine.full('org_1', 'scripted', ['people'])
    expect(run).toMatchObject({ status: 'partial', counters: { processed: 5, created: 4, failed: 1 } })
    const [held] = await opened.store.quarantine.list(key)
    expect(held).toMatchObject({
      id: 'p0002',
      reasons: ['name: expected text'],
      raw: '{"id":"p0002","name":42}',
      runId: run.id,
    })
  })

  test('a record that can be read again leaves quarantine, even when its payload is the one stored before', async () => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider().fill(5)
    const integrations = await scriptedIntegrations(opened.store, provider)
    const engine = createSyncEngine({ integrations, store: opened.store })
    await engine.full('org_1', 'scripted', ['people'])
    provider.put('p0002', 42)
    await engine.full('org_1', 'scripted', ['people'])
    // The last good content stays readable meanwhile.
    expect(await opened.store.records.get(key, 'p0002')).toMatchObject({ data: '{"id":"p0002","name":"Name p0002"}' })
    provider.put('p0002')
    const run = await engine.full('org_1', 'scripted', ['people'])
    expect(run.status).toBe('success')
    expect(await opened.store.quarantine.count(key)).toBe(0)
  })

  test('records without an id are kept apart, each once', async () => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider().fill(2)
    provider.odd = [{ name: 'A' }, { name: 'B' }, null, 'text', { name: 'A' }]
    const integrations = await scriptedIntegrations(opened.store, provider)
    const engine = createSyncEngine({ integrations, store: opened.store })
    const run = await engine.full('org_1', 'scripted', ['people'])
    await engine.full('org_1', 'scripted', ['people'])
    expect(run).toMatchObject({ status: 'partial', counters: { processed: 7, created: 2, failed: 5 } })
    expect(await opened.store.quarantine.count(key)).toBe(4)
  })

  test('the raw payload stands beside the record', async () => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider()
    provider.data.people.set('p1', { id: 'p1', name: 'Ada', version: '7' })
    const integrations = await scriptedIntegrations(opened.store, provider)
    await createSyncEngine({ integrations, store: opened.store }).full('org_1', 'scripted', ['people'])
    expect(await opened.store.records.get(key, 'p1')).toMatchObject({
      data: '{"id":"p1","name":"Ada"}',
      raw: '{"id":"p1","name":"Ada","version":"7"}',
      version: '7',
    })
  })
})
