/** A length of time: milliseconds, or a number with a unit (`'90s'`, `'5m'`, `'1h'`, `'2d'`). */
export type Duration = number | `${number}${'s' | 'm' | 'h' | 'd'}`

const UNIT_MS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** A duration in milliseconds. */
export function toMs(duration: Duration): number {
  if (typeof duration === 'number') return duration
  return Number(duration.slice(0, -1)) * (UNIT_MS[duration.slice(-1)] ?? 0)
}
