import { IntegrationError } from '@unioneyes/core'
import type { EntityKey } from '@unioneyes/core'

/** The error for an adapter that the engine cannot drive. */
export function withoutRead(key: EntityKey): IntegrationError {
  return new IntegrationError(
    'UNSUPPORTED',
    `The ${key.provider} integration implements sync() but not read(), so the engine cannot drive it. Implement read(), or call integration.sync() yourself.`,
    { provider: key.provider, entity: key.entity },
  )
}

/** The error of a sync that was asked to stop. */
export function cancelledError(key: EntityKey): IntegrationError {
  return new IntegrationError(
    'CANCELLED',
    `The sync of ${key.entity} was cancelled after the page in hand; the next sync goes on from there.`,
    { provider: key.provider, entity: key.entity },
  )
}
