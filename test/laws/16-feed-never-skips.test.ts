import { createSyncEngine } from '@unioneyes/sync-engine'
import { describe, expect, test } from 'vitest'
import { ScriptedProvider, scriptedIntegrations } from '../../packages/sync-engine/test/support/scripted-provider.ts'
import { wholeFeed } from '../support/final-state.ts'
import { storeKinds } from '../support/stores.ts'

describe.each(storeKinds)('law 16: the feed never skips, on $name', (kind) => {
  test('a reader that runs beside several writers sees every entry once, in the final order', async () => {
    await using opened = await kind.open()
    const providers = new Map(
      ['a', 'b'].map((organizationId) => [organizationId, new ScriptedProvider().fill(60).fill(60, 'teams')]),
    )
    const integrations = await scriptedIntegrations(
      opened.store,
      (organizationId) => providers.get(organizationId) ?? new ScriptedProvider(),
      {
        organizations: ['a', 'b'],
      },
    )
    const engine = createSyncEngine({ integrations, store: opened.store, recordsPerCommit: 3 })
    const writers = Promise.all(
      ['a', 'b'].flatMap((organizationId) => [
        engine.full(organizationId, 'scripted', ['people']),
        engine.full(organizationId, 'scripted', ['teams']),
      ]),
    )
    const read: string[] = []
    let position: string | undefined
    const state = { done: false }
    void writers.finally(() => (state.done = true))
    for (;;) {
      const last = state.done
      const entries = await opened.store.feed.read({ organizationId: 'a', after: position, limit: 7 })
      read.push(...entries.map((entry) => entry.position))
      position = entries.at(-1)?.position ?? position
      if (last && entries.length === 0) break
      await new Promise((resolve) => setImmediate(resolve))
    }
    await writers
    const final = await wholeFeed(opened.store, 'a')
    expect(read).toEqual(final.map((entry) => entry.position))
    expect(new Set(read).size).toBe(120)
    expect(final.every((entry) => entry.organizationId === 'a')).toBe(true)
  })

  test('a consumer goes on where it stood, and retention keeps what it has not read', async () => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider().fill(10)
    const integrations = await scriptedIntegrations(opened.store, provider)
    const engine = createSyncEngine({ integrations, store: opened.store, recordsPerCommit: 3 })
    await engine.full('org_1', 'scripted', ['people'])
    const first = []
    for await (const change of engine.changes('org_1', { consumer: 'payroll', limit: 4 })) first.push(change.id)
    await opened.store.feed.prune('org_1', Number.MAX_SAFE_INTEGER)
    const rest = []
    for await (const change of engine.changes('org_1', { consumer: 'payroll' })) rest.push(change.id)
    expect([...first, ...rest]).toEqual([...provider.data.people.keys()].sort())
    await opened.store.feed.prune('org_1', Number.MAX_SAFE_INTEGER)
    const start = opened.store.feed.read({ organizationId: 'org_1', after: undefined })
    expect(await start).toEqual([])
  })
})
