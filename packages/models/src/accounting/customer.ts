import { z } from 'zod'
import { isoDateTime } from '../iso-date.ts'
import { json } from '../json.ts'
import { money } from '../money.ts'
import { postalAddress } from './postal-address.ts'

/**
 * A person or organization that buys. A property is absent when the provider does not know it or did not show it; it is
 * never null.
 */
export const customer = z.object({
  /** The provider's own identifier, which never changes. */
  id: z.string().min(1),
  /** The name to show: the provider's own choice, else company, else first and last name. */
  name: z.string(),
  /** The name with those of the customers above it: `Local 12:Strike fund`. */
  fullName: z.string().optional(),
  /** The number the organization knows the customer by. Can be edited, reused, or missing. */
  number: z.string().optional(),
  /** The name of the company. */
  companyName: z.string().optional(),
  /** Given name of the person to talk to. */
  firstName: z.string().optional(),
  /** Family name of the person to talk to. */
  lastName: z.string().optional(),
  /** Whether it is in use; an archived customer still has invoices in its past. */
  active: z.boolean(),
  /** The `id` of the customer that this one is a part or a job of. */
  parentId: z.string().optional(),

  /** Addresses for email, the main one first. */
  emails: z.array(z.string()).optional(),
  /** Phone numbers as the provider wrote them; `main`: the one to call first. */
  phones: z
    .array(
      z.object({
        /** `other`: the provider's word means none of these. */
        kind: z.enum(['main', 'mobile', 'work', 'home', 'fax', 'other']),
        /** The number, as the provider wrote it. */
        number: z.string(),
      }),
    )
    .optional(),
  /** The site on the web, as the provider wrote it. */
  website: z.string().optional(),
  /** Where letters and goods go. */
  addresses: z.array(postalAddress).optional(),

  /** The currency the customer is invoiced in. */
  currency: money.shape.currency.optional(),
  /** What the customer owes; negative: what is owed to the customer. */
  balance: money.optional(),
  /** What the customer and all below it owe. */
  balanceWithChildren: money.optional(),
  /** Whether tax is charged. */
  taxable: z.boolean().optional(),
  /** What the organization noted for itself. */
  notes: z.string().optional(),

  /** When the provider first had it. */
  createdAt: isoDateTime.optional(),
  /** When the provider last changed it. */
  updatedAt: isoDateTime.optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** A person or organization that buys. */
export type Customer = z.infer<typeof customer>
