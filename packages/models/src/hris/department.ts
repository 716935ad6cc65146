import { z } from 'zod'
import { isoDateTime } from '../iso-date.ts'
import { json } from '../json.ts'

/** A part of the organization that people belong to. A property is absent when the provider does not know it; never null. */
export const department = z.object({
  /** The provider's own identifier, which never changes. */
  id: z.string().min(1),
  /** The name people use. */
  name: z.string(),
  /** The short code the employer uses, for cost centres and the like. */
  code: z.string().optional(),
  /** The `id` of the department that this one is part of. */
  parentId: z.string().optional(),
  /** The `id` of the employee who leads it. */
  managerId: z.string().optional(),
  /** Whether it is in use; an archived department still has people in its past. */
  active: z.boolean(),
  /** When the provider first had it. */
  createdAt: isoDateTime.optional(),
  /** When it was taken out of use. */
  archivedAt: isoDateTime.optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** A part of the organization that people belong to. */
export type Department = z.infer<typeof department>
