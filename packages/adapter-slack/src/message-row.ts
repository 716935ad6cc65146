import { wireRows } from '@unioneyes/adapter-kit'
import type { ToRows } from '@unioneyes/adapter-kit'
import { communication } from '@unioneyes/models'
import type { Message } from '@unioneyes/models'
import { z } from 'zod'
import type { Settings } from './api.ts'
import { messageId, placeIn } from './message-ids.ts'
import { fromMark, timeMark } from './time-marks.ts'
import { given, text } from './wire-parts.ts'

const attachment = z.object({ title: text, text, fallback: text, title_link: text, from_url: text, original_url: text })

const messageRow = z.object({
  subtype: text,
  ts: timeMark,
  thread_ts: timeMark.nullish(),
  user: text,
  bot_id: text,
  app_id: text,
  username: text,
  bot_profile: z.object({ name: text }).nullish(),
  text,
  mrkdwn: z.boolean().nullish(),
  attachments: z.array(attachment).nullish(),
  files: z.array(z.object({ id: text })).nullish(),
  reactions: z
    .array(z.object({ name: z.string(), count: z.int().nonnegative(), users: z.array(z.string()).nullish() }))
    .nullish(),
  reply_count: z.int().nonnegative().nullish(),
  latest_reply: timeMark.nullish(),
  edited: z.object({ ts: timeMark.nullish() }).nullish(),
  permalink: text,
})

type MessageRow = z.output<typeof messageRow>

// Of the one who asks, not of the message; `root` is the message that began the thread, once more.
const volatile = ['last_read', 'unread_count', 'subscribed', 'is_starred', 'root']

/** How the messages of a channel become records: a raw message does not say where it stands. */
export function messageRows(channel: string): ToRows<Message, Settings> {
  return wireRows(communication.message, {
    id: (item) => {
      const place = placeIn(channel, item)
      return place && messageId(place)
    },
    wire: messageRow,
    volatile,
    map: (row) => toMessage(channel, row),
  })
}

function toMessage(channel: string, row: MessageRow) {
  const { ts, thread_ts: thread, latest_reply: latest, edited } = row
  const isReply = thread !== undefined && thread !== null && thread !== ts
  return {
    channelId: channel,
    threadId: isReply ? messageId({ channel, ts: thread }) : undefined,
    ...wordsOf(row),
    ...authorOf(row),
    replyCount: isReply ? undefined : row.reply_count,
    lastReplyAt: latest ? fromMark(latest) : undefined,
    sentAt: fromMark(ts),
    editedAt: edited?.ts ? fromMark(edited.ts) : undefined,
    providerTimestamp: ts,
    url: given(row.permalink),
  }
}

function wordsOf({ subtype, text: words, mrkdwn, attachments, files, reactions }: MessageRow) {
  const fileIds = files?.flatMap(({ id }) => given(id) ?? [])
  return {
    kind: kindOf(given(subtype)),
    subtype: given(subtype),
    text: words ?? '',
    textFormat: mrkdwn === false ? ('plain' as const) : ('mrkdwn' as const),
    attachments: attachments?.length ? attachments.map(toAttachment) : undefined,
    fileIds: fileIds?.length ? fileIds : undefined,
    reactions: reactions?.length
      ? reactions.map(({ name, count, users }) => ({ name, count, userIds: users ?? undefined }))
      : undefined,
  }
}

function toAttachment(shown: z.output<typeof attachment>) {
  const title = given(shown.title)
  // A substitute for those who see neither.
  const fallback = title === undefined ? given(shown.fallback) : undefined
  return {
    title,
    text: given(shown.text) ?? fallback,
    url: given(shown.title_link) ?? given(shown.from_url) ?? given(shown.original_url),
  }
}

function authorOf({ subtype, user, bot_id, app_id, username, bot_profile }: MessageRow) {
  const kind = kindOf(given(subtype))
  const bot = given(bot_id)
  // What stands in for a deleted message is written by Slackbot, and whose message it was is not said.
  if (kind === 'deleted') return { authorKind: 'unknown' as const }
  const isBot = bot !== undefined || botSubtypes.has(subtype ?? '') || user === 'USLACKBOT'
  return {
    authorKind:
      kind === 'system'
        ? ('system' as const)
        : isBot
          ? ('bot' as const)
          : given(user)
            ? ('user' as const)
            : ('unknown' as const),
    authorId: given(user),
    botId: bot ?? given(app_id),
    authorName: given(username) ?? given(bot_profile?.name),
  }
}

const botSubtypes = new Set(['bot_message', 'slackbot_response', 'assistant_app_thread'])
const subtypesOfWords = new Set([
  ...botSubtypes,
  ...['me_message', 'file_share', 'file_mention', 'file_comment', 'thread_broadcast', 'reply_broadcast'],
])
// `channel_join` and its like, for private channels `group_join`; and what else Slack says of itself.
const notices =
  /^(?:(?:channel|group)_\w+|(?:un)?pinned_item|bot_(?:add|remove|enable|disable)|reminder_add|reminder_delete|ekm_access_denied|sh_room_\w+|huddle_thread|joiner_notification\w*|tabbed_canvas_updated|mpdm_\w+)$/

function kindOf(subtype: string | undefined): Message['kind'] {
  if (subtype === undefined || subtypesOfWords.has(subtype)) return 'message'
  if (subtype === 'tombstone') return 'deleted'
  return notices.test(subtype) ? 'system' : 'unknown'
}
