import { defineSandbox } from '@unioneyes/testkit'
import type { SandboxDefinition } from '@unioneyes/testkit'
import { createActions } from './sandbox/actions.ts'
import { authMethods, oauthMethods } from './sandbox/auth-endpoints.ts'
import { conversationMethods } from './sandbox/conversation-endpoints.ts'
import type { Events } from './sandbox/events.ts'
import { fileMethods } from './sandbox/file-endpoints.ts'
import { messageMethods } from './sandbox/message-endpoints.ts'
import { methodRoutes, openRoutes } from './sandbox/method.ts'
import type { SlackSandboxOptions } from './sandbox/options.ts'
import { createSlack } from './sandbox/slack.ts'
import type { Slack } from './sandbox/slack.ts'
import { dialect } from './sandbox/slack-error.ts'
import type { Tokens } from './sandbox/tokens.ts'
import { userMethods } from './sandbox/user-endpoints.ts'

export type { SlackTruth } from './sandbox/actions.ts'
export type { NewChannel } from './sandbox/channel-actions.ts'
export { envelopeOf, handshakeOf, rateLimitNoticeOf, signDelivery } from './sandbox/delivery.ts'
export type { EnvelopeOptions, Signing } from './sandbox/delivery.ts'
export type { EventOptions, RetryReason, SandboxDelivery } from './sandbox/events.ts'
export type { NewMessage } from './sandbox/message-actions.ts'
export {
  sandboxAppId,
  sandboxBotToken,
  sandboxEnterpriseId,
  sandboxScopes,
  sandboxSigningSecret,
  sandboxTeamId,
} from './sandbox/options.ts'
export type { SlackSandboxOptions, SlackWorkspaceOptions } from './sandbox/options.ts'
export { sandboxClient } from './sandbox/tokens.ts'
export type { IssuedGrant, TokenCounts, TokenOptions } from './sandbox/tokens.ts'
export type { Slack } from './sandbox/slack.ts'
export type { Wire } from './sandbox/timestamps.ts'

/** What can be done to the imitated workspaces. Ids are text, as the vendor writes them. */
export type SlackActions = ReturnType<typeof createActions> & Tokens['actions'] & Events['actions']

/**
 * An imitation of Slack built from vendor facts, for development and tests without credentials. `openapi` in a citation is
 * the vendor's own specification of the Web API (slackapi/slack-api-specs, 2021-09, base path /api); `sheet` is the project's
 * fact sheet on Slack; `fixtures` the vendor's own samples (slackapi/java-slack-sdk, json-logs/samples, values blanked);
 * `reference` the scraped reference that the sheet names (slack-ruby/slack-api-ref, 2026).
 */
export function slackSandbox(options: SlackSandboxOptions = {}): SandboxDefinition<Slack, SlackActions> {
  return defineSandbox<Slack, SlackActions>({
    provider: 'slack',
    createState: () => createSlack(options),
    actions: (slack) => ({ ...createActions(slack), ...slack.tokens.actions, ...slack.events.actions }),
    rateLimit: options.rateLimit,
    dialect,
    headers: (slack) => ({ date: slack.dateHeader() }),
    routes: [
      ...[...authMethods, ...conversationMethods, ...messageMethods, ...userMethods, ...fileMethods].flatMap(
        methodRoutes,
      ),
      ...oauthMethods.flatMap(openRoutes),
    ],
  })
}
