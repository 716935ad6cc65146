import { z } from 'zod'
import { decimalString, money } from '../money.ts'

/** One tax on an invoice or another transaction. */
export const tax = z.object({
  /** The provider's identifier of the rate. */
  rateId: z.string().optional(),
  /** What the tax is called: `HST`. */
  name: z.string().optional(),
  /** The rate in percent, as decimal text: `13`, `9.975`. */
  percent: decimalString.optional(),
  /** What the tax is reckoned on. */
  taxable: money.optional(),
  /** How much tax it is. */
  amount: money.optional(),
})

/** One tax on an invoice or another transaction. */
export type Tax = z.infer<typeof tax>
