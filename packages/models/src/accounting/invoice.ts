import { z } from 'zod'
import { isoDate, isoDateTime } from '../iso-date.ts'
import { json } from '../json.ts'
import { decimalString, money } from '../money.ts'
import { dimension, line } from './line.ts'
import { link } from './link.ts'
import { postalAddress } from './postal-address.ts'
import { tax } from './tax.ts'

/**
 * What a customer was asked to pay for. A bill from a vendor is a transaction. A property is absent when the provider does
 * not know it or did not show it; it is never null.
 */
export const invoice = z.object({
  /** The provider's own identifier, which never changes. Not the number of the invoice. */
  id: z.string().min(1),
  /** The number printed on it. Can be edited, repeated, or missing. */
  number: z.string().optional(),
  /**
   * `draft`: not issued, or waiting for approval; `open`: nothing paid yet; `partial`: part of it paid; `void`: cancelled or
   * reversed, kept for the record; `unknown`: the provider's word means none of these. There is no `overdue`, because it
   * comes with the day and not with a change of the record: compare {@link dueOn} with today where the status is `open` or
   * `partial`.
   */
  status: z.enum(['draft', 'open', 'partial', 'paid', 'void', 'unknown']),
  /** The status in the provider's words, where it has one: `AUTHORISED`, `viewed`. */
  providerStatus: z.string().optional(),

  /** The `id` of the customer. */
  customerId: z.string().optional(),
  /** The name of the customer, as the provider shows it. */
  customerName: z.string().optional(),
  /** The addresses it is sent to by email. */
  emails: z.array(z.string()).optional(),
  /** Where it and the goods go. */
  addresses: z.array(postalAddress).optional(),

  /** The day written on it. */
  issuedOn: isoDate.optional(),
  /** The day until which it is to be paid. */
  dueOn: isoDate.optional(),

  /** The currency it is written in. */
  currency: money.shape.currency,
  /** How many units of the home currency one unit of `currency` was worth, as decimal text. */
  exchangeRate: decimalString.optional(),
  /** All lines before tax, as the provider states it. */
  subtotal: money.optional(),
  /** All discounts together, as a positive amount, where the provider states it. */
  discount: money.optional(),
  /** All taxes together. */
  tax: money.optional(),
  /** What is to be paid in all, tax included. */
  total: money,
  /** What is still to be paid. */
  balance: money.optional(),
  /** {@link total} in the organization's own currency, where the provider states it. */
  homeTotal: money.optional(),
  /** {@link balance} in the organization's own currency, where the provider states it. */
  homeBalance: money.optional(),

  /** Whether the amounts of the lines include tax. */
  taxIncluded: z.boolean().optional(),
  /** The taxes one by one. */
  taxes: z.array(tax).optional(),
  /** The lines in order. Absent when the provider's listing leaves them out. */
  lines: z.array(line).optional(),
  /** Payments, credits, estimates and the like that belong to it. */
  links: z.array(link).optional(),
  /** What the whole invoice is sorted by. */
  dimensions: z.array(dimension).optional(),

  /** What the customer reads on it. */
  message: z.string().optional(),
  /** What the organization noted for itself. */
  memo: z.string().optional(),
  /** A purchase order number or another reference of the customer. */
  reference: z.string().optional(),

  /** When the provider first had it. */
  createdAt: isoDateTime.optional(),
  /** When the provider last changed it. */
  updatedAt: isoDateTime.optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** What a customer was asked to pay for. */
export type Invoice = z.infer<typeof invoice>
