import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SyncRun } from '@unioneyes/core'
import type { SyncProgress } from '@unioneyes/sync-engine'

/** What a worker says to its parent. */
export type FromWorker =
  { readonly progress: SyncProgress } | { readonly runs: readonly SyncRun[] } | { readonly error: string }

/** Syncs to run in a worker process, all at the same time. */
export interface WorkerJob {
  readonly type: 'full' | 'incremental'
  readonly path: string
  /** The providers. */
  readonly names: readonly string[]
  /** Where their sandboxes are. */
  readonly baseUrls: Readonly<Record<string, string>>
}

/** Told of every step, with a way to kill the worker. */
export type OnStep = (event: SyncProgress, kill: () => void) => void

/**
 * Runs syncs in another process. Gives their runs in the order of the names, or undefined when the process was killed.
 *
 * @throws Error when it failed before it had a result.
 */
export async function runWorker(job: WorkerJob, onStep: OnStep): Promise<readonly SyncRun[] | undefined> {
  const file = fileURLToPath(new URL('./worker.ts', import.meta.url))
  const worker = fork(file, [JSON.stringify(job)], { serialization: 'advanced' })
  const kill = (): void => {
    worker.kill('SIGKILL')
  }
  let result: Exclude<FromWorker, { readonly progress: unknown }> | undefined
  worker.on('message', (message: FromWorker) => {
    if ('progress' in message) onStep(message.progress, kill)
    else result = message
  })
  const end = await new Promise<string>((resolve, reject) => {
    worker.once('error', reject)
    worker.once('exit', (code, signal) => {
      resolve(signal ?? `code ${String(code)}`)
    })
  })
  if (result && 'error' in result) throw new Error(result.error)
  if (!result && end !== 'SIGKILL') {
    throw new Error(`The worker ended with ${end} before it had a result. Its own message stands above.`)
  }
  return result?.runs
}

/** The job that a worker was started with. */
export function readJob(text = ''): WorkerJob {
  const job: unknown = text === '' ? undefined : JSON.parse(text)
  if (isJob(job)) return job
  throw new Error('A worker is started by run-worker.ts, with its job.')
}

const isJob = (job: unknown): job is WorkerJob => typeof job === 'object' && job !== null && 'names' in job
