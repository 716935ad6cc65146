import type { AnyAdapter, Logger } from '@unioneyes/core'

/** A line that was logged or printed. */
export interface SaidLine {
  readonly fields: unknown
  readonly message: unknown
}

/**
 * The same adapter, whose integrations write to a logger that keeps every line as it was given: core's own redacts, and what
 * an adapter hands to it is what counts here.
 */
export function overheard(adapter: AnyAdapter, said: SaidLine[]): AnyAdapter {
  const keep = (fields: unknown, message: string): void => {
    said.push({ fields, message })
  }
  const logger: Logger = { debug: keep, info: keep, warn: keep, error: keep }
  return {
    ...adapter,
    create() {
      const integration = adapter.create()
      const initialize = integration.initialize.bind(integration)
      integration.initialize = (config, context) => initialize(config, context && { ...context, logger })
      return integration
    },
  }
}

const PRINTERS = ['debug', 'log', 'info', 'warn', 'error', 'trace'] as const

/** Does something while what is printed on the console is kept instead of shown. */
export async function whilePrintingIsKept<T>(said: SaidLine[], work: () => Promise<T>): Promise<T> {
  const before = PRINTERS.map((name) => [name, Reflect.get(console, name)] as const)
  for (const name of PRINTERS) {
    Reflect.set(console, name, (message: unknown, ...fields: unknown[]) => {
      said.push({ fields, message })
    })
  }
  try {
    return await work()
  } finally {
    for (const [name, print] of before) Reflect.set(console, name, print)
  }
}
