/** Tokens as a connection is saved with them. */
export interface TokenPair {
  readonly accessToken: string
  readonly refreshToken: string
  /** By the provider's clock, in milliseconds since 1970. */
  readonly expiresAt: number
}

/** Tokens that were just given out. */
export interface IssuedTokens {
  readonly tokens: TokenPair
  /** When somebody agreed to them, in milliseconds since 1970. */
  readonly consentedAt: number
}

/** How long what a token server gives out is good, in milliseconds. */
export interface TokenLife {
  readonly accessTokenMs: number
  /** Of a refresh token after its last use. @default for ever */
  readonly refreshTokenMs?: number | undefined
  /** Of everything after a consent, however often it is renewed. @default for ever */
  readonly consentMs?: number | undefined
  /** Whether a renewal brings another refresh token. @param ageMs of the present one @default always */
  readonly rotates?: ((ageMs: number) => boolean) | undefined
  /** How much longer a refresh token is good when another has taken its place. @default 0 */
  readonly graceMs?: number | undefined
}

/** What an OAuth token server remembers. `About` says what a consent is for: a company, a workspace. */
export interface TokenBook<About> {
  /** A new consent with its first tokens. */
  issue(about: About): IssuedTokens
  /** A code that can be exchanged for such tokens, once. */
  issueCode(about: About): string
  /** Undefined for a code that is not known or was used. */
  exchange(code: string): IssuedTokens | undefined
  /** Undefined for a refresh token that is not good now. */
  renew(refreshToken: string): IssuedTokens | undefined
  /** What an access token is for; undefined for one that is not good now. */
  find(accessToken: string): About | undefined
  /** Every access token ends now; refresh tokens stay. */
  expireAccessTokens(): void
  /** Takes back consents: nothing of them is accepted or renewed any more. @param which all when left out */
  revoke(which?: (about: About) => boolean): void
  /** Takes back the consent of one token, whether it is good or not. @returns false when there is none to take back */
  revokeByToken(token: string): boolean
  /** How many renewals there were, how many of them brought another refresh token, how many codes and tokens were refused. */
  counts(): { readonly renewed: number; readonly rotated: number; readonly refused: number }
}

interface Consent<About> {
  readonly about: About
  readonly consentedAt: number
  isRevoked: boolean
}

interface Token<About> {
  readonly consent: Consent<About>
  readonly issuedAt: number
  endsAt: number
}

/** Opens a token server's book. @param now the provider's clock, in milliseconds since 1970 */
export function createTokenBook<About>(now: () => number, life: TokenLife): TokenBook<About> {
  const { accessTokenMs, refreshTokenMs = Infinity, consentMs = Infinity, rotates = () => true, graceMs = 0 } = life
  const access = new Map<string, Token<About>>()
  const refresh = new Map<string, Token<About>>()
  const codes = new Map<string, { readonly about: About }>()
  const counts = { renewed: 0, rotated: 0, refused: 0 }
  let issued = 0

  function issueFor(consent: Consent<About>, kept?: string): IssuedTokens {
    issued += 1
    const accessToken = `sandbox-access-${String(issued)}-${secretPart()}`
    const refreshToken = kept ?? `sandbox-refresh-${String(issued)}-${secretPart()}`
    const expiresAt = now() + accessTokenMs
    access.set(accessToken, { consent, issuedAt: now(), endsAt: expiresAt })
    if (kept === undefined) refresh.set(refreshToken, { consent, issuedAt: now(), endsAt: now() + refreshTokenMs })
    return { tokens: { accessToken, refreshToken, expiresAt }, consentedAt: consent.consentedAt }
  }

  const issue = (about: About): IssuedTokens => issueFor({ about, consentedAt: now(), isRevoked: false })

  const isGood = ({ consent, endsAt }: Token<About>): boolean =>
    !consent.isRevoked && endsAt > now() && consent.consentedAt + consentMs > now()

  return {
    issue,
    issueCode(about) {
      const code = `sandbox-code-${secretPart()}`
      codes.set(code, { about })
      return code
    },
    exchange(code) {
      const found = codes.get(code)
      codes.delete(code)
      if (found) return issue(found.about)
      counts.refused += 1
      return undefined
    },
    renew(refreshToken) {
      const found = refresh.get(refreshToken)
      if (!found || !isGood(found)) {
        counts.refused += 1
        return undefined
      }
      counts.renewed += 1
      const isRotated = rotates(now() - found.issuedAt)
      if (isRotated) counts.rotated += 1
      // Used again within its grace, a token does not get more of it.
      found.endsAt = isRotated ? Math.min(found.endsAt, now() + graceMs) : now() + refreshTokenMs
      return issueFor(found.consent, isRotated ? undefined : refreshToken)
    },
    find(accessToken) {
      const found = access.get(accessToken)
      return found && isGood(found) ? found.consent.about : undefined
    },
    expireAccessTokens() {
      for (const token of access.values()) token.endsAt = now()
    },
    revoke(which = () => true) {
      for (const { consent } of refresh.values()) if (which(consent.about)) consent.isRevoked = true
    },
    revokeByToken(token) {
      const consent = (access.get(token) ?? refresh.get(token))?.consent
      if (!consent || consent.isRevoked) return false
      consent.isRevoked = true
      return true
    },
    counts: () => ({ ...counts }),
  }
}

// Of no use outside a sandbox, and different in each, so that a token of one is not taken by another.
const secretPart = (): string => crypto.randomUUID().replaceAll('-', '')
