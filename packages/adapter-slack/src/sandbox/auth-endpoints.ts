import { bearerToken } from '@unioneyes/testkit'
import type { Method, OpenMethod } from './method.ts'
import { isTrue } from './method.ts'
import { sandboxAppId, sandboxEnterpriseId } from './options.ts'
import { SlackError } from './slack-error.ts'
import type { Workspace } from './workspace.ts'
import { domainOf } from './workspace.ts'

/** The methods about the token itself and the workspace it is of. */
export const authMethods: readonly Method[] = [
  {
    name: 'auth.test',
    cites: ['openapi GET /auth.test', 'sheet: Base URL / health', 'fixtures api/auth.test.json'],
    perMinute: undefined,
    json: true,
    scopes: [],
    run({ grant, slack }) {
      const home = grant.workspace ?? slack.workspace()
      return {
        ok: true,
        url: `https://${domainOf(home.place)}.slack.com/`,
        team: grant.workspace ? home.name : 'Northern Federation',
        user: 'sync',
        // No source says what a token of the organization gets here; it has no workspace of its own.
        team_id: grant.workspace ? home.teamId : sandboxEnterpriseId,
        user_id: home.people.botUserId,
        bot_id: home.people.botId,
        app_id: sandboxAppId,
        is_enterprise_install: grant.workspace === undefined,
        ...(home.enterprise && { enterprise_id: sandboxEnterpriseId }),
        ...(grant.expiresAt !== undefined && { expires_in: Math.floor((grant.expiresAt - slack.now()) / 1000) }),
      }
    },
  },
  {
    name: 'team.info',
    cites: ['openapi GET /team.info', 'sheet: Base URL / health', 'fixtures api/team.info.json'],
    perMinute: 50,
    json: true,
    scopes: ['team:read'],
    run(call) {
      call.needs('team:read')
      const { grant, slack, args } = call
      const id = args.get('team')
      const reachable: readonly Workspace[] = grant.workspace
        ? [grant.workspace]
        : slack.workspaces.filter(({ enterprise }) => enterprise)
      const found = id === null ? reachable[0] : reachable.find(({ teamId }) => teamId === id)
      if (!found) throw new SlackError('team_not_found')
      return { ok: true, team: found.show() }
    },
  },
  {
    name: 'auth.revoke',
    cites: ['openapi GET /auth.revoke', 'sheet: Auth'],
    perMinute: 50,
    scopes: [],
    run({ slack, args, token }) {
      const isTrial = isTrue(args.get('test'))
      return { ok: true, revoked: !isTrial && slack.tokens.revoke(token) }
    },
  },
]

/** The methods of the token server. */
export const oauthMethods: readonly OpenMethod[] = [
  {
    name: 'oauth.v2.access',
    cites: [
      'openapi GET /oauth.v2.access',
      'sheet: Auth',
      'fixtures api/oauth.v2.access.json',
      'reference docs.slack.dev/methods/oauth.v2.access.json',
    ],
    run: (args, request, slack) => slack.tokens.access(args, request),
  },
  {
    name: 'oauth.v2.exchange',
    cites: [
      'sheet: Auth (oauth.v2.exchange)',
      'fixtures api/oauth.v2.exchange.json',
      'reference docs.slack.dev/methods/oauth.v2.exchange.json',
    ],
    run(args, request, slack) {
      const token = args.get('token') ?? bearerToken(request)
      if (token === undefined || token === '') throw new SlackError('not_authed')
      return slack.tokens.exchange(args, request, token)
    },
  },
]
