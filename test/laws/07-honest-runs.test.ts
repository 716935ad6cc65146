import { createSyncEngine } from '@unioneyes/sync-engine'
import { SyncStatus, addCounters, noCounters } from '@unioneyes/core'
import type { EntityKey, RunCounters } from '@unioneyes/core'
import { manualClock } from '@unioneyes/testkit'
import { describe, expect, test } from 'vitest'
import { ScriptedProvider, scriptedIntegrations } from '../../packages/sync-engine/test/support/scripted-provider.ts'
import { storeKinds } from '../support/stores.ts'

const key: EntityKey = { organizationId: 'org_1', provider: 'scripted', connection: 'default', entity: 'people' }

// Written out here, so that a change of the state machine is a change of this test.
const ALLOWED = new Set([
  'pending -> running',
  'pending -> failed',
  'pending -> cancelled',
  'running -> success',
  'running -> partial',
  'running -> failed',
  'running -> cancelled',
  'partial -> success',
])

describe.each(storeKinds)('law 7: honest runs, on $name', (kind) => {
  test('a run moves only along the state machine', async () => {
    await using opened = await kind.open()
    const statuses = Object.values(SyncStatus)
    for (const from of statuses) {
      for (const to of statuses) {
        const id = `${from}-${to}`
        await opened.store.runs.create({
          ...key,
          id,
          type: 'full',
          entities: ['people'],
          status: from,
          counters: noCounters,
          outcomes: [],
          startedAt: 1,
          completedAt: undefined,
          error: undefined,
          resumes: undefined,
          dryRun: false,
        })
        expect(await opened.store.runs.move('org_1', id, to), id).toBe(ALLOWED.has(`${from} -> ${to}`))
        expect((await opened.store.runs.get('org_1', id))?.status, id).toBe(ALLOWED.has(`${from} -> ${to}`) ? to : from)
      }
    }
  })

  test('a run whose lease expired is closed as INTERRUPTED; the next names it, and counts for the chain', async () => {
    const clock = manualClock()
    await using opened = await kind.open({ clock })
    const provider = new ScriptedProvider().fill(9)
    const integrations = await scriptedIntegrations(opened.store, provider, { clock })
    const never = new Promise<never>(() => undefined)
    // The process dies in the middle: its calls simply never come back.
    provider.before = ({ token }) => (token === 6 ? never : undefined)
    const pages = Promise.withResolvers<undefined>()
    let committed = 0
    void createSyncEngine({
      integrations,
      store: opened.store,
      clock: manualClock(),
      recordsPerCommit: 3,
      readAhead: 1,
      onProgress: ({ step }) => {
        if (step === 'page' && (committed += 1) === 2) pages.resolve(undefined)
      },
    }).full('org_1', 'scripted', ['people'])
    await pages.promise
    const [dead] = await opened.store.runs.list({ organizationId: 'org_1' })
    expect(dead).toMatchObject({ status: 'running', counters: { created: 6 } })
    clock.advance(120_000)
    provider.before = () => undefined
    const again = await scriptedIntegrations(opened.store, provider, { clock })
    const engine = createSyncEngine({ integrations: again, store: opened.store, clock })
    const run = await engine.full('org_1', 'scripted', ['people'])
    expect(run).toMatchObject({ status: 'success', resumes: dead?.id, counters: { processed: 3, created: 3 } })
    expect(run.outcomes[0]?.chain).toMatchObject({ processed: 9, created: 9 })
    expect(await opened.store.runs.get('org_1', dead?.id ?? '')).toMatchObject({
      status: 'failed',
      error: { code: 'INTERRUPTED' },
    })
  })

  test('counters are the sum of what the pages brought, for run and chain', async () => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider().fill(10)
    const integrations = await scriptedIntegrations(opened.store, provider)
    const engine = createSyncEngine({ integrations, store: opened.store })
    await engine.full('org_1', 'scripted', ['people'])
    provider.put('p0001', 'Changed').put('p0100').remove('p0002').put('p0003', 9)
    const run = await engine.full('org_1', 'scripted', ['people'])
    const expected: Partial<RunCounters> = {
      processed: 10,
      created: 1,
      updated: 1,
      unchanged: 7,
      deleted: 1,
      failed: 1,
      pages: 4,
      requests: 4,
      bytes: 400,
    }
    expect(run.counters).toMatchObject(expected)
    expect(run.outcomes[0]?.counters).toMatchObject(expected)
    expect(run.outcomes[0]?.chain).toMatchObject(expected)
    expect(run.counters).toEqual(run.outcomes.reduce((sum, outcome) => addCounters(sum, outcome.counters), noCounters))
  })

  test("several entities: one that fails makes the run partial, and its error is the run's", async () => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider().fill(4).fill(4, 'teams')
    provider.before = ({ entity }) => {
      if (entity === 'teams') throw new Error('teams are down')
    }
    const integrations = await scriptedIntegrations(opened.store, provider)
    const run = await createSyncEngine({ integrations, store: opened.store }).full('org_1', 'scripted')
    expect(run).toMatchObject({ status: 'partial', counters: { created: 4 } })
    expect(run.error?.message).toContain('teams are down')
  })

  test('a partial or failed run never sets when the connection was last synced; a success does', async () => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider().fill(4).put('p0001', 42)
    const integrations = await scriptedIntegrations(opened.store, provider)
    const engine = createSyncEngine({ integrations, store: opened.store })
    await engine.full('org_1', 'scripted', ['people'])
    expect((await opened.store.connections.get(key))?.lastSyncAt).toBeUndefined()
    provider.put('p0001')
    const run = await engine.full('org_1', 'scripted', ['people'])
    expect((await opened.store.connections.get(key))?.lastSyncAt).toBe(run.completedAt)
  })
})
