import { noCounters } from '@unioneyes/core'
import type {
  ConnectionInput,
  EntityKey,
  Lease,
  Listing,
  PageCommit,
  PageMark,
  QuarantineWrite,
  RecordWrite,
  Store,
  SyncRun,
} from '@unioneyes/core'
import assert from 'node:assert/strict'

/** A moment in the past of every check, in milliseconds since 1970; observations are measured from here. */
export const T = Date.UTC(2023, 0, 1)

/** The key of the entity that most checks write to. */
export const people: EntityKey = { organizationId: 'org_1', provider: 'acme', connection: 'default', entity: 'people' }

/** A connection as an app saves it. */
export function connectionInput(over: Partial<ConnectionInput> = {}): ConnectionInput {
  const { organizationId, provider, connection } = people
  return { organizationId, provider, connection, type: 'hris', credentials: 'sealed:1', settings: {}, ...over }
}

/** A run as the engine creates it. */
export function syncRun(over: Partial<SyncRun> = {}): SyncRun {
  return {
    organizationId: people.organizationId,
    provider: people.provider,
    connection: people.connection,
    id: 'run_1',
    type: 'full',
    entities: [people.entity],
    status: 'running',
    counters: noCounters,
    outcomes: [],
    startedAt: T,
    completedAt: undefined,
    error: undefined,
    resumes: undefined,
    dryRun: false,
    ...over,
  }
}

/** A record whose content, payload and hashes follow from one word. */
export function record(id: string, content = 'first', over: Partial<RecordWrite> = {}): RecordWrite {
  const data = JSON.stringify({ id, content })
  const raw = JSON.stringify({ key: id, value: content })
  return { id, data, raw, hash: digest(data), rawHash: digest(raw), ...over }
}

/** A record that could not be read. */
export function unreadable(
  id: string | undefined,
  content = 'broken',
  over: Partial<QuarantineWrite> = {},
): QuarantineWrite {
  const raw = JSON.stringify({ key: id ?? null, value: content })
  return { id, raw, rawHash: digest(raw), reasons: [`value: ${content}`], ...over }
}

/** A page's mark. */
export function mark(fingerprint: string | undefined, ids: readonly string[], over: Partial<PageMark> = {}): PageMark {
  return {
    fingerprint: fingerprint === undefined ? undefined : digest(fingerprint),
    ids,
    next: undefined,
    total: undefined,
    complete: false,
    ...over,
  }
}

/** A listing under way. */
export function listing(over: Partial<Listing> = {}): Listing {
  return {
    id: 'listing_1',
    type: 'full',
    phase: 'list',
    runId: 'run_1',
    startedAt: T,
    pageToken: 'page 2',
    cursor: undefined,
    total: undefined,
    identified: true,
    mapping: 'mapping 1',
    counters: noCounters,
    ...over,
  }
}

/** A commit that writes nothing unless told. Without a lease, as a webhook's is. */
export function pageCommit(over: Partial<PageCommit> = {}): PageCommit {
  return {
    key: people,
    runId: undefined,
    lease: undefined,
    observedAt: T,
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

/** Takes the lease on an entity, which must be free (or held by the same run). */
export async function takeLease(
  store: Store,
  key: EntityKey = people,
  runId = 'run_1',
  ttlMs = 60_000,
): Promise<Lease> {
  const lease = await store.leases.acquire(key, { runId, ttlMs })
  if ('heldBy' in lease) assert.fail(`the lease is held by ${lease.heldBy}`)
  return lease
}

/** 64 hexadecimal digits that follow from a text: shaped as a SHA-256, which is all that a store may rely on. */
export function digest(text: string): string {
  let digits = ''
  for (let round = 0; round < 8; round++) {
    let sum = 0x811c9dc5 ^ Math.imul(round + 1, 0x9e3779b1)
    for (const character of text) sum = Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193)
    sum = Math.imul(sum ^ (sum >>> 15), 0x85ebca6b)
    digits += (sum >>> 0).toString(16).padStart(8, '0')
  }
  return digits
}
