import { pages, property } from '@unioneyes/adapter-kit'
import type { Http, WalkPages, WireBody } from '@unioneyes/adapter-kit'
import { IntegrationError } from '@unioneyes/core'
import { z } from 'zod'
import type { Settings } from './api.ts'

/** The parameter that a token for a whole organization needs. */
export const forTeam = ({ teamId }: Settings) => ({ team_id: teamId })

/** How most listings of Slack go on: by a cursor, until there is none. A short or an empty page is not the end. */
export const byCursor = pages.cursor({ param: 'cursor', next: (body) => body.response_metadata?.next_cursor })

/** `conversations.list`: the conversations that the app sees, whether or not it is in them. */
export const conversationPages = {
  path: 'api/conversations.list',
  items: (body: WireBody): unknown => body.channels,
  paginate: byCursor,
}

/** Its parameters. */
export const conversationQuery = (settings: Settings) => ({
  types: settings.channelTypes.join(),
  limit: settings.pageSize,
  ...forTeam(settings),
})

const flag = z.boolean().nullish()

const conversation = z.object({
  id: z.string(),
  is_member: flag,
  is_im: flag,
  is_mpim: flag,
  is_private: flag,
  context_team_id: z.string().nullish(),
  shared_team_ids: z.array(z.string()).nullish(),
})

type Conversation = z.output<typeof conversation>

/** What the app sees: conversations that it can read, in the order of their ids, and those that it is not in. */
export interface SeenConversations {
  readonly readable: readonly string[]
  readonly closed: readonly string[]
}

/** Lists what the app sees. */
export async function seenConversations(walk: WalkPages, settings: Settings): Promise<SeenConversations> {
  const readable = new Set<string>()
  const closed = new Set<string>()
  for await (const { items } of walk({ ...conversationPages, query: conversationQuery(settings) })) {
    for (const item of items) {
      const id = property(item, 'id')
      if (typeof id !== 'string' || id === '') throw unnamed()
      const found = conversation.safeParse(item).data
      // What cannot be understood is there all the same.
      if (found && isReadable(found)) readable.add(id)
      else closed.add(id)
    }
  }
  return { readable: [...readable].sort(), closed: [...closed] }
}

function unnamed(): IntegrationError {
  const message = 'slack listed a conversation without an id, so it cannot be told whose messages are gone. Report it.'
  return new IntegrationError('RESPONSE_INVALID', message, { provider: 'slack', entity: 'messages' })
}

// The app's own direct messages do not say that it is in them.
const isReadable = ({ is_im, is_member }: Conversation): boolean => is_im === true || is_member === true

/** A conversation that was asked for by its id. */
export interface FoundConversation {
  readonly raw: unknown
  readonly readable: boolean
}

/**
 * `conversations.info`. Undefined for what the app does not see, and for what the listing does not have either: other types
 * than the settings name, and other workspaces of an organization.
 */
export async function findConversation(
  id: string,
  { http, settings }: { readonly http: Http; readonly settings: Settings },
): Promise<FoundConversation | undefined> {
  const query = { channel: id, include_num_members: true }
  const body = await http.get('api/conversations.info', { query, schema: answer.optional(), emptyOn: [404] })
  if (!body) return undefined
  const found = conversation.safeParse(body.channel).data
  // Whether it can be read at all, the row's own schema says.
  if (!found) return { raw: body.channel, readable: false }
  return isListed(found, settings) ? { raw: body.channel, readable: isReadable(found) } : undefined
}

const answer = z.object({ channel: z.unknown() })

function isListed(found: Conversation, { channelTypes, teamId }: Settings): boolean {
  const { is_im, is_mpim, is_private, context_team_id, shared_team_ids } = found
  const type = is_im ? 'im' : is_mpim ? 'mpim' : is_private ? 'private_channel' : 'public_channel'
  const teams = [context_team_id ?? [], shared_team_ids ?? []].flat()
  return channelTypes.includes(type) && (teamId === undefined || teams.length === 0 || teams.includes(teamId))
}
