import type { RateLimit } from '@unioneyes/core'

/** A limit of the provider, and for which connections it holds. */
export interface DeclaredLimit<S = unknown> extends RateLimit {
  /** Whether the limit holds for a connection with these settings. @default it always does */
  readonly when?: ((settings: S) => boolean) | undefined
}

/** One limit, or several that all hold. */
export type DeclaredLimits<S = unknown> = DeclaredLimit<S> | readonly DeclaredLimit<S>[]

/** The limits that hold for a connection. */
export function limitsOf<S>(declared: DeclaredLimits<S>, settings: S): readonly RateLimit[] {
  return toList(declared).filter(({ when }) => when?.(settings) ?? true)
}

/** All declared limits as an adapter shows them, and the one that stands for them where only one can be shown. */
export function shownLimits<S>(declared: DeclaredLimits<S>): {
  readonly rateLimits: readonly RateLimit[]
  readonly rateLimit: RateLimit | undefined
} {
  const rateLimits = toList(declared).map(({ when: _when, ...limit }): RateLimit => limit)
  const general = rateLimits.filter(({ each }) => each === undefined)
  const [rateLimit] = general.length > 0 ? general.toSorted((a, b) => perMinute(a) - perMinute(b)) : rateLimits
  return { rateLimits, rateLimit }
}

const PER_MS = { second: 1000, minute: 60_000, hour: 3_600_000 } as const

/** A limit as a number of requests a minute. */
export const perMinute = ({ requests, per }: RateLimit): number => (requests * 60_000) / PER_MS[per]

function toList<S>(declared: DeclaredLimits<S>): readonly DeclaredLimit<S>[] {
  return 'requests' in declared ? [declared] : declared
}
