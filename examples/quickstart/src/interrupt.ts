import { fault } from '@unioneyes/testkit'
import type { SyncRun } from '@unioneyes/core'
import { organizationId } from './app.ts'
import type { App } from './app.ts'
import type { OnStep } from './run-worker.ts'
import { answerOf } from './start-sandboxes.ts'
import type { Sandboxed } from './start-sandboxes.ts'
import { syncAll } from './sync-all.ts'
import type { SyncAll } from './sync-all.ts'

const SILENCE_MS = 500

/** Kills a full sync of all providers in the middle of each of them. Gives the runs that it leaves behind, as the log has them. */
export async function interrupt(app: App, all: SyncAll, sandboxed: readonly Sandboxed[]): Promise<readonly SyncRun[]> {
  // All fall silent at some request, so that none is finished before the others have begun.
  for (const one of sandboxed) {
    const { path, after } = one.provider.sandbox.silence
    await answerOf(one, one.sandbox.inject({ fault: fault.hang(), match: { path, skip: after } }))
  }
  const ended = await syncAll(all, 'full', killInSilence(sandboxed.length))
  for (const one of sandboxed) await answerOf(one, one.sandbox.clearFaults())

  return Promise.all(
    sandboxed.map(async ({ provider: { adapter } }) => {
      const [run] = await app.sync.history(organizationId, { provider: adapter.provider, limit: 1 })
      if (!ended && run?.status === 'running') return run
      throw new Error(`The sync of ${adapter.name} ended before it could be killed: run it again.`)
    }),
  )
}

/** Kills when every provider has committed something, and nothing more comes. */
function killInSilence(providers: number): OnStep {
  const begun = new Set<string>()
  let timer: NodeJS.Timeout | undefined
  return (event, kill) => {
    if (event.step === 'page') begun.add(event.provider)
    clearTimeout(timer)
    if (begun.size === providers) timer = setTimeout(kill, SILENCE_MS)
  }
}
