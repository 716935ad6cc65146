/** An OAuth grant that may be used now. */
export interface Grant {
  readonly accessToken: string
  /** The scopes that were granted, as the provider wrote them. */
  readonly scope?: string | undefined
}

/** What a token server answered to a refresh request. */
export type RefreshAnswer =
  | {
      readonly kind: 'renewed'
      readonly accessToken: string
      /** Absent when the server did not rotate it: the old one stays good. */
      readonly refreshToken?: string | undefined
      /** How long the access token lives, in milliseconds; absent when the server did not say, or said nothing usable. */
      readonly expiresInMs?: number | undefined
      readonly scope?: string | undefined
    }
  /** The server will never renew this grant again. */
  | { readonly kind: 'ended'; readonly reason: string }

/** What is asked of a {@link GrantKeeper}. */
export interface GrantRequest {
  /**
   * Sends one refresh request and ends within `timeoutMs`. Throws when nothing is known about the grant afterwards: no network,
   * a server error, a client that was refused.
   */
  readonly refresh: (refreshToken: string, limits: { readonly timeoutMs: number }) => Promise<RefreshAnswer>
  /** The access token that the provider has just refused. */
  readonly refused?: string | undefined
  /** Ends the wait. A refresh request that is under way goes on, since its answer may hold the only good token. */
  readonly signal?: AbortSignal | undefined
}

/** Keeps the OAuth grant of one connection alive, together with every other process that uses the same store. */
export interface GrantKeeper {
  /**
   * A grant that may be used: the stored one, renewed when its access token is near its end or was refused. However many ask,
   * in this process and in others, one refresh request is sent; and nothing is used before it is stored.
   *
   * @throws IntegrationError AUTH_FAILED when the grant has ended; the connection is then `needs_reconnect`.
   * @throws IntegrationError LEASE_BUSY when another process renews it for longer than `maxWaitMs`.
   */
  fresh(request: GrantRequest): Promise<Grant>
}

/** The app's own registration at a provider. It belongs to the app and not to an organization, and is never stored. */
export interface OAuthClient {
  readonly clientId: string
  /** Absent for a public client. */
  readonly clientSecret?: string | undefined
}

/** A grant as it stands sealed among a connection's credentials. */
export interface StoredGrant {
  readonly accessToken: string | undefined
  readonly refreshToken: string | undefined
  /** When the access token ends, in milliseconds since 1970 by the store's clock. */
  readonly expiresAt: number | undefined
  /** When it was asked for, by the same clock. */
  readonly issuedAt: number | undefined
  readonly scope: string | undefined
  /** When the token server refused to renew it for good, by the same clock. */
  readonly endedAt: number | undefined
  /** In its words. */
  readonly endedWhy: string | undefined
}

/** Credentials that are not the grant's, in plain. */
export type OtherCredentials = Readonly<Record<string, unknown>>

/** Tells the grant among a connection's credentials from the rest of them. */
export function splitGrant(credentials: Readonly<Record<string, unknown>>): {
  readonly grant: StoredGrant
  readonly others: OtherCredentials
} {
  const { accessToken, refreshToken, expiresAt, issuedAt, scope, endedAt, endedWhy, ...others } = credentials
  return {
    grant: {
      accessToken: text(accessToken),
      refreshToken: text(refreshToken),
      expiresAt: time(expiresAt),
      issuedAt: time(issuedAt),
      scope: text(scope),
      endedAt: time(endedAt),
      endedWhy: text(endedWhy),
    },
    others,
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' && value !== '' ? value : undefined)
const time = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined

/** The credentials to seal. */
export function joinGrant(grant: StoredGrant, others: OtherCredentials): Readonly<Record<string, unknown>> {
  const given = Object.entries(grant).filter(([, value]) => value !== undefined)
  return { ...others, ...Object.fromEntries(given) }
}

/** The grant after an answer to a request that was sent at `askedAt`: what the server left out stays as it was. */
export function renewedGrant(
  before: StoredGrant,
  answer: Extract<RefreshAnswer, { kind: 'renewed' }>,
  askedAt: number,
): StoredGrant {
  const { accessToken, refreshToken = before.refreshToken, expiresInMs, scope = before.scope } = answer
  return {
    accessToken,
    refreshToken,
    // Counted from before the request left, so that no clock but the store's own matters and a slow answer only shortens it.
    expiresAt: expiresInMs === undefined ? undefined : askedAt + expiresInMs,
    issuedAt: askedAt,
    scope,
    endedAt: undefined,
    endedWhy: undefined,
  }
}

const LONGEST_MARGIN_MS = 5 * 60_000
const MARGIN_PART = 0.2

/** How long before its end an access token is renewed: five minutes, or a fifth of a life that is shorter than 25. */
export function marginOf({ expiresAt, issuedAt }: Pick<StoredGrant, 'expiresAt' | 'issuedAt'>): number {
  if (expiresAt === undefined || issuedAt === undefined) return LONGEST_MARGIN_MS
  return Math.min(LONGEST_MARGIN_MS, Math.max(0, expiresAt - issuedAt) * MARGIN_PART)
}

/**
 * Whether a grant's access token may still be sent. One that can be renewed is good until its margin; one that cannot, until
 * its end; one whose end nobody stated, until it is refused.
 *
 * @param now by the store's clock
 * @param patient true to use it until its end although it could be renewed
 */
export function isGood(grant: StoredGrant, now: number, patient = false): boolean {
  const { accessToken, refreshToken, expiresAt, endedAt } = grant
  if (accessToken === undefined) return false
  if (expiresAt === undefined) return true
  const isLast = refreshToken === undefined || endedAt !== undefined
  return now < expiresAt - (isLast || patient ? 0 : marginOf(grant))
}
