import type { Page } from '@unioneyes/core'
import { faultyStore, manualClock } from '@unioneyes/testkit'
import { describe, expect, test } from 'vitest'
import { pagedEngine, thing, thingsKey } from '../../packages/sync-engine/test/support/paged-provider.ts'
import type { Thing } from '../../packages/sync-engine/test/support/paged-provider.ts'
import { finalState } from '../support/final-state.ts'
import { storeKinds } from '../support/stores.ts'

/** When a process dies: at this call of its store, before or after it was carried out. */
interface Death {
  readonly at: number
  readonly phase: 'before' | 'after'
}

class ProcessDied extends Error {}

// So many others that no range is too large a part of all to vanish.
const others = Array.from({ length: 60 }, (_, n) => `A:${String(100 + n)}`)
// By code point 😀 stands behind \uffe5, by UTF-16 unit before it.
const messages = ['C:1', 'C:2', 'C:2/1', 'C:2/2', 'C:3', 'C:3/1', 'C:4', 'C:\uffe5', 'C:😀', 'D:1', 'D:2', 'E:1']
const pageOf = (ids: readonly string[], rest: Partial<Page<Thing>> = {}): Page<Thing> => ({
  records: ids.map((id) => thing(id)),
  ...rest,
})

describe.each(storeKinds)('law 5: what a page or listing does not show, on $name', (kind) => {
  /** Syncs everything, then what these pages say, in a process that may die, and another after it. */
  async function play(type: 'full' | 'incremental', pages: readonly Page<Thing>[], death?: Death) {
    const clock = manualClock()
    await using opened = await kind.open({ clock })
    let given: readonly Page<Thing>[] = [pageOf([...others, ...messages])]
    const engineOn = (store: typeof opened.store) => pagedEngine(store, () => given, { clock, recordsPerCommit: 1 })
    let run = await (await engineOn(opened.store)).full('org_1', 'paged', ['things'])
    given = pages
    clock.advance(1_000)

    let calls = Number.NEGATIVE_INFINITY
    let dead = false
    const dying = faultyStore(opened.store, ({ phase }) => {
      if (phase === 'before') calls += 1
      dead ||= calls === death?.at && phase === death.phase
      if (dead) throw new ProcessDied()
    })
    const engine = await engineOn(dying)
    calls = 0
    try {
      run = await engine[type]('org_1', 'paged', ['things'])
    } catch (error) {
      if (!(error instanceof ProcessDied)) throw error
    }
    if (death) {
      // The dead run's lease ends; a new process goes on.
      clock.advance(120_000)
      run = await (await engineOn(await opened.reopen()))[type]('org_1', 'paged', ['things'])
    }
    const state = await finalState(opened.store, thingsKey)
    return { run, state, calls, left: messages.filter((id) => state.records[id] !== undefined) }
  }

  async function dieEverywhere(type: 'full' | 'incremental', pages: readonly Page<Thing>[]): Promise<void> {
    const undisturbed = await play(type, pages)
    expect(undisturbed.calls).toBeGreaterThan(10)
    for (let at = 1; at <= undisturbed.calls; at += 1) {
      for (const phase of ['before', 'after'] as const) {
        const { state } = await play(type, pages, { at, phase })
        expect(state, `died ${phase} store call ${String(at)}`).toEqual(undisturbed.state)
      }
    }
  }

  const history = [
    pageOf(['C:4'], { replaces: [{ from: 'C:4', below: 'C:😀' }] }),
    pageOf(['C:2'], { replaces: [{ from: 'C:2', below: 'C:4', keeps: ['C:2/'] }] }),
    pageOf(['D:1'], { replaces: ['D:'] }),
  ]

  test('a page that shows everything between two ids deletes what it lacks from the one up to the other, by code point', async () => {
    const { run, left } = await play('incremental', history)
    expect(run).toMatchObject({ status: 'success', counters: { deleted: 4 } })
    expect(left).toEqual(['C:1', 'C:2', 'C:2/1', 'C:2/2', 'C:4', 'C:😀', 'D:1', 'E:1'])
  })

  test('pages that show everything between two ids end the same wherever the process dies', async () => {
    await dieEverywhere('incremental', history)
  })

  test('a row without a readable id may be any of those between two ids: nothing is deleted', async () => {
    const { run, left } = await play('incremental', [pageOf([''], { replaces: [{ from: 'C:', below: 'D:' }] })])
    expect(run).toMatchObject({ status: 'partial', counters: { deleted: 0 } })
    expect(left).toEqual(messages)
  })

  test('a page that lacks too much between two ids is not believed', async () => {
    const { run, state } = await play('incremental', [pageOf([], { replaces: [{ from: 'A:', below: 'A;' }] })])
    expect(run).toMatchObject({ status: 'partial', counters: { deleted: 0 }, outcomes: [{ type: 'full' }] })
    expect(Object.keys(state.records)).toHaveLength(others.length + messages.length)
  })

  const listing = [
    pageOf(others, { keeps: ['C:2', 'F:'] }),
    pageOf(['C:1', 'E:1'], { total: others.length + 3 }),
    pageOf(['C:😀'], { keeps: ['D:'] }),
  ]

  test('what a listing cannot look at is neither deleted nor counted, and what else it lacks is deleted', async () => {
    const { run, left } = await play('full', listing)
    expect(run).toMatchObject({ status: 'success', counters: { processed: others.length + 3, deleted: 4 } })
    expect(left).toEqual(['C:1', 'C:2', 'C:2/1', 'C:2/2', 'C:😀', 'D:1', 'D:2', 'E:1'])
  })

  test('what a listing cannot look at is kept wherever the process dies', async () => {
    await dieEverywhere('full', listing)
  })

  test('what a listing cannot look at does not make up for records that it stated and did not show', async () => {
    const { run, left } = await play('full', [pageOf(others, { keeps: ['C:', 'D:'], total: others.length + 1 })])
    expect(run).toMatchObject({ status: 'partial', counters: { deleted: 0 } })
    expect(left).toEqual(messages)
  })
})
