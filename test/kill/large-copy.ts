import { isDeepStrictEqual } from 'node:util'
import { parseJsonText } from '@unioneyes/core'
import type { FeedEntry, Store, SyncRun } from '@unioneyes/core'
import { fault } from '@unioneyes/testkit'
import type { SandboxActions, SandboxRequest } from '@unioneyes/testkit'
import { expect } from 'vitest'
import type { Company } from './company.ts'
import { expectFeedReplays } from './feed-replay.ts'
import type { ChildJob } from './sync-child.ts'

/** What the provider has, as the test knows it. */
export interface Truth {
  /** Whether a record is there, seen by the app or not. */
  exists(entity: string, id: string): boolean
  /** What a complete and correct copy holds: of each entity, by id. */
  expected(): Readonly<Record<string, ReadonlyMap<string, unknown>>>
}

/** A death of a process: at a request, or at a store call. */
export interface Death extends Pick<ChildJob, 'type' | 'dieAt'> {
  /** Which requests count: their path and decoded query. */
  readonly at?: RegExp | undefined
  /** At which of them, from 1. @default 1 */
  readonly nth?: number | undefined
  /** How long after it, in milliseconds. @default 0 */
  readonly afterMs?: number | undefined
  /** What happens at the provider while the process runs: at which request, from 1. */
  readonly meanwhile?: { readonly nth: number; readonly happen: () => void } | undefined
}

const FILE = 'start.db'

/** The copy of a large company, made by processes that are killed one after the other. */
export class LargeCopy {
  readonly #company: Company<unknown, SandboxActions>
  readonly #truth: Truth
  #processes = 0
  #position: string | undefined

  constructor(company: Company<unknown, SandboxActions>, truth: Truth) {
    this.#company = company
    this.#truth = truth
  }

  /** Starts a process, kills it, and looks at what it left. */
  async die({ type, dieAt, at, nth = 1, afterMs = 0, meanwhile }: Death): Promise<void> {
    const { sandbox } = this.#company
    const child = this.#company.startChild(this.#job(type, dieAt))
    let [asked, met] = [0, 0]
    let timer: NodeJS.Timeout | undefined
    const stopListening = sandbox.faults.inject({
      match: (request) => {
        asked += 1
        if (asked === meanwhile?.nth) meanwhile.happen()
        if (at?.test(textOf(request)) === true) met += 1
        if (at && met >= nth) timer ??= setTimeout(() => child.kill(), afterMs)
        return false
      },
      fault: fault.reset(),
    })
    const ended = await child.ended
    clearTimeout(timer)
    stopListening()
    const moment = at ? `${String(at)}, no. ${String(nth)}` : String(dieAt?.call)
    expect(ended.killed, `A process that was to be killed at ${moment} ended: ${JSON.stringify(ended)}`).toBe(true)
    await this.#expectNothingLost()
  }

  /** Runs a sync to its end in a process of its own. */
  async live(type: ChildJob['type']): Promise<SyncRun> {
    const ended = await this.#company.startChild(this.#job(type)).ended
    if (ended.killed) throw new Error('Somebody else killed a process.')
    await this.#expectNothingLost()
    return ended.run
  }

  /** The same, and fails unless it succeeds. */
  async liveWell(type: ChildJob['type']): Promise<void> {
    const { status, outcomes } = await this.live(type)
    expect(status, `The ${type} sync of process ${String(this.#processes)}: ${JSON.stringify(outcomes)}`).toBe(
      'success',
    )
  }

  /** Fails unless the copy is the provider's truth. @param untold ids that the last sync cannot have been told of */
  async expectTruth(untold: ReadonlySet<string> = new Set()): Promise<void> {
    const truth = this.#truth.expected()
    await this.#company.withStore(FILE, async (store) => {
      for (const key of this.#company.keys) {
        const expected = new Map([...(truth[key.entity] ?? [])].filter(([id]) => !untold.has(id)))
        const stored = (await store.records.list(key, { limit: 1_000_000 })).filter(({ id }) => !untold.has(id))
        const missing = new Set(expected.keys())
        const odd: { readonly seen: unknown; readonly wanted: unknown }[] = []
        for (const { id, data } of stored) {
          const [seen, wanted] = [parseJsonText(data), expected.get(id)]
          missing.delete(id)
          if (!isDeepStrictEqual(seen, wanted)) odd.push({ seen, wanted })
        }
        expect(odd.length, `${key.entity} that are not what the provider has, as ${JSON.stringify(odd[0])}`).toBe(0)
        expect([...missing].slice(0, 10), `${String(missing.size)} of ${key.entity} are missing`).toEqual([])
      }
    })
  }

  /** Fails unless the feed tells exactly what is stored, and every run was closed. */
  async expectTold(): Promise<void> {
    await this.#company.withStore(FILE, async (store) => {
      await expectFeedReplays(store, this.#company.keys)
      const runs = await store.runs.list({ organizationId: 'org_1', limit: 1000 })
      expect(runs.filter(({ status }) => status === 'running')).toEqual([])
      expect(runs).toHaveLength(this.#processes)
    })
  }

  /** How many records are stored. */
  count(): Promise<number> {
    return this.#company.withStore(FILE, async (store) => {
      const counts = await Promise.all(this.#company.keys.map((key) => store.records.count(key)))
      return counts.reduce((sum, count) => sum + count, 0)
    })
  }

  // Each process an hour after the one before: the leases of the dead have ended.
  #job(type: ChildJob['type'], dieAt?: ChildJob['dieAt']): ChildJob {
    this.#processes += 1
    return this.#company.job(FILE, type, { hoursLater: this.#processes, dieAt })
  }

  /** Fails when something was deleted that the provider has. */
  async #expectNothingLost(): Promise<void> {
    const lost = await this.#company.withStore(FILE, async (store) => {
      const deleted = (await this.#news(store)).filter(({ kind }) => kind === 'deleted')
      return deleted.filter(({ entity, id }) => this.#truth.exists(entity, id)).map(({ entity, id }) => [entity, id])
    })
    expect(lost.slice(0, 10), `${String(lost.length)} were deleted although they are there`).toEqual([])
    expect(this.#company.sandbox.errors).toEqual([])
  }

  /** What came into the feed since the last question. */
  async #news(store: Store): Promise<readonly FeedEntry[]> {
    const entries: FeedEntry[] = []
    for (;;) {
      const part = await store.feed.read({ organizationId: 'org_1', after: this.#position, limit: 5_000 })
      if (part.length === 0) return entries
      entries.push(...part)
      this.#position = part.at(-1)?.position
    }
  }
}

const textOf = ({ path, query }: SandboxRequest): string => `${path}?${query.toString().replaceAll('+', ' ')}`
