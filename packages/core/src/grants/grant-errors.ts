import { IntegrationError } from '../integration-error.ts'
import type { ConnectionKey } from '../ports/keys.ts'

/** Why a connection is `needs_reconnect`, and what to do, in words for an administrator. */
export function reconnectReason(
  { provider, connection }: ConnectionKey,
  why = 'its token server refuses to renew it',
): string {
  return `The access of the connection "${connection}" to ${provider} has ended: ${why}. Somebody who may do so has to connect ${provider} again.`
}

/** The error of a connection whose grant has ended. */
export function grantEnded(key: ConnectionKey, why: string | undefined): IntegrationError {
  return new IntegrationError('AUTH_FAILED', reconnectReason(key, why), { provider: key.provider })
}

/** The error of a token that was refused and cannot be renewed. Nobody said that the grant has ended. */
export function withoutRefreshToken({ provider, connection }: ConnectionKey): IntegrationError {
  return new IntegrationError(
    'AUTH_FAILED',
    `${provider} refused the access token of the connection "${connection}", and there is no refresh token to renew it with. Connect ${provider} again.`,
    { provider },
  )
}

/** The error of a wait for another process that took too long. */
export function renewalBusy({ provider, connection }: ConnectionKey, retryAfterMs: number): IntegrationError {
  return new IntegrationError(
    'LEASE_BUSY',
    `Another process is renewing the access token of the ${provider} connection "${connection}" and has not ended. Try again in ${String(Math.ceil(retryAfterMs / 1000))} s.`,
    { provider, retryAfterMs },
  )
}

/** The error of a connection that was removed while it was in use. */
export function connectionGone({ provider, connection }: ConnectionKey): IntegrationError {
  return new IntegrationError(
    'CONFIG_INVALID',
    `The ${provider} connection "${connection}" does not exist any more, so its access token cannot be renewed.`,
    { provider },
  )
}
