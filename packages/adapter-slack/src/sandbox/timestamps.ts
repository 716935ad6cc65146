/** A value as it stands in an answer. */
export type Wire = Record<string, unknown>

// A `ts` has 16 digits: as a whole number of microseconds it is exact, as a fraction of seconds it would not be.
const MICROS = 1_000_000

/** A message's `ts`: seconds with six decimals, as text. @param micros since 1970 */
export function toTs(micros: number): string {
  return `${String(Math.floor(micros / MICROS))}.${String(micros % MICROS).padStart(6, '0')}`
}

/** Microseconds since 1970; undefined when the text is no timestamp. */
export function fromTs(text: string): number | undefined {
  const match = /^(\d{1,10})(?:\.(\d{1,6}))?$/.exec(text)
  if (!match) return undefined
  return Number(match[1]) * MICROS + Number((match[2] ?? '').padEnd(6, '0'))
}
