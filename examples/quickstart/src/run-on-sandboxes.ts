import type { SyncRun } from '@unioneyes/core'
import { keyOf, openApp, organizationId } from './app.ts'
import { interrupt } from './interrupt.ts'
import { judge } from './judge.ts'
import type { Provider } from './provider.ts'
import type { Screen } from './screen.ts'
import { showArrivals } from './show-arrivals.ts'
import { showFeed } from './show-feed.ts'
import { showLog } from './show-log.ts'
import { answerOf, baseUrlsOf, startSandboxes } from './start-sandboxes.ts'
import type { Sandboxed } from './start-sandboxes.ts'
import { runOf, syncToEnd, troublesOf } from './sync-all.ts'
import { toVerdict } from './verdict.ts'
import type { Judged, Verdict } from './verdict.ts'

/** What a run on sandboxes needs. */
export interface SandboxesRun {
  readonly screen: Screen
  readonly path: string
  readonly providers: readonly Provider[]
}

/** The whole road against sandboxes: sync, kill, resume, catch up, compare. */
export async function runOnSandboxes({
  screen,
  path,
  providers,
}: SandboxesRun): Promise<Verdict & { readonly changes: number; readonly path: string }> {
  screen.line('No credentials in the environment: sandboxes on this machine stand in for the providers.')
  screen.heading('Starting a sandbox of each provider')
  await using stack = new AsyncDisposableStack()
  const sandboxed = await startSandboxes(providers, stack)
  screen.table([
    ['', 'process', 'at'],
    ...sandboxed.map(({ provider, sandbox }) => [provider.adapter.name, sandbox.pid, sandbox.url]),
  ])
  const app = await openApp({ path, adapters: providers.map(({ adapter }) => adapter) })
  stack.defer(() => app.close())

  screen.heading('Saving three connections of one organization; the vault seals their credentials')
  for (const one of sandboxed) {
    const { provider, sandbox } = one
    const { provider: id, name } = provider.adapter
    await app.integrations.connections.save(organizationId, id, await answerOf(one, provider.connect(sandbox)))
    const stored = await app.store.connections.get(keyOf(provider.adapter))
    screen.line(`   ${name.padEnd(18)} credentials = ${stored?.credentials.slice(0, 44) ?? ''}…`)
  }

  const all = { screen, path, providers, baseUrls: baseUrlsOf(sandboxed) }
  screen.heading('Full sync of all three at the same time, in one worker process')
  const full = succeeded(providers, await syncToEnd(all, 'full'))

  screen.heading('What arrived')
  await showArrivals(app, screen, providers)

  screen.heading('Changes at all three; then their sync is killed with SIGKILL in its middle')
  const removed = await stir(screen, sandboxed, 1)
  const interrupted = await interrupt(app, all, sandboxed)
  const read = interrupted.reduce((sum, run) => sum + run.counters.processed, 0)
  screen.line(`   killed, with ${String(read)} records read and none of the three finished; what was committed is safe`)

  screen.heading('A new worker resumes all three at their saved pages')
  const resumed = succeeded(providers, await syncToEnd(all, 'full'))

  screen.heading('More changes, and an incremental sync of each')
  const removedLater = await stir(screen, sandboxed, 2)
  const incremental = succeeded(providers, await syncToEnd(all, 'incremental'))

  screen.heading('The end of the change feed, in which all three stand in one order')
  const before = full.reduce((sum, { counters }) => sum + counters.created + counters.updated + counters.deleted, 0)
  const changes = await showFeed(app, screen, providers, before)

  screen.heading('The log')
  await showLog(app, screen, providers)

  screen.heading('Comparing every record with the sandboxes, and the whole in numbers')
  const judged: Judged[] = []
  for (const [n, one] of sandboxed.entries()) {
    const { provider } = one
    const result = await judge(app, {
      ...one,
      full: runOf(full, provider),
      interrupted: runOf(interrupted, provider),
      resumed: runOf(resumed, provider),
      incremental: runOf(incremental, provider),
      removed: (removed[n] ?? 0) + (removedLater[n] ?? 0),
    })
    judged.push({ provider, result })
  }
  const verdict = toVerdict(screen, judged)
  screen.line()
  screen.line(`Everything is in ${path} (tables integration_*). Next: README.md, "Your own app".`)
  return { ...verdict, changes, path }
}

/** Lets all providers change, and says how. @returns how many records each of them has lost */
async function stir(screen: Screen, sandboxed: readonly Sandboxed[], round: 1 | 2): Promise<readonly number[]> {
  const stirred = await Promise.all(sandboxed.map((one) => answerOf(one, one.provider.stir(one.sandbox, round))))
  for (const [n, { told }] of stirred.entries()) {
    screen.line(`   ${(sandboxed[n]?.provider.adapter.name ?? '').padEnd(18)} ${told}`)
  }
  return stirred.map(({ removed }) => removed)
}

function succeeded(providers: readonly Provider[], runs: readonly SyncRun[]): readonly SyncRun[] {
  const troubles = providers.flatMap((provider) => {
    const { status } = runOf(runs, provider)
    const why = troublesOf(runOf(runs, provider)).join(' ')
    return status === 'success' ? [] : [`The sync of ${provider.adapter.name} ended ${status}. ${why}`]
  })
  if (troubles.length === 0) return runs
  throw new Error(troubles.join(' '))
}
