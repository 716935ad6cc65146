import { createSyncEngine } from '@unioneyes/sync-engine'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ScriptedProvider, scriptedIntegrations } from '../../packages/sync-engine/test/support/scripted-provider.ts'
import { finalState, wholeFeed } from '../support/final-state.ts'
import { storeKinds } from '../support/stores.ts'

// Names that a careless key would mix up.
const ORGANIZATIONS = ['a', 'a","scripted', 'a/scripted', "a'--"] as const

describe.each(storeKinds)('law 1: tenancy of syncs, on $name', (kind) => {
  test('organizations that sync at the same time, interleaved at every request, never see each other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        await using opened = await kind.open()
        const providers = new Map<string, ScriptedProvider>()
        for (const organizationId of ORGANIZATIONS) {
          const provider = new ScriptedProvider()
          // The same ids everywhere, with another content for each organization.
          for (let n = 0; n < 5; n += 1) provider.put(`p${String(n)}`, `${organizationId}/${String(n)}`)
          provider.before = () => scheduler.schedule(Promise.resolve())
          providers.set(organizationId, provider)
        }
        const of = (organizationId: string): ScriptedProvider => providers.get(organizationId) ?? new ScriptedProvider()
        const integrations = await scriptedIntegrations(opened.store, of, { organizations: ORGANIZATIONS })
        const engine = createSyncEngine({ integrations, store: opened.store, recordsPerCommit: 0 })
        const state = { done: false }
        const syncs = Promise.all(
          ORGANIZATIONS.map(async (organizationId) => engine.full(organizationId, 'scripted', ['people'])),
        ).finally(() => (state.done = true))
        while (!state.done) {
          await scheduler.waitIdle()
          await new Promise((resolve) => setImmediate(resolve))
        }
        for (const run of await syncs) expect(run).toMatchObject({ status: 'success', counters: { created: 5 } })

        for (const organizationId of ORGANIZATIONS) {
          const key = { organizationId, provider: 'scripted', connection: 'default', entity: 'people' }
          const { records } = await finalState(opened.store, key)
          const expected = Array.from(
            { length: 5 },
            (_, n) => `{"id":"p${String(n)}","name":${JSON.stringify(`${organizationId}/${String(n)}`)}}`,
          )
          expect(Object.values(records)).toEqual(expected)
          const feed = await wholeFeed(opened.store, organizationId)
          expect(feed.map((entry) => entry.organizationId)).toEqual(Array.from({ length: 5 }, () => organizationId))
          expect(await engine.history(organizationId)).toHaveLength(1)
        }
      }),
      { numRuns: kind.name === 'memory' ? 30 : 10 },
    )
  })
})
