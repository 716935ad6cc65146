import { connectionIs, property, refetch, resync, tombstone } from '@unioneyes/adapter-kit'
import type { EventEffects, WireEvent } from '@unioneyes/adapter-kit'
import { messageId, placeIn } from './message-ids.ts'

/** What an event is about, and who the app's bot is where it happened. */
export interface SlackEvent {
  /** As Slack sent it. Nothing is written from it. */
  readonly event: unknown
  readonly botUserId?: string | undefined
}

type Effects = EventEffects<'channels' | 'messages' | 'users' | 'files'>
type Handler = (event: WireEvent<SlackEvent>) => Effects

const textAt = (value: unknown, name: string): string | undefined => {
  const found = property(value, name)
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** An id that stands at a property, or in the object that stands there. */
const idAt = (event: unknown, name: string): string | undefined =>
  textAt(event, name) ?? textAt(property(event, name), 'id')

function onMessage({ data: { event } }: WireEvent<SlackEvent>): Effects {
  const channel = textAt(event, 'channel')
  const deleted = property(event, 'subtype') === 'message_deleted'
  const lost = { ts: property(event, 'deleted_ts') }
  const inner = property(event, 'message') ?? property(event, 'previous_message')
  const place = channel === undefined ? undefined : placeIn(channel, inner ?? (deleted ? lost : event))
  if (!place) return []
  const id = messageId(place)
  const { thread } = place
  // The message that began a thread counts its replies.
  const parent = thread === undefined || thread === place.ts ? [] : [messageId({ channel: place.channel, ts: thread })]
  if (!deleted) return refetch('messages', [id, ...parent])
  return [tombstone('messages', id), ...parent.map((one) => refetch('messages', one))]
}

function onReaction({ data: { event } }: WireEvent<SlackEvent>): Effects {
  const item = property(event, 'item')
  const channel = textAt(item, 'channel')
  const place = channel === undefined ? undefined : placeIn(channel, item)
  return place ? refetch('messages', messageId(place)) : []
}

function onChannel({ data: { event } }: WireEvent<SlackEvent>): Effects {
  const id = idAt(event, 'channel')
  return id === undefined ? [] : refetch('channels', id)
}

function onDeletedChannel({ data: { event } }: WireEvent<SlackEvent>): Effects {
  const id = idAt(event, 'channel')
  return id === undefined ? [] : tombstone('channels', id)
}

function onChangedChannelId({ data: { event } }: WireEvent<SlackEvent>): Effects {
  const [old, now] = [textAt(event, 'old_channel_id'), textAt(event, 'new_channel_id')]
  return [
    ...(old === undefined ? [] : [tombstone('channels', old)]),
    ...(now === undefined ? [] : [refetch('channels', now)]),
    resync('messages'),
  ]
}

/** Somebody came or went: of interest when it is the app itself, whose reading begins or ends there. */
function onMember(given: WireEvent<SlackEvent>): Effects {
  const { event, botUserId } = given.data
  return botUserId !== undefined && property(event, 'user') === botUserId ? onOwnMembership(given) : []
}

function onOwnMembership(event: WireEvent<SlackEvent>): Effects {
  return [onChannel(event), resync('messages')].flat()
}

function onUser({ data: { event } }: WireEvent<SlackEvent>): Effects {
  const id = idAt(event, 'user')
  return id === undefined ? [] : refetch('users', id)
}

const fileId = (event: unknown): string | undefined => textAt(event, 'file_id') ?? idAt(event, 'file')

function onFile({ data: { event } }: WireEvent<SlackEvent>): Effects {
  const id = fileId(event)
  return id === undefined ? [] : refetch('files', id)
}

function onDeletedFile({ data: { event } }: WireEvent<SlackEvent>): Effects {
  const id = fileId(event)
  return id === undefined ? [] : tombstone('files', id)
}

function onRevokedTokens({ data: { event } }: WireEvent<SlackEvent>): Effects {
  const bots = property(property(event, 'tokens'), 'bot')
  // Tokens of users are revoked too, and are none of ours.
  if (!Array.isArray(bots) || bots.length === 0) return []
  return connectionIs('needs_reconnect', 'Slack revoked the token of the bot: connect the workspace again.')
}

const missed = (): Effects => resync('messages')

const missedEverything = (): Effects => [resync('channels'), resync('messages'), resync('users'), resync('files')]

/** What each event is good for, by its type. */
export const eventEffects: Readonly<Record<string, Handler>> = {
  message: onMessage,
  reaction_added: onReaction,
  reaction_removed: onReaction,
  ...each(
    'channel_created channel_rename channel_archive channel_unarchive channel_shared channel_unshared',
    onChannel,
  ),
  ...each('group_rename group_archive group_unarchive im_created', onChannel),
  ...each('channel_deleted group_deleted', onDeletedChannel),
  channel_id_changed: onChangedChannelId,
  ...each('channel_joined group_joined channel_left group_left', onOwnMembership),
  ...each('member_joined_channel member_left_channel', onMember),
  // Many messages at once, and not which.
  ...each('channel_history_changed group_history_changed im_history_changed', missed),
  // Slack leaves out the events of a minute.
  app_rate_limited: missedEverything,
  ...each('user_change team_join user_profile_changed user_status_changed', onUser),
  ...each('file_created file_change file_shared file_unshared file_public', onFile),
  file_deleted: onDeletedFile,
  app_uninstalled: () => connectionIs('disabled', 'The app was removed from the workspace.'),
  tokens_revoked: onRevokedTokens,
}

function each(types: string, handler: Handler): Record<string, Handler> {
  return Object.fromEntries(types.split(' ').map((type) => [type, handler]))
}
