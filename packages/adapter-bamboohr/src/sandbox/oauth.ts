import { jsonResponse } from '@unioneyes/testkit'
import type { SandboxRequest, SandboxResponse } from '@unioneyes/testkit'

/** How the imitated token server behaves. The vendor tells the fields and says that refresh tokens may rotate; the rest varies. */
export interface TokenOptions {
  /** The app that may ask. @default sandboxClient */
  readonly client?: { readonly clientId: string; readonly clientSecret: string } | undefined
  /** How long an access token lives, in milliseconds. @default one hour, as in the vendor's examples */
  readonly accessTokenMs?: number | undefined
  /**
   * What becomes of a refresh token that was used: it is worth nothing (`invalidate`), good for `graceMs` more (`grace`), or
   * stays the one there is (`keep`). @default 'invalidate'
   */
  readonly rotation?: 'invalidate' | 'grace' | 'keep' | undefined
  /** @default 60_000 */
  readonly graceMs?: number | undefined
  /** How `expires_in` is written. @default 'number' */
  readonly expiresInAs?: 'number' | 'text' | 'zero' | 'absent' | undefined
}

/** The app that a sandbox lets ask for tokens unless told otherwise. */
export const sandboxClient = { clientId: 'sandbox-client', clientSecret: 'sandbox-client-secret-6b1f' }

/** Tokens as a connection is saved with them. */
export interface IssuedGrant {
  readonly accessToken: string
  readonly refreshToken: string
  /** By the company's clock, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** What the token server did so far. */
export interface TokenCounts {
  /** Requests that got new tokens. */
  readonly renewed: number
  /** Requests that were refused for their refresh token. */
  readonly refused: number
}

/** The tokens of one imitated company. */
export type Tokens = ReturnType<typeof createTokens>

interface Access {
  endsAt: number
}

interface Refresh {
  /** Undefined as long as it is the latest. */
  endsAt: number | undefined
}

/** Opens a token server. @param now the company's clock */
export function createTokens(options: TokenOptions, now: () => number) {
  const { client = sandboxClient, accessTokenMs = 3_600_000, rotation = 'invalidate', graceMs = 60_000 } = options
  const access = new Map<string, Access>()
  const refresh = new Map<string, Refresh>()
  let issued = 0
  let renewed = 0
  let refused = 0

  function issue(kept?: string): IssuedGrant {
    issued += 1
    const accessToken = `sandbox-access-${String(issued)}-${secretPart()}`
    const refreshToken = kept ?? `sandbox-refresh-${String(issued)}-${secretPart()}`
    const expiresAt = now() + accessTokenMs
    access.set(accessToken, { endsAt: expiresAt })
    refresh.set(refreshToken, { endsAt: undefined })
    return { accessToken, refreshToken, expiresAt }
  }

  function renew(refreshToken: string): SandboxResponse {
    const found = refresh.get(refreshToken)
    if (!found || (found.endsAt ?? Number.POSITIVE_INFINITY) <= now()) {
      refused += 1
      return oauthError(400, 'invalid_grant', 'The refresh token is invalid or was used before.')
    }
    renewed += 1
    if (rotation !== 'keep') found.endsAt ??= rotation === 'grace' ? now() + graceMs : now()
    const next = issue(rotation === 'keep' ? refreshToken : undefined)
    return jsonResponse({
      access_token: next.accessToken,
      refresh_token: next.refreshToken,
      ...expiresIn(),
      token_type: 'Bearer',
      scope: 'offline_access employee employee_directory',
    })
  }

  function expiresIn(): { readonly expires_in?: number | string } {
    const seconds = Math.floor(accessTokenMs / 1000)
    switch (options.expiresInAs ?? 'number') {
      case 'number':
        return { expires_in: seconds }
      case 'text':
        return { expires_in: String(seconds) }
      case 'zero':
        return { expires_in: 0 }
      case 'absent':
        return {}
    }
  }

  return {
    /** Whether a request carries an access token that is good now (sheet: Auth, API header). */
    admits(request: SandboxRequest): boolean {
      const [scheme, token = ''] = (request.headers.authorization ?? '').split(' ')
      return scheme === 'Bearer' && (access.get(token)?.endsAt ?? 0) > now()
    },
    /** `POST /token.php?request=token` with a refresh token. Refusals as in RFC 6749, 5.2: the vendor describes none. */
    answer(request: SandboxRequest): SandboxResponse {
      if (request.query.get('request') !== 'token') return { status: 404 }
      const form = new URLSearchParams(Buffer.from(request.body).toString())
      if (form.get('client_id') !== client.clientId || form.get('client_secret') !== client.clientSecret) {
        return oauthError(401, 'invalid_client', 'Unknown client.')
      }
      if (form.get('grant_type') !== 'refresh_token') return oauthError(400, 'unsupported_grant_type', 'Not here.')
      return renew(form.get('refresh_token') ?? '')
    },
    actions: {
      /** A grant as a company's administrator would have given it. */
      issueGrant: (): IssuedGrant => issue(),
      /** Every access token ends now; refresh tokens stay. */
      expireAccessTokens: (): void => {
        for (const token of access.values()) token.endsAt = now()
      },
      /** The administrator takes back every grant: nothing is accepted any more, nor renewed. */
      revokeGrants: (): void => {
        access.clear()
        refresh.clear()
      },
      tokenCounts: (): TokenCounts => ({ renewed, refused }),
    },
  }
}

// Of no use outside a sandbox, and different in each, so that a token of one is not taken by another.
const secretPart = (): string => crypto.randomUUID().replaceAll('-', '')

function oauthError(status: number, error: string, description: string): SandboxResponse {
  return jsonResponse({ error, error_description: description }, status)
}
