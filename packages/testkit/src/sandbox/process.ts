import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { IntegrationError } from '@unioneyes/core'
import type { FaultInjection, FaultMatch } from './fault-board.ts'
import type { FromChild, ToChild } from './process-messages.ts'
import type { RecordedRequest, RequestCounters, RequestFilter } from './request-log.ts'
import type { SandboxActions, SandboxRateLimit } from './sandbox-definition.ts'

export { serveSandboxProcess } from './process-child.ts'

/** A sandbox that runs in a process of its own, so that it neither shares our event loop nor dies with our worker. */
export interface SandboxProcess<Actions extends SandboxActions = SandboxActions> extends AsyncDisposable {
  /** `http://127.0.0.1:49152`, without a slash at the end. */
  readonly url: string
  readonly pid: number
  /** Injects a fault. Its match is data here: a function cannot be sent. */
  inject(injection: FaultInjection<FaultMatch>): Promise<void>
  clearFaults(): Promise<void>
  /** Runs a named action of the sandbox. Arguments and result must be values that can be cloned. */
  act<Name extends keyof Actions & string>(
    name: Name,
    ...given: Parameters<Actions[Name]>
  ): Promise<Awaited<ReturnType<Actions[Name]>>>
  counters(): Promise<RequestCounters>
  requests(filter?: RequestFilter): Promise<RecordedRequest[]>
  /** Ends the process. Safe to call twice. */
  close(): Promise<void>
}

/** How to run a sandbox process. */
export interface SpawnSandboxOptions {
  /** Replaces the definition's limit; null lifts it. */
  readonly rateLimit?: SandboxRateLimit | null | undefined
  readonly requestsKept?: number | undefined
  /** How long the process may take to listen, in milliseconds. @default 30000 */
  readonly startTimeoutMs?: number | undefined
}

/**
 * Starts a sandbox in another process. That process ends when it is closed, and when this one dies.
 *
 * @param moduleUrl the module to import there, as `import.meta.resolve` gives it
 * @param exportName its export that makes the definition: `bamboohrSandbox`
 * @param sandboxOptions handed to that export; must be values that can be cloned
 * @throws IntegrationError CONFIG_INVALID when the process cannot start the sandbox.
 */
export async function spawnSandbox<Actions extends SandboxActions>(
  moduleUrl: string,
  exportName: string,
  sandboxOptions: unknown,
  options: SpawnSandboxOptions = {},
): Promise<SandboxProcess<Actions>> {
  const child = spawn(process.execPath, [...conditionArguments(), '--input-type=module', '--eval', CHILD_PROGRAM], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    serialization: 'advanced',
  })
  let complaint = ''
  child.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-2_000)
  })
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  const calls = createCalls(child)

  async function close(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    child.kill('SIGKILL') // It holds nothing that would have to be saved.
    await exited
  }

  const call = (message: ToChild): Promise<unknown> => calls.send(message)
  const timeout = setTimeout(() => child.kill('SIGKILL'), options.startTimeoutMs ?? 30_000)
  let url: unknown
  try {
    url = await call({
      kind: 'start',
      moduleUrl,
      exportName,
      sandboxOptions,
      rateLimit: options.rateLimit,
      requestsKept: options.requestsKept,
    })
  } catch (cause) {
    await close()
    throw new IntegrationError(
      'CONFIG_INVALID',
      `The sandbox process did not start ${exportName} of ${moduleUrl}: ${complaint || String(cause)}`,
      { cause },
    )
  } finally {
    clearTimeout(timeout)
  }

  return {
    url: String(url),
    pid: child.pid ?? 0,
    inject: async (injection) => {
      await call({ kind: 'inject', injection })
    },
    clearFaults: async () => {
      await call({ kind: 'clearFaults' })
    },
    // The child answers what the action returned; only the compiler cannot see across the process border.
    act: async (name, ...given) => (await call({ kind: 'act', name, given })) as never,
    counters: async () => (await call({ kind: 'counters' })) as RequestCounters,
    requests: async (filter) => (await call({ kind: 'requests', filter })) as RecordedRequest[],
    close,
    [Symbol.asyncDispose]: close,
  }
}

const CHILD_PROGRAM = `
import { serveSandboxProcess } from ${JSON.stringify(import.meta.url)}
serveSandboxProcess()
`

/** The export conditions of this process, and the one for source when this very module is source. */
function conditionArguments(): string[] {
  const conditions = new Set(import.meta.url.endsWith('.ts') ? ['@unioneyes/source'] : [])
  process.execArgv.forEach((argument, index, all) => {
    const [name, value] = argument.split('=', 2)
    if (name !== '--conditions' && name !== '-C') return
    const condition = value ?? all[index + 1]
    if (condition !== undefined) conditions.add(condition)
  })
  return [...conditions].map((condition) => `--conditions=${condition}`)
}

interface Calls {
  send(message: ToChild): Promise<unknown>
}

/** Numbers the messages to the child and settles each with its answer, or with the child's end. */
function createCalls(child: ChildProcess): Calls {
  const waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>()
  let last = 0
  child.on('message', (message: FromChild) => {
    const call = waiting.get(message.id)
    waiting.delete(message.id)
    if (message.error === undefined) call?.resolve(message.value)
    else call?.reject(new Error(message.error))
  })
  const end = (reason: string): void => {
    for (const call of waiting.values()) call.reject(new Error(reason))
    waiting.clear()
  }
  child.once('error', (error) => end(error.message))
  child.once('exit', (code, signal) => end(`the sandbox process ended (${signal ?? String(code)})`))
  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        if (!child.connected) return reject(new Error('the sandbox process has ended'))
        last += 1
        waiting.set(last, { resolve, reject })
        child.send({ id: last, message })
      }),
  }
}
