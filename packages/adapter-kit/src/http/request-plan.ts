import type { UsageMeter } from './usage-meter.ts'

/** One request, ready to be sent as often as it takes. */
export interface RequestPlan {
  readonly method: 'GET' | 'POST'
  readonly url: URL
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
  readonly signal: AbortSignal | undefined
  /** Whether it may be sent again. */
  readonly retry: boolean
  /** Statuses that mean an empty answer. */
  readonly emptyOn: readonly number[]
  readonly meter: UsageMeter
  readonly entity: string | undefined
}

/** A request as a message may name it: method and path, nothing else. */
export const describeRequest = (plan: Pick<RequestPlan, 'method' | 'url'>): string =>
  `${plan.method} ${plan.url.pathname}`
