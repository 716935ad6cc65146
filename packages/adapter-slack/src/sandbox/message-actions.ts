import type { Conversation } from './conversations.ts'
import { richText } from './message-slots.ts'
import type { News } from './news.ts'
import { asWire } from './people.ts'
import type { Slack } from './slack.ts'
import { fromTs, toTs } from './timestamps.ts'
import type { Wire } from './timestamps.ts'
import type { Workspace } from './workspace.ts'

/** What to write. */
export interface NewMessage {
  /** @default 'Hello from the sandbox' */
  readonly text?: string | undefined
  /** Whose it is: a user's id. @default the first of the workspace's people */
  readonly user?: string | undefined
  /** Written by a bot under a name: `bot_message`. */
  readonly bot?: { readonly botId: string; readonly username: string } | undefined
  readonly subtype?: string | undefined
  /** Ids of files that go with it. */
  readonly files?: readonly string[] | undefined
  /** When, in milliseconds since 1970. @default the provider's time */
  readonly at?: number | undefined
  /** Values that stand in the message beside or in place of all these. */
  readonly raw?: Wire | undefined
}

/** Finds a conversation and its workspace, whether or not the bot may know of it. */
export function findConversation(
  slack: Slack,
  channelId: string,
): { workspace: Workspace; conversation: Conversation } {
  for (const workspace of slack.workspaces) {
    const conversation = workspace.conversations.all().find(({ id, isDeleted }) => id === channelId && !isDeleted)
    if (conversation) return { workspace, conversation }
  }
  throw new Error(`The sandbox has no conversation ${channelId}.`)
}

/** The actions on messages. A message is named by its channel and its `ts`. */
export function createMessageActions(slack: Slack, news: News) {
  function find(channelId: string, ts: string) {
    const { workspace, conversation } = findConversation(slack, channelId)
    const micros = fromTs(ts)
    const wire = micros === undefined ? undefined : conversation.log.show(micros)
    if (micros === undefined || !wire) throw new Error(`The sandbox has no message ${channelId}:${ts}.`)
    return { workspace, conversation, micros, wire }
  }

  function write(channelId: string, message: NewMessage, threadTs?: string, broadcast = false): string {
    const { workspace, conversation } = findConversation(slack, channelId)
    const parent = threadTs === undefined ? undefined : find(channelId, threadTs).micros
    const micros = workspace.freeMoment(conversation, message.at ?? slack.now())
    const text = message.text ?? 'Hello from the sandbox'
    const who: Wire = message.bot
      ? { subtype: 'bot_message', bot_id: message.bot.botId, username: message.bot.username }
      : { user: message.user ?? workspace.people.founderId(0), team: workspace.teamId }
    const subtype = message.subtype ?? (broadcast ? 'thread_broadcast' : undefined)
    const wire: Wire = {
      type: 'message',
      ...who,
      ...(subtype !== undefined && { subtype }),
      text,
      ts: toTs(micros),
      ...(subtype === undefined && { client_msg_id: `sandbox-${micros.toString(36)}`, blocks: richText(text, micros) }),
      ...(parent !== undefined && { thread_ts: toTs(parent) }),
      ...(message.files && { files: [...message.files], upload: true, display_as_bot: false }),
      ...message.raw,
    }
    conversation.log.add({ micros, wire }, parent, broadcast)
    news.posted(workspace, conversation, conversation.log.show(micros) ?? wire)
    return toTs(micros)
  }

  function change(channelId: string, ts: string, patch: Wire): void {
    const { workspace, conversation, micros, wire } = find(channelId, ts)
    conversation.log.change(micros, patch)
    news.changed(workspace, conversation, wire, conversation.log.show(micros) ?? wire)
  }

  return {
    /** @returns the message's `ts` */
    post: (channelId: string, message: NewMessage = {}): string => write(channelId, message),
    /** Answers in a thread. @param broadcast shows it in the channel too. @returns the reply's `ts` */
    reply: (channelId: string, threadTs: string, message: NewMessage = {}, broadcast = false): string =>
      write(channelId, message, threadTs, broadcast),
    /** Somebody changes what they wrote. */
    edit: (channelId: string, ts: string, text: string): void => {
      const { wire } = find(channelId, ts)
      change(channelId, ts, {
        text,
        edited: { user: wire.user ?? wire.bot_id, ts: toTs(Math.floor(slack.now()) * 1000) },
      })
    },
    /** Changes any values of a message without a mark that it was edited. */
    changeMessage: change,
    /** Deletes a message; of one with replies a tombstone stays. */
    deleteMessage: (channelId: string, ts: string): void => {
      const { workspace, conversation, micros, wire } = find(channelId, ts)
      if (conversation.log.remove(micros))
        news.changed(workspace, conversation, wire, conversation.log.show(micros) ?? wire)
      else news.deleted(workspace, conversation, wire)
    },
    /** Somebody reacts. @param user the first of the workspace's people by default */
    react: (channelId: string, ts: string, name: string, user?: string): void => {
      const { workspace, conversation, micros, wire } = find(channelId, ts)
      const who = user ?? workspace.people.founderId(0)
      const before: Wire[] = Array.isArray(wire.reactions) ? wire.reactions.map(asWire) : []
      const users = usersOf(before, name)
      if (users.includes(who)) return
      const after = { name, users: [...users, who], count: users.length + 1 }
      conversation.log.change(micros, { reactions: [...before.filter((one) => one.name !== name), after] })
      news.reaction(workspace, conversation, 'added', wire, name, who)
    },
    /** @see react */
    unreact: (channelId: string, ts: string, name: string, user?: string): void => {
      const { workspace, conversation, micros, wire } = find(channelId, ts)
      const who = user ?? workspace.people.founderId(0)
      const before: Wire[] = Array.isArray(wire.reactions) ? wire.reactions.map(asWire) : []
      const users = usersOf(before, name).filter((one) => one !== who)
      const rest = before.filter((one) => one.name !== name)
      conversation.log.change(micros, {
        reactions: users.length === 0 ? rest : [...rest, { name, users, count: users.length }],
      })
      news.reaction(workspace, conversation, 'removed', wire, name, who)
    },
  }
}

function usersOf(reactions: readonly Wire[], name: string): string[] {
  const found = reactions.find((one) => one.name === name)?.users
  return Array.isArray(found) ? found.map(String) : []
}
