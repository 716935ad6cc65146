import { IntegrationError } from '@unioneyes/core'
import type { Json } from '@unioneyes/core'

/** The cursor of a listing entity: where changes start, and which listing of the chain told so. */
export interface SavedCursor {
  /** The adapter's own cursor, or a time. */
  readonly since: Json
  /** Which listing of the chain reads the changes; absent for the first. */
  readonly listing?: number | undefined
}

/** A cursor as it is saved. */
export function toCursor(since: Json, listing: number): Json {
  return listing === 0 ? { since } : { since, listing }
}

/** A saved cursor. @throws IntegrationError CURSOR_EXPIRED when it is none of ours, so that everything is read again. */
export function fromCursor(cursor: Json | undefined, provider: string, entity: string): SavedCursor {
  if (isSaved(cursor)) return cursor
  throw new IntegrationError(
    'CURSOR_EXPIRED',
    `The saved cursor of ${entity} of ${provider} is not one of this adapter: everything must be read again.`,
    { provider, entity },
  )
}

function isSaved(cursor: Json | undefined): cursor is Json & SavedCursor {
  if (typeof cursor !== 'object' || cursor === null || !('since' in cursor)) return false
  const { listing } = cursor
  return listing === undefined || typeof listing === 'number'
}
