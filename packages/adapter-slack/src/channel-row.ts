import type { Channel } from '@unioneyes/models'
import { z } from 'zod'
import { fromSeconds } from './time-marks.ts'
import { filled, flag, given, ids, number, text } from './wire-parts.ts'

const line = z.object({ value: text }).nullish()

/** A conversation of `conversations.list` or `conversations.info`. */
export const channelRow = z.object({
  id: z.string().min(1),
  name: text,
  is_channel: flag,
  is_im: flag,
  is_mpim: flag,
  is_private: flag,
  is_archived: flag,
  is_member: flag,
  is_shared: flag,
  is_ext_shared: flag,
  previous_names: ids,
  topic: line,
  purpose: line,
  creator: text,
  user: text,
  members: ids,
  num_members: z.int().nonnegative().nullish(),
  context_team_id: text,
  shared_team_ids: ids,
  created: number,
  updated: number,
})

type ChannelRow = z.output<typeof channelRow>

/** What changes without the channel changing: where its last message is, and what the app has read. */
export const volatileOfChannel: readonly string[] = [
  ...['last_read', 'latest', 'unread_count', 'unread_count_display', 'priority', 'is_open'],
]

/** The record of a conversation. */
export function toChannel(row: ChannelRow) {
  const { user, updated } = row
  return {
    kind: kindOf(row),
    name: given(row.name),
    previousNames: filled(row.previous_names),
    topic: given(row.topic?.value),
    purpose: given(row.purpose?.value),
    archived: row.is_archived,
    creatorId: given(row.creator),
    userIds: given(user) === undefined ? filled(row.members) : [String(user)],
    memberCount: row.num_members,
    isMember: row.is_member,
    teamId: given(row.context_team_id),
    shared: row.is_shared,
    externallyShared: row.is_ext_shared,
    sharedTeamIds: filled(row.shared_team_ids),
    createdAt: fromSeconds(row.created),
    // In milliseconds, unlike `created`.
    updatedAt: updated ? new Date(updated).toISOString() : undefined,
  }
}

function kindOf({ is_im, is_mpim, is_private, is_channel }: ChannelRow): Channel['kind'] {
  if (is_im) return 'direct'
  if (is_mpim) return 'group_direct'
  if (is_private) return 'private'
  return is_private === false || is_channel ? 'public' : 'unknown'
}
