import { defineApi, grantFields, hasGrant } from '@unioneyes/adapter-kit'
import type { AnswerView, RefusalDetail } from '@unioneyes/adapter-kit'
import { z } from 'zod'

const channelTypes = ['public_channel', 'private_channel', 'mpim', 'im'] as const

const settings = z.object({
  /** The workspace, as in `T024BE7LD`: whose events the connection takes. Needed with a token for a whole organization. */
  teamId: z
    .string()
    .regex(/^T[A-Z0-9]+$/, 'expected the id of a workspace: T and letters or digits')
    .optional(),
  /** The Enterprise Grid organization, as in `E024BE7LD`, where the app is installed for all of it. */
  enterpriseId: z
    .string()
    .regex(/^E[A-Z0-9]+$/, 'expected the id of an organization: E and letters or digits')
    .optional(),
  /** Which conversations to read. Direct ones need the scopes `im:` and `mpim:`. */
  channelTypes: z.array(z.enum(channelTypes)).min(1).default(['public_channel', 'private_channel']),
  /**
   * What becomes of the messages of a channel that the app does not see any more. Slack does not say whether it was deleted, or is
   * private and the app was removed from it: `keep` keeps them, and with `delete` they are gone with the next full sync.
   */
  unseenChannels: z.enum(['keep', 'delete']).default('keep'),
  /**
   * How Slack limits the app: `marketplace` for one that is listed there or that the customer built for itself, `unlisted` for
   * one that is distributed without being listed: history then comes 15 messages a minute.
   */
  distribution: z.enum(['marketplace', 'unlisted']).default('marketplace'),
  /** Records to a page. Slack recommends at most 200, and gives at most 999. */
  pageSize: z.int().min(2).max(999).default(200),
  /** How far back an incremental sync reads channels again, for edits, deletions and new replies to older messages. */
  messageBackDays: z.int().min(0).max(3650).default(30),
  /** How far back it reads a thread again in which nothing new was said, for edits and deletions of replies. */
  threadBackDays: z.int().min(0).max(3650).default(1),
})

/** The settings of a Slack connection. */
export type Settings = z.output<typeof settings>

const TIERS = 'Slack: rate limits, for each method and workspace'
const unlisted = ({ distribution }: Settings): boolean => distribution === 'unlisted'
const history = ['api/conversations.history', 'api/conversations.replies']

/** Where Slack's Web API lives, how to sign in, how fast we may go and how to check it. */
export const api = defineApi({
  credentials: z.object(grantFields).refine(hasGrant, {
    path: ['accessToken'],
    message: 'expected the accessToken of a bot, with its refreshToken where the app rotates tokens',
  }),
  settings,
  env: { accessToken: 'SLACK_BOT_TOKEN', teamId: 'SLACK_TEAM_ID' },
  baseUrl: 'https://slack.com/',
  auth: {
    kind: 'oauth2',
    tokenUrl: 'api/oauth.v2.access',
    clientEnv: { clientId: 'SLACK_CLIENT_ID', clientSecret: 'SLACK_CLIENT_SECRET' },
    endedBy: ['invalid_refresh_token', 'token_revoked', 'account_inactive'],
  },
  rateLimit: [
    { requests: 20, per: 'minute', each: ['api/conversations.list', 'api/users.list'], source: `${TIERS}, tier 2` },
    { requests: 50, per: 'minute', each: ['api/files.list'], source: `${TIERS}, tier 3` },
    { requests: 50, per: 'minute', each: history, when: (of) => !unlisted(of), source: `${TIERS}, tier 3` },
    {
      requests: 1,
      per: 'minute',
      each: history,
      when: unlisted,
      source: 'Slack, since 2025-05-29, for apps that are distributed without being listed in its Marketplace',
    },
    { requests: 50, per: 'minute', each: ['api/conversations.info'], source: `${TIERS}, tier 3` },
    { requests: 100, per: 'minute', each: ['api/users.info', 'api/files.info'], source: `${TIERS}, tier 4` },
  ],
  check: (http) => http.get('api/auth.test'),
  readError,
  // Nearly everything that Slack refuses comes with status 200.
  errorsInSuccess: true,
})

const words = (text: string): readonly string[] => text.split(' ')

// What Slack's words stand for; whatever is not here is a request that it does not accept.
const STATUSES = new Map<string, number>([
  ...words(
    'invalid_auth not_authed account_inactive token_revoked token_expired no_permission org_login_required team_access_not_granted not_allowed_token_type two_factor_setup_required',
  ).map((word) => [word, 401] as const),
  ...words('missing_scope enterprise_is_restricted ekm_access_denied accesslimited').map(
    (word) => [word, 403] as const,
  ),
  // A conversation, person or file that is not there, or not there for the app.
  ...words(
    'not_in_channel channel_not_found is_archived channel_is_limited_access access_denied user_not_found users_not_found user_not_visible file_not_found file_deleted',
  ).map((word) => [word, 404] as const),
  // A message in a conversation that is there.
  ...words('thread_not_found message_not_found').map((word) => [word, 410] as const),
  ...words('ratelimited rate_limited').map((word) => [word, 429] as const),
  ...words('internal_error fatal_error service_unavailable request_timeout team_added_to_org').map(
    (word) => [word, 503] as const,
  ),
])

const refusal = z.object({
  ok: z.literal(false),
  error: z.string(),
  needed: z.string().nullish(),
  provided: z.string().nullish(),
})

function readError(answer: AnswerView): RefusalDetail | undefined {
  const { error, needed, provided } = refusal.safeParse(answer.jsonOrNothing()).data ?? {}
  if (error === undefined) return undefined
  const scopes = needed ? `: it needs the scope ${needed}, and has ${provided ?? 'none'}` : ''
  return {
    code: error === 'invalid_cursor' ? 'CURSOR_EXPIRED' : undefined,
    status: STATUSES.get(error),
    message: `${error}${scopes}`,
  }
}
