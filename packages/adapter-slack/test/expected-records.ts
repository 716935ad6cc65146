import { property } from '@unioneyes/adapter-kit'
import type { Wire } from '../src/sandbox.ts'

const some = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const many = (value: unknown): unknown => (Array.isArray(value) && value.length > 0 ? value : undefined)
const secondsOf = (value: unknown): string | undefined =>
  typeof value === 'number' && value > 0 ? new Date(value * 1000).toISOString() : undefined
const written = (record: object): unknown => JSON.parse(JSON.stringify(record))

/** What a channel must become, written down once more and by hand. */
export function expectedChannel(wire: Wire): unknown {
  const isDirect = wire.is_im === true
  return written({
    id: wire.id,
    kind: isDirect ? 'direct' : wire.is_mpim ? 'group_direct' : wire.is_private ? 'private' : 'public',
    name: some(wire.name),
    previousNames: many(wire.previous_names),
    topic: some(property(wire.topic, 'value')),
    purpose: some(property(wire.purpose, 'value')),
    archived: wire.is_archived,
    creatorId: some(wire.creator),
    userIds: isDirect ? [wire.user] : undefined,
    memberCount: wire.num_members,
    isMember: wire.is_member,
    teamId: wire.context_team_id,
    shared: wire.is_shared,
    externallyShared: wire.is_ext_shared,
    sharedTeamIds: many(wire.shared_team_ids),
    createdAt: secondsOf(wire.created),
    updatedAt: wire.updated === undefined ? undefined : new Date(Number(wire.updated)).toISOString(),
  })
}

/** What a user must become, seen from the workspace. */
export function expectedUser(wire: Wire, teamId: string): unknown {
  const { profile } = wire
  const of = (name: string): string | undefined => some(property(profile, name))
  const guest = wire.is_ultra_restricted ? 'single_channel_guest' : wire.is_restricted ? 'guest' : 'member'
  const isBot = wire.is_bot === true || wire.id === 'USLACKBOT'
  const realName = some(wire.real_name) ?? of('real_name')
  return written({
    id: wire.id,
    // Slack says of who was deactivated only that they are.
    kind: isBot ? 'bot' : wire.is_restricted === undefined ? 'unknown' : guest,
    active: wire.deleted !== true,
    name: some(wire.name),
    displayName: of('display_name') ?? realName ?? some(wire.name),
    realName,
    firstName: of('first_name'),
    lastName: of('last_name'),
    email: of('email'),
    phone: of('phone'),
    jobTitle: of('title'),
    timezone: some(wire.tz),
    admin: wire.is_admin,
    owner: wire.is_owner,
    teamId: wire.team_id,
    external: wire.is_stranger === true || wire.team_id !== teamId,
    updatedAt: secondsOf(wire.updated),
  })
}

/** What a file must become. */
export function expectedFile(wire: Wire): unknown {
  const isGone = wire.is_tombstoned === true
  const isExternal = wire.is_external === true
  const where = [wire.channels, wire.groups, wire.ims].flatMap((ids) => (Array.isArray(ids) ? ids.map(String) : []))
  return written({
    id: wire.id,
    status: isGone ? 'deleted' : 'available',
    name: some(wire.name),
    title: some(wire.title),
    mimeType: some(wire.mimetype),
    kind: some(wire.filetype),
    sizeBytes: isExternal ? undefined : wire.size,
    ownerId: some(wire.user),
    channelIds: many(where),
    public: wire.is_public,
    publicLink: wire.public_url_shared,
    external: wire.is_external,
    externalType: some(wire.external_type),
    url: some(wire.permalink),
    downloadUrl: isExternal ? undefined : some(wire.url_private_download),
    createdAt: secondsOf(wire.created),
    deletedAt: isGone ? secondsOf(wire.date_delete) : undefined,
  })
}
