import { z } from 'zod'
import { isoDateTime } from '../iso-date.ts'
import { json } from '../json.ts'

/**
 * A person or bot that can write in channels. Pictures and presence are left out: they change without the person changing.
 * A property is absent when the provider does not know it or did not show it; it is never null.
 */
export const user = z.object({
  /** The provider's own identifier, which never changes. */
  id: z.string().min(1),
  /**
   * `guest`: sees some channels; `single_channel_guest`: sees one; `bot`: a bot or an app; `unknown`: the provider does not
   * say.
   */
  kind: z.enum(['member', 'guest', 'single_channel_guest', 'bot', 'unknown']),
  /** Whether the account can be used; one that cannot still has messages in its past. */
  active: z.boolean(),
  /** The short name to sign in with or to be called by. Can be edited. */
  name: z.string().optional(),
  /** The name to show: the person's own choice, else the real name, else the short one. */
  displayName: z.string(),
  /** The full name. */
  realName: z.string().optional(),
  /** Given name. */
  firstName: z.string().optional(),
  /** Family name. */
  lastName: z.string().optional(),
  /** The address for email, where the connection may see it. */
  email: z.string().optional(),
  /** The phone, as the person wrote it. */
  phone: z.string().optional(),
  /** What the person does, in the person's words. */
  jobTitle: z.string().optional(),
  /** The time zone by its name in the IANA list: `America/Toronto`. */
  timezone: z.string().optional(),

  /** Whether the user may administer the workspace. */
  admin: z.boolean().optional(),
  /** Whether the user owns the workspace. */
  owner: z.boolean().optional(),
  /** The provider's identifier of the user's workspace or tenant. */
  teamId: z.string().optional(),
  /** Whether the user belongs to another organization and is met in shared channels only. */
  external: z.boolean().optional(),

  /** When the provider last changed it. */
  updatedAt: isoDateTime.optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** A person or bot that can write in channels. */
export type CommunicationUser = z.infer<typeof user>
