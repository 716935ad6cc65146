import { IntegrationError } from '@unioneyes/core'

// What says that a listing is not for this connection, rather than that something is wrong.
const REFUSED = new Set([401, 403, 404, 410])

/** Whether an error says that a listing is not for this connection. */
export const isRefusal = (error: unknown): error is IntegrationError =>
  IntegrationError.is(error) && REFUSED.has(error.status ?? 0)

/** Whether an error says that a listing is refused that was not before. A refused key is refused everywhere, and is not meant. */
export const isRefused = (error: unknown): error is IntegrationError =>
  isRefusal(error) && !IntegrationError.is(error, 'AUTH_FAILED')

/** The error for a listing that is refused in the middle although another one may stand in for it. */
export function refusedMidway(
  { session, entity }: { readonly session: { readonly key: { readonly provider: string } }; readonly entity: string },
  cause: IntegrationError,
): IntegrationError {
  const { provider } = session.key
  const message = `The listing of ${entity} of ${provider} is refused now (${cause.message}) and another one may stand in for it: everything must be read again.`
  return new IntegrationError('CURSOR_EXPIRED', message, { provider, entity, cause })
}
