/** How an imitated provider's time goes: part of a sandbox's options. */
export interface SandboxClockOptions {
  /** The provider's clock, in milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined
  /** Stops the clock at this time; only the action `advance` moves it. For a sandbox in another process. */
  readonly stoppedAt?: number | undefined
  /** How far the `Date` header is ahead of that clock, in milliseconds. @default 0 */
  readonly dateSkewMs?: number | undefined
}

/** The time of an imitated provider. */
export interface SandboxClock {
  /** In milliseconds since 1970. */
  readonly now: () => number
  /** Lets time pass; back, when negative. */
  readonly advance: (ms: number) => void
  /** What a `Date` header says now. */
  readonly dateHeader: () => string
}

/** A clock as the options want it. */
export function createSandboxClock({ now: given, stoppedAt, dateSkewMs = 0 }: SandboxClockOptions): SandboxClock {
  const clock = given ?? (stoppedAt === undefined ? Date.now : () => stoppedAt)
  let offsetMs = 0
  const now = (): number => clock() + offsetMs
  return {
    now,
    advance(ms) {
      offsetMs += ms
    },
    dateHeader: () => new Date(now() + dateSkewMs).toUTCString(),
  }
}
