import { silentLogger } from '@unioneyes/core'
import type {
  AnyAdapter,
  BaseIntegration,
  BudgetStore,
  Clock,
  IntegrationContext,
  Page,
  ReadOptions,
} from '@unioneyes/core'

/** A clock on which every sleep is over at once, having moved the time; it tells how long was slept. */
export interface SkippingClock extends Clock {
  readonly sleeps: number[]
  set(time: number): void
}

/** Makes a clock for tests of waits. */
export function skippingClock(start = Date.UTC(2026, 0, 2, 3, 4, 5)): SkippingClock {
  let time = start
  const sleeps: number[] = []
  return {
    sleeps,
    now: () => time,
    set: (to) => (time = to),
    sleep(ms, signal) {
      if (signal?.aborted === true) return Promise.reject(toError(signal.reason))
      sleeps.push(ms)
      time += ms
      return Promise.resolve()
    },
  }
}

const toError = (reason: unknown): Error => (reason instanceof Error ? reason : new Error(String(reason)))

/** A clock whose time goes on only when nothing else can happen. */
export interface VirtualClock extends Clock {
  /** Makes our clock, and nothing else, jump. */
  jump(ms: number): void
  /** The time that passed, whatever our clock was set to. */
  elapsed(): number
  /** Lets time pass until the work is done. */
  run<T>(work: Promise<T>): Promise<T>
}

/** Makes a clock for tests in which several things wait at once. */
export function virtualClock(): VirtualClock {
  let time = 0
  let offset = Date.UTC(2026, 0, 2)
  const sleepers = new Set<{ readonly due: number; readonly wake: () => void }>()
  return {
    now: () => time + offset,
    jump: (ms) => (offset += ms),
    elapsed: () => time,
    sleep: (ms) =>
      new Promise((resolve) => {
        sleepers.add({ due: time + ms, wake: resolve })
      }),
    async run(work) {
      const state = { settled: false }
      const settle = (): void => {
        state.settled = true
      }
      void work.then(settle, settle)
      for (;;) {
        await new Promise((resolve) => setImmediate(resolve))
        if (state.settled) return work
        const next = [...sleepers].sort((left, right) => left.due - right.due)[0]
        if (!next) throw new Error('everything waits, and not for time')
        sleepers.delete(next)
        time = Math.max(time, next.due)
        next.wake()
      }
    },
  }
}

/** A budget store in memory that shows what was asked of it. */
export function testBudgets(until?: number): BudgetStore & { readonly blocks: number[]; reads: number } {
  const budgets = {
    blocks: [] as number[],
    reads: 0,
    blockedUntil: () => {
      budgets.reads += 1
      return Promise.resolve(until)
    },
    block: (_key: unknown, time: number) => {
      budgets.blocks.push(time)
      return Promise.resolve()
    },
  }
  return budgets
}

/** What a test may set on a live integration. */
export interface LiveOptions {
  readonly baseUrl?: string | undefined
  readonly clock?: Clock | undefined
  readonly budgets?: BudgetStore | undefined
  readonly maxWaitMs?: number | undefined
  readonly credentials?: Readonly<Record<string, unknown>> | undefined
  readonly settings?: Readonly<Record<string, unknown>> | undefined
}

/** An adapter's integration, initialized as the factory does it and not yet connected. */
export async function initialized(adapter: AnyAdapter, options: LiveOptions = {}): Promise<BaseIntegration> {
  const key = { organizationId: 'org_1', provider: adapter.provider, connection: 'default' }
  const context: IntegrationContext = {
    key,
    clock: options.clock ?? skippingClock(),
    logger: silentLogger,
    budgets: options.budgets ?? testBudgets(),
    baseUrl: options.baseUrl,
    maxWaitMs: options.maxWaitMs ?? 60_000,
  }
  const integration = adapter.create()
  const { credentials = { apiKey: 'secret-key' }, settings = {} } = options
  await integration.initialize({ ...key, type: adapter.type, credentials, settings, enabled: true }, context)
  return integration
}

/** A connected integration. */
export async function connected(adapter: AnyAdapter, options: LiveOptions = {}): Promise<BaseIntegration> {
  const integration = await initialized(adapter, options)
  await integration.connect()
  return integration
}

/** All pages of a read. */
export async function readAll(
  integration: BaseIntegration,
  entity: string,
  options: ReadOptions = {},
): Promise<Page[]> {
  if (!integration.read) throw new Error('the integration reads nothing')
  const pages: Page[] = []
  for await (const page of integration.read(entity, options)) pages.push(page)
  return pages
}

/** The ids of all rows and records of pages, in order. */
export function idsOf(pages: readonly Page[]): (string | undefined)[] {
  return pages.flatMap((page) => [...(page.records ?? []), ...(page.rows?.items ?? [])].map(({ id }) => id))
}
