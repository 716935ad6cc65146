import type { Conversation } from './conversations.ts'
import type { Slack } from './slack.ts'
import { toTs } from './timestamps.ts'
import type { Wire } from './timestamps.ts'
import type { Workspace } from './workspace.ts'

/** Tells the vendor's events about one sandbox. Shapes: fixtures events/*.json, named in each. */
export type News = ReturnType<typeof createNews>

const CHANNEL_TYPES = { public_channel: 'channel', private_channel: 'group', im: 'im', mpim: 'mpim' } as const
const SUBSCRIPTIONS = {
  public_channel: 'message.channels',
  private_channel: 'message.groups',
  im: 'message.im',
  mpim: 'message.mpim',
} as const

type ChannelNews =
  'created' | 'rename' | 'archive' | 'unarchive' | 'deleted' | 'left' | 'shared' | 'unshared' | 'id_changed'
// The samples of groups: GroupArchive, GroupDeleted, GroupLeft, GroupRename, GroupUnarchive.
const GROUP_NEWS: ReadonlySet<ChannelNews> = new Set(['rename', 'archive', 'unarchive', 'deleted', 'left'])

/** Opens the news. */
export function createNews(slack: Slack) {
  const { events } = slack

  // A bot hears only what is said where it is.
  function message(workspace: Workspace, conversation: Conversation, event: Wire): void {
    if (!conversation.isMember) return
    const common = { channel: conversation.id, channel_type: CHANNEL_TYPES[conversation.type] }
    events.tell(
      workspace,
      { type: 'message', ...event, ...common },
      { name: SUBSCRIPTIONS[conversation.type], conversation },
    )
  }

  // Private channels have events of their own, but for some that are told of both kinds under one name.
  function channel(workspace: Workspace, conversation: Conversation, what: ChannelNews, event: Wire): void {
    if (conversation.type === 'im' || conversation.type === 'mpim') return
    const isPrivate = conversation.type === 'private_channel'
    if (isPrivate && (!conversation.isMember || what === 'created')) return
    const family = isPrivate && GROUP_NEWS.has(what) ? 'group' : 'channel'
    events.tell(workspace, { type: `${family}_${what}`, ...event }, { conversation })
  }

  return {
    channel,
    /** MessagePayload, MessageBotPayload, MessageChannel…Payload. */
    posted(workspace: Workspace, conversation: Conversation, wire: Wire): void {
      message(workspace, conversation, { ...wire, event_ts: wire.ts })
    },
    /** MessageChangedPayload. */
    changed(workspace: Workspace, conversation: Conversation, before: Wire, after: Wire): void {
      const ts = toTs(Math.floor(slack.now()) * 1000 + 500)
      message(workspace, conversation, {
        subtype: 'message_changed',
        hidden: true,
        message: after,
        previous_message: before,
        ts,
        event_ts: ts,
      })
    },
    /** MessageDeletedPayload. */
    deleted(workspace: Workspace, conversation: Conversation, before: Wire): void {
      const ts = toTs(Math.floor(slack.now()) * 1000 + 600)
      message(workspace, conversation, {
        subtype: 'message_deleted',
        hidden: true,
        deleted_ts: before.ts,
        previous_message: before,
        ts,
        event_ts: ts,
      })
    },
    /** ReactionAddedPayload, ReactionRemovedPayload. */
    reaction(
      workspace: Workspace,
      conversation: Conversation,
      what: 'added' | 'removed',
      wire: Wire,
      name: string,
      user: string,
    ): void {
      if (!conversation.isMember) return
      events.tell(
        workspace,
        {
          type: `reaction_${what}`,
          user,
          item: { type: 'message', channel: conversation.id, ts: wire.ts },
          reaction: name,
          item_user: wire.user,
        },
        { conversation },
      )
    },
    /** MemberJoinedChannelPayload, MemberLeftChannelPayload. */
    member(workspace: Workspace, conversation: Conversation, what: 'joined' | 'left', user: string): void {
      const channel_type = conversation.type === 'private_channel' ? 'G' : 'C'
      const event = {
        type: `member_${what}_channel`,
        user,
        channel: conversation.id,
        channel_type,
        team: workspace.teamId,
      }
      events.tell(workspace, event, { conversation })
    },
    /** UserChangePayload, TeamJoinPayload. */
    user(workspace: Workspace, what: 'user_change' | 'team_join', id: string): void {
      const n = workspace.people.find(id)
      if (n === undefined) return
      const user = workspace.people.show(n, {
        email: slack.tokens.usualScopes().includes('users:read.email'),
        locale: false,
      })
      const cache = what === 'user_change' ? { cache_ts: Math.floor(slack.now() / 1000) } : {}
      events.tell(workspace, { type: what, user, ...cache })
    },
    /** File…Payload: they carry ids only (sheet: Webhooks). */
    file(
      workspace: Workspace,
      what: 'created' | 'change' | 'public' | 'shared' | 'unshared',
      id: string,
      rest: Wire = {},
    ): void {
      const { cabinet } = workspace
      const user_id = cabinet.userOf(cabinet.find(id) ?? -1)
      events.tell(workspace, { type: `file_${what}`, file_id: id, user_id, file: { id }, ...rest })
    },
    /** FileDeletedPayload. */
    fileDeleted(workspace: Workspace, id: string, channelIds: readonly string[]): void {
      events.tell(workspace, { type: 'file_deleted', file_id: id, channel_ids: channelIds })
    },
    /** TokensRevokedPayload, AppUninstalledPayload. */
    tokensRevoked(workspace: Workspace): void {
      events.tell(workspace, { type: 'tokens_revoked', tokens: { oauth: [], bot: [workspace.people.botUserId] } })
    },
    uninstalled(workspace: Workspace): void {
      events.tell(workspace, { type: 'app_uninstalled' })
    },
  }
}
