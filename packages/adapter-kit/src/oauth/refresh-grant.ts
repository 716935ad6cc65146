import { IntegrationError } from '@unioneyes/core'
import type { Clock, OAuthClient, RefreshAnswer } from '@unioneyes/core'
import { exchange } from '../http/exchange.ts'
import { Redactor } from '../http/redact.ts'
import { describeRequest } from '../http/request-plan.ts'
import { UsageMeter } from '../http/usage-meter.ts'
import { readTokenAnswer } from './token-answer.ts'
import { tokenRequest } from './token-request.ts'

/** What a refresh needs beside the refresh token. */
export interface RefreshParts {
  readonly provider: string
  readonly url: URL
  readonly client: OAuthClient | undefined
  readonly clientEnv: { readonly clientId: string } | undefined
  readonly clientAuth: 'basic' | 'body'
  readonly endedBy: readonly string[]
  readonly clock: Clock
}

const MAX_ANSWER_BYTES = 256 * 1024

/**
 * Asks a token server once for new tokens. Nothing is repeated in here: the request that needs the token is, and with it this.
 * It listens to no signal either, because what comes back may be the only good refresh token.
 *
 * @throws IntegrationError when nothing is known about the grant afterwards.
 */
export async function refreshGrant(
  parts: RefreshParts,
  refreshToken: string,
  timeoutMs: number,
): Promise<RefreshAnswer> {
  const { provider, url, client, clientAuth, endedBy, clock } = parts
  if (!client) throw withoutClient(parts)
  const { headers, body } = tokenRequest(client, clientAuth, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken,
  })
  const plan = {
    method: 'POST' as const,
    url,
    headers,
    body,
    signal: undefined,
    retry: false,
    emptyOn: [],
    meter: new UsageMeter(),
    entity: undefined,
  }
  const sent = { provider, plan, url, signed: {}, headers: {}, timeoutMs, maxResponseBytes: MAX_ANSWER_BYTES }
  const answer = await exchange(sent)
  const redactor = new Redactor([client.clientSecret, refreshToken, headers.authorization])
  return readTokenAnswer(answer, { provider, request: describeRequest(plan), endedBy, now: clock.now(), redactor })
}

function withoutClient({ provider, clientEnv }: RefreshParts): IntegrationError {
  const or = clientEnv ? `, or set ${clientEnv.clientId} and its secret in the environment` : ''
  const message = `The access token of ${provider} has to be renewed, and the app's OAuth client is not known. Give it: createIntegrations({ oauthClients: { '${provider}': { clientId, clientSecret } } })${or}.`
  return new IntegrationError('CONFIG_INVALID', message, { provider })
}
