import { basicCredentials } from '@unioneyes/testkit'
import type { SandboxRequest, TokenPair } from '@unioneyes/testkit'
import { sandboxAppId, sandboxEnterpriseId, sandboxScopes } from './options.ts'
import { SlackError } from './slack-error.ts'
import type { Wire } from './timestamps.ts'
import type { Workspace } from './workspace.ts'

/** How the imitated token server behaves. */
export interface TokenOptions {
  /** The app that may ask. @default sandboxClient */
  readonly client?: { readonly clientId: string; readonly clientSecret: string } | undefined
  /** How long an access token lives, in milliseconds. @default twelve hours */
  readonly accessTokenMs?: number | undefined
  /** Whether a code is exchanged for tokens that rotate: an app opts in, and never out again. @default true */
  readonly rotating?: boolean | undefined
}

/** The app that a sandbox lets ask for tokens unless told otherwise. */
export const sandboxClient = { clientId: '1403.2281', clientSecret: 'sandbox-client-secret-6b1f' }

/** Tokens as a connection is saved with them. */
export interface IssuedGrant extends TokenPair {
  readonly teamId: string
}

/** What the token server did so far. */
export interface TokenCounts {
  /** Refresh tokens that were exchanged. */
  readonly renewed: number
  /** Requests that were refused for their refresh token. */
  readonly refused: number
  /** Static tokens that were exchanged for rotating ones. */
  readonly exchanged: number
  /** Codes that were exchanged. */
  readonly installed: number
}

/** The app in one workspace, or in the whole organization. */
interface Installation {
  /** Undefined for the whole organization. */
  readonly workspace: Workspace | undefined
  scopes: readonly string[]
  /** Rotating access tokens that are good, the latest last. */
  active: string[]
  refresh: string | undefined
}

/** What a token stands for. */
export interface Grant {
  readonly workspace: Workspace | undefined
  readonly scopes: readonly string[]
  /** By the provider's clock, in milliseconds since 1970; undefined for a token that does not end. */
  readonly expiresAt: number | undefined
  /** For limits that are counted by workspace. */
  readonly key: string
}

interface Token {
  readonly installation: Installation
  readonly endsAt: number | undefined
  isRevoked: boolean
  isExchanged: boolean
}

/** The tokens of one sandbox. */
export type Tokens = ReturnType<typeof createTokens>

const TWELVE_HOURS = 43_200_000
/** Sheet: Auth, from a third party. */
const MOST_ACTIVE = 2

/** Opens the token server. @param now milliseconds since 1970 */
export function createTokens(
  options: TokenOptions,
  scopes: readonly string[] | undefined,
  workspaces: readonly Workspace[],
  now: () => number,
) {
  const { client = sandboxClient, accessTokenMs = TWELVE_HOURS } = options
  const tokens = new Map<string, Token>()
  const refreshes = new Map<string, Installation>()
  const codes = new Map<string, { readonly installation: Installation; readonly redirectUri: string | undefined }>()
  const installations: Installation[] = []
  const inactive = new Set<string>()
  let usual: readonly string[] = scopes ?? sandboxScopes
  const counts = { renewed: 0, refused: 0, exchanged: 0, installed: 0 }
  let issued = 0

  function install(workspace: Workspace | undefined, wanted: readonly string[] = usual): Installation {
    const installation = { workspace, scopes: wanted, active: [], refresh: undefined }
    installations.push(installation)
    return installation
  }

  function admit(token: string, installation: Installation, endsAt?: number): string {
    tokens.set(token, { installation, endsAt, isRevoked: false, isExchanged: false })
    return token
  }

  for (const workspace of workspaces) admit(workspace.token, install(workspace))

  function rotate(installation: Installation): { readonly access: string; readonly refresh: string } {
    issued += 1
    const access = admit(`xoxe.xoxb-1-sandbox-${String(issued)}-${secretPart()}`, installation, now() + accessTokenMs)
    const refresh = `xoxe-1-sandbox-${String(issued)}-${secretPart()}`
    if (installation.refresh !== undefined) refreshes.delete(installation.refresh)
    installation.refresh = refresh
    refreshes.set(refresh, installation)
    installation.active.push(access)
    while (installation.active.length > MOST_ACTIVE) revoke(installation.active.shift() ?? '')
    return { access, refresh }
  }

  function revoke(text: string): boolean {
    const token = tokens.get(text)
    if (!token) return false
    token.isRevoked = true
    return true
  }

  function end(installation: Installation): void {
    for (const token of tokens.values()) if (token.installation === installation) token.isRevoked = true
    if (installation.refresh !== undefined) refreshes.delete(installation.refresh)
    installation.refresh = undefined
    installation.active = []
  }

  const keyOf = ({ workspace }: Installation): string => workspace?.teamId ?? sandboxEnterpriseId

  /** The grant of a token; throws the vendor's reason why there is none (sheet: Errors). */
  function grantOf(text: string): Grant {
    const token = tokens.get(text)
    if (!token) throw new SlackError('invalid_auth')
    const { installation, endsAt } = token
    if (inactive.has(keyOf(installation))) throw new SlackError('account_inactive')
    if (token.isRevoked) throw new SlackError('token_revoked')
    if (endsAt !== undefined && endsAt <= now()) throw new SlackError('token_expired')
    const { workspace } = installation
    return { workspace, scopes: installation.scopes, expiresAt: endsAt, key: keyOf(installation) }
  }

  // Recorded shape: fixtures api/oauth.v2.access.json; values: specification, GET /oauth.v2.access.
  function installed(installation: Installation, access: string, refresh: string | undefined): Wire {
    const { workspace } = installation
    const home = workspace ?? workspaces[0]
    return {
      ok: true,
      app_id: sandboxAppId,
      authed_user: { id: home?.people.founderId(0) },
      scope: installation.scopes.join(','),
      token_type: 'bot',
      access_token: access,
      bot_user_id: home?.people.botUserId,
      ...(refresh !== undefined && { refresh_token: refresh, expires_in: Math.floor(accessTokenMs / 1000) }),
      team: workspace ? { id: workspace.teamId, name: workspace.name } : null,
      enterprise: home?.enterprise === true ? { id: sandboxEnterpriseId, name: 'Northern Federation' } : null,
      is_enterprise_install: workspace === undefined,
    }
  }

  function checkClient(args: URLSearchParams, request: SandboxRequest): void {
    const { user, password } = basicCredentials(request) ?? {
      user: args.get('client_id'),
      password: args.get('client_secret'),
    }
    if (user !== client.clientId) throw new SlackError('invalid_client_id')
    if (password !== client.clientSecret) throw new SlackError('bad_client_secret')
  }

  const workspaceOf = (teamId: string | undefined): Workspace | undefined => {
    const found = teamId === undefined ? workspaces[0] : workspaces.find((one) => one.teamId === teamId)
    if (!found) throw new Error(`The sandbox has no workspace ${teamId ?? ''}.`)
    return found
  }

  return {
    grantOf,
    /** Makes the token of a workspace that was added later. */
    admitWorkspace(workspace: Workspace): void {
      admit(workspace.token, install(workspace))
    },
    /** Ends a token. */
    revoke,
    /** `oauth.v2.access`: a code or a refresh token for tokens. */
    access(args: URLSearchParams, request: SandboxRequest): Wire {
      checkClient(args, request)
      const grantType = args.get('grant_type') ?? 'authorization_code'
      if (grantType === 'authorization_code') {
        const code = args.get('code') ?? ''
        const known = codes.get(code)
        if (!known) throw new SlackError('invalid_code')
        if (known.redirectUri !== undefined && known.redirectUri !== args.get('redirect_uri')) {
          throw new SlackError('bad_redirect_uri')
        }
        codes.delete(code)
        counts.installed += 1
        if (options.rotating === false) {
          issued += 1
          return installed(
            known.installation,
            admit(`xoxb-sandbox-${String(issued)}-${secretPart()}`, known.installation),
            undefined,
          )
        }
        const pair = rotate(known.installation)
        return installed(known.installation, pair.access, pair.refresh)
      }
      if (grantType !== 'refresh_token') throw new SlackError('invalid_grant_type')
      const installation = refreshes.get(args.get('refresh_token') ?? '')
      if (!installation) {
        counts.refused += 1
        throw new SlackError('invalid_refresh_token')
      }
      counts.renewed += 1
      const pair = rotate(installation)
      return installed(installation, pair.access, pair.refresh)
    },
    /** `oauth.v2.exchange`: a static token for tokens that rotate, once. */
    exchange(args: URLSearchParams, request: SandboxRequest, text: string): Wire {
      checkClient(args, request)
      const token = tokens.get(text)
      if (!token || token.endsAt !== undefined) throw new SlackError('invalid_token')
      if (token.isExchanged) throw new SlackError('token_already_exchanged')
      if (token.isRevoked) throw new SlackError('authorization_not_found')
      token.isExchanged = true
      counts.exchanged += 1
      const pair = rotate(token.installation)
      return installed(token.installation, pair.access, pair.refresh)
    },
    actions: {
      /** A rotating grant, as an administrator would have given it. @param teamId the first workspace's by default */
      issueGrant(teamId?: string): IssuedGrant {
        const workspace = workspaceOf(teamId)
        const installation = install(workspace)
        const { access, refresh } = rotate(installation)
        return {
          accessToken: access,
          refreshToken: refresh,
          expiresAt: now() + accessTokenMs,
          teamId: workspace?.teamId ?? '',
        }
      },
      /** A token that does not end. @param scopes those of the sandbox by default */
      issueToken(teamId?: string, wanted?: readonly string[]): string {
        issued += 1
        return admit(`xoxb-sandbox-${String(issued)}-${secretPart()}`, install(workspaceOf(teamId), wanted))
      },
      /** A token of the whole organization: most listings want a `team_id` with it. */
      issueOrgToken(): string {
        issued += 1
        return admit(`xoxb-sandbox-org-${String(issued)}-${secretPart()}`, install(undefined))
      },
      /** A code, as it comes back from the vendor's sign-in page. */
      issueCode(teamId?: string, redirectUri?: string): string {
        issued += 1
        const code = `sandbox-code-${String(issued)}-${secretPart()}`
        codes.set(code, { installation: install(workspaceOf(teamId)), redirectUri })
        return code
      },
      /** Every rotating access token ends now; refresh tokens stay. */
      expireAccessTokens(): void {
        for (const [text, token] of tokens) {
          if (token.endsAt !== undefined) tokens.set(text, { ...token, endsAt: Math.min(token.endsAt, now()) })
        }
      },
      /** Every grant is taken back: nothing is accepted any more (`token_revoked`), nor renewed. */
      revokeGrants(): void {
        for (const installation of installations) end(installation)
      },
      /** The bot of a workspace, or its whole account, is switched off: `account_inactive`. */
      deactivateAccount(teamId?: string, on = true): void {
        const key = workspaceOf(teamId)?.teamId ?? ''
        if (on) inactive.add(key)
        else inactive.delete(key)
      },
      /** The app has these scopes, in every workspace. */
      setScopes(wanted: readonly string[]): void {
        usual = wanted
        for (const installation of installations) installation.scopes = wanted
      },
      tokenCounts: (): TokenCounts => ({ ...counts }),
    },
    /** What the app may do in general: decides which events it is told of. */
    usualScopes: (): readonly string[] => usual,
    /** Takes back what a workspace gave. */
    endWorkspace(workspace: Workspace): void {
      for (const installation of installations) if (installation.workspace === workspace) end(installation)
    },
  }
}

// Of no use outside a sandbox, and different in each, so that a token of one is not taken by another.
const secretPart = (): string => crypto.randomUUID().replaceAll('-', '')
