import type { FaultInjection, FaultMatch } from './fault-board.ts'
import type { RequestFilter } from './request-log.ts'
import type { SandboxRateLimit } from './sandbox-definition.ts'

/** What a sandbox process is asked to do. */
export type ToChild =
  | {
      readonly kind: 'start'
      readonly moduleUrl: string
      readonly exportName: string
      readonly sandboxOptions: unknown
      readonly rateLimit: SandboxRateLimit | null | undefined
      readonly requestsKept: number | undefined
    }
  | { readonly kind: 'inject'; readonly injection: FaultInjection<FaultMatch> }
  | { readonly kind: 'clearFaults' }
  | { readonly kind: 'act'; readonly name: string; readonly given: readonly unknown[] }
  | { readonly kind: 'counters' }
  | { readonly kind: 'requests'; readonly filter: RequestFilter | undefined }

/** A numbered question. */
export interface Numbered {
  readonly id: number
  readonly message: ToChild
}

/** The answer to the question of that number. */
export interface FromChild {
  readonly id: number
  readonly value?: unknown
  readonly error?: string | undefined
}
