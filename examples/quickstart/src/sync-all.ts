import type { SyncRun } from '@unioneyes/core'
import type { SyncProgress } from '@unioneyes/sync-engine'
import type { Board } from './board.ts'
import type { Provider } from './provider.ts'
import { runWorker } from './run-worker.ts'
import type { OnStep } from './run-worker.ts'
import type { Screen } from './screen.ts'

/** Syncs of several providers at once. */
export interface SyncAll {
  readonly screen: Screen
  readonly path: string
  readonly providers: readonly Provider[]
  /** Where their sandboxes are; the real ones where there is none. */
  readonly baseUrls: Readonly<Record<string, string>>
}

/** Syncs all providers at the same time in one worker process, and shows how they get on. Undefined when the worker was killed. */
export async function syncAll(
  { screen, path, providers, baseUrls }: SyncAll,
  type: 'full' | 'incremental',
  onStep?: OnStep,
): Promise<readonly SyncRun[] | undefined> {
  const board = screen.board()
  const followers = new Map(providers.map((provider) => [provider.adapter.provider, follow(provider, board)]))
  const job = { type, path, names: [...followers.keys()], baseUrls }
  const runs = await runWorker(job, (event, kill) => {
    followers.get(event.provider)?.(event)
    onStep?.(event, kill)
  }).finally(board.end)
  if (runs) showRuns(screen, providers, runs)
  return runs
}

/** Does the same and waits for the end. @throws Error when somebody else killed the worker. */
export async function syncToEnd(all: SyncAll, type: 'full' | 'incremental'): Promise<readonly SyncRun[]> {
  const runs = await syncAll(all, type)
  if (runs) return runs
  throw new Error('The worker was killed by something else. Run it again.')
}

/** The run of a provider among those of all. */
export function runOf(runs: readonly SyncRun[], { adapter }: Provider): SyncRun {
  const run = runs.find(({ provider }) => provider === adapter.provider)
  if (run) return run
  throw new Error(`There is no run of ${adapter.name}.`)
}

/** Keeps the line of a provider: how much of each entity was read so far. */
function follow({ adapter: { name }, entities }: Provider, board: Board): (event: SyncProgress) => void {
  const read = new Map(entities.map((entity) => [entity, '-']))
  const show = (): void => {
    board.show(name, `   ${name.padEnd(18)} ${[...read].map(([entity, count]) => `${entity} ${count}`).join(', ')}`)
  }
  show()
  return (event) => {
    if (event.step !== 'page' && event.step !== 'entity') return
    const count = String(event.counters.processed)
    const total = event.step === 'page' && event.total !== undefined ? String(event.total) : count
    read.set(event.entity, total === count ? count : `${count} of ${total}`)
    show()
  }
}

/** How runs ended, side by side, and what went wrong. */
function showRuns(screen: Screen, providers: readonly Provider[], runs: readonly SyncRun[]): void {
  screen.table([
    ['', 'ended', 'read', 'created', 'updated', 'unchanged', 'deleted', 'failed', 'requests', 'KiB'],
    ...providers.map((provider) => {
      const { status, counters } = runOf(runs, provider)
      const { processed, created, updated, unchanged, deleted, failed, requests, bytes } = counters
      const counts = [processed, created, updated, unchanged, deleted, failed, requests, Math.round(bytes / 1024)]
      return [provider.adapter.name, status, ...counts]
    }),
  ])
  for (const provider of providers) {
    for (const trouble of troublesOf(runOf(runs, provider))) screen.line(`   ${provider.adapter.name}: ${trouble}`)
  }
}

/** What a reader should know of a run that is no success: its errors, then what its entities noted. */
export function troublesOf(run: SyncRun): readonly string[] {
  if (run.status === 'success') return []
  const errors = [run, ...run.outcomes].flatMap(({ error }) => (error ? [`${error.code}: ${error.message}`] : []))
  return [...new Set([...errors, ...run.outcomes.flatMap(({ notes }) => notes)])]
}
