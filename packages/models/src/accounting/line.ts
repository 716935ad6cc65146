import { z } from 'zod'
import { isoDate } from '../iso-date.ts'
import { decimalString, money } from '../money.ts'
import { link } from './link.ts'

/** A class, a department, a project or whatever else an organization sorts its bookings by. */
export const dimension = z.object({
  /** What is sorted by, in the provider's or the organization's words: `Class`, `Department`, `Region`. */
  type: z.string(),
  /** The provider's identifier of the value. */
  id: z.string().optional(),
  /** The value: `North`. */
  name: z.string().optional(),
})

/** A class, a department, a project or whatever else an organization sorts its bookings by. */
export type Dimension = z.infer<typeof dimension>

/** A line of an invoice, in the provider's order. */
export const line = z.object({
  /** The provider's own identifier, unique within the record. */
  id: z.string().optional(),
  /**
   * `item`: something sold or bought, whether or not it names a product. `account`: an amount put straight to an account.
   * `link`: pays, or brings in, another entry of the books. `group`: a bundle, whose own lines follow it. `description`:
   * words only. `subtotal` and `group` repeat what other lines say, so leave them out of a sum. `unknown`: the provider's
   * word means none of these.
   */
  kind: z.enum([
    'item',
    'account',
    'link',
    'discount',
    'subtotal',
    'tax',
    'shipping',
    'description',
    'group',
    'unknown',
  ]),
  /** The `id` of the line that bundles this one. */
  groupLineId: z.string().optional(),
  /** What it says. */
  description: z.string().optional(),
  /** The provider's identifier of the product or service. */
  itemId: z.string().optional(),
  /** The name of the product or service. */
  itemName: z.string().optional(),
  /** The `id` of the account it is booked to. */
  accountId: z.string().optional(),
  /** The name of that account, also where the provider gives no id. */
  accountName: z.string().optional(),
  /** How many, as decimal text. */
  quantity: decimalString.optional(),
  /** The price of one, as decimal text, in the currency of the record; it may have more digits than the currency. */
  unitPrice: decimalString.optional(),
  /**
   * What the line comes to, as the provider states it. Of a `discount`: what is taken off, so that a positive amount lowers
   * the total.
   */
  amount: money.optional(),
  /** The discount in percent, as decimal text: of a `discount` line, or one already taken off {@link amount}. */
  discountPercent: decimalString.optional(),
  /** What decides the tax, in the provider's words: `TAX`, `OUTPUT2`, or an identifier. */
  taxCode: z.string().optional(),
  /** Whether tax is charged on it. */
  taxed: z.boolean().optional(),
  /** How much tax is on it. */
  tax: money.optional(),
  /** The day the service was given. */
  servedOn: isoDate.optional(),
  /** What the line is sorted by. */
  dimensions: z.array(dimension).optional(),
  /** Other entries of the books that the line pays, or came from. */
  links: z.array(link).optional(),
})

/** A line of an invoice. */
export type Line = z.infer<typeof line>
