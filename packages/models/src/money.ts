import { z } from 'zod'

/** A decimal number as text, so that no digit is lost: `65000.00`, `-0.005`. No exponent, no thousands separator. */
export const decimalString = z.string().regex(/^-?\d+(?:\.\d+)?$/, 'expected a decimal number as text')

/** An amount of a currency. */
export const money = z.object({
  /** The amount in whole units of the currency, as decimal text with as many digits as the provider gave: `65000.00`. */
  amount: decimalString,
  /** Three letters of ISO 4217: `CAD`. */
  currency: z.string().regex(/^[A-Z]{3}$/, 'expected a currency as three capital letters'),
})

/** An amount of a currency. */
export type Money = z.infer<typeof money>
