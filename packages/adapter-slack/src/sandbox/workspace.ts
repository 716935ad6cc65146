import { createConversations } from './conversations.ts'
import type { Conversation, ConversationType } from './conversations.ts'
import { createFileCabinet } from './file-cabinet.ts'
import type { FileOrigin } from './file-cabinet.ts'
import { createMessageLog } from './message-log.ts'
import type { MessageLog } from './message-log.ts'
import { createMessageSlots } from './message-slots.ts'
import type { MessageSlots } from './message-slots.ts'
import type { SlackSandboxOptions, SlackWorkspaceOptions } from './options.ts'
import { sandboxEnterpriseId } from './options.ts'
import { createPeople } from './people.ts'
import { mixSeed } from './random.ts'
import type { Wire } from './timestamps.ts'

/** One imitated workspace. */
export type Workspace = ReturnType<typeof createWorkspace>

/** A workspace's own options, complete where its identity is concerned. */
export interface WorkspaceIdentity {
  readonly place: number
  readonly teamId: string
  readonly name: string
  readonly seed: number
  readonly token: string
}

/** Opens a workspace. @param now milliseconds since 1970 */
export function createWorkspace(
  identity: WorkspaceIdentity,
  own: SlackWorkspaceOptions,
  options: SlackSandboxOptions,
  now: () => number,
) {
  const { place, teamId, seed } = identity
  const openedAt = now()
  const enterprise = own.enterprise ?? false
  const people = createPeople({
    place,
    seed,
    teamId,
    users: own.users ?? 30,
    strangers: own.strangers ?? 3,
    enterprise,
    openedAt,
    now,
  })
  const slots: MessageSlots[] = []
  const plan = planConversations(own)
  // Files are shared where messages are: the n-th file in the n-th conversation, round after round.
  const sharing = plan.filter(({ isMember, type }) => isMember || type === 'public_channel')
  const sharingPlaces = new Map(sharing.map(({ n }, at) => [n, at]))
  const readable = plan.filter(({ isMember }) => isMember)
  const fileCount = own.files ?? 24
  const share = Math.min(1, Math.max(0, own.threadShare ?? 0.1))

  function sizeOf(n: number): number {
    const at = plan[n]
    if (!at) return 0
    if (own.messages === undefined) return own.messagesPerChannel ?? 40
    const place = readable.indexOf(at)
    if (place === -1) return 3
    return Math.floor(own.messages / readable.length) + (place < own.messages % readable.length ? 1 : 0)
  }

  function openLog(n: number, type: ConversationType, isExtShared: boolean): MessageLog {
    const sharingPlace = sharingPlaces.get(n)
    const made = createMessageSlots({
      seed: mixSeed(seed, 41, n),
      size: sizeOf(n),
      openedAt: Math.floor(openedAt / 1000),
      threadEvery: share === 0 ? 0 : Math.round(1 / share),
      repliesPerThread: own.repliesPerThread ?? 3,
      teamId,
      people,
      withStrangers: isExtShared,
      withNotes: type === 'public_channel' || type === 'private_channel',
      fileAt: (nth) => {
        if (sharingPlace === undefined) return undefined
        const file = nth * sharing.length + sharingPlace
        return file < fileCount ? cabinet.idOf(file) : undefined
      },
    })
    slots[n] = made
    return createMessageLog(made, (id) => cabinet.showInMessage(id))
  }

  const conversations = createConversations({ place, teamId, enterprise, people, now, openLog })

  const cabinet = createFileCabinet({
    place,
    seed,
    teamId,
    people,
    files: sharing.length === 0 ? 0 : fileCount,
    checkFileInfo: options.checkFileInfo ?? false,
    now,
    conversationOf: (file) => conversations.all()[sharing[file % sharing.length]?.n ?? -1],
    origin(file): FileOrigin | undefined {
      const n = sharing[file % sharing.length]?.n ?? -1
      const conversation = conversations.all()[n]
      const shared = slots[n]?.sharing(Math.floor(file / sharing.length))
      return (
        conversation && shared && { conversation, user: shared.user, created: Math.floor(shared.micros / 1_000_000) }
      )
    },
  })

  for (const { n, ...one } of plan) {
    // Older than its first message, which is at most 400 days old.
    conversations.add({ ...one, created: Math.floor(openedAt / 1000) - 500 * 86_400 + n * 3_607 })
  }

  return {
    ...identity,
    enterprise,
    people,
    conversations,
    cabinet,
    /** What a free plan hides, in microseconds since 1970: everything up to this moment. */
    hiddenUntil: (): number =>
      own.historyDays === undefined ? 0 : (Math.floor(now() / 1000) - own.historyDays * 86_400) * 1_000_000,
    /** A moment for a new message that no message of the conversation has yet. */
    freeMoment(conversation: Conversation, at: number): number {
      let micros = Math.floor(at) * 1000
      while (conversation.log.has(micros)) micros += 1
      return micros
    },
    show(): Wire {
      const icon = (side: number): string => `https://avatars.sandbox.example/team/${teamId}_${String(side)}.png`
      return {
        id: teamId,
        name: identity.name,
        url: `https://${domainOf(place)}.slack.com/`,
        domain: domainOf(place),
        email_domain: 'northernworks.example',
        icon: {
          ...Object.fromEntries([34, 44, 68, 88, 102, 132].map((side) => [`image_${String(side)}`, icon(side)])),
          image_default: true,
        },
        ...(enterprise && { enterprise_id: sandboxEnterpriseId, enterprise_name: 'Northern Federation' }),
      }
    },
  }
}

/** The workspace's address at the vendor. */
export function domainOf(place: number): string {
  return place === 0 ? 'northernworks' : `northernworks-${String(place + 1)}`
}

interface Planned {
  readonly n: number
  readonly type: ConversationType
  readonly isMember: boolean
  readonly isArchived: boolean
  readonly isExtShared: boolean
  readonly isGeneral: boolean
  readonly user: number | undefined
}

// Of twelve channels: the general one, two private ones (one of them without the bot), a public one without the bot, an
// archived one, and one that is shared with another workspace.
function planConversations(own: SlackWorkspaceOptions): Planned[] {
  const channels = own.channels ?? 12
  const ims = own.ims ?? 2
  const plan: Planned[] = []
  for (let n = 0; n < channels + ims + (own.mpims ?? 1); n += 1) {
    const role = n % 12
    const isChannel = n < channels
    const type = isChannel
      ? role === 3 || role === 8
        ? 'private_channel'
        : 'public_channel'
      : n < channels + ims
        ? 'im'
        : 'mpim'
    plan.push({
      n,
      type,
      isMember: !isChannel || (role !== 5 && role !== 8),
      isArchived: isChannel && role === 7,
      isExtShared: isChannel && role === 4,
      isGeneral: n === 0 && isChannel,
      user: type === 'im' ? 2 + (((n - channels) * 6) % Math.max(1, own.users ?? 30)) : undefined,
    })
  }
  return plan
}
