import type { AuthHeaders } from '../auth.ts'

/** Signs a request from what the vault holds. Called for every attempt. */
export type SignRequest<C, S> = (credentials: C, settings: S) => AuthHeaders | Promise<AuthHeaders>

/**
 * OAuth 2.0, in the place of a function that signs: requests carry the grant's access token, which is renewed before it ends
 * and once when it is refused. What a provider does differently is said as data. An answer with another success status, without
 * `token_type`, or with `expires_in` as text, zero or absent needs no saying.
 */
export interface OAuth2<C, S> {
  readonly kind: 'oauth2'
  /**
   * The token endpoint: relative to the base URL, or a whole HTTPS URL where it lives elsewhere. Where the app replaces the base
   * URL, it is asked there.
   */
  readonly tokenUrl: string | ((settings: S) => string)
  /** Where the app's client stands in a token request: in a Basic header, or in the form. @default 'basic' */
  readonly clientAuth?: 'basic' | 'body' | undefined
  /** Environment variables that hold the app's client, where `createIntegrations({ oauthClients })` does not give it. */
  readonly clientEnv?: { readonly clientId: string; readonly clientSecret?: string | undefined } | undefined
  /** Error words that mean, beside `invalid_grant`, that the grant has ended for good. @default none */
  readonly endedBy?: readonly string[] | undefined
  /**
   * Signs for a connection that holds no grant, where the provider accepts something else too. Undefined when the credentials
   * do not allow it either.
   */
  readonly otherwise?: ((credentials: C, settings: S) => AuthHeaders | undefined) | undefined
}

/** How an API's requests are signed. */
export type Auth<C, S> = SignRequest<C, S> | OAuth2<C, S>

/** Whether an API keeps OAuth grants alive. */
export function isOAuth2<C, S>(auth: Auth<C, S>): auth is OAuth2<C, S> {
  return typeof auth !== 'function'
}
