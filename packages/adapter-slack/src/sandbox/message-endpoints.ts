import type { Conversation } from './conversations.ts'
import { isTrue, readLimit } from './method.ts'
import type { Call, Method } from './method.ts'
import { SlackError } from './slack-error.ts'
import { fromTs } from './timestamps.ts'
import type { Wire } from './timestamps.ts'
import type { Workspace } from './workspace.ts'

const HISTORY_SCOPES = ['channels:history', 'groups:history', 'im:history', 'mpim:history']
const NON_MARKETPLACE_LIMIT = 15

/** The methods about messages. */
export const messageMethods: readonly Method[] = [
  {
    name: 'conversations.history',
    cites: [
      'openapi GET /conversations.history',
      'sheet: Entities, Incremental, Rate limits',
      'reference docs.slack.dev/methods/conversations.history.json',
      'fixtures events/MessagePayload.json',
    ],
    perMinute: 50,
    json: true,
    scopes: HISTORY_SCOPES,
    run: history,
  },
  {
    name: 'conversations.replies',
    cites: [
      'openapi GET /conversations.replies',
      'sheet: Entities, Incremental, Rate limits',
      'reference docs.slack.dev/methods/conversations.replies.json',
    ],
    perMinute: 50,
    scopes: HISTORY_SCOPES,
    run: replies,
  },
]

function history(call: Call): Wire {
  const { workspace, conversation } = opened(call)
  const limit = limitOf(call, 100, 999)
  const { above, below } = rangeOf(call, workspace)
  const page = call.slack.cursors.page(
    call.args.get('cursor'),
    `next_ts ${conversation.id}`,
    limit,
    (next) => conversation.log.walkDown(next === undefined ? below : Math.min(below, Number(next) + 1), above),
    ({ micros }) => String(micros),
  )
  const hidden = workspace.hiddenUntil()
  return {
    ok: true,
    messages: page.items.map(({ wire }) => wire),
    has_more: page.hasMore,
    pin_count: 0,
    channel_actions_ts: null,
    channel_actions_count: 0,
    // Sheet: Incremental. There is more than the plan shows.
    ...(hidden > 0 && hasAny(conversation.log.walkDown(hidden + 1, 0)) && { is_limited: true }),
    ...page.metadata,
  }
}

function replies(call: Call): Wire {
  const { workspace, conversation } = opened(call)
  const limit = limitOf(call, 1000, 1000)
  const { above, below } = rangeOf(call, workspace)
  const micros = fromTs(call.args.get('ts') ?? '')
  // A parent or a message in the thread (reference: argument ts).
  const parent = micros === undefined ? undefined : (conversation.log.parentOf(micros) ?? micros)
  const first = parent === undefined ? undefined : conversation.log.show(parent)
  if (parent === undefined || first === undefined || parent <= workspace.hiddenUntil()) {
    throw new SlackError('thread_not_found')
  }
  const cursor = call.args.get('cursor')
  const isFirst = cursor === null || cursor === ''
  // On the first page the parent is one of the messages asked for; on others it comes on top.
  const page = call.slack.cursors.page(
    cursor,
    `next_ts ${conversation.id} ${String(parent)}`,
    isFirst ? Math.max(1, limit - 1) : limit,
    (next) =>
      conversation.log
        .replies(parent)
        .filter((one) => one.micros > above && one.micros < below && one.micros >= Number(next ?? 0)),
    (one) => String(one.micros),
  )
  const withParent = isFirst || (call.slack.options.parentInReplies ?? 'every') === 'every'
  return {
    ok: true,
    messages: [...(withParent ? [first] : []), ...page.items.map(({ wire }) => wire)],
    has_more: page.hasMore,
    ...page.metadata,
  }
}

function opened(call: Call): { readonly workspace: Workspace; readonly conversation: Conversation } {
  const found = call.conversation('history')
  // Sheet: Traps. A bot has to be in a channel.
  if (!found.conversation.isMember) throw new SlackError('not_in_channel')
  if (found.conversation.refusal !== undefined) throw new SlackError(found.conversation.refusal)
  return found
}

function limitOf({ args, slack }: Call, usual: number, most: number): number {
  if (slack.options.nonMarketplace !== true) return readLimit(args.get('limit'), usual, most)
  return readLimit(args.get('limit'), NON_MARKETPLACE_LIMIT, NON_MARKETPLACE_LIMIT)
}

/** Bounds that are themselves left out, in microseconds since 1970. */
function rangeOf({ args }: Call, workspace: Workspace): { readonly above: number; readonly below: number } {
  const edge = isTrue(args.get('inclusive')) ? 1 : 0
  const [oldest, latest] = [
    moment(args.get('oldest'), 'invalid_ts_oldest'),
    moment(args.get('latest'), 'invalid_ts_latest'),
  ]
  return {
    above: Math.max(oldest === undefined ? 0 : oldest - edge, workspace.hiddenUntil()),
    below: latest === undefined ? Number.MAX_SAFE_INTEGER : latest + edge,
  }
}

function moment(text: string | null, error: string): number | undefined {
  if (text === null || text === '' || text === 'now') return undefined
  const micros = fromTs(text)
  if (micros === undefined) throw new SlackError(error)
  return micros
}

function hasAny(walk: Iterable<unknown>): boolean {
  for (const _ of walk) return true
  return false
}
