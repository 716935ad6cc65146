import { z } from 'zod'
import { money } from '../money.ts'
import { transactionKinds } from './transaction-kinds.ts'

/** Another entry in the books that this one pays, is paid by, or came from. */
export const link = z.object({
  /** What the other one is: an invoice, a payment, or one of the kinds of a transaction. */
  kind: z.enum(['invoice', 'payment', ...transactionKinds]),
  /**
   * The `id` of the other one: of an `invoice` or a `payment` the id in that entity, of every other kind the id among
   * transactions. The connection may not read it, as with an estimate.
   */
  id: z.string().min(1),
  /** What the other one is, in the provider's words: `Invoice`, `Estimate`. */
  providerType: z.string().optional(),
  /** The number people know the other one by, where the provider shows it. */
  number: z.string().optional(),
  /** How much of the other one this is about, as the provider states it. */
  amount: money.optional(),
})

/** Another entry in the books that this one pays, is paid by, or came from. */
export type Link = z.infer<typeof link>
