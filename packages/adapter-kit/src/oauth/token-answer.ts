import { IntegrationError } from '@unioneyes/core'
import type { RefreshAnswer } from '@unioneyes/core'
import type { Answer } from '../http/answer.ts'
import type { Redactor } from '../http/redact.ts'
import { retryAfterMs } from '../http/retry-after.ts'
import { property } from '../own-fields.ts'

/** What the reading of a token server's answer depends on. */
export interface TokenAnswerContext {
  readonly provider: string
  /** Method and path. */
  readonly request: string
  /** Error words that mean that the grant has ended, beside `invalid_grant`. */
  readonly endedBy: readonly string[]
  /** Our time, in milliseconds since 1970. */
  readonly now: number
  readonly redactor: Redactor
}

/**
 * What a token server said to a refresh request.
 *
 * @throws IntegrationError when the answer says nothing about the grant: PROVIDER_UNAVAILABLE for a server that does not work,
 * RATE_LIMITED, CONFIG_INVALID for a client that it does not accept, REQUEST_REJECTED or RESPONSE_INVALID for the rest.
 */
export function readTokenAnswer(answer: Answer, context: TokenAnswerContext): RefreshAnswer {
  const body = answer.jsonOrNothing()
  const accessToken = textOf(body, 'access_token')
  // Some servers answer 200 to what they refuse, so the word counts and not the status.
  const error = textOf(body, 'error')
  if (answer.status < 300 && accessToken !== undefined && error === undefined) {
    return {
      kind: 'renewed',
      accessToken,
      refreshToken: textOf(body, 'refresh_token'),
      expiresInMs: lifeOf(property(body, 'expires_in')),
      scope: textOf(body, 'scope'),
    }
  }
  if (answer.status >= 500 || answer.status === 429 || answer.status === 408) throw unavailable(answer, context)
  if (error !== undefined && ['invalid_grant', ...context.endedBy].includes(error)) {
    return { kind: 'ended', reason: `its token server said "${wordsOf(body, error, context)}"` }
  }
  throw refused(answer, error, context)
}

function textOf(body: unknown, name: string): string | undefined {
  const value = property(body, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}

// Zero cannot be meant: such a token would have to be renewed before every request. It then lives until it is refused.
function lifeOf(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && value.trim() !== '' ? Number(value) : value
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : undefined
}

function wordsOf(body: unknown, error: string, { redactor }: TokenAnswerContext): string {
  const description = textOf(body, 'error_description')
  return redactor.redact(description === undefined ? error : `${error}: ${description}`)
}

function unavailable({ status, headers }: Answer, { provider, request, now }: TokenAnswerContext): IntegrationError {
  const isThrottled = status === 429
  return new IntegrationError(
    isThrottled ? 'RATE_LIMITED' : 'PROVIDER_UNAVAILABLE',
    `The token server of ${provider} answered ${String(status)} to ${request}, so the access token could not be renewed. Nothing was changed; try again later.`,
    { provider, status, retryAfterMs: retryAfterMs(headers, now) },
  )
}

function refused(answer: Answer, error: string | undefined, context: TokenAnswerContext): IntegrationError {
  const { provider, request } = context
  const { status } = answer
  const said = error === undefined ? '' : ` ("${wordsOf(answer.jsonOrNothing(), error, context)}")`
  const what = `The token server of ${provider} answered ${String(status)} to ${request}${said}`
  if (error === 'invalid_client' || error === 'unauthorized_client' || (error === undefined && status === 401)) {
    return new IntegrationError(
      'CONFIG_INVALID',
      `${what}: it does not accept the app's OAuth client. Check the client's id and secret that createIntegrations({ oauthClients }) or the environment gives. The connection was left as it is.`,
      { provider, status },
    )
  }
  if (status < 400) {
    const message = `${what} without an access token: a redirect, a login or maintenance page, or the wrong host. The connection was left as it is.`
    return new IntegrationError('RESPONSE_INVALID', message, { provider, status })
  }
  const message = `${what} and did not say that the grant has ended. The connection was left as it is: report it to the adapter.`
  return new IntegrationError('REQUEST_REJECTED', message, { provider, status })
}
