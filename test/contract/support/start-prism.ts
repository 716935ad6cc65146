import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isObject } from './json-object.ts'
import type { JsonObject } from './json-object.ts'

/** A running Stoplight Prism. */
export interface Prism extends AsyncDisposable {
  /** `http://127.0.0.1:49152` */
  readonly url: string
  /** How long it took to listen, in milliseconds. */
  readonly startupMs: number
}

const program = fileURLToPath(new URL('prism-process.ts', import.meta.url))

const OUTPUT_KEPT = 4_000

/**
 * Starts Prism as a validating proxy in front of `upstream`, in a process of its own on a free port of the loopback interface.
 * It passes everything on and says in a header what violates the specification.
 *
 * @throws Error with what it said, when it does not start.
 */
export async function startPrism(document: JsonObject, upstream: string): Promise<Prism> {
  const startedAt = performance.now()
  const folder = await mkdtemp(join(tmpdir(), 'vendor-contract-'))
  const file = join(folder, 'specification.json')
  await writeFile(file, JSON.stringify(document))
  const child = spawn(process.execPath, [program, file, upstream], {
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // Nothing of this environment is its business, and nothing it does is anybody else's.
    env: { PATH: process.env.PATH, DO_NOT_TRACK: '1', SCARF_ANALYTICS: 'false' },
  })
  try {
    const url = await listening(child)
    const startupMs = Math.round(performance.now() - startedAt)
    return { url, startupMs, [Symbol.asyncDispose]: () => end(child) }
  } catch (error) {
    await end(child)
    throw error
  } finally {
    // It has been read by now.
    await rm(folder, { recursive: true, force: true })
  }
}

function listening(child: ChildProcess): Promise<string> {
  let output = ''
  const keep = (chunk: Buffer): void => {
    output = (output + chunk.toString()).slice(-OUTPUT_KEPT)
  }
  child.stdout?.on('data', keep)
  child.stderr?.on('data', keep)
  return new Promise((resolve, reject) => {
    child.once('message', (message: unknown) => {
      if (isObject(message) && typeof message.url === 'string') resolve(message.url)
    })
    child.once('error', reject)
    child.once('close', (code) => {
      reject(new Error(`Prism ended with code ${String(code)} before it listened. It said:\n${output}`))
    })
  })
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const closed = once(child, 'close')
  child.kill('SIGKILL')
  await closed
}
