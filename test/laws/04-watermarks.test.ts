import { createSyncEngine } from '@unioneyes/sync-engine'
import type { EntityKey } from '@unioneyes/core'
import { manualClock } from '@unioneyes/testkit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ScriptedProvider, scriptedIntegrations } from '../../packages/sync-engine/test/support/scripted-provider.ts'
import { finalState } from '../support/final-state.ts'
import { storeKinds } from '../support/stores.ts'

const key: EntityKey = { organizationId: 'org_1', provider: 'scripted', connection: 'default', entity: 'people' }

type Step =
  | { do: 'put'; id: number; name: number }
  | { do: 'remove'; id: number }
  | { do: 'sync'; type: 'full' | 'incremental' }
  | { do: 'fail'; type: 'full' | 'incremental'; request: number }
  | { do: 'clock'; ms: number }

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ do: fc.constant('put' as const), id: fc.nat(12), name: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('remove' as const), id: fc.nat(12) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('sync' as const),
      type: fc.constantFrom('full' as const, 'incremental' as const),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      type: fc.constantFrom('full' as const, 'incremental' as const),
      request: fc.integer({ min: 1, max: 4 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('clock' as const), ms: fc.integer({ min: -7_200_000, max: 7_200_000 }) }),
  },
)

describe.each(storeKinds)('law 4: watermarks lose nothing, on $name', (kind) => {
  test('any history of changes, syncs, failures and clock jumps ends in the truth after one incremental sync', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 25 }), async (steps) => {
        const clock = manualClock()
        await using opened = await kind.open({ clock })
        const provider = new ScriptedProvider()
        const integrations = await scriptedIntegrations(opened.store, provider, { clock })
        const engine = createSyncEngine({
          integrations,
          store: opened.store,
          clock,
          recordsPerCommit: 3,
          brake: { minimum: 1_000, ratio: 1 },
        })
        for (const one of steps) {
          if (one.do === 'put') provider.put(`p${String(one.id)}`, `Name ${String(one.name)}`)
          if (one.do === 'remove' && provider.data.people.has(`p${String(one.id)}`))
            provider.remove(`p${String(one.id)}`)
          if (one.do === 'clock') clock.advance(one.ms)
          if (one.do === 'sync') await engine[one.type]('org_1', 'scripted', ['people'])
          if (one.do === 'fail') {
            const from = provider.requests.length
            provider.before = ({ n }) => {
              if (n - from === one.request) throw new Error('the provider fell over')
            }
            await engine[one.type]('org_1', 'scripted', ['people'])
            provider.before = () => undefined
          }
        }
        // One run may only finish what was interrupted; the next one reads the changes since.
        await engine.incremental('org_1', 'scripted', ['people'])
        await engine.incremental('org_1', 'scripted', ['people'])
        const state = await finalState(opened.store, key)
        const truth = Object.fromEntries(
          [...provider.data.people].map(([id, row]) => [id, JSON.stringify({ id, name: row.name })]),
        )
        // An empty provider is what the brake is for: it holds the deletion of everyone.
        if (provider.data.people.size > 0) expect(state.records).toEqual(truth)
      }),
      { numRuns: kind.name === 'memory' ? 150 : 40 },
    )
  })

  test('a change at the very moment of the watermark is read again, and counted once', async () => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider().fill(3)
    const integrations = await scriptedIntegrations(opened.store, provider)
    const engine = createSyncEngine({ integrations, store: opened.store })
    await engine.full('org_1', 'scripted', ['people'])
    // The same millisecond as the last change that was read.
    provider.data.people.set('p0009', { id: 'p0009', name: 'Late' })
    provider.log.push({ at: provider.time, id: 'p0009', deleted: false, entity: 'people' })
    const run = await engine.incremental('org_1', 'scripted', ['people'])
    expect(run.counters).toMatchObject({ created: 1, updated: 0 })
    expect(await opened.store.records.get(key, 'p0009')).toBeTruthy()
  })

  test('an incremental sync without a cursor reads everything and says so', async () => {
    await using opened = await kind.open()
    const integrations = await scriptedIntegrations(opened.store, new ScriptedProvider().fill(4))
    const engine = createSyncEngine({ integrations, store: opened.store })
    const run = await engine.incremental('org_1', 'scripted', ['people'])
    expect(run.outcomes[0]).toMatchObject({
      type: 'full',
      status: 'success',
      notes: ['There was no saved cursor yet: everything was read.'],
    })
  })

  test('our clock an hour behind or ahead of the provider loses nothing', async () => {
    for (const skew of [-3_600_000, 3_600_000]) {
      const clock = manualClock(1_000_000 + skew + 3_600_000)
      await using opened = await kind.open({ clock })
      const provider = new ScriptedProvider().fill(3)
      const integrations = await scriptedIntegrations(opened.store, provider, { clock })
      const engine = createSyncEngine({ integrations, store: opened.store, clock })
      await engine.full('org_1', 'scripted', ['people'])
      provider.put('p0001', 'Changed')
      clock.advance(-10 * 3_600_000)
      const run = await engine.incremental('org_1', 'scripted', ['people'])
      expect(run.counters.updated).toBe(1)
    }
  })
})
