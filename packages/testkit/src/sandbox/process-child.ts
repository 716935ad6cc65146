import type { FromChild, Numbered, ToChild } from './process-messages.ts'
import { startSandbox } from './start-sandbox.ts'
import type { RunningSandbox } from './start-sandbox.ts'
import type { SandboxActions, SandboxDefinition } from './sandbox-definition.ts'

/** The program of a process that `spawnSandbox` started: does what it is told over IPC. Not for direct use. */
export function serveSandboxProcess(): void {
  let running: RunningSandbox<unknown, SandboxActions> | undefined

  async function obey(message: ToChild): Promise<unknown> {
    if (message.kind === 'start') {
      running = await startSandbox(
        await makeDefinition(message.moduleUrl, message.exportName, message.sandboxOptions),
        {
          rateLimit: message.rateLimit,
          requestsKept: message.requestsKept,
        },
      )
      return running.url
    }
    if (!running) throw new Error('The sandbox was not started.')
    switch (message.kind) {
      case 'inject':
        running.faults.inject(message.injection)
        return undefined
      case 'clearFaults':
        running.faults.clear()
        return undefined
      case 'act': {
        const action = Object.hasOwn(running.actions, message.name) ? running.actions[message.name] : undefined
        if (!action) throw new Error(`The sandbox has no action "${message.name}".`)
        return (action as (...given: unknown[]) => unknown)(...message.given)
      }
      case 'counters':
        return running.requests.counters
      case 'requests':
        return running.requests.list(message.filter)
    }
  }

  process.on('message', ({ id, message }: Numbered) => {
    obey(message).then(
      (value) => answer({ id, value }),
      (error: unknown) => answer({ id, error: error instanceof Error ? error.message : String(error) }),
    )
  })
  // The parent is gone, however it went: nobody would ever close this process.
  process.once('disconnect', () => process.exit(0))
}

function answer(message: FromChild): void {
  process.send?.(message)
}

async function makeDefinition(moduleUrl: string, exportName: string, options: unknown): Promise<SandboxDefinition> {
  const module = (await import(moduleUrl)) as Record<string, unknown>
  const make = module[exportName]
  if (typeof make !== 'function') throw new Error(`${moduleUrl} exports no function ${exportName}.`)
  return (make as (options: unknown) => SandboxDefinition)(options)
}
