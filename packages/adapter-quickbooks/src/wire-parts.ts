import { unfit, wireDecimal } from '@unioneyes/adapter-kit'
import { isoDate, isoDateTime, money } from '@unioneyes/models'
import type { Money } from '@unioneyes/models'
import { z } from 'zod'
import type { Settings } from './api.ts'

/** Text, or nothing. */
export const text = z.string().nullish()

/** An identifier. */
export const code = z.union([z.string(), z.number(), z.bigint()]).nullish()

/** A decimal number as text with every digit, or nothing. */
export const decimal = wireDecimal().nullish()

/** A day of the company's own calendar, or nothing. */
export const day = isoDate.nullish()

/** Yes, no, or nothing. */
export const flag = z.boolean().nullish()

/** Another object, by its identifier. */
export const ref = z.object({ value: code, name: text, type: text }).nullish()

/** When an object was made and last changed, with the offset from UTC. */
export const metaData = z
  .object({ CreateTime: isoDateTime.nullish(), LastUpdatedTime: isoDateTime.nullish() })
  .nullish()

/** The currency of an object. */
export const currencyRef = z.object({ value: money.shape.currency }).nullish()

/** A value as text, or undefined where there is none. */
export function given(value: string | number | bigint | null | undefined): string | undefined {
  return value === null || value === undefined || value === '' ? undefined : String(value)
}

/** When an object was made and last changed, under our names. */
export const timesOf = (meta: z.output<typeof metaData>) => ({
  createdAt: meta?.CreateTime,
  updatedAt: meta?.LastUpdatedTime,
})

/** Makes money of what may be an amount. */
export type ToMoney = (amount: string | null | undefined) => Money | undefined

/** Money in a currency; nothing where there is no amount, or the currency is not known. */
export const moneyIn =
  (currency: string | undefined): ToMoney =>
  (amount) =>
    typeof amount === 'string' && currency !== undefined ? { amount, currency } : undefined

/** The currency of an object: its own, else that of the company's books. Undefined where nobody says. */
export const currencyIfKnown = (
  { CurrencyRef }: { readonly CurrencyRef?: z.output<typeof currencyRef> },
  { homeCurrency }: Settings,
): string | undefined => CurrencyRef?.value ?? homeCurrency

/** The same where amounts mean nothing without it. @throws for a row that is to be quarantined. */
export function currencyOf(row: { readonly CurrencyRef?: z.output<typeof currencyRef> }, settings: Settings): string {
  const currency = currencyIfKnown(row, settings)
  if (currency === undefined) throw unfit('it names no currency, and the setting homeCurrency is not given')
  return currency
}
