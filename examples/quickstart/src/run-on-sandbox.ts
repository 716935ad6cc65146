import { sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import type { BamboohrActions } from '@unioneyes/adapter-bamboohr/sandbox'
import type { RunCounters, SyncRun } from '@unioneyes/core'
import { fault, spawnSandbox } from '@unioneyes/testkit'
import type { SandboxProcess } from '@unioneyes/testkit'
import { openApp, organizationId } from './app.ts'
import { compareWithTruth } from './compare-with-truth.ts'
import { runWorker } from './run-worker.ts'
import { historyLine, inWords } from './screen.ts'
import type { Screen } from './screen.ts'
import { showArrivals } from './show-arrivals.ts'

/** The sandbox run's setting. */
export interface SandboxRun {
  readonly screen: Screen
  readonly path: string
  readonly people: number
}

/** What the sandbox run found, for `--json`. */
export interface SandboxResult {
  readonly ok: boolean
  readonly fullSync: RunCounters
  readonly resumed: {
    readonly interruptedRun: string
    readonly resumes: string | undefined
    readonly status: string
    readonly chain: RunCounters
  }
  readonly incremental: RunCounters
  /** Records that ended as tombstones. */
  readonly deleted: number
  readonly changes: number
  readonly differences: readonly string[]
  readonly path: string
}

/** The whole road against the sandbox: sync, kill, resume, catch up, compare. */
export async function runOnSandbox({ screen, path, people }: SandboxRun): Promise<SandboxResult> {
  screen.line('No BAMBOOHR_SUBDOMAIN and BAMBOOHR_API_KEY: a sandbox on this machine stands in for BambooHR.')
  screen.heading(`Starting the sandbox with ${String(people)} people`)
  const moduleUrl = import.meta.resolve('@unioneyes/adapter-bamboohr/sandbox')
  await using sandbox = await spawnSandbox<BamboohrActions>(moduleUrl, 'bamboohrSandbox', { people })
  const baseUrl = `${sandbox.url}/`
  screen.line(`   process ${String(sandbox.pid)} at ${sandbox.url}`)
  const app = await openApp({ path, baseUrl })
  try {
    screen.heading('Saving the connection; the vault seals its key')
    await app.integrations.connections.save(organizationId, 'bamboohr', {
      credentials: { apiKey: sandboxApiKey },
      settings: { subdomain: 'sandbox', pageSize: Math.min(250, Math.ceil(people / 12)) },
    })
    const stored = await app.store.connections.get({ organizationId, provider: 'bamboohr', connection: 'default' })
    screen.line(`   integration_configs.credentials = ${stored?.credentials.slice(0, 40) ?? ''}…`)

    screen.heading('Full sync, in a worker process')
    const onProgress = screen.progress
    const fullSync = finished(await runWorker({ type: 'full', path, baseUrl, onProgress }))
    screen.line(`   ${fullSync.status}: ${inWords(fullSync.counters)}`)
    await showArrivals(app, screen)

    screen.heading('People change, come and go; then a sync is killed with SIGKILL in its middle')
    screen.line(`   ${await stir(sandbox, { change: 2, hire: 15, remove: 12 })}`)
    await sandbox.inject({ fault: fault.latency(60) })
    await runWorker({
      type: 'full',
      path,
      baseUrl,
      onProgress: (event, kill) => {
        screen.progress(event)
        if (event.step === 'page' && event.entity === 'employees' && event.counters.pages >= 5) kill()
      },
    })
    await sandbox.clearFaults()
    const [interrupted] = await app.sync.history(organizationId, { limit: 1 })
    if (interrupted?.status !== 'running') throw new Error('The worker ended before it could be killed: run it again.')
    screen.line(
      `   killed. Run ${interrupted.id.slice(0, 8)} had read ${String(interrupted.counters.processed)} records; what it committed is safe.`,
    )

    screen.heading('A new worker resumes at the saved page')
    const resumed = finished(await runWorker({ type: 'full', path, baseUrl, onProgress }))
    screen.line(`   ${resumed.status}: ${inWords(resumed.counters)}`)
    screen.line(`   it went on with run ${resumed.resumes?.slice(0, 8) ?? '-'}, now closed as INTERRUPTED`)

    screen.heading('More changes, and an incremental sync')
    screen.line(`   ${await stir(sandbox, { change: 1, hire: 5, remove: 4 })}`)
    const incremental = finished(await runWorker({ type: 'incremental', path, baseUrl, onProgress }))
    screen.line(`   ${incremental.status}: ${inWords(incremental.counters)}`)

    screen.heading('The change feed, from where the first sync ended')
    const changes = await showFeed(app, screen, fullSync.counters.created)

    screen.heading('The log, and what it cost')
    for (const run of await app.sync.history(organizationId)) screen.line(historyLine(run))
    const counters = await sandbox.counters()
    screen.line(`   the sandbox answered ${String(counters.total)} requests`)

    screen.heading('Comparing the database with the sandbox')
    const truth = await sandbox.act('truth')
    const differences = await compareWithTruth(app.store, truth)
    const expectedDeleted = 12 + 4
    const deleted = resumed.counters.deleted + interrupted.counters.deleted + incremental.counters.deleted
    if (deleted !== expectedDeleted)
      differences.push(`${String(deleted)} records were deleted, not ${String(expectedDeleted)}`)
    if (resumed.resumes !== interrupted.id) differences.push('the resumed run does not name the interrupted one')
    for (const run of [fullSync, resumed, incremental]) {
      if (run.status !== 'success')
        differences.push(
          `run ${run.id} ended ${run.status}: ${run.error?.message ?? run.outcomes.flatMap(({ notes }) => notes).join(' ')}`,
        )
    }
    for (const difference of differences.slice(0, 20)) screen.line(`   DIFFERENT: ${difference}`)
    const ok = differences.length === 0
    screen.line(
      ok
        ? `   equal: ${String(truth.employees.length)} employees and ${String(truth.departments.length)} departments, ${String(deleted)} deletions`
        : `   ${String(differences.length)} differences`,
    )
    screen.line()
    screen.line(`Everything is in ${path} (tables integration_*). Next: README.md, "Your own app".`)
    return {
      ok,
      fullSync: fullSync.counters,
      resumed: {
        interruptedRun: interrupted.id,
        resumes: resumed.resumes,
        status: resumed.status,
        chain: chainOf(resumed),
      },
      incremental: incremental.counters,
      deleted,
      changes,
      differences,
      path,
    }
  } finally {
    await app.close()
  }
}

function finished(run: SyncRun | undefined): SyncRun {
  if (run) return run
  throw new Error('The worker was killed by something else.')
}

function chainOf(run: SyncRun): RunCounters {
  const employees = run.outcomes.find((outcome) => outcome.entity === 'employees')
  return employees?.chain ?? run.counters
}

async function stir(
  sandbox: SandboxProcess<BamboohrActions>,
  { change, hire, remove }: { change: number; hire: number; remove: number },
): Promise<string> {
  const changed = await sandbox.act('changeMany', change)
  const truth = await sandbox.act('truth')
  const step = Math.floor(truth.employees.length / (remove + 1))
  for (let index = 1; index <= remove; index += 1) {
    await sandbox.act('remove', String(truth.employees[index * step]?.employeeId))
  }
  for (let index = 0; index < hire; index += 1) {
    await sandbox.act('hire', { firstName: 'Noa', lastName: `Newcomer ${String(index + 1)}` })
  }
  return `at the provider: ${String(changed.length)} people changed, ${String(hire)} were hired, ${String(remove)} removed`
}

async function showFeed(app: Awaited<ReturnType<typeof openApp>>, screen: Screen, skip: number): Promise<number> {
  const counts = { created: 0, updated: 0, deleted: 0 }
  let seen = 0
  for await (const change of app.sync.changes(organizationId)) {
    seen += 1
    if (seen <= skip) continue
    counts[change.kind] += 1
    const name =
      change.entity === 'employees'
        ? change.record?.displayName
        : change.entity === 'departments'
          ? change.record?.name
          : undefined
    if (counts[change.kind] <= 3) screen.line(`   ${change.kind.padEnd(8)} ${change.entity} ${change.id} ${name ?? ''}`)
  }
  const { created, updated, deleted } = counts
  screen.line(`   … ${String(created)} created, ${String(updated)} updated, ${String(deleted)} deleted since`)
  return seen
}
