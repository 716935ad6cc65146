import { z } from 'zod'
import { isoDateTime } from '../iso-date.ts'
import { json } from '../json.ts'
import { money } from '../money.ts'

/**
 * An account of the general ledger. A property is absent when the provider does not know it or did not show it; it is never
 * null.
 */
export const account = z.object({
  /** The provider's own identifier, which never changes. Not the account number. */
  id: z.string().min(1),
  /** The name people use. */
  name: z.string(),
  /** The name with those of the accounts above it: `Travel:Hotels`. */
  fullName: z.string().optional(),
  /** The number in the chart of accounts. Can be edited, or missing. */
  number: z.string().optional(),
  /** What it is for. */
  description: z.string().optional(),
  /** `unknown`: the provider does not say, or its word means none of these. */
  classification: z.enum(['asset', 'liability', 'equity', 'revenue', 'expense', 'unknown']),
  /** The finer sort, in the provider's words: `Accounts Receivable`, `BANK`. */
  type: z.string().optional(),
  /** The finest sort, in the provider's words: `CashOnHand`. */
  subType: z.string().optional(),
  /** The side on which the account grows, where the provider says so. */
  normalBalance: z.enum(['debit', 'credit']).optional(),
  /** Whether it is in use; an archived account still has bookings in its past. */
  active: z.boolean(),
  /** The `id` of the account that this one is part of. */
  parentId: z.string().optional(),

  /** The currency it is kept in. */
  currency: money.shape.currency.optional(),
  /** What stands on it, with the provider's own sign. */
  balance: money.optional(),
  /** What stands on it and on all below it, with the provider's own sign. */
  balanceWithChildren: money.optional(),

  /** When the provider first had it. */
  createdAt: isoDateTime.optional(),
  /** When the provider last changed it. */
  updatedAt: isoDateTime.optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** An account of the general ledger. */
export type Account = z.infer<typeof account>
