/** An object as the vendor writes it. */
export type Row = Record<string, unknown>

/** An amount in hundredths. Beyond 2^53 only as a `bigint`. */
export type Cents = number | bigint

/** A reference (IntuitBaseTypes.xsd: ReferenceType): an id, and mostly the name it stands for. */
export const ref = (value: string | number, name?: string): Row =>
  name === undefined ? { value: String(value) } : { value: String(value), name }

/** An amount as the vendor writes it, a JSON number: `275`, `12.75` (sheet: Quirks). */
export function money(cents: Cents): number | string {
  if (typeof cents === 'number') return cents / 100
  const digits = String(cents).padStart(3, '0')
  return exactNumber(`${digits.slice(0, -2)}.${digits.slice(-2)}`)
}

/** A number whose digits are kept even where a double has no room for them. Becomes a JSON number in {@link toRowText}. */
export const exactNumber = (digits: string): string => `\u0001${digits}\u0001`

const MARKED = /"\\u0001(-?[\d.]+)\\u0001"/g

/** JSON text. */
export function toRowText(value: unknown): string {
  const text = JSON.stringify(value)
  return text.includes('\\u0001') ? text.replace(MARKED, '$1') : text
}

/** A rate of exchange, in millionths. */
export type Rate = number

/** An amount in the home currency. */
export function toHome(cents: Cents, rate: Rate): Cents {
  if (typeof cents === 'bigint') return (cents * BigInt(rate) + 500_000n) / 1_000_000n
  return Math.round((cents * rate) / 1e6)
}
