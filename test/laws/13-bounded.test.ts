import { createSyncEngine } from '@unioneyes/sync-engine'
import type { EntityKey } from '@unioneyes/core'
import { describe, expect, test } from 'vitest'
import { ScriptedProvider, scriptedIntegrations } from '../../packages/sync-engine/test/support/scripted-provider.ts'
import { storeKinds } from '../support/stores.ts'

const key: EntityKey = { organizationId: 'org_1', provider: 'scripted', connection: 'default', entity: 'people' }

describe.each(storeKinds)('law 13: bounded, on $name', (kind) => {
  test('never more pages are read ahead than the setting says', async () => {
    for (const readAhead of [1, 2, 4]) {
      await using opened = await kind.open()
      const provider = new ScriptedProvider().fill(60)
      const integrations = await scriptedIntegrations(opened.store, provider)
      let committed = 0
      let furthest = 0
      provider.before = ({ token }) => {
        furthest = Math.max(furthest, token / 3 + 1 - committed)
      }
      const engine = createSyncEngine({
        integrations,
        store: opened.store,
        readAhead,
        recordsPerCommit: 3,
        onProgress: ({ step }) => {
          if (step === 'page') committed += 1
        },
      })
      await engine.full('org_1', 'scripted', ['people'])
      // The page being written, those waiting, and the one under way.
      expect(furthest).toBeLessThanOrEqual(readAhead + 2)
      expect(furthest).toBeGreaterThan(1)
    }
  })

  test.each([
    { reader: 'that listens to its signal', deaf: false },
    { reader: 'that does not listen', deaf: true },
  ])('a cancelled sync of a reader $reader finishes the page in hand and goes on from there', async ({ deaf }) => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider().fill(30)
    provider.deaf = deaf
    const integrations = await scriptedIntegrations(opened.store, provider)
    const cancel = new AbortController()
    const engine = createSyncEngine({
      integrations,
      store: opened.store,
      recordsPerCommit: 3,
      onProgress: (event) => {
        if (event.step === 'page' && event.counters.pages === 4) cancel.abort()
      },
    })
    const run = await engine.full('org_1', 'scripted', ['people'], { signal: cancel.signal })
    expect(run).toMatchObject({ status: 'cancelled', error: { code: 'CANCELLED' } })
    const kept = await opened.store.records.count(key)
    expect(kept).toBeGreaterThanOrEqual(12)
    expect(kept).toBeLessThan(30)
    const before = provider.requests.length
    const resumed = await engine.full('org_1', 'scripted', ['people'])
    expect(resumed).toMatchObject({ status: 'success', resumes: run.id, counters: { processed: 30 - kept } })
    expect(provider.requests[before]?.token).toBe(kept)
  })

  test('stop() ends every run resumable, as SIGTERM asks', async () => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider().fill(30)
    const integrations = await scriptedIntegrations(opened.store, provider)
    const engine = createSyncEngine({
      integrations,
      store: opened.store,
      recordsPerCommit: 3,
      onProgress: (event) => {
        if (event.step === 'page' && event.counters.pages === 2) void engine.stop()
      },
    })
    expect((await engine.full('org_1', 'scripted', ['people'])).status).toBe('cancelled')
    const again = createSyncEngine({ integrations, store: opened.store })
    expect((await again.full('org_1', 'scripted', ['people'])).status).toBe('success')
    expect(await opened.store.records.count(key)).toBe(30)
  })
})
