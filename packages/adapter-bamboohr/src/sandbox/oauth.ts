import { bearerToken, createTokenBook, jsonResponse, oauthError } from '@unioneyes/testkit'
import type { SandboxRequest, SandboxResponse, TokenPair } from '@unioneyes/testkit'

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
export type IssuedGrant = TokenPair

/** What the token server did so far. */
export interface TokenCounts {
  /** Requests that got new tokens. */
  readonly renewed: number
  /** Requests that were refused for their refresh token. */
  readonly refused: number
}

/** The tokens of one imitated company. */
export type Tokens = ReturnType<typeof createTokens>

/** Opens a token server. @param now the company's clock */
export function createTokens(options: TokenOptions, now: () => number) {
  const { client = sandboxClient, accessTokenMs = 3_600_000, rotation = 'invalidate', graceMs = 60_000 } = options
  const book = createTokenBook<'company'>(now, {
    accessTokenMs,
    rotates: () => rotation !== 'keep',
    graceMs: rotation === 'grace' ? graceMs : 0,
  })

  function renew(refreshToken: string): SandboxResponse {
    const renewed = book.renew(refreshToken)
    if (!renewed) return oauthError(400, 'invalid_grant', 'The refresh token is invalid or was used before.')
    return jsonResponse({
      access_token: renewed.tokens.accessToken,
      refresh_token: renewed.tokens.refreshToken,
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
      return book.find(bearerToken(request) ?? '') !== undefined
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
      issueGrant: (): IssuedGrant => book.issue('company').tokens,
      /** Every access token ends now; refresh tokens stay. */
      expireAccessTokens: (): void => book.expireAccessTokens(),
      /** The administrator takes back every grant: nothing is accepted any more, nor renewed. */
      revokeGrants: (): void => book.revoke(),
      tokenCounts: (): TokenCounts => {
        const { renewed, refused } = book.counts()
        return { renewed, refused }
      },
    },
  }
}
