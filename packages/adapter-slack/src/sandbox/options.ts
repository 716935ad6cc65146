import type { SandboxClockOptions, SandboxRateLimit } from '@unioneyes/testkit'
import type { EventOptions } from './events.ts'
import type { TokenOptions } from './tokens.ts'

/** What one imitated workspace holds. Nothing of it is made before somebody asks for it. */
export interface SlackWorkspaceOptions {
  /** @default sandboxTeamId for the first workspace, another for each */
  readonly teamId?: string | undefined
  /** @default 'Northern Works' for the first */
  readonly name?: string | undefined
  /** The same seed gives the same workspace. @default 1 for the first, counting up */
  readonly seed?: number | undefined
  /** Public and private channels together. @default 12 */
  readonly channels?: number | undefined
  /** Direct messages with the bot. @default 2 */
  readonly ims?: number | undefined
  /** Group messages with the bot. @default 1 */
  readonly mpims?: number | undefined
  /** Members beside the bot and Slackbot: people, guests, other bots, and some who were deactivated. @default 30 */
  readonly users?: number | undefined
  /** People of another workspace who write in shared channels. @default 3 */
  readonly strangers?: number | undefined
  /** @default 24 */
  readonly files?: number | undefined
  /** Messages of each conversation as its history shows them: replies come on top. @default 40 */
  readonly messagesPerChannel?: number | undefined
  /** Messages in all, in place of `messagesPerChannel`: spread over the conversations the bot is in, replies on top. */
  readonly messages?: number | undefined
  /** Of how many messages one is the parent of a thread, as a fraction; 0 for no threads. @default 0.1 */
  readonly threadShare?: number | undefined
  /** On average. @default 3 */
  readonly repliesPerThread?: number | undefined
  /** The bot token that is let in. @default sandboxBotToken for the first workspace, another for each */
  readonly token?: string | undefined
  /** Part of an Enterprise Grid organization: ids of people begin with W. @default false */
  readonly enterprise?: boolean | undefined
  /** A free plan: what is older than so many days is hidden, and a history says `is_limited`. */
  readonly historyDays?: number | undefined
}

/** What to imitate, and which of the vendor's habits where there is more than one. The first workspace is described here. */
export interface SlackSandboxOptions extends SlackWorkspaceOptions, SandboxClockOptions {
  /** More than one workspace: how many like the first, or each by itself with these options as defaults. @default 1 */
  readonly workspaces?: number | readonly SlackWorkspaceOptions[] | undefined
  /** Scopes of the tokens. @default sandboxScopes */
  readonly scopes?: readonly string[] | undefined
  /** The token server. @default twelve hours for an access token, and a refresh token good for one use */
  readonly tokens?: TokenOptions | undefined
  /** What deliveries are signed with. @default sandboxSigningSecret */
  readonly signingSecret?: string | undefined
  /** Where deliveries go. Without it there are none until the action `subscribe`. */
  readonly events?: EventOptions | undefined
  /**
   * An app that is sold outside the Marketplace: `conversations.history` and `conversations.replies` give 15 messages at
   * most and are let through once a minute. @default false
   */
  readonly nonMarketplace?: boolean | undefined
  /** Limits by method, each counted per workspace; `*` for those that are not named. They win over all others. */
  readonly rateLimits?: Readonly<Record<string, SandboxRateLimit>> | undefined
  /** Applies the vendor's tiers: 20, 50 or 100 requests a minute by method. @default false */
  readonly tiers?: boolean | undefined
  /** Which clock those limits go by: the provider's, or one that never stops. @default 'provider' */
  readonly limitsBy?: 'provider' | 'machine' | undefined
  /** One limit over everything, for all tests that need any. */
  readonly rateLimit?: SandboxRateLimit | undefined
  /** Of cursor listings every so many-th page is empty and not the last; at least 2. */
  readonly emptyPages?: number | undefined
  /** Of cursor listings every so many-th page has half of what was asked for; at least 1. */
  readonly shortPages?: number | undefined
  /** How the end of a cursor listing is said: a cursor of no text, null, or no `response_metadata`. @default 'empty' */
  readonly endCursorAs?: 'empty' | 'null' | 'absent' | undefined
  /** How long a cursor is good, in milliseconds. @default for ever */
  readonly cursorMs?: number | undefined
  /** `users.list` without `limit` is refused. @default false */
  readonly limitRequired?: boolean | undefined
  /** The first page of `files.list` is empty and the first files are on the second, as was recorded. @default false */
  readonly emptyFirstFilePage?: boolean | undefined
  /** Whether a thread's parent is on each page of its replies or only on the first. The vendor does not say. @default 'every' */
  readonly parentInReplies?: 'every' | 'first' | undefined
  /** Files of strangers are shown by id only and say `check_file_info`, except in `files.info`. @default false */
  readonly checkFileInfo?: boolean | undefined
}

/** The first workspace unless told otherwise. */
export const sandboxTeamId = 'T0NORTHERN1'

/** The bot token a sandbox lets in unless told otherwise. */
export const sandboxBotToken = 'xoxb-sandbox-bot-token-1-5a4db0c5'

/** What deliveries are signed with unless told otherwise. */
export const sandboxSigningSecret = 'sandbox-signing-secret-51ac'

/** The app that is installed in every workspace. */
export const sandboxAppId = 'A0SANDBOX01'

/** The organization that workspaces belong to when they belong to one. */
export const sandboxEnterpriseId = 'E0NORTHERN1'

/** The least scopes for reading channels, messages, people and files (sheet: Auth). Direct messages are not among them. */
export const sandboxScopes: readonly string[] = [
  'channels:read',
  'groups:read',
  'channels:history',
  'groups:history',
  'users:read',
  'users:read.email',
  'files:read',
  'team:read',
]
