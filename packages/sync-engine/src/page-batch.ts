import { hash } from 'node:crypto'
import { toJsonText } from '@unioneyes/core'
import type {
  EntityKey,
  EntityRecord,
  Page,
  PageMark,
  QuarantineWrite,
  RecordWrite,
  RowResult,
  StatesBasis,
  Store,
} from '@unioneyes/core'
import type { ObservedPage } from './read-ahead.ts'

/** How to tell whether a record must be read again. */
export interface BatchRules {
  readonly key: EntityKey
  /** Adapter version and settings: part of every raw hash, so that a new mapping reads everything again. */
  readonly mapping: string
  /** Reads every record again even when its payload did not change. */
  readonly reread: boolean
  /** Ids in quarantine when the run began: read again even when the stored payload is the same, so that they leave it. */
  readonly quarantinedIds: ReadonlySet<string>
}

/** Pages gathered for one commit, compared with what is stored. */
export interface PageBatch {
  readonly observedAt: number
  readonly upserts: RecordWrite[]
  readonly tombstones: { readonly id: string; readonly version?: string | undefined }[]
  readonly quarantined: QuarantineWrite[]
  readonly marks: PageMark[]
  readonly remembered: string[]
  readonly basis: StatesBasis | undefined
  /** Records as the app sees them, for `onPage`; by id. */
  readonly records: ReadonlyMap<string, unknown>
  readonly processed: number
  readonly unchanged: number
  readonly pages: number
  readonly usage: { readonly requests: number; readonly bytes: number; readonly waitedMs: number }
  /** False when a row had no readable id. */
  readonly identified: boolean
}

/** One row of a page, before it is compared. */
interface Candidate {
  readonly rawText: string | undefined
  readonly rawHash: string
  readonly read: () => RowResult<EntityRecord>
}

/** Compares gathered pages with the stored states and keeps only what must be written. */
export async function toPageBatch(
  store: Store,
  rules: BatchRules,
  gathered: readonly ObservedPage[],
): Promise<PageBatch> {
  const candidates = new Map<string, Candidate>()
  const quarantined: QuarantineWrite[] = []
  const tombstones = new Map<string, { id: string; version?: string | undefined }>()
  const marks: PageMark[] = []
  const remembered: string[] = []
  let processed = 0
  let unchanged = 0

  for (const { page } of gathered) {
    if (page.remembered) {
      remembered.push(page.remembered.fingerprint)
      processed += page.remembered.count
      unchanged += page.remembered.count
      continue
    }
    const ids: string[] = []
    for (const row of rowsOf(page, rules)) {
      processed += 1
      if (row.id === undefined) {
        quarantined.push({
          id: undefined,
          rawHash: row.candidate.rawHash,
          reasons: ['The record has no readable id.'],
          raw: row.candidate.rawText ?? 'null',
        })
        continue
      }
      ids.push(row.id)
      // A repeated id: the later one is what the provider said last.
      candidates.set(row.id, row.candidate)
      tombstones.delete(row.id)
    }
    for (const deletion of page.deleted ?? []) {
      const tombstone = typeof deletion === 'string' ? { id: deletion } : deletion
      processed += 1
      tombstones.set(tombstone.id, tombstone)
      candidates.delete(tombstone.id)
    }
    marks.push(toMark(page, ids))
  }

  const basis =
    candidates.size + tombstones.size > 0 ? await statesOf(store, rules.key, candidates, tombstones) : undefined
  const upserts: RecordWrite[] = []
  const records = new Map<string, unknown>()
  for (const [id, candidate] of candidates) {
    const stored = basis?.states.get(id)
    const same = stored?.rawHash === candidate.rawHash && !stored.deleted
    if (same && !rules.reread && !rules.quarantinedIds.has(id)) {
      unchanged += 1
      continue
    }
    const result = candidate.read()
    if (result.kind === 'invalid') {
      const { rawHash, rawText } = candidate
      quarantined.push({ id, rawHash, reasons: result.issues, raw: rawText ?? 'null' })
    } else if (result.kind === 'deleted') {
      tombstones.set(id, { id, version: result.version })
    } else {
      const data = JSON.stringify(result.record)
      const write = {
        id,
        hash: sha256(data),
        rawHash: candidate.rawHash,
        data,
        raw: candidate.rawText,
        version: result.version,
      }
      if (stored && !stored.deleted && stored.hash === write.hash) unchanged += 1
      else records.set(id, result.record)
      upserts.push(write)
    }
  }

  return {
    observedAt: Math.min(...gathered.map((observed) => observed.observedAt)),
    upserts,
    tombstones: [...tombstones.values()],
    quarantined,
    marks,
    remembered,
    basis,
    records,
    processed,
    unchanged,
    pages: gathered.length,
    usage: sumUsage(gathered),
    identified: quarantined.every((entry) => entry.id !== undefined),
  }
}

interface Row {
  readonly id: string | undefined
  readonly candidate: Candidate
}

function* rowsOf(page: Page, rules: BatchRules): Generator<Row> {
  if (page.rows) {
    const { items } = page.rows
    const read = page.rows.read.bind(page.rows)
    for (const { id, raw } of items) {
      const rawText = toJsonText(raw)
      yield {
        id: id === '' ? undefined : id,
        candidate: { rawText, rawHash: rawHashOf(rules, rawText), read: () => read(raw) },
      }
    }
  }
  for (const [index, record] of (page.records ?? []).entries()) {
    const raw = page.raw?.[index]
    const rawText = raw === undefined ? undefined : toJsonText(raw)
    const id = typeof record.id === 'string' && record.id !== '' ? record.id : undefined
    yield {
      id,
      candidate: {
        rawText: rawText ?? (id === undefined ? toJsonText(record) : undefined),
        rawHash: rawHashOf(rules, rawText ?? toJsonText(record)),
        read: () => ({ kind: 'record', record }),
      },
    }
  }
}

const sha256 = (text: string): string => hash('sha256', text, 'base64url')

const rawHashOf = (rules: BatchRules, text: string): string => sha256(`${rules.mapping}\n${text}`)

function toMark(page: Page, ids: readonly string[]): PageMark {
  return {
    fingerprint: page.fingerprint,
    ids,
    next: page.rememberNext ?? page.next,
    total: page.total,
    complete: page.complete ?? false,
  }
}

function statesOf(
  store: Store,
  key: EntityKey,
  candidates: ReadonlyMap<string, unknown>,
  tombstones: ReadonlyMap<string, unknown>,
): Promise<StatesBasis> {
  return store.pages.states(key, [...candidates.keys(), ...tombstones.keys()])
}

function sumUsage(gathered: readonly ObservedPage[]): PageBatch['usage'] {
  const sum = { requests: 0, bytes: 0, waitedMs: 0 }
  for (const { page } of gathered) {
    sum.requests += page.usage?.requests ?? 0
    sum.bytes += page.usage?.bytes ?? 0
    sum.waitedMs += page.usage?.waitedMs ?? 0
  }
  return sum
}
