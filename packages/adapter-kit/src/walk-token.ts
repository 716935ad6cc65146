import { IntegrationError } from '@unioneyes/core'
import type { Json } from '@unioneyes/core'

/** Where a walk stands: what a page token holds. Short names, because it is saved with every page. */
export interface WalkPlace {
  /** The paginator's own token; absent at the first page. */
  readonly t?: Json | undefined
  /** The provider's time at the first request of the walk. */
  readonly d?: string | undefined
  /** Which listing of the chain; absent for the first. */
  readonly l?: number | undefined
}

/** A place as a page token. */
export function toPageToken(place: WalkPlace): Json {
  return {
    ...(place.t === undefined ? {} : { t: place.t }),
    ...(place.d === undefined ? {} : { d: place.d }),
    ...(place.l === undefined || place.l === 0 ? {} : { l: place.l }),
  }
}

/** A page token as a place. @throws IntegrationError CURSOR_EXPIRED when it is none of ours. */
export function fromPageToken(token: Json | undefined): WalkPlace {
  if (token === undefined) return {}
  if (typeof token !== 'object' || token === null || !('t' in token || 'd' in token || 'l' in token)) {
    throw new IntegrationError('CURSOR_EXPIRED', 'The page token is not one of this adapter: begin the listing again.')
  }
  const { t, d, l }: { readonly t?: Json; readonly d?: Json; readonly l?: Json } = token
  return {
    t,
    d: typeof d === 'string' ? d : undefined,
    l: typeof l === 'number' ? l : undefined,
  }
}
