import { IntegrationError } from '@unioneyes/core'
import type { EntityKey, Store } from '@unioneyes/core'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { faultyStore, manualClock } from '@unioneyes/testkit'
import { DatabaseSync } from 'node:sqlite'
import { describe, expect, test } from 'vitest'
import { ScriptedProvider, scriptedIntegrations } from '../../packages/sync-engine/test/support/scripted-provider.ts'
import { finalState } from '../support/final-state.ts'
import { storeKinds } from '../support/stores.ts'

const key: EntityKey = { organizationId: 'org_1', provider: 'scripted', connection: 'default', entity: 'people' }

/** A provider that already has a history in the store, and then changed: creations, updates, deletions, one bad record. */
function providerBefore(): ScriptedProvider {
  return new ScriptedProvider().fill(9)
}

function change(provider: ScriptedProvider): void {
  provider.put('p0001', 'Changed')
  provider.put('p0100', 'New')
  provider.put('p0002', 42)
  provider.remove('p0004')
}

/** What must be in the store in the end: everyone who can be read, and of who cannot, what could be read last. */
function truthOf(provider: ScriptedProvider): Record<string, string> {
  return Object.fromEntries(
    [...provider.data.people].map(([id, { name }]) => [
      id,
      JSON.stringify({ id, name: typeof name === 'string' ? name : `Name ${id}` }),
    ]),
  )
}

class ProcessDied extends Error {}

/** A store whose calls end for good at call number `at`: what a killed process leaves behind. */
function dyingStore(store: Store, at: number, phase: 'before' | 'after'): { store: Store; calls: () => number } {
  let calls = 0
  let dead = false
  const wrapped = faultyStore(store, (call) => {
    if (dead) throw new ProcessDied()
    if (call.phase === 'before') calls += 1
    if (calls === at && call.phase === phase) {
      dead = true
      throw new ProcessDied()
    }
  })
  return { store: wrapped, calls: () => calls }
}

describe.each(storeKinds)('law 2: atomic page, on $name', (kind) => {
  test.each(['full', 'incremental'] as const)(
    'a %s sync that dies at any store call resumes to the undisturbed state',
    async (type) => {
      const undisturbed = await run(type, undefined)
      expect(undisturbed.state.records).toEqual(undisturbed.truth)
      const calls = undisturbed.calls
      expect(calls).toBeGreaterThan(10)
      for (let at = 1; at <= calls; at += 1) {
        for (const phase of ['before', 'after'] as const) {
          const disturbed = await run(type, { at, phase })
          expect(disturbed.state, `died ${phase} store call ${String(at)} of ${String(calls)}`).toEqual(
            undisturbed.state,
          )
        }
      }
    },
  )

  async function run(type: 'full' | 'incremental', death: { at: number; phase: 'before' | 'after' } | undefined) {
    const clock = manualClock()
    await using opened = await kind.open({ clock })
    const provider = providerBefore()
    const integrations = await scriptedIntegrations(opened.store, provider, { clock })
    await createSyncEngine({ integrations, store: opened.store, recordsPerCommit: 3 }).full('org_1', 'scripted', [
      'people',
    ])
    change(provider)
    clock.advance(1000)
    const dying = dyingStore(opened.store, death?.at ?? Number.POSITIVE_INFINITY, death?.phase ?? 'before')
    const engine = createSyncEngine({ integrations, store: dying.store, clock, recordsPerCommit: 3 })
    await engine[type]('org_1', 'scripted', ['people']).catch((error: unknown) => {
      if (!(error instanceof ProcessDied)) throw error
    })
    const calls = dying.calls()
    if (death) {
      // The dead run's lease ends; a new process goes on.
      clock.advance(120_000)
      const store = await opened.reopen()
      const again = await scriptedIntegrations(store, provider, { clock })
      await createSyncEngine({ integrations: again, store, clock, recordsPerCommit: 3 })[type]('org_1', 'scripted', [
        'people',
      ])
    }
    // And the saved cursor is right: what changes now is found by the next incremental sync.
    provider.put('p0005', 'Changed after')
    clock.advance(120_000)
    const last = await scriptedIntegrations(opened.store, provider, { clock })
    await createSyncEngine({ integrations: last, store: opened.store, clock }).incremental('org_1', 'scripted', [
      'people',
    ])
    return { state: await finalState(opened.store, key), calls, truth: truthOf(provider) }
  }

  test("the app's own tables change in the same transaction, or not at all", async () => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider().fill(6)
    const integrations = await scriptedIntegrations(opened.store, provider)
    let pages = 0
    const engine = createSyncEngine({
      integrations,
      store: opened.store,
      recordsPerCommit: 3,
      onPage: () => {
        pages += 1
        if (pages === 2) throw new Error("the app's table is full")
      },
    })
    const failed = await engine.full('org_1', 'scripted', ['people'])
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'UNEXPECTED' } })
    expect(failed.error?.message).toContain("the app's table is full")
    expect(await opened.store.records.count(key)).toBe(3)
    const resumed = await engine.full('org_1', 'scripted', ['people'])
    expect(resumed).toMatchObject({ status: 'success', resumes: failed.id })
    expect(await opened.store.records.count(key)).toBe(6)
  })
})

test('law 2: a SQLite commit is flushed: the live setting is FULL', async () => {
  const sqlite = storeKinds.find((kind) => kind.name === 'sqlite')
  if (!sqlite) throw new IntegrationError('CONFIG_INVALID', 'The SQLite store is missing from the list.')
  await using opened = await sqlite.open()
  const integrations = await scriptedIntegrations(opened.store, new ScriptedProvider().fill(1))
  const seen: unknown[] = []
  const engine = createSyncEngine({
    integrations,
    store: opened.store,
    onPage: (tx) => {
      if (tx instanceof DatabaseSync)
        seen.push(tx.prepare('pragma synchronous').get(), tx.prepare('pragma journal_mode').get())
    },
  })
  await engine.full('org_1', 'scripted', ['people'])
  expect(seen).toEqual([{ synchronous: 2 }, { journal_mode: 'wal' }])
})
