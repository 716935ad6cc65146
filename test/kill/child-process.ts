import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import type { ChildJob, SyncOutcome } from './sync-child.ts'

/** How a child ended: killed, or with what it says of its sync. */
export type Ended = { readonly killed: true } | ({ readonly killed: false } & SyncOutcome)

/** A sync in a process of its own. */
export interface SyncChild {
  /** Kills it as `kill -9` does. */
  kill(): void
  readonly ended: Promise<Ended>
}

/** The program of a child, from source. */
export const childSource = fileURLToPath(new URL('./sync-child.ts', import.meta.url))

/** Starts a sync in a process of its own. `cacheFolder` keeps what Node.js compiled, for the next one to start faster. */
export function startChild(program: string, job: ChildJob, cacheFolder: string): SyncChild {
  const child = spawn(process.execPath, ['--conditions=@unioneyes/source', program, JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, NODE_COMPILE_CACHE: cacheFolder },
  })
  let output = ''
  let complaint = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (complaint += chunk.toString()))
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('close', (code, signal) => {
      if (signal === 'SIGKILL') resolve({ killed: true })
      else if (code === 0) resolve({ killed: false, ...JSON.parse(output) })
      else reject(new Error(`The child ended with ${String(code ?? signal)}: ${complaint}`))
    })
  })
  return { kill: () => child.kill('SIGKILL'), ended }
}
