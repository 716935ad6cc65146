import { createHash } from 'node:crypto'
import { noCounters } from '../../src/index.ts'
import type { EntityKey, Lease, PageCommit, RecordWrite, Store, SyncRun } from '../../src/index.ts'

/** The entity that these tests write to. */
export const people: EntityKey = { organizationId: 'org', provider: 'acme', connection: 'default', entity: 'people' }

/** A run under way. */
export const run: SyncRun = {
  organizationId: people.organizationId,
  provider: people.provider,
  connection: people.connection,
  id: 'run',
  type: 'full',
  entities: ['people', 'departments'],
  status: 'running',
  counters: noCounters,
  outcomes: [],
  startedAt: 0,
  completedAt: undefined,
  error: undefined,
  resumes: undefined,
  dryRun: false,
}

/** A record that holds nothing but a word. */
export function record(id: string, content: string, version?: string): RecordWrite {
  const data = JSON.stringify({ id, content })
  const raw = JSON.stringify({ key: id, value: content })
  return { id, data, raw, hash: sha256(data), rawHash: sha256(raw), version }
}

/** A commit that writes nothing unless told. */
export function pageCommit<Tx>(over: Partial<PageCommit<Tx>> = {}): PageCommit<Tx> {
  return {
    key: people,
    runId: undefined,
    lease: undefined,
    observedAt: 0,
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

/** Takes the lease on an entity for the run `run`. */
export async function takeLease(store: Store, key: EntityKey = people): Promise<Lease> {
  const lease = await store.leases.acquire(key, { runId: 'run', ttlMs: 60_000 })
  if ('heldBy' in lease) throw new Error(`The lease is held by ${lease.heldBy}`)
  return lease
}

/** The live records as a plain object from id to content. */
export async function contents(store: Store, key: EntityKey = people): Promise<Record<string, unknown>> {
  const rows = await store.records.list(key, { limit: 10_000 })
  return Object.fromEntries(rows.map((row) => [row.id, contentOf(row.data)]))
}

function contentOf(data: string): unknown {
  const parsed: unknown = JSON.parse(data)
  return typeof parsed === 'object' && parsed !== null && 'content' in parsed ? parsed.content : undefined
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
