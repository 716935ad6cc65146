import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createTokenBook, oauthError } from '../../src/index.ts'
import type { IssuedTokens, TokenLife } from '../../src/index.ts'

interface Known {
  readonly about: string
  readonly consentedAt: number
  readonly tokens: IssuedTokens['tokens']
  /** When the refresh token was given out first. */
  bornAt: number
  usedAt: number
  replacedAt: number | undefined
}

// Weighed so that tokens are renewed again and again before they are taken back.
const step = fc.oneof(
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('issue' as const), about: fc.constantFrom('a', 'b') }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('renew' as const), back: fc.oneof(fc.nat(2), fc.nat(30)) }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.integer({ min: 0, max: 40 }) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('expire' as const) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('revoke' as const), about: fc.constantFrom('a', 'b') }) },
)

const life = fc.record({
  accessTokenMs: fc.constantFrom(1, 30, 500),
  refreshTokenMs: fc.constantFrom(undefined, 40, 150),
  consentMs: fc.constantFrom(undefined, 70, 200),
  rotatesFrom: fc.constantFrom(undefined, 50, Infinity),
  graceMs: fc.constantFrom(undefined, 30),
})

describe('a token book', () => {
  test('accepts exactly what is within its life, was not replaced longer than the grace ago, and not revoked', () => {
    fc.assert(
      fc.property(life, fc.array(step, { maxLength: 40, size: 'max' }), ({ rotatesFrom, ...rest }, steps) => {
        const { accessTokenMs, refreshTokenMs = Infinity, consentMs = Infinity, graceMs = 0 } = rest
        let now = 1_000
        let expiredAt = 0
        const revokedAt = new Map<string, number>()
        const rotates = rotatesFrom === undefined ? undefined : (ageMs: number) => ageMs >= rotatesFrom
        const book = createTokenBook<string>(() => now, { ...rest, rotates })
        const known: Known[] = []
        // By position: two things may happen in the same millisecond.
        const lives = (one: Known): boolean =>
          now < one.consentedAt + consentMs && known.indexOf(one) >= (revokedAt.get(one.about) ?? 0)
        const counts = { renewed: 0, rotated: 0, refused: 0 }

        for (const one of steps) {
          if (one.kind === 'advance') now += one.ms
          else if (one.kind === 'issue') {
            const { tokens, consentedAt } = book.issue(one.about)
            known.push({ about: one.about, consentedAt, tokens, bornAt: now, usedAt: now, replacedAt: undefined })
          } else if (one.kind === 'expire') {
            book.expireAccessTokens()
            expiredAt = known.length
          } else if (one.kind === 'revoke') {
            book.revoke((about) => about === one.about)
            revokedAt.set(one.about, known.length)
          } else {
            const asked = known.at(-1 - one.back)
            const { refreshToken = 'never there' } = asked?.tokens ?? {}
            const renewed = book.renew(refreshToken)
            const siblings = known.filter(({ tokens }) => tokens.refreshToken === refreshToken)
            const isGood =
              asked !== undefined &&
              lives(asked) &&
              now < asked.usedAt + refreshTokenMs &&
              (asked.replacedAt === undefined || now < asked.replacedAt + graceMs)
            expect(renewed !== undefined).toBe(isGood)
            counts[isGood ? 'renewed' : 'refused'] += 1
            if (!renewed || !asked) continue
            const isRotated = now - asked.bornAt >= (rotatesFrom ?? 0)
            expect(renewed.tokens.refreshToken !== refreshToken).toBe(isRotated)
            expect(renewed.consentedAt).toBe(asked.consentedAt)
            if (isRotated) {
              counts.rotated += 1
              for (const sibling of siblings) sibling.replacedAt ??= now
            } else for (const sibling of siblings) sibling.usedAt = now
            const bornAt = isRotated ? now : asked.bornAt
            known.push({ ...asked, tokens: renewed.tokens, bornAt, usedAt: now, replacedAt: undefined })
          }
          for (const [at, each] of known.entries()) {
            const { accessToken, expiresAt } = each.tokens
            const isGood = lives(each) && at >= expiredAt && now < expiresAt
            expect(book.find(accessToken)).toBe(isGood ? each.about : undefined)
            expect(expiresAt).toBeLessThanOrEqual(now + accessTokenMs)
          }
        }
        expect(book.counts()).toEqual(counts)
        const access = known.map(({ tokens }) => tokens.accessToken)
        expect(new Set(access).size).toBe(access.length)
      }),
      { numRuns: 500 },
    )
  })

  test('used once and replaced at once, a refresh token is worth nothing, unless there is a grace', () => {
    const { book, advance } = open({ accessTokenMs: 100 })
    const { refreshToken } = book.issue('a').tokens
    expect(book.renew(refreshToken)?.tokens.expiresAt).toBe(100)
    expect(book.renew(refreshToken)).toBeUndefined()
    const kind = open({ accessTokenMs: 100, graceMs: 10 })
    const first = kind.book.issue('a').tokens.refreshToken
    kind.book.renew(first)
    kind.advance(9)
    expect(kind.book.renew(first)).toBeDefined()
    kind.advance(1)
    expect(kind.book.renew(first)).toBeUndefined()
    advance(99)
    expect(book.counts()).toEqual({ renewed: 1, rotated: 1, refused: 1 })
  })

  test('a code brings tokens once', () => {
    const { book } = open({ accessTokenMs: 100 })
    const code = book.issueCode('b')
    expect(book.find(book.exchange(code)?.tokens.accessToken ?? '')).toBe('b')
    expect(book.exchange(code)).toBeUndefined()
    expect(book.exchange('another')).toBeUndefined()
    expect(book.counts().refused).toBe(2)
  })

  test('either token takes back its own consent, once', () => {
    const { book } = open({ accessTokenMs: 100 })
    const [one, other] = [book.issue('a').tokens, book.issue('a').tokens]
    expect(book.revokeByToken(one.refreshToken)).toBe(true)
    expect(book.revokeByToken(one.accessToken)).toBe(false)
    expect(book.find(one.accessToken)).toBeUndefined()
    expect(book.renew(one.refreshToken)).toBeUndefined()
    expect(book.find(other.accessToken)).toBe('a')
    expect(book.revokeByToken(other.accessToken)).toBe(true)
    expect(book.renew(other.refreshToken)).toBeUndefined()
    expect(book.revokeByToken('never there')).toBe(false)
  })

  test('tokens of one book are of no use in another', () => {
    const [one, other] = [open({ accessTokenMs: 100 }).book, open({ accessTokenMs: 100 }).book]
    other.issue('b')
    const { accessToken, refreshToken } = one.issue('a').tokens
    expect(other.find(accessToken)).toBeUndefined()
    expect(other.renew(refreshToken)).toBeUndefined()
  })
})

test('a refusal is worded as RFC 6749 has it', () => {
  const { status, headers, body } = oauthError(400, 'invalid_grant', 'Gone "now"')
  expect({ status, headers }).toEqual({ status: 400, headers: { 'content-type': 'application/json' } })
  expect(body).toBe(String.raw`{"error":"invalid_grant","error_description":"Gone \"now\""}`)
})

function open(own: TokenLife) {
  let now = 0
  const advance = (ms: number): void => {
    now += ms
  }
  return { book: createTokenBook<string>(() => now, own), advance }
}
