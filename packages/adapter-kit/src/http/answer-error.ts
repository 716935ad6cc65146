import { IntegrationError } from '@unioneyes/core'
import type { IntegrationErrorCode } from '@unioneyes/core'
import type { RefusalDetail } from '../api-definition.ts'
import type { Redactor } from './redact.ts'

/** What a refusal was about. */
export interface RefusedRequest {
  readonly provider: string
  readonly entity: string | undefined
  /** Method and path. */
  readonly request: string
  /** The status that counts: the answer's, or the one that its refusal stands for. */
  readonly status: number
  /** The status that the provider answered with. */
  readonly answered: number
  readonly detail: RefusalDetail | undefined
  /** How long the provider asked to wait. */
  readonly retryAfterMs: number | undefined
  readonly throttled: boolean
}

const ADVICE: Partial<Record<IntegrationErrorCode, string>> = {
  AUTH_FAILED: 'The credentials were refused: save the connection again with valid ones.',
  PERMISSION_DENIED: 'The credentials are valid but may not see this: grant the permission, or leave this entity out.',
  RATE_LIMITED: 'The provider asks to slow down.',
  PROVIDER_UNAVAILABLE: 'The provider does not work at the moment: try again later.',
  REQUEST_REJECTED: 'The provider does not accept the request: check the settings, or report it to the adapter.',
  CURSOR_EXPIRED: 'The provider no longer knows the position: the reading begins again.',
}

/** The error for an answer that is a refusal. */
export function answerError(refused: RefusedRequest, redactor: Redactor): IntegrationError {
  const { provider, entity, status, answered, detail, retryAfterMs, throttled } = refused
  const code = detail?.code ?? (throttled ? 'RATE_LIMITED' : codeOf(status))
  const words = detail?.message === undefined ? '' : redactor.redact(detail.message)
  const said = words === '' ? '' : ` ("${words}")`
  const message = `${provider} answered ${String(answered)} to ${redactor.redact(refused.request)}${said}. ${ADVICE[code] ?? ''}`
  return new IntegrationError(code, message.trim(), { provider, entity, status, retryAfterMs })
}

function codeOf(status: number): IntegrationErrorCode {
  if (status === 401) return 'AUTH_FAILED'
  if (status === 403) return 'PERMISSION_DENIED'
  if (status === 429) return 'RATE_LIMITED'
  return status === 408 || status >= 500 ? 'PROVIDER_UNAVAILABLE' : 'REQUEST_REJECTED'
}
