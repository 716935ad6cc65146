import { decimalString, isoDate, money } from '@unioneyes/models'
import type { Money } from '@unioneyes/models'
import { z } from 'zod'

// Nothing is transformed where a row has many of it: that would make checking a row four times as slow. See `given`.

/** Text, or nothing. */
export const text = z.string().nullish()

/** An identifier or a word, which BambooHR writes at times as a number. */
export const code = z.union([z.string(), z.number(), z.bigint()]).nullish()

/** A day, or one of the ways to write that there is none. */
export const day = isoDate.or(z.enum(['', '0000-00-00'])).nullish()

/** A decimal number as text with every digit, or nothing. */
export const decimal = z
  .union([z.string(), z.number(), z.bigint()])
  .transform(String)
  .pipe(decimalString)
  .or(z.literal(''))
  .nullish()

/** A map, which BambooHR writes as a list when it is empty. */
export function mapOf<T extends z.ZodType>(map: T) {
  return z.preprocess((value) => (Array.isArray(value) && value.length === 0 ? undefined : value), map.nullish())
}

const parts = z.object({ value: code, amount: code, currency: text })

/**
 * Money in any of BambooHR's spellings: `65000.00 USD`, `{ value, currency }`, `{ amount, currency }`. Undefined when there is
 * no amount, or no currency to make it money.
 */
export const pay = z.union([code, mapOf(parts)]).transform((value, context): Money | undefined => {
  const [amount, currency] =
    typeof value === 'object' && value !== null
      ? [given(value.value ?? value.amount), given(value.currency)]
      : (given(value)?.trim().split(/\s+/) ?? [])
  if (amount === undefined || currency === undefined) return undefined
  const read = money.safeParse({ amount: withoutGroups(amount), currency: currency.toUpperCase() })
  if (read.success) return read.data
  context.addIssue({ code: 'custom', message: 'expected an amount and a currency' })
  return z.NEVER
})

const withoutGroups = (amount: string): string =>
  /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/.test(amount) ? amount.replaceAll(',', '') : amount

/** A value as text, or undefined: BambooHR writes what is not there as null, as empty text, as a day of zeros, or leaves it out. */
export function given(value: string | number | bigint | null | undefined): string | undefined {
  return value === null || value === undefined || value === '' || value === '0000-00-00' ? undefined : String(value)
}

/** The same for every name. */
export function all<T, const Name extends string>(one: T, ...names: readonly Name[]): Readonly<Record<Name, T>>
export function all<T>(one: T, ...names: readonly string[]): Readonly<Record<string, T>> {
  return Object.fromEntries(names.map((name) => [name, one]))
}
