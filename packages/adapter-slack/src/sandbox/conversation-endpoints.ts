import type { Conversation, ConversationType } from './conversations.ts'
import { isTrue, readLimit, scopeFamily } from './method.ts'
import type { Call, Method } from './method.ts'
import { SlackError } from './slack-error.ts'
import type { Wire } from './timestamps.ts'
import type { Workspace } from './workspace.ts'

const READ_SCOPES = ['channels:read', 'groups:read', 'im:read', 'mpim:read']

/** The methods about conversations and who is in them. */
export const conversationMethods: readonly Method[] = [
  {
    name: 'conversations.list',
    cites: [
      'openapi GET /conversations.list',
      'sheet: Entities, Pagination',
      'fixtures api/conversations.list.json',
      'reference docs.slack.dev/methods/conversations.list.json',
    ],
    perMinute: 20,
    scopes: READ_SCOPES,
    run(call) {
      const limit = call.args.get('limit')
      // An integer under 1000 (reference; the specification of 2021 said no larger than 1000).
      if (limit !== null && Number(limit) >= 1000) throw new SlackError('invalid_limit')
      return list(call, 'team', () => true, false)
    },
  },
  {
    name: 'users.conversations',
    cites: [
      'openapi GET /users.conversations',
      'sheet: Entities, Pagination',
      'fixtures api/users.conversations.json',
      'reference docs.slack.dev/methods/users.conversations.json',
    ],
    perMinute: 50,
    scopes: READ_SCOPES,
    run(call) {
      const { conversations, people } = call.workspace()
      const user = call.args.get('user')
      if (user === null) return list(call, 'mine', ({ isMember }) => isMember, true)
      if (people.find(user) === undefined) throw new SlackError('user_not_found')
      return list(call, 'mine', (one) => conversations.hasMember(one, user), true)
    },
  },
  {
    name: 'conversations.info',
    cites: ['openapi GET /conversations.info', 'fixtures api/conversations.info.json'],
    perMinute: 50,
    scopes: READ_SCOPES,
    run(call) {
      const { workspace, conversation } = call.conversation('read')
      const channel = workspace.conversations.show(conversation, {
        members: isTrue(call.args.get('include_num_members')),
      })
      if (!isTrue(call.args.get('include_num_members'))) delete channel.num_members
      return { ok: true, channel: { ...channel, ...(isTrue(call.args.get('include_locale')) && { locale: 'en-US' }) } }
    },
  },
  {
    name: 'conversations.members',
    cites: [
      'openapi GET /conversations.members',
      'sheet: Entities, Pagination',
      'fixtures api/conversations.members.json',
    ],
    perMinute: 100,
    scopes: READ_SCOPES,
    run(call) {
      const { workspace, conversation } = call.conversation('read')
      const limit = readLimit(call.args.get('limit'), 100, 1000)
      const members = workspace.conversations.members(conversation)
      const page = call.slack.cursors.page(
        call.args.get('cursor'),
        `user_id ${conversation.id}`,
        limit,
        // Somebody who has left meanwhile leaves the place to whoever stood behind them.
        (next) => (next === undefined ? members : members.slice(Math.max(0, members.indexOf(next)))),
        (id) => id,
      )
      return { ok: true, members: page.items, ...page.metadata }
    },
  },
]

function list(call: Call, kind: string, isWanted: (one: Conversation) => boolean, listed: boolean): Wire {
  const workspace = call.workspace()
  const types = readTypes(call.args.get('types'))
  call.needs(...types.map((type) => `${scopeFamily[type]}:read`))
  const limit = readLimit(call.args.get('limit'), 100, 999)
  const withoutArchived = isTrue(call.args.get('exclude_archived'))
  const wanted = workspace.conversations
    .visible()
    .filter((one) => types.includes(one.type) && isWanted(one) && !(withoutArchived && one.isArchived))
  const page = call.slack.cursors.page(
    call.args.get('cursor'),
    kind,
    limit,
    (next) => from(wanted, next, workspace),
    ({ id }) => id,
  )
  return {
    ok: true,
    channels: page.items.map((one) => workspace.conversations.show(one, { listed })),
    ...page.metadata,
  }
}

function from(
  wanted: readonly Conversation[],
  next: string | undefined,
  workspace: Workspace,
): readonly Conversation[] {
  if (next === undefined) return wanted
  const place = workspace.conversations.placeOf(next)
  // Its id was changed while a listing was under way: the cursor leads nowhere.
  if (place === undefined) throw new SlackError('invalid_cursor')
  return wanted.filter(({ n }) => n >= place)
}

function readTypes(text: string | null): readonly ConversationType[] {
  if (text === null || text === '') return ['public_channel']
  const types = text.split(',').map((one) => one.trim())
  return types.map((one) => {
    if (one === 'public_channel' || one === 'private_channel' || one === 'im' || one === 'mpim') return one
    throw new SlackError('invalid_types')
  })
}
