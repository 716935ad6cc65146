import { z } from 'zod'
import { isoDate, isoDateTime } from '../iso-date.ts'
import { json } from '../json.ts'
import { decimalString, money } from '../money.ts'
import { link } from './link.ts'

/**
 * Money that a customer paid. What the organization pays to vendors, or gives back, is a transaction. A property is absent
 * when the provider does not know it or did not show it; it is never null.
 */
export const payment = z.object({
  /** The provider's own identifier, which never changes. */
  id: z.string().min(1),
  /**
   * `draft`: not in the books yet; `posted`: in the books; `void`: cancelled or reversed, kept for the record; `unknown`: the
   * provider's word means none of these.
   */
  status: z.enum(['draft', 'posted', 'void', 'unknown']),
  /** The status in the provider's words, where it has one. */
  providerStatus: z.string().optional(),

  /** The `id` of the customer. */
  customerId: z.string().optional(),
  /** The name of the customer, as the provider shows it. */
  customerName: z.string().optional(),
  /** The day it was received. */
  paidOn: isoDate.optional(),

  /** The currency it was paid in. */
  currency: money.shape.currency,
  /** How many units of the home currency one unit of `currency` was worth, as decimal text. */
  exchangeRate: decimalString.optional(),
  /** How much was received. Zero where credits alone paid the invoices. */
  amount: money,
  /** How much of it pays nothing yet. */
  unapplied: money.optional(),
  /** {@link amount} in the organization's own currency, where the provider states it. */
  homeAmount: money.optional(),

  /** Cash, cheque, card and the like, in the provider's words. */
  method: z.string().optional(),
  /** The provider's identifier of the method. */
  methodId: z.string().optional(),
  /** The number of the cheque, or whatever else tells it apart at the bank. */
  reference: z.string().optional(),
  /** The `id` of the account it was put into. */
  depositAccountId: z.string().optional(),
  /** The name of that account, also where the provider gives no id. */
  depositAccountName: z.string().optional(),
  /**
   * What it pays, and how much of each. A credit that was used up with it stands here too, as the provider states it, so the
   * amounts need not add up to {@link amount}.
   */
  applied: z.array(link).optional(),
  /** Other entries of the books that belong to it, such as the deposit that took it to the bank. */
  links: z.array(link).optional(),
  /** What was noted about it. */
  memo: z.string().optional(),

  /** When the provider first had it. */
  createdAt: isoDateTime.optional(),
  /** When the provider last changed it. */
  updatedAt: isoDateTime.optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** Money that a customer paid. */
export type Payment = z.infer<typeof payment>
