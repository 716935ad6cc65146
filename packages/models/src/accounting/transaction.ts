import { z } from 'zod'
import { isoDate, isoDateTime } from '../iso-date.ts'
import { json } from '../json.ts'
import { decimalString, money } from '../money.ts'
import { dimension, line } from './line.ts'
import { link } from './link.ts'
import { tax } from './tax.ts'
import { transactionKinds } from './transaction-kinds.ts'

/** Whom an entry is about. */
const counterparty = z.object({
  /** Which list the other side is on; `other`: none of these, or the provider does not say. */
  kind: z.enum(['customer', 'vendor', 'employee', 'other']),
  /** The provider's identifier; of a `customer` the `id` of a record of the same connection. */
  id: z.string().optional(),
  /** The name, as the provider shows it. */
  name: z.string().optional(),
})

/** A line of a transaction: {@link line} with the side of the account and whom it is about. */
const transactionLine = line.extend({
  /**
   * The side of the account that `amount` goes to, only where the provider says it. Where it says it by the sign alone, the
   * amount stands here without that sign. Never worked out from the kind.
   */
  side: z.enum(['debit', 'credit']).optional(),
  /** Whom this line is about, where lines differ. */
  counterparty: counterparty.optional(),
})

/**
 * An entry of the books other than an invoice to a customer or a payment by one: those are entities of their own and are not
 * repeated here. Providers keep a list for each kind; here they are one, told apart by `kind`, each with its id, date, total
 * and lines in the same places and whatever it lacks absent:
 *
 * - `journal_entry`: lines with a `side` each; no main account.
 * - `expense`: paid at once from `accountId` for `lines`; `income`: received at once into `accountId`, not from a sale.
 * - `deposit`: put into `accountId`; `lines` say from where, with `links` to payments.
 * - `transfer`: from `accountId` to `toAccountId`.
 * - `bill`: owed to a vendor, with `dueOn` and `balance`; `bill_payment`: paid for bills, which `lines` link to;
 *   `vendor_credit`: taken off what is owed.
 * - `sales_receipt`: sold and paid at once; `credit_memo`: taken off what a customer owes; `refund`: paid back to a customer.
 * - `other`: `providerType` says what.
 *
 * Signs: amounts are as the provider states them, which is not negative for a usual entry of the kind; the kind says whether
 * one owes or is owed, `direction` and `side` say more where the provider does. Nothing is negated or booked by us; only a
 * sign that stands for a side becomes that `side`.
 *
 * A property is absent when the provider does not know it or did not show it; it is never null.
 */
export const transaction = z.object({
  /** The provider's name for such entries and its identifier: `Bill/12`, as two kinds may share an identifier. */
  id: z.string().min(1),
  /** What it is; see {@link transaction}. */
  kind: z.enum(transactionKinds),
  /** What it is, in the provider's words: `Purchase`, `SPEND-TRANSFER`. */
  providerType: z.string(),
  /** The number people know it by. Can be edited, repeated, or missing. */
  number: z.string().optional(),
  /**
   * `draft`: not in the books yet; `posted`: in the books; `void`: cancelled or reversed, kept for the record; `unknown`: the
   * provider's word means none of these.
   */
  status: z.enum(['draft', 'posted', 'void', 'unknown']),
  /** The status in the provider's words, where it has one. */
  providerStatus: z.string().optional(),
  /** The day it counts from in the books. */
  postedOn: isoDate.optional(),
  /** Of a `bill`: the day until which it is to be paid. */
  dueOn: isoDate.optional(),

  /** Whom it is about. */
  counterparty: counterparty.optional(),
  /** The `id` of the main account: what it is paid from or into, of a `transfer` the one the money leaves. */
  accountId: z.string().optional(),
  /** The name of that account, also where the provider gives no id. */
  accountName: z.string().optional(),
  /** Of a `transfer`: the `id` of the account the money goes to. */
  toAccountId: z.string().optional(),
  /** The name of that account, also where the provider gives no id. */
  toAccountName: z.string().optional(),
  /** Whether money came into {@link accountId} or left it; absent where none moved or the provider does not say. */
  direction: z.enum(['in', 'out']).optional(),
  /** Cash, cheque, card and the like, in the provider's words. */
  method: z.string().optional(),
  /** The number of the cheque, or whatever else tells it apart. */
  reference: z.string().optional(),

  /** The currency it is written in. */
  currency: money.shape.currency.optional(),
  /** How many units of the home currency one unit of `currency` was worth, as decimal text. */
  exchangeRate: decimalString.optional(),
  /** All taxes together. */
  tax: money.optional(),
  /** What it comes to, tax included. Of a `journal_entry`: one side, where the provider states it. */
  total: money.optional(),
  /** What is still to be paid of a `bill`, or to be used of a `credit_memo` or `vendor_credit`. */
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
  lines: z.array(transactionLine).optional(),
  /** Other entries of the books that belong to it as a whole. */
  links: z.array(link).optional(),
  /** What the whole entry is sorted by. */
  dimensions: z.array(dimension).optional(),
  /** What was noted about it. */
  memo: z.string().optional(),

  /** When the provider first had it. */
  createdAt: isoDateTime.optional(),
  /** When the provider last changed it. */
  updatedAt: isoDateTime.optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** Whom an entry is about. */
export type Counterparty = z.infer<typeof counterparty>

/** A line of a transaction. */
export type TransactionLine = z.infer<typeof transactionLine>

/** An entry of the books other than an invoice to a customer or a payment by one. */
export type Transaction = z.infer<typeof transaction>
