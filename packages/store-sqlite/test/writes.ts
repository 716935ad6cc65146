import type { DatabaseSync } from 'node:sqlite'
import type { EntityKey, Listing, PageCommit, RecordWrite, SyncRun } from '@unioneyes/core'
import { noCounters } from '@unioneyes/core'

export const people: EntityKey = { organizationId: 'org_1', provider: 'acme', connection: 'default', entity: 'people' }

export function record(id: string, content = 'first', over: Partial<RecordWrite> = {}): RecordWrite {
  const data = JSON.stringify({ id, content })
  const raw = JSON.stringify({ key: id, value: content })
  return { id, data, raw, hash: `hash of ${data}`, rawHash: `hash of ${raw}`, ...over }
}

export function numbered(count: number, content = 'first'): RecordWrite[] {
  return Array.from({ length: count }, (_, index) => record(`id ${String(index).padStart(6, '0')}`, content))
}

export function commit(over: Partial<PageCommit<DatabaseSync>> = {}): PageCommit<DatabaseSync> {
  return {
    key: people,
    runId: undefined,
    lease: undefined,
    observedAt: 1_000,
    upserts: [],
    tombstones: [],
    quarantined: [],
    marks: [],
    remembered: [],
    listing: undefined,
    counters: { processed: 0, unchanged: 0, failed: 0, pages: 0, requests: 0, bytes: 0, waitedMs: 0 },
    ...over,
  }
}

export function listing(over: Partial<Listing> = {}): Listing {
  return {
    id: 'listing_1',
    type: 'full',
    phase: 'list',
    runId: 'run_1',
    startedAt: 1_000,
    pageToken: undefined,
    cursor: undefined,
    total: undefined,
    identified: true,
    mapping: 'mapping 1',
    counters: noCounters,
    ...over,
  }
}

export function syncRun(over: Partial<SyncRun> = {}): SyncRun {
  const { organizationId, provider, connection } = people
  return {
    organizationId,
    provider,
    connection,
    id: 'run_1',
    type: 'full',
    entities: ['people'],
    status: 'running',
    counters: noCounters,
    outcomes: [],
    startedAt: 1_000,
    completedAt: undefined,
    error: undefined,
    resumes: undefined,
    dryRun: false,
    ...over,
  }
}
