import { property } from '@unioneyes/adapter-kit'
import type { Wire } from '../src/sandbox.ts'

const SYSTEM = [
  'channel_join',
  'channel_leave',
  'channel_topic',
  'channel_purpose',
  'channel_name',
  'channel_archive',
  'channel_unarchive',
]
const BOTS = ['bot_message']

/** The id that a message must have. */
export function expectedMessageId(channel: string, wire: unknown): string {
  const [ts, thread] = [String(property(wire, 'ts')), property(wire, 'thread_ts')]
  return typeof thread === 'string' && thread !== ts ? `${channel}/${thread}/${ts}` : `${channel}/${ts}`
}

const some = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
const timeOf = (mark: unknown): string => {
  const [seconds = '', micros = ''] = String(mark).split('.')
  return new Date(Number(`${seconds}${micros.slice(0, 3)}`)).toISOString()
}

/** What a message must become, written down once more and by hand, for the sorts that the sandbox knows. */
export function expectedMessage(channel: string, wire: Wire): unknown {
  const { ts, thread_ts: thread, user, subtype, text } = wire
  const isReply = some(thread) !== undefined && thread !== ts
  const isNotice = SYSTEM.includes(String(subtype))
  const isBot = some(wire.bot_id) !== undefined || BOTS.includes(String(subtype))
  const isGone = subtype === 'tombstone'
  const common = {
    id: expectedMessageId(channel, wire),
    channelId: channel,
    kind: isGone ? 'deleted' : isNotice ? 'system' : 'message',
    authorKind: isGone ? 'unknown' : isNotice ? 'system' : isBot ? 'bot' : 'user',
    text,
    textFormat: 'mrkdwn',
    sentAt: timeOf(ts),
    providerTimestamp: ts,
  }
  const author = {
    authorId: some(user),
    botId: some(wire.bot_id) ?? some(wire.app_id),
    authorName: some(wire.username) ?? some(property(wire.bot_profile, 'name')),
  }
  const cards = listOf(wire.attachments).map((card) => ({
    title: some(property(card, 'title')),
    text:
      some(property(card, 'text')) ?? (some(property(card, 'title')) ? undefined : some(property(card, 'fallback'))),
    url: some(property(card, 'title_link')),
  }))
  const fileIds = listOf(wire.files).map((file) => property(file, 'id'))
  const reactions = listOf(wire.reactions).map((one) => ({
    name: property(one, 'name'),
    count: property(one, 'count'),
    userIds: property(one, 'users'),
  }))
  return JSON.parse(
    JSON.stringify({
      ...common,
      ...(!isGone && author),
      subtype: some(subtype),
      threadId: isReply ? `${channel}/${String(thread)}` : undefined,
      ...(cards.length > 0 && { attachments: cards }),
      ...(fileIds.length > 0 && { fileIds }),
      ...(reactions.length > 0 && { reactions }),
      ...(wire.edited !== undefined && { editedAt: timeOf(property(wire.edited, 'ts')) }),
      ...(wire.reply_count !== undefined && { replyCount: wire.reply_count, lastReplyAt: timeOf(wire.latest_reply) }),
    }),
  ) as unknown
}
