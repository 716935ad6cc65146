import { fromId, toId } from './ids.ts'
import type { MessageLog } from './message-log.ts'
import { sandboxEnterpriseId } from './options.ts'
import type { People } from './people.ts'
import type { Wire } from './timestamps.ts'
import { channelNames } from './words.ts'

/** What `types` calls a conversation. */
export type ConversationType = 'public_channel' | 'private_channel' | 'im' | 'mpim'

/** A line that stands at a channel: its topic or its purpose. */
export interface ChannelLine {
  readonly value: string
  readonly creator: string
  readonly last_set: number
}

/** A conversation as its workspace keeps it. */
export interface Conversation {
  readonly n: number
  readonly type: ConversationType
  id: string
  /** Of a direct message: who it is with. */
  readonly user: number | undefined
  name: string
  readonly previousNames: string[]
  /** Seconds since 1970. */
  readonly created: number
  /** Milliseconds since 1970. */
  updated: number
  readonly creator: string
  topic: ChannelLine
  purpose: ChannelLine
  isArchived: boolean
  readonly isGeneral: boolean
  isExtShared: boolean
  /** Whether the app's bot is in it. */
  isMember: boolean
  isDeleted: boolean
  /** What its history answers in place of messages. */
  refusal: string | undefined
  raw: Wire | undefined
  readonly joined: Set<string>
  readonly left: Set<string>
  readonly log: MessageLog
}

/** What to make a conversation from. */
export type NewConversation = Pick<Conversation, 'type'> &
  Partial<Pick<Conversation, 'name' | 'isArchived' | 'isExtShared' | 'isMember' | 'created' | 'user' | 'isGeneral'>>

/** What a workspace's conversations need to know of it. */
export interface ConversationOptions {
  readonly place: number
  readonly teamId: string
  readonly enterprise: boolean
  readonly people: People
  readonly now: () => number
  readonly openLog: (n: number, type: ConversationType, isExtShared: boolean) => MessageLog
}

const PREFIXES = { public_channel: 'C', private_channel: 'C', im: 'D', mpim: 'G' } as const
// Half of the private channels have the older kind of id.
const prefixOf = (type: ConversationType, n: number): string =>
  type === 'private_channel' && n % 2 === 1 ? 'G' : PREFIXES[type]

/** Opens the list; conversations are added in the order of their making. */
export function createConversations(options: ConversationOptions) {
  const { place, teamId, people, now } = options
  const all: Conversation[] = []
  const byId = new Map<string, Conversation>()
  let renumbered = 0

  function add(made: NewConversation): Conversation {
    const n = all.length
    const { type } = made
    const created = made.created ?? Math.floor(now() / 1000)
    const isExtShared = made.isExtShared ?? false
    const creator = people.founders > 0 ? people.founderId(n % people.founders) : people.botUserId
    const silent: ChannelLine = { value: '', creator: '', last_set: 0 }
    const conversation: Conversation = {
      n,
      type,
      id: toId(prefixOf(type, n), place, n),
      user: made.user,
      name: made.name ?? nameOf(type, n),
      previousNames: [],
      created,
      updated: created * 1000 + (n % 1000),
      creator,
      topic: n % 3 === 1 ? { value: 'Round 2 📣', creator, last_set: created + 60 } : silent,
      purpose: n % 4 === 2 ? { value: 'Everything about it & more', creator, last_set: created + 5 } : silent,
      isArchived: made.isArchived ?? false,
      isGeneral: made.isGeneral ?? false,
      isExtShared,
      isMember: made.isMember ?? true,
      isDeleted: false,
      refusal: undefined,
      raw: undefined,
      joined: new Set(),
      left: new Set(),
      log: options.openLog(n, type, isExtShared),
    }
    all.push(conversation)
    byId.set(conversation.id, conversation)
    return conversation
  }

  // Of the people from the beginning everybody is in the general channel, a third in each other one.
  function isMemberByNature(conversation: Conversation, n: number): boolean {
    if (conversation.type === 'im') return n === conversation.user
    if (conversation.type === 'mpim') return n >= 2 && n < 5
    return n > 1 && (conversation.isGeneral || (n + conversation.n) % 3 === 0)
  }

  function members(conversation: Conversation): string[] {
    const ids: string[] = conversation.isMember ? [people.botUserId] : []
    for (let n = 2; n < people.founders + 2; n += 1) {
      if (isMemberByNature(conversation, n) && !conversation.left.has(people.idOf(n))) ids.push(people.idOf(n))
    }
    return [...new Set([...ids, ...conversation.joined])]
  }

  function countMembers(conversation: Conversation): number {
    if (conversation.left.size > 0 || conversation.joined.size > 0) return members(conversation).length
    let count = conversation.isMember ? 1 : 0
    for (let n = 2; n < people.founders + 2; n += 1) if (isMemberByNature(conversation, n)) count += 1
    return count
  }

  function hasMember(conversation: Conversation, userId: string): boolean {
    if (userId === people.botUserId) return conversation.isMember
    const n = people.find(userId)
    if (n === undefined || conversation.left.has(userId)) return false
    return conversation.joined.has(userId) || (n < people.founders + 2 && isMemberByNature(conversation, n))
  }

  const lookAt = (conversation: Conversation): boolean =>
    !conversation.isDeleted && (conversation.type === 'public_channel' || conversation.isMember)

  return {
    add,
    all: (): readonly Conversation[] => all,
    /** Those that the app's bot may know of: private ones only where it is a member (sheet: Entities). */
    visible: (): Conversation[] => all.filter(lookAt),
    find(id: string): Conversation | undefined {
      const conversation = byId.get(id)
      return conversation && lookAt(conversation) ? conversation : undefined
    },
    /** Whether or not the bot may know of it. */
    get(id: string): Conversation {
      const conversation = byId.get(id)
      if (!conversation || conversation.isDeleted) throw new Error(`The sandbox has no conversation ${id}.`)
      return conversation
    },
    /** The place in the list of an id that a cursor remembers, the conversation's fate aside. */
    placeOf: (id: string): number | undefined => byId.get(id)?.n ?? fromId(id, 'CDG', place),
    renumber(conversation: Conversation): string {
      renumbered += 1
      byId.delete(conversation.id)
      conversation.id = toId(prefixOf(conversation.type, conversation.n), place, 500_000 + renumbered)
      byId.set(conversation.id, conversation)
      return conversation.id
    },
    members,
    hasMember,
    /** @param listed leaves out what `users.conversations` leaves out: the number of members, and whether the bot is one */
    show(conversation: Conversation, view: { readonly listed?: boolean; readonly members?: boolean } = {}): Wire {
      const wire = conversation.type === 'im' ? direct(conversation) : channel(conversation)
      if (view.members === true) wire.num_members = countMembers(conversation)
      if (view.listed === true) {
        delete wire.is_member
        delete wire.num_members
      }
      return conversation.raw ? { ...wire, ...conversation.raw } : wire
    },
  }

  // Specification: the third form of objs_conversation. It has no name.
  function direct(conversation: Conversation): Wire {
    const user = conversation.user ?? 0
    return {
      id: conversation.id,
      created: conversation.created,
      is_archived: conversation.isArchived,
      is_im: true,
      is_org_shared: false,
      user: people.idOf(user),
      is_user_deleted: people.show(user, { email: false, locale: false }).deleted === true,
      priority: 0,
    }
  }

  function channel(conversation: Conversation): Wire {
    const { type, isExtShared, name } = conversation
    const isMpim = type === 'mpim'
    const others = isExtShared ? [people.teamOfStrangers] : []
    return {
      id: conversation.id,
      name,
      is_channel: !isMpim && !conversation.id.startsWith('G'),
      is_group: isMpim || conversation.id.startsWith('G'),
      is_im: false,
      is_mpim: isMpim,
      is_private: type !== 'public_channel',
      created: conversation.created,
      is_archived: conversation.isArchived,
      is_general: conversation.isGeneral,
      unlinked: 0,
      name_normalized: name.normalize('NFD').replace(/\p{M}/gu, ''),
      is_shared: isExtShared,
      is_org_shared: false,
      is_pending_ext_shared: false,
      pending_shared: [],
      context_team_id: teamId,
      updated: conversation.updated,
      parent_conversation: null,
      creator: conversation.creator,
      is_ext_shared: isExtShared,
      shared_team_ids: [teamId, ...others],
      pending_connected_team_ids: [],
      ...(isExtShared && { connected_team_ids: others, conversation_host_id: teamId, internal_team_ids: [teamId] }),
      ...(options.enterprise && { enterprise_id: sandboxEnterpriseId }),
      is_member: conversation.isMember,
      topic: conversation.topic,
      purpose: conversation.purpose,
      previous_names: [...conversation.previousNames],
      ...(isMpim ? { is_open: true, priority: 0 } : { num_members: countMembers(conversation) }),
    }
  }

  function nameOf(type: ConversationType, n: number): string {
    if (type === 'mpim') return `mpdm-${['2', '3', '4'].map((user) => `member.${user}`).join('--')}-${String(n)}`
    const name = channelNames[n % channelNames.length] ?? 'channel'
    return n < channelNames.length ? name : `${name}-${String(Math.floor(n / channelNames.length) + 1)}`
  }
}
