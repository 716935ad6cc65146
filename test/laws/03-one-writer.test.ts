import { createSyncEngine } from '@unioneyes/sync-engine'
import type { EntityKey, Store } from '@unioneyes/core'
import { manualClock } from '@unioneyes/testkit'
import { describe, expect, test } from 'vitest'
import { ScriptedProvider, scriptedIntegrations } from '../../packages/sync-engine/test/support/scripted-provider.ts'
import { finalState } from '../support/final-state.ts'
import { storeKinds } from '../support/stores.ts'

const key: EntityKey = { organizationId: 'org_1', provider: 'scripted', connection: 'default', entity: 'people' }

/** Where the next sync would start. */
async function progressOf(store: Store): Promise<unknown> {
  const lease = await store.leases.acquire(key, { runId: 'looking', ttlMs: 1 })
  if (!('fence' in lease)) throw new Error('the lease is free')
  await store.leases.release(lease)
  return lease.state
}

describe.each(storeKinds)('law 3: one writer of progress, on $name', (kind) => {
  test('a second run of the same entity is turned away, and says who holds the lease and until when', async () => {
    const clock = manualClock()
    await using opened = await kind.open({ clock })
    const provider = new ScriptedProvider().fill(6)
    const integrations = await scriptedIntegrations(opened.store, provider, { clock })
    const engine = createSyncEngine({ integrations, store: opened.store, clock, leaseTtlMs: 30_000 })
    const second = Promise.withResolvers<Awaited<ReturnType<typeof engine.full>>>()
    provider.before = async ({ token }) => {
      if (token === 3) second.resolve(await engine.full('org_1', 'scripted', ['people']))
    }
    const first = await engine.full('org_1', 'scripted', ['people'])
    expect(await second.promise).toMatchObject({
      status: 'failed',
      error: { code: 'LEASE_BUSY', retryAt: clock.now() + 30_000 },
    })
    expect(first.status).toBe('success')
  })

  test('another entity of the same connection is free', async () => {
    await using opened = await kind.open()
    const provider = new ScriptedProvider().fill(6).fill(4, 'teams')
    const integrations = await scriptedIntegrations(opened.store, provider)
    const engine = createSyncEngine({ integrations, store: opened.store })
    const [people, teams] = await Promise.all([
      engine.full('org_1', 'scripted', ['people']),
      engine.full('org_1', 'scripted', ['teams']),
    ])
    expect([people.status, teams.status]).toEqual(['success', 'success'])
  })

  test('a paused process that wakes after another took over changes nothing', async () => {
    const clock = manualClock()
    await using opened = await kind.open({ clock })
    const provider = new ScriptedProvider().fill(9)
    const integrations = await scriptedIntegrations(opened.store, provider, { clock })
    // A paused process renews nothing: its own clock stands still while the store's goes on.
    const committed = Promise.withResolvers<undefined>()
    const paused = createSyncEngine({
      integrations,
      store: opened.store,
      clock: manualClock(),
      recordsPerCommit: 3,
      readAhead: 1,
      onProgress: ({ step }) => {
        if (step === 'page') committed.resolve(undefined)
      },
    })
    const taker = createSyncEngine({
      integrations: await scriptedIntegrations(opened.store, provider, { clock }),
      store: opened.store,
      clock,
      recordsPerCommit: 3,
    })
    const woken = Promise.withResolvers<undefined>()
    const asleep = Promise.withResolvers<undefined>()
    provider.before = async ({ token, n }) => {
      if (token !== 3 || n > 2) return
      asleep.resolve(undefined)
      await woken.promise
    }
    const first = paused.full('org_1', 'scripted', ['people'])
    await Promise.all([asleep.promise, committed.promise])
    clock.advance(60_000)
    provider.before = () => undefined
    provider.put('p0003', 'Newer')
    const second = await taker.full('org_1', 'scripted', ['people'])
    expect(second.status).toBe('success')
    // The taker goes on to move the cursor, too.
    provider.put('p0004', 'Newer still')
    expect((await taker.incremental('org_1', 'scripted', ['people'])).status).toBe('success')
    const settled = await finalState(opened.store, key)
    const progress = await progressOf(opened.store)
    provider.put('p0003', 'Seen by the sleeper')
    woken.resolve(undefined)
    const late = await first
    expect(late).toMatchObject({ status: 'failed', error: { code: 'INTERRUPTED' } })
    expect(await finalState(opened.store, key)).toEqual(settled)
    expect(await progressOf(opened.store)).toEqual(progress)
    expect(second.resumes).toBe(late.id)
  })

  test('a clock that jumps back an hour does not keep a dead lease alive', async () => {
    const clock = manualClock()
    await using opened = await kind.open({ clock })
    const dead = await opened.store.leases.acquire(key, { runId: 'dead', ttlMs: 30_000 })
    expect('fence' in dead).toBe(true)
    clock.advance(-3_600_000)
    const next = await opened.store.leases.acquire(key, { runId: 'alive', ttlMs: 30_000 })
    expect(next).toMatchObject({ runId: 'alive' })
  })
})
