import { createSyncEngine } from '@unioneyes/sync-engine'
import type { EntityKey } from '@unioneyes/core'
import { describe, expect, test } from 'vitest'
import { ScriptedProvider, scriptedIntegrations } from '../../packages/sync-engine/test/support/scripted-provider.ts'
import { finalState } from '../support/final-state.ts'
import { storeKinds } from '../support/stores.ts'

const key: EntityKey = { organizationId: 'org_1', provider: 'scripted', connection: 'default', entity: 'people' }

describe.each(storeKinds)('law 5: safe deletion, on $name', (kind) => {
  async function synced(count: number) {
    const opened = await kind.open()
    const provider = new ScriptedProvider().fill(count)
    provider.pageSize = 50
    const integrations = await scriptedIntegrations(opened.store, provider)
    const engine = createSyncEngine({ integrations, store: opened.store })
    await engine.full('org_1', 'scripted', ['people'])
    const full = () => engine.full('org_1', 'scripted', ['people'])
    return { opened, provider, integrations, engine, full, [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose]() }
  }

  test('what a complete full sync does not show is deleted, once', async () => {
    await using s = await synced(10)
    s.provider.remove('p0003')
    expect((await s.full()).counters).toMatchObject({ deleted: 1, unchanged: 9 })
    expect((await s.full()).counters).toMatchObject({ deleted: 0 })
    expect((await finalState(s.opened.store, key)).tombstones).toEqual(['p0003'])
  })

  test('without the end signal of the provider nothing is deleted', async () => {
    await using s = await synced(10)
    s.provider.remove('p0003')
    s.provider.complete = false
    const run = await s.full()
    expect(run.counters.deleted).toBe(0)
    expect(run.outcomes[0]?.notes.join()).toContain('no end signal')
  })

  test('fewer distinct ids than the stated total: nothing is deleted and the run is partial', async () => {
    await using s = await synced(10)
    s.provider.remove('p0003')
    s.provider.total = 10
    const run = await s.full()
    expect(run).toMatchObject({ status: 'partial', counters: { deleted: 0 } })
    expect(run.outcomes[0]?.notes.join()).toContain('stated 10 records and showed 9')
    s.provider.total = 9
    expect((await s.full()).counters.deleted).toBe(1)
  })

  test('a record in quarantine counts as seen', async () => {
    await using s = await synced(10)
    s.provider.put('p0003', 42)
    expect(await s.full()).toMatchObject({ status: 'partial', counters: { failed: 1, deleted: 0 } })
    expect(await s.opened.store.records.count(key)).toBe(10)
  })

  test('a record without a readable id makes the listing incomplete', async () => {
    await using s = await synced(10)
    s.provider.remove('p0003')
    s.provider.odd = [{ name: 'No id' }]
    const run = await s.full()
    expect(run).toMatchObject({ status: 'partial', counters: { failed: 1, deleted: 0 } })
    s.provider.odd = []
    expect((await s.full()).counters.deleted).toBe(1)
  })

  test('only rows observed before the run began are swept', async () => {
    await using s = await synced(10)
    s.provider.remove('p0003')
    // A webhook brings someone who is not in the listing any more when the run reads it.
    s.provider.before = async () => {
      s.provider.before = () => undefined
      await s.opened.store.pages.commitPage({
        key,
        runId: undefined,
        lease: undefined,
        observedAt: (await s.opened.store.now()) + 1_000,
        upserts: [{ id: 'hook', hash: 'h', rawHash: 'r', data: '{"id":"hook","name":"Hook"}', raw: '{}' }],
        tombstones: [],
        quarantined: [],
        marks: [],
        remembered: [],
        listing: undefined,
        counters: { processed: 1, unchanged: 0, failed: 0, pages: 1, requests: 1, bytes: 0, waitedMs: 0 },
      })
    }
    expect((await s.full()).counters.deleted).toBe(1)
    expect((await finalState(s.opened.store, key)).records).toHaveProperty('hook')
  })

  test.each([
    { live: 125, gone: 25, held: false, why: 'exactly 20 %' },
    { live: 124, gone: 25, held: true, why: 'more than 20 % and 25 records' },
    { live: 100, gone: 24, held: false, why: 'more than 20 % but fewer than 25' },
    { live: 3, gone: 3, held: true, why: 'every live record' },
    { live: 1, gone: 1, held: true, why: 'the only record' },
  ])('the brake at $gone of $live ($why): held $held', async ({ live, gone, held }) => {
    await using s = await synced(live)
    for (let index = 0; index < gone; index += 1) s.provider.remove(`p${String(index).padStart(4, '0')}`)
    const run = await s.full()
    expect(run.status).toBe(held ? 'partial' : 'success')
    expect(run.counters.deleted).toBe(held ? 0 : gone)
    expect(run.outcomes[0]?.held?.deletions).toBe(held ? gone : undefined)
  })

  test('held deletions are carried out by approval, and only by it', async () => {
    await using s = await synced(40)
    for (let index = 0; index < 30; index += 1) s.provider.remove(`p${String(index).padStart(4, '0')}`)
    const held = await s.full()
    expect(await s.opened.store.records.count(key)).toBe(40)
    const approved = await s.engine.approveDeletions(held.id, { actor: 'admin' })
    expect(approved).toMatchObject({ status: 'success', counters: { deleted: 30 } })
    expect(await s.opened.store.records.count(key)).toBe(10)
    await expect(s.engine.approveDeletions(held.id)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    await expect(s.engine.approveDeletions(held.id, { organizationId: 'org_2' })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
    })
    const audit = await s.opened.store.audit.list('org_1')
    expect(audit.find((entry) => entry.action === 'deletions.approve')).toMatchObject({
      actor: 'admin',
      target: held.id,
    })
  })

  test('an approval that a newer full sync has overtaken deletes nothing', async () => {
    await using s = await synced(40)
    const gone = [...s.provider.data.people.values()].slice(0, 30)
    for (const { id } of gone) s.provider.remove(id ?? '')
    const held = await s.full()
    for (const { id, name } of gone) s.provider.put(id ?? '', name)
    await s.full()
    await expect(s.engine.approveDeletions(held.id)).rejects.toThrow(/newer full sync/)
    expect(await s.opened.store.records.count(key)).toBe(40)
  })

  test('an approval is also overtaken by a newer full sync that only began', async () => {
    await using s = await synced(40)
    s.provider.fingerprints = true
    await s.full()
    const gone = [...s.provider.data.people.values()].slice(10)
    for (const { id } of gone) s.provider.remove(id ?? '')
    const held = await s.full()
    expect(held.outcomes[0]?.held?.deletions).toBe(30)
    for (const { id, name } of gone) s.provider.put(id ?? '', name)
    s.provider.pageSize = 5
    s.provider.before = ({ token }) => {
      if (token === 10) throw new Error('the provider fell over')
    }
    await s.full()
    await expect(s.engine.approveDeletions(held.id)).rejects.toThrow(/newer full sync/)
    expect(await s.opened.store.records.count(key)).toBe(40)
  })

  test('deletions of the feed and soft deletions become tombstones; one that comes back lives again', async () => {
    await using s = await synced(10)
    s.provider.remove('p0001')
    s.provider.data.people.set('p0002', { id: 'p0002', name: 'Soft', gone: true })
    s.provider.log.push({ at: (s.provider.time += 1), id: 'p0002', deleted: false, entity: 'people' })
    const incremental = () => s.engine.incremental('org_1', 'scripted', ['people'])
    expect((await incremental()).counters.deleted).toBe(2)
    s.provider.put('p0001', 'Back')
    expect((await incremental()).counters.created).toBe(1)
    expect((await finalState(s.opened.store, key)).tombstones).toEqual(['p0002'])
  })

  test('a refused page token begins the listing again: what was seen before does not count', async () => {
    await using s = await synced(10)
    s.provider.pageSize = 4
    s.provider.before = ({ token }) => {
      if (token === 4) {
        s.provider.refused = new Set(['4'])
        s.provider.before = () => undefined
        s.provider.remove('p0000')
      }
    }
    // Committed page by page, so that the first walk leaves its marks.
    const pageByPage = createSyncEngine({ integrations: s.integrations, store: s.opened.store, recordsPerCommit: 0 })
    const run = await pageByPage.full('org_1', 'scripted', ['people'])
    expect(run.counters.deleted).toBe(1)
    expect(run.outcomes[0]?.notes.join()).toContain('began again')
  })
})
