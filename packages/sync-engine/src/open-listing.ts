import { noCounters } from '@unioneyes/core'
import type { EntityState, Listing, SyncType } from '@unioneyes/core'

/** What decides which listing a run works on. */
export interface ListingRequest {
  readonly type: SyncType
  readonly mapping: string
  readonly runId: string
  readonly newId: () => string
}

/** The listing a run works on, and what its reader should know about the choice. */
export interface OpenedListing {
  readonly listing: Listing
  /** Whether an earlier run began it. */
  readonly resumed: boolean
  readonly notes: readonly string[]
}

/** Goes on with the unfinished listing of an earlier run where that is right, or begins a new one. */
export function openListing({ listing: open, cursor }: EntityState, request: ListingRequest): OpenedListing {
  if (open && mayResume(open, request)) {
    const notes = open.type === request.type ? [] : ['An unfinished full listing was finished instead.']
    return { listing: { ...open, runId: request.runId }, resumed: true, notes }
  }
  const notes = []
  if (open && open.mapping !== request.mapping) {
    notes.push('The adapter or its settings changed: the unfinished listing began again.')
  }
  const type = request.type === 'incremental' && cursor !== undefined ? 'incremental' : 'full'
  if (type !== request.type) notes.push('There was no saved cursor yet: everything was read.')
  return { listing: beginListing(request, type), resumed: false, notes }
}

// An unfinished full listing covers whatever an incremental sync would read; the other way round it does not.
function mayResume(open: Listing, { type, mapping }: ListingRequest): boolean {
  return open.mapping === mapping && (open.type === type || open.type === 'full')
}

/** A listing before its first request. */
export function beginListing({ newId, runId, mapping }: Omit<ListingRequest, 'type'>, type: SyncType): Listing {
  return {
    id: newId(),
    type,
    phase: 'list',
    runId,
    startedAt: 0,
    pageToken: undefined,
    cursor: undefined,
    total: undefined,
    identified: true,
    mapping,
    counters: noCounters,
  }
}
