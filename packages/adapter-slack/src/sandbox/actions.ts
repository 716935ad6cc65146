import { createChannelActions } from './channel-actions.ts'
import { createMessageActions, findConversation } from './message-actions.ts'
import { createNews } from './news.ts'
import { asWire } from './people.ts'
import type { SlackWorkspaceOptions } from './options.ts'
import type { Slack } from './slack.ts'
import { fromTs, toTs } from './timestamps.ts'
import type { Wire } from './timestamps.ts'
import type { Workspace } from './workspace.ts'

/** What one workspace has now that the app's bot may see, in the provider's own words. */
export interface SlackTruth {
  readonly team: Wire
  /** Every conversation, direct ones included. */
  readonly channels: readonly Wire[]
  /** Everybody that `users.list` shows, with their addresses. */
  readonly users: readonly Wire[]
  /** People of other workspaces, whom only `users.info` knows. */
  readonly strangers: readonly Wire[]
  /** By channel, of those the bot is in: every message and every reply once, oldest first. */
  readonly messages: Readonly<Record<string, readonly Wire[]>>
  readonly files: readonly Wire[]
}

/** The actions on one sandbox. Where a workspace is not named, the first one is meant. */
export function createActions(slack: Slack) {
  const news = createNews(slack)
  const messages = createMessageActions(slack, news)
  const channels = createChannelActions(slack, news, messages)

  function ofUser(id: string): Workspace {
    const found = slack.workspaces.find(({ people }) => people.find(id) !== undefined)
    if (!found) throw new Error(`The sandbox has no user ${id}.`)
    return found
  }

  function ofFile(id: string): Workspace {
    const found = slack.workspaces.find(({ cabinet }) => cabinet.find(id) !== undefined)
    if (!found) throw new Error(`The sandbox has no file ${id}.`)
    return found
  }

  const fileNumbers = ({ cabinet }: Workspace): number[] =>
    cabinet
      .order()
      .map(({ n }) => n)
      .filter((n) => cabinet.isVisible(n))

  function messagesOf(workspace: Workspace, channelId: string): Wire[] {
    const conversation = workspace.conversations.get(channelId)
    const { log } = conversation
    const found: { readonly micros: number; readonly wire: Wire }[] = []
    const hidden = workspace.hiddenUntil()
    for (const one of log.walkDown(Number.MAX_SAFE_INTEGER, hidden)) {
      if (log.parentOf(one.micros) === undefined) found.push(one, ...log.replies(one.micros))
    }
    return found.toSorted((left, right) => left.micros - right.micros).map(({ wire }) => wire)
  }

  const readable = (workspace: Workspace) =>
    workspace.conversations.visible().filter(({ isMember, refusal }) => isMember && refusal === undefined)

  return {
    ...messages,
    ...channels,

    /** @param patch values of a user as they are shown; those of `profile` one by one. @returns the new user's id */
    addUser: (patch: Wire = {}, teamId?: string): string => {
      const workspace = slack.workspace(teamId)
      const id = workspace.people.add(patch)
      news.user(workspace, 'team_join', id)
      return id
    },
    /** @see addUser */
    changeUser: (id: string, patch: Wire): void => {
      const workspace = ofUser(id)
      workspace.people.change(id, patch)
      news.user(workspace, 'user_change', id)
    },
    /** Switches somebody's account off, or on again: nobody is ever deleted. */
    deactivateUser: (id: string, on = true): void => {
      const workspace = ofUser(id)
      workspace.people.change(id, { deleted: on })
      news.user(workspace, 'user_change', id)
    },

    /** Somebody shares a file in a channel, in a message of its own. @returns the file's id */
    addFile: (channelId: string, patch: Wire = {}, message: { readonly user?: string } | null = {}): string => {
      const { workspace, conversation } = findConversation(slack, channelId)
      const user = message?.user ?? workspace.people.founderId(0)
      const id = workspace.cabinet.add(conversation, user, patch)
      news.file(workspace, 'created', id)
      news.file(workspace, 'shared', id, { channel_id: channelId })
      if (message !== null) messages.post(channelId, { text: '', user, subtype: 'file_share', files: [id] })
      return id
    },
    /** Changes values of a file as they are shown. Nothing in a listing tells when. */
    changeFile: (id: string, patch: Wire): void => {
      const workspace = ofFile(id)
      workspace.cabinet.change(id, patch)
      news.file(workspace, 'change', id)
    },
    /** A file is shared in another channel too. */
    shareFile: (id: string, channelId: string): void => {
      const { workspace, conversation } = findConversation(slack, channelId)
      workspace.cabinet.share(id, conversation)
      news.file(workspace, 'shared', id, { channel_id: channelId })
    },
    /** A file is no longer shared in a channel. */
    unshareFile: (id: string, channelId: string): void => {
      const { workspace, conversation } = findConversation(slack, channelId)
      workspace.cabinet.unshare(id, conversation)
      news.file(workspace, 'unshared', id, { channel_id: channelId })
    },
    /** Deletes a file; in messages its id stays, as a tombstone. */
    deleteFile: (id: string): void => {
      const workspace = ofFile(id)
      const where = workspace.cabinet.sharedIn(workspace.cabinet.find(id) ?? -1).map((one) => one.id)
      workspace.cabinet.remove(id)
      news.fileDeleted(workspace, id, where)
    },

    /** Ends a token, the first workspace's static one by default, and tells of it. */
    revokeToken: (token?: string): void => {
      const workspace = slack.workspace()
      slack.tokens.revoke(token ?? workspace.token)
      news.tokensRevoked(workspace)
    },
    /** Takes the app out of a workspace: its tokens end. */
    uninstallApp: (teamId?: string): void => {
      const workspace = slack.workspace(teamId)
      slack.tokens.endWorkspace(workspace)
      news.tokensRevoked(workspace)
      news.uninstalled(workspace)
    },
    /** Another workspace. @returns its id and its token */
    addWorkspace: (own: SlackWorkspaceOptions = {}): { readonly teamId: string; readonly token: string } => {
      const { teamId, token } = slack.addWorkspace(own)
      return { teamId, token }
    },

    /** A method answers with this error, so many times: `internal_error`, `fatal_error`, `request_timeout`. */
    failMethod: (method: string, error: string, times = Number.POSITIVE_INFINITY, extra: Wire = {}): void =>
      slack.refuse(method, error, times, extra),
    /** @see failMethod */
    healMethod: (method: string): void => slack.allow(method),
    /** Every cursor that was given so far is invalid. */
    expireCursors: (): void => slack.cursors.expire(),

    /** Lets the provider's time pass. */
    advance: (ms: number): void => slack.advance(ms),
    /** The provider's time, in milliseconds since 1970. */
    now: (): number => slack.now(),

    teamIds: (): string[] => slack.workspaces.map(({ teamId }) => teamId),
    botUserId: (teamId?: string): string => slack.workspace(teamId).people.botUserId,
    /** The ids of all conversations that the bot may know of. */
    channelIds: (teamId?: string): string[] =>
      slack
        .workspace(teamId)
        .conversations.visible()
        .map(({ id }) => id),
    /** The ids of those whose messages it may read. */
    readableChannelIds: (teamId?: string): string[] => readable(slack.workspace(teamId)).map(({ id }) => id),
    /** The `ts` of every message and reply of a channel, oldest first. */
    messageIds: (channelId: string): string[] =>
      messagesOf(findConversation(slack, channelId).workspace, channelId).map(({ ts }) => String(ts)),
    /** A message as it stands now. */
    message: (channelId: string, ts: string): Wire | undefined => {
      const { conversation } = findConversation(slack, channelId)
      return conversation.log.show(fromTs(ts) ?? 0)
    },
    userIds: (teamId?: string): string[] => {
      const { people } = slack.workspace(teamId)
      return Array.from({ length: people.count() }, (_, n) => people.idOf(n))
    },
    fileIds: (teamId?: string): string[] => {
      const workspace = slack.workspace(teamId)
      return fileNumbers(workspace).map((n) => workspace.cabinet.idOf(n))
    },
    /** A `ts` for a time in milliseconds since 1970. */
    tsOf: (ms: number): string => toTs(Math.floor(ms) * 1000),
    /** What a complete and correct copy would have to hold. */
    truth: (teamId?: string): SlackTruth => {
      const workspace = slack.workspace(teamId)
      const { conversations, people, cabinet } = workspace
      return {
        team: workspace.show(),
        channels: conversations.visible().map((one) => conversations.show(one)),
        users: Array.from({ length: people.count() }, (_, n) => people.show(n, { email: true, locale: false })),
        strangers: Array.from({ length: people.strangers }, (_, n) => asWire(people.showStranger(n))),
        messages: Object.fromEntries(readable(workspace).map(({ id }) => [id, messagesOf(workspace, id)])),
        files: fileNumbers(workspace).map((n) => cabinet.show(n)),
      }
    },
  }
}
