import { z } from 'zod'
import { isoDateTime } from '../iso-date.ts'
import { json } from '../json.ts'

/**
 * Something written in a channel, as it reads now. A property is absent when the provider does not know it or did not show
 * it; it is never null.
 */
export const message = z.object({
  /** Unique in the connection: where the provider's own is unique in its channel only, the channel's stands before it. */
  id: z.string().min(1),
  /** The `id` of the channel. */
  channelId: z.string().min(1),
  /**
   * Of a reply: the `id` of the message that began the thread. Absent of the message that began it, and of one without
   * replies.
   */
  threadId: z.string().optional(),
  /**
   * `message`: somebody's words or files; `system`: the provider's notice that something happened, such as a joining;
   * `deleted`: what the provider leaves in place of a message that is gone; `unknown`: its word means none of these.
   */
  kind: z.enum(['message', 'system', 'deleted', 'unknown']),
  /** The finer sort, in the provider's words: `channel_join`, `thread_broadcast`. */
  subtype: z.string().optional(),

  /** Who wrote it. `bot`: a bot, an app or a webhook; `system`: the provider; `unknown`: the provider does not say. */
  authorKind: z.enum(['user', 'bot', 'system', 'unknown']),
  /** The `id` of the user who wrote it, bots included where they are users, or whose doing a `system` message tells of. */
  authorId: z.string().optional(),
  /** The provider's identifier of the bot or app that wrote it. */
  botId: z.string().optional(),
  /** The name it was written under, where the message itself says it. */
  authorName: z.string().optional(),

  /** The heading, where the provider has one. */
  subject: z.string().optional(),
  /** What it says, in the markup of {@link textFormat}. Empty where there are no words. */
  text: z.string(),
  /** `mrkdwn`: Slack's own, with `<@U123>` for people; `html`: not made safe for showing; `unknown`: not said. */
  textFormat: z.enum(['plain', 'mrkdwn', 'html', 'unknown']),
  /** Cards, previews and quoted things that came with it, in order. Files are in {@link fileIds}. */
  attachments: z
    .array(
      z.object({
        /** What it is, in the provider's words. */
        kind: z.string().optional(),
        /** What it is called. */
        title: z.string().optional(),
        /** What it says. */
        text: z.string().optional(),
        /** Where it leads. */
        url: z.string().optional(),
      }),
    )
    .optional(),
  /** The `id` of each file that came with it. */
  fileIds: z.array(z.string()).optional(),
  /** What people answered with a sign. */
  reactions: z
    .array(
      z.object({
        /** The name of the sign, without colons, or the sign itself. */
        name: z.string(),
        /** How many gave it. */
        count: z.int().nonnegative(),
        /** The `id` of each user who gave it. The provider may list fewer than {@link count}. */
        userIds: z.array(z.string()).optional(),
      }),
    )
    .optional(),

  /** How many replies there are; only on the message that began the thread. */
  replyCount: z.int().nonnegative().optional(),
  /** When the last reply was sent. */
  lastReplyAt: isoDateTime.optional(),
  /** When it was sent. */
  sentAt: isoDateTime,
  /** When its author last edited it. */
  editedAt: isoDateTime.optional(),
  /** When it was deleted, where the provider keeps a place for it. */
  deletedAt: isoDateTime.optional(),
  /** When the provider last changed anything about it, such as a reaction. */
  updatedAt: isoDateTime.optional(),
  /** The provider's own time mark, digit for digit, where it names the message: `1716239022.000200`. */
  providerTimestamp: z.string().optional(),
  /** Where a person opens it. */
  url: z.string().optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** Something written in a channel, as it reads now. */
export type Message = z.infer<typeof message>
