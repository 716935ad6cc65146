import { z } from 'zod'
import { isoDateTime } from '../iso-date.ts'
import { json } from '../json.ts'

/**
 * A place where people write to each other: a channel, or a conversation of a few. A property is absent when the provider
 * does not know it or did not show it; it is never null.
 */
export const channel = z.object({
  /** The provider's own identifier. */
  id: z.string().min(1),
  /**
   * `public`: everyone of the workspace or team may read it; `private`: members only; `direct`: two people;
   * `group_direct`: a few people, without a channel; `unknown`: the provider's word means none of these.
   */
  kind: z.enum(['public', 'private', 'direct', 'group_direct', 'unknown']),
  /** What it is called, without a `#`. Absent of direct messages, which have no name. */
  name: z.string().optional(),
  /** What it was called before, as the provider lists it. */
  previousNames: z.array(z.string()).optional(),
  /** What it is about now. */
  topic: z.string().optional(),
  /** What it is for. */
  purpose: z.string().optional(),
  /** Whether it is closed; its messages can still be read. */
  archived: z.boolean().optional(),

  /** The `id` of the user who made it. */
  creatorId: z.string().optional(),
  /** Of direct messages: the `id` of each user in it, as far as the provider shows them; the app's own may be missing. */
  userIds: z.array(z.string()).optional(),
  /** How many are in it. */
  memberCount: z.int().nonnegative().optional(),
  /** Whether the app of this connection is in it, which some providers ask for before its messages can be read. */
  isMember: z.boolean().optional(),

  /** The provider's identifier of the workspace or team it belongs to. */
  teamId: z.string().optional(),
  /** Whether other workspaces or teams are in it too, of the same organization or another. */
  shared: z.boolean().optional(),
  /** Whether people of another organization are in it. */
  externallyShared: z.boolean().optional(),
  /** The provider's identifiers of the workspaces or teams that share it. */
  sharedTeamIds: z.array(z.string()).optional(),
  /** Where a person opens it. */
  url: z.string().optional(),

  /** When it was made. */
  createdAt: isoDateTime.optional(),
  /** When the provider last changed it; new messages do not count. */
  updatedAt: isoDateTime.optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** A place where people write to each other. */
export type Channel = z.infer<typeof channel>
