import { spawnSandbox } from '@unioneyes/testkit'
import type { SandboxProcess } from '@unioneyes/testkit'
import type { Provider } from './provider.ts'

/** A provider with the process that stands in for it. */
export interface Sandboxed {
  readonly provider: Provider
  readonly sandbox: SandboxProcess
}

/** Starts the sandbox of each provider in a process of its own. They end with the stack. */
export function startSandboxes(
  providers: readonly Provider[],
  stack: AsyncDisposableStack,
): Promise<readonly Sandboxed[]> {
  return Promise.all(
    providers.map(async (provider) => {
      const { moduleUrl, exportName, options } = provider.sandbox
      return { provider, sandbox: stack.use(await spawnSandbox(moduleUrl, exportName, options)) }
    }),
  )
}

/** What a sandbox answered. @throws Error that says whose it is, when it does not answer. */
export async function answerOf<T>({ provider }: Sandboxed, answer: Promise<T>): Promise<T> {
  return answer.catch((cause: unknown) => {
    const why = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`The sandbox of ${provider.adapter.name} gave no answer: ${why}.`, { cause })
  })
}

/** Where sandboxes are, by provider. */
export const baseUrlsOf = (sandboxed: readonly Sandboxed[]): Record<string, string> =>
  Object.fromEntries(sandboxed.map(({ provider, sandbox }) => [provider.adapter.provider, sandbox.url]))
