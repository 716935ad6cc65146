import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { SyncRun } from '@unioneyes/core'
import type { SyncProgress } from '@unioneyes/sync-engine'

/** What a worker says to its parent. */
export type FromWorker = { readonly progress: SyncProgress } | { readonly run: SyncRun }

/** One sync to run in a worker process. */
export interface WorkerJob {
  readonly type: 'full' | 'incremental'
  readonly path: string
  readonly baseUrl?: string | undefined
  readonly onProgress?: ((event: SyncProgress, kill: () => void) => void) | undefined
}

/** Runs a sync in another process. Gives its run, or undefined when the process was killed. */
export async function runWorker(job: WorkerJob): Promise<SyncRun | undefined> {
  const file = fileURLToPath(new URL('./worker.ts', import.meta.url))
  const worker = fork(file, [job.type, job.path, job.baseUrl ?? ''].filter(Boolean), { serialization: 'advanced' })
  const kill = (): void => {
    worker.kill('SIGKILL')
  }
  let run: SyncRun | undefined
  worker.on('message', (message: FromWorker) => {
    if ('run' in message) run = message.run
    else job.onProgress?.(message.progress, kill)
  })
  const { code, signal } = await new Promise<{ code: number | null; signal: NodeJS.Signals | null }>(
    (resolve, reject) => {
      worker.once('error', reject)
      worker.once('exit', (exitCode, exitSignal) => {
        resolve({ code: exitCode, signal: exitSignal })
      })
    },
  )
  if (run === undefined && signal !== 'SIGKILL') {
    throw new Error(`The worker ended with code ${String(code)} before it had a result. Its own message stands above.`)
  }
  return run
}
