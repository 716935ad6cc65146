import type { RefreshAnswer } from '../../src/grants/grant.ts'

/** A token server as an adapter sees it: it rotates, and a refresh token is good for one use. */
export interface TokenServer {
  readonly asked: string[]
  /** What was wrong with a request, in order. */
  readonly refusals: string[]
  /** How long an access token lives; undefined says nothing about it. */
  lifeMs: number | undefined
  /** Called before the next requests are looked at: may wait or throw. */
  before: () => Promise<void> | void
  /** Called after a request was worked on and before its answer arrives. */
  after: () => Promise<void> | void
  readonly refresh: (refreshToken: string) => Promise<RefreshAnswer>
  /** Takes the grant back. */
  readonly revoke: () => void
}

/** A server whose first pair is `access 0` and `refresh 0`. */
export function tokenServer(): TokenServer {
  let latest = 0
  let revoked = false
  const server: TokenServer = {
    asked: [],
    refusals: [],
    lifeMs: 3_600_000,
    before: () => undefined,
    after: () => undefined,
    refresh: async (refreshToken) => {
      server.asked.push(refreshToken)
      await server.before()
      if (revoked || refreshToken !== `refresh ${String(latest)}`) {
        server.refusals.push(refreshToken)
        await server.after()
        return { kind: 'ended', reason: 'its token server said "invalid_grant"' }
      }
      latest += 1
      const pair = { accessToken: `access ${String(latest)}`, refreshToken: `refresh ${String(latest)}` }
      await server.after()
      return { kind: 'renewed', ...pair, expiresInMs: server.lifeMs }
    },
    revoke: () => (revoked = true),
  }
  return server
}
