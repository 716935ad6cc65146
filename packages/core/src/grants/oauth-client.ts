import type { AdapterOAuth } from '../adapter.ts'
import type { OAuthClient } from './grant.ts'

/**
 * The app's client at a provider: the one it gave, else the one in the environment variables that the adapter names, else none.
 *
 * @param environment @default process.env
 */
export function findOAuthClient(
  given: OAuthClient | undefined,
  oauth: AdapterOAuth | undefined,
  environment: Readonly<Record<string, string | undefined>> = process.env,
): OAuthClient | undefined {
  if (given !== undefined || oauth?.clientEnv === undefined) return given
  const { clientId: idName, clientSecret: secretName } = oauth.clientEnv
  const clientId = environment[idName]
  if (clientId === undefined || clientId === '') return undefined
  const clientSecret = secretName === undefined ? undefined : environment[secretName]
  return { clientId, clientSecret: clientSecret === '' ? undefined : clientSecret }
}
