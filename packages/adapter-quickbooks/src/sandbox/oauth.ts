import { basicCredentials, bearerToken, createTokenBook, jsonResponse, oauthError } from '@unioneyes/testkit'
import type { IssuedTokens, SandboxRequest, SandboxResponse, TokenPair } from '@unioneyes/testkit'

/** How the imitated token server behaves. The vendor says that the refresh token may change, and not when. */
export interface TokenOptions {
  /** The app that may ask. @default sandboxClient */
  readonly client?: { readonly clientId: string; readonly clientSecret: string } | undefined
  /** How long an access token lives, in milliseconds. @default one hour */
  readonly accessTokenMs?: number | undefined
  /** How long a refresh token lives after its last use, in milliseconds. @default 101 days */
  readonly refreshTokenMs?: number | undefined
  /** When a renewal brings another refresh token: each time, when the present one is 24 hours old, or never. @default 'daily' */
  readonly rotation?: 'each' | 'daily' | 'never' | undefined
  /** What becomes of the one before: it is worth nothing (`dies`), or good for `graceMs` more. @default 'dies' */
  readonly old?: 'dies' | 'grace' | undefined
  /** @default 86_400_000 */
  readonly graceMs?: number | undefined
}

/** The app that a sandbox lets ask for tokens unless told otherwise. */
export const sandboxClient = { clientId: 'sandbox-client', clientSecret: 'sandbox-client-secret-d41c' }

/** Tokens as a connection is saved with them. */
export interface IssuedGrant extends TokenPair {
  /** The company that the grant is for. */
  readonly realmId: string
}

/** What the token server did so far. */
export interface TokenCounts {
  /** Requests that got new tokens for a refresh token. */
  readonly renewed: number
  /** Renewals that brought another refresh token. */
  readonly rotated: number
  /** Requests that were refused for their refresh token or code. */
  readonly refused: number
  readonly revoked: number
}

/** The tokens of one sandbox. */
export type Tokens = ReturnType<typeof createTokens>

const DAY_MS = 86_400_000
// Sheet: Auth. Five years from the first consent, whatever happens in between.
const HARD_MS = 5 * 365 * DAY_MS

/** Opens a token server. @param now the provider's clock @param mainRealm the company of a grant that names none */
export function createTokens(options: TokenOptions, now: () => number, mainRealm: () => string) {
  const { client = sandboxClient, accessTokenMs = 3_600_000, refreshTokenMs = 101 * DAY_MS } = options
  const { rotation = 'daily', old = 'dies', graceMs = DAY_MS } = options
  const book = createTokenBook<string>(now, {
    accessTokenMs,
    refreshTokenMs,
    consentMs: HARD_MS,
    rotates: (ageMs) => rotation === 'each' || (rotation === 'daily' && ageMs >= DAY_MS),
    graceMs: old === 'grace' ? graceMs : 0,
  })
  let revoked = 0

  function answer(issued: IssuedTokens | undefined, request: SandboxRequest): SandboxResponse {
    if (!issued) return oauthError(400, 'invalid_grant', 'Token invalid')
    const { tokens, consentedAt } = issued
    const asksForEnd = request.headers['x-include-refresh-token-hard-expires-in'] === 'true'
    const hardMs = consentedAt + HARD_MS - now()
    return jsonResponse({
      token_type: 'bearer',
      access_token: tokens.accessToken,
      expires_in: Math.floor(accessTokenMs / 1000),
      refresh_token: tokens.refreshToken,
      x_refresh_token_expires_in: Math.floor(Math.min(refreshTokenMs, hardMs) / 1000),
      ...(asksForEnd && { x_refresh_token_hard_expires_in: Math.floor(hardMs / 1000) }),
    })
  }

  const isClient = (request: SandboxRequest): boolean => {
    const given = basicCredentials(request)
    return given?.user === client.clientId && given.password === client.clientSecret
  }
  // RFC 6749, 5.2: the sheet tells only of refused grants.
  const notClient = (): SandboxResponse => oauthError(401, 'invalid_client', 'Unknown client')

  return {
    /** The company that a request's access token is for; undefined where the token is not good now. */
    realmOf: (request: SandboxRequest): string | undefined => book.find(bearerToken(request) ?? ''),
    /** `POST /oauth2/v1/tokens/bearer`. */
    answer(request: SandboxRequest): SandboxResponse {
      if (!isClient(request)) return notClient()
      if (request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') !== true) {
        return oauthError(400, 'invalid_request', 'A form is expected')
      }
      const form = new URLSearchParams(Buffer.from(request.body).toString())
      switch (form.get('grant_type')) {
        case 'refresh_token':
          return answer(book.renew(form.get('refresh_token') ?? ''), request)
        case 'authorization_code':
          return answer(book.exchange(form.get('code') ?? ''), request)
        default:
          return oauthError(400, 'unsupported_grant_type', 'Not here')
      }
    },
    /** `POST /v2/oauth2/tokens/revoke`: either token ends the whole grant. */
    revoke(request: SandboxRequest): SandboxResponse {
      if (!isClient(request)) return notClient()
      const named = tokenIn(Buffer.from(request.body).toString())
      if (named === undefined || !book.revokeByToken(named)) return oauthError(400, 'invalid_request', 'Token invalid')
      revoked += 1
      return { status: 200 }
    },
    actions: {
      /** A grant as a company's administrator would have given it. */
      issueGrant: (realmId: string = mainRealm()): IssuedGrant => ({ ...book.issue(realmId).tokens, realmId }),
      /** What the redirect after consent carries beside the company's id: good for one exchange. */
      issueCode: (realmId: string = mainRealm()): string => book.issueCode(realmId),
      /** Every access token ends now; refresh tokens stay. */
      expireAccessTokens: (): void => book.expireAccessTokens(),
      /** An administrator takes back every grant: nothing is accepted any more, nor renewed. */
      revokeGrants: (realmId?: string): void => book.revoke((about) => realmId === undefined || about === realmId),
      tokenCounts: (): TokenCounts => ({ ...book.counts(), revoked }),
    },
  }
}

function tokenIn(body: string): string | undefined {
  try {
    const given: unknown = JSON.parse(body)
    const token = typeof given === 'object' && given !== null && 'token' in given ? given.token : undefined
    return typeof token === 'string' ? token : undefined
  } catch {
    return undefined // A form, as other vendors take it, revokes nothing here.
  }
}
