import { IntegrationError } from '@unioneyes/core'
import type { IntegrationContext, RefreshAnswer } from '@unioneyes/core'
import { bearer } from '../auth.ts'
import type { AuthHeaders } from '../auth.ts'
import type { HostPins } from '../http/host-pins.ts'
import type { Redactor } from '../http/redact.ts'
import { property } from '../own-fields.ts'
import { hasGrant } from './grant-fields.ts'
import { isOAuth2 } from './oauth2.ts'
import type { Auth, OAuth2 } from './oauth2.ts'
import { refreshGrant } from './refresh-grant.ts'
import { tokenEndpoint } from './token-endpoint.ts'

/** Signs the requests of one connection. */
export interface Signer {
  /** Waits until there is something good to sign with. Called before a request takes its place under the rate limit. */
  ready?(signal: AbortSignal | undefined): Promise<void>
  /** The headers that sign a request. Called for every attempt. */
  sign(signal: AbortSignal | undefined): AuthHeaders | Promise<AuthHeaders>
  /** Gets something better than what a 401 refused; absent where there is nothing better. */
  renew?(refused: AuthHeaders, signal: AbortSignal | undefined): Promise<void>
}

/** What a signer is made from: the API's definition, applied to one connection. */
export interface SignerParts<C, S> {
  readonly auth: Auth<C, S>
  readonly credentials: C
  readonly settings: S
  readonly context: IntegrationContext
  readonly pins: HostPins
  /** Learns every secret that appears. */
  readonly redactor: Redactor
}

/** The signer of a connection. @throws IntegrationError CONFIG_INVALID when its credentials cannot sign. */
export function createSigner<C, S>(parts: SignerParts<C, S>): Signer {
  const { auth, credentials, settings, context } = parts
  const { provider } = context.key
  if (!isOAuth2(auth)) return { sign: () => auth(credentials, settings) }
  if (hasGrant(credentials)) return grantSigner(parts, auth)
  const { otherwise } = auth
  return {
    sign() {
      const headers = otherwise?.(credentials, settings)
      if (headers) return headers
      const message = `The ${provider} connection "${context.key.connection}" holds nothing to sign in with. Connect it, or save it with credentials.`
      throw new IntegrationError('CONFIG_INVALID', message, { provider })
    },
  }
}

function grantSigner<C, S>(parts: SignerParts<C, S>, auth: OAuth2<C, S>): Signer {
  const { credentials, settings, context, pins, redactor } = parts
  const { key, grants, oauthClient: client, clock } = context
  const { provider } = key
  // Made without a factory, as tests of adapters do: there is no vault to renew a token in.
  if (!grants) {
    const token = property(credentials, 'accessToken')
    return { sign: () => bearer(typeof token === 'string' ? token : '') }
  }
  const { tokenUrl, clientAuth = 'basic', clientEnv, endedBy = [] } = auth
  const target = typeof tokenUrl === 'function' ? tokenUrl(settings) : tokenUrl
  const url = tokenEndpoint(target, pins, context.baseUrl !== undefined, provider)
  const refreshing = { provider, url, client, clientEnv, clientAuth, endedBy, clock }

  const refresh = async (refreshToken: string, { timeoutMs }: { timeoutMs: number }): Promise<RefreshAnswer> => {
    // Loaded when it is needed, so that an app which only lists its adapters does not pay for it.
    const { traceRefresh } = await import('../http/refresh-trace.ts')
    const answer = await traceRefresh(key, () => refreshGrant(refreshing, refreshToken, timeoutMs))
    if (answer.kind === 'renewed') redactor.learn([answer.accessToken, answer.refreshToken])
    return answer
  }
  const fresh = async (signal: AbortSignal | undefined, refused?: string): Promise<string> => {
    const { accessToken } = await grants.fresh({ refresh, refused, signal })
    return accessToken
  }
  return {
    ready: async (signal) => {
      await fresh(signal)
    },
    sign: async (signal) => bearer(await fresh(signal)),
    renew: async (refused, signal) => {
      await fresh(signal, tokenIn(refused))
    },
  }
}

const tokenIn = (headers: AuthHeaders): string => (headers.authorization ?? '').replace(/^Bearer /, '')

/** The secrets among credentials: a grant's scopes and times are none, and are words that messages are made of. */
export function secretsOf(credentials: unknown): unknown {
  if (!hasGrant(credentials) || typeof credentials !== 'object' || credentials === null) return credentials
  const { scope: _scope, expiresAt: _expiresAt, ...secrets }: Readonly<Record<string, unknown>> = { ...credentials }
  return secrets
}
