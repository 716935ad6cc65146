import { z } from 'zod'
import { isoDateTime } from '../iso-date.ts'
import { json } from '../json.ts'

/**
 * A file that was shared in channels; what is known about it, not its bytes. A property is absent when the provider does not
 * know it or did not show it; it is never null.
 */
export const file = z.object({
  /** The provider's own identifier, which never changes. */
  id: z.string().min(1),
  /**
   * `hidden`: there, but the provider does not give it out, as with an age limit of the plan; `deleted`: a place is left
   * where it was; `unknown`: the provider does not say.
   */
  status: z.enum(['available', 'hidden', 'deleted', 'unknown']),
  /** The name with its ending: `minutes.pdf`. */
  name: z.string().optional(),
  /** The title people see. */
  title: z.string().optional(),
  /** The media type: `application/pdf`. */
  mimeType: z.string().optional(),
  /** What sort of file it is, in the provider's words: `pdf`, `gdoc`. */
  kind: z.string().optional(),
  /** How many bytes it has: a whole number, exact up to nine million gigabytes. */
  sizeBytes: z.int().nonnegative().optional(),

  /** The `id` of the user who shared it. */
  ownerId: z.string().optional(),
  /** The `id` of each channel it was shared in, direct messages included, as far as the connection sees them. */
  channelIds: z.array(z.string()).optional(),
  /** Whether everyone of the workspace may see it. */
  public: z.boolean().optional(),
  /** Whether anyone on the web may see it who has its public link. */
  publicLink: z.boolean().optional(),
  /** Whether its bytes lie in another system. */
  external: z.boolean().optional(),
  /** That other system, in the provider's words: `gdrive`. */
  externalType: z.string().optional(),

  /** Where a person who is signed in opens it. */
  url: z.string().optional(),
  /** Where a program gets its bytes. It answers only to a request that carries the connection's token. */
  downloadUrl: z.string().optional(),

  /** When it was shared first. */
  createdAt: isoDateTime.optional(),
  /** When the provider last changed it. */
  updatedAt: isoDateTime.optional(),
  /** When it was deleted, where a place is left. */
  deletedAt: isoDateTime.optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** A file that was shared in channels. */
export type CommunicationFile = z.infer<typeof file>
