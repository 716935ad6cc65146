import type { Conversation, NewConversation } from './conversations.ts'
import { findConversation } from './message-actions.ts'
import type { createMessageActions } from './message-actions.ts'
import type { News } from './news.ts'
import type { Slack } from './slack.ts'
import type { Wire } from './timestamps.ts'
import type { Workspace } from './workspace.ts'

/** What to make a channel from. */
export interface NewChannel {
  readonly name?: string | undefined
  readonly isPrivate?: boolean | undefined
  /** Whether the bot is in it. @default true */
  readonly isMember?: boolean | undefined
  readonly isExtShared?: boolean | undefined
}

/** The actions on channels, and on who is in them. */
export function createChannelActions(slack: Slack, news: News, messages: ReturnType<typeof createMessageActions>) {
  function touch(conversation: Conversation): void {
    conversation.updated = Math.max(conversation.updated + 1, Math.floor(slack.now()))
  }

  const founder = (workspace: Workspace): string => workspace.people.founderId(0)

  function note(conversation: Conversation, workspace: Workspace, subtype: string, text: string, raw: Wire = {}): void {
    if (conversation.isMember)
      messages.post(conversation.id, { subtype, text: `<@${founder(workspace)}> ${text}`, raw })
  }

  // A name of its own: within a workspace no two channels may be called the same.
  const made = (wanted: string | undefined, workspace: Workspace): Partial<NewConversation> => ({
    name: wanted ?? `new-channel-${String(workspace.conversations.all().length)}`,
  })

  function archive(channelId: string, on: boolean): void {
    const { workspace, conversation } = findConversation(slack, channelId)
    note(
      conversation,
      workspace,
      on ? 'channel_archive' : 'channel_unarchive',
      on ? 'archived the channel' : 'un-archived the channel',
    )
    conversation.isArchived = on
    touch(conversation)
    const user = founder(workspace)
    news.channel(workspace, conversation, on ? 'archive' : 'unarchive', { channel: conversation.id, user })
  }

  return {
    /** @returns the new channel's id */
    createChannel: (channel: NewChannel = {}, teamId?: string): string => {
      const workspace = slack.workspace(teamId)
      const conversation = workspace.conversations.add({
        type: channel.isPrivate === true ? 'private_channel' : 'public_channel',
        isMember: channel.isMember ?? true,
        isExtShared: channel.isExtShared ?? false,
        ...made(channel.name, workspace),
      })
      news.channel(workspace, conversation, 'created', { channel: workspace.conversations.show(conversation) })
      return conversation.id
    },
    archive: (channelId: string): void => archive(channelId, true),
    unarchive: (channelId: string): void => archive(channelId, false),
    /** Gives a channel another name; a line in its history says so. */
    rename: (channelId: string, name: string): void => {
      const { workspace, conversation } = findConversation(slack, channelId)
      const old = conversation.name
      conversation.previousNames.unshift(old)
      conversation.name = name
      touch(conversation)
      note(conversation, workspace, 'channel_name', `has renamed the channel from "${old}" to "${name}"`, {
        name,
        old_name: old,
      })
      const channel = {
        id: conversation.id,
        is_channel: true,
        is_mpim: false,
        name,
        name_normalized: name,
        created: conversation.created,
      }
      news.channel(workspace, conversation, 'rename', { channel })
    },
    /** Sets a channel's topic; a line in its history says so. No event of its own tells of it. */
    setTopic: (channelId: string, topic: string): void => {
      const { workspace, conversation } = findConversation(slack, channelId)
      conversation.topic = { value: topic, creator: founder(workspace), last_set: Math.floor(slack.now() / 1000) }
      touch(conversation)
      note(conversation, workspace, 'channel_topic', `set the channel topic: ${topic}`, { topic })
    },
    /** Deletes a channel for good, with its messages. Its files stay where else they were shared. */
    deleteChannel: (channelId: string): void => {
      const { workspace, conversation } = findConversation(slack, channelId)
      news.channel(workspace, conversation, 'deleted', { channel: conversation.id, actor_id: founder(workspace) })
      conversation.isDeleted = true
    },
    /** Takes the bot into a channel: its history can be read. */
    inviteBot: (channelId: string): void => {
      const { workspace, conversation } = findConversation(slack, channelId)
      conversation.isMember = true
      const bot = workspace.people.botUserId
      messages.post(channelId, { subtype: 'channel_join', user: bot, text: `<@${bot}> has joined the channel` })
      news.member(workspace, conversation, 'joined', bot)
    },
    /** Puts the bot out of a channel: its history is refused, and a private one is not to be seen any more. */
    kickBot: (channelId: string): void => {
      const { workspace, conversation } = findConversation(slack, channelId)
      news.channel(workspace, conversation, 'left', { channel: conversation.id, actor_id: founder(workspace) })
      conversation.isMember = false
    },
    /** Somebody joins. */
    join: (channelId: string, userId: string): void => {
      const { workspace, conversation } = findConversation(slack, channelId)
      conversation.joined.add(userId)
      conversation.left.delete(userId)
      news.member(workspace, conversation, 'joined', userId)
    },
    /** Somebody leaves. */
    leave: (channelId: string, userId: string): void => {
      const { workspace, conversation } = findConversation(slack, channelId)
      conversation.left.add(userId)
      conversation.joined.delete(userId)
      news.member(workspace, conversation, 'left', userId)
    },
    /** A channel gets another id, as when workspaces merge. @returns it */
    changeChannelId: (channelId: string): string => {
      const { workspace, conversation } = findConversation(slack, channelId)
      const id = workspace.conversations.renumber(conversation)
      news.channel(workspace, conversation, 'id_changed', { old_channel_id: channelId, new_channel_id: id })
      return id
    },
    /** A channel is shared with another workspace, or no longer. */
    shareChannel: (channelId: string, on = true): void => {
      const { workspace, conversation } = findConversation(slack, channelId)
      conversation.isExtShared = on
      touch(conversation)
      const other = workspace.people.teamOfStrangers
      if (on) news.channel(workspace, conversation, 'shared', { connected_team_id: other, channel: conversation.id })
      else {
        news.channel(workspace, conversation, 'unshared', {
          previously_connected_team_id: other,
          channel: conversation.id,
          is_ext_shared: false,
        })
      }
    },
    /** Values that stand in a channel in place of its own; undefined takes them back. Its `updated` stays as it was. */
    corruptChannel: (channelId: string, raw: Wire | undefined): void => {
      findConversation(slack, channelId).conversation.raw = raw
    },
    /** What a channel's history and threads answer in place of messages: `access_denied`; undefined takes it back. */
    refuseChannel: (channelId: string, error: string | undefined): void => {
      findConversation(slack, channelId).conversation.refusal = error
    },
  }
}
