import { recordHash, toIdSpan, toJsonText } from '@unioneyes/core'
import type {
  Deletion,
  EntityKey,
  EntityRecord,
  IdRange,
  Json,
  Page,
  PageMark,
  QuarantineWrite,
  RecordWrite,
  RememberedPage,
  RowResult,
  Store,
  StoredState,
  WireRows,
} from '@unioneyes/core'
import { KeptStretches, keptStretch } from './kept-stretches.ts'
import { turn } from './read-ahead.ts'
import type { ObservedPage } from './read-ahead.ts'
import { storedIds } from './stored-ids.ts'

/** How to tell whether a record must be read again. */
export interface BatchRules {
  readonly key: EntityKey
  /** Adapter version and settings: part of every raw hash, so that a new mapping reads everything again. */
  readonly mapping: string
  /** Reads every record again even when its payload did not change. */
  readonly reread: boolean
  /** Ids in quarantine when the run began: read again even when the stored payload is the same, so that they leave it. */
  readonly quarantinedIds: ReadonlySet<string>
  /** Whether somebody will ask for the records themselves. */
  readonly keepRecords: boolean
  /**
   * Where a page may replace groups: whether so many of a batch would be too many to delete, so that nobody need look for more.
   * Undefined in a full listing, which finds by itself what is gone, under its brake.
   */
  readonly groups: ((replaced: number) => boolean) | undefined
}

/** A live record of the store, as a payload is compared with it. */
interface Known {
  readonly hash: string
  /** Of the payload. */
  readonly rawHash: string
  readonly same: boolean
}

/** What is to become of one record of a batch; a later page's word replaces an earlier one's. */
type Decision =
  | { readonly kind: 'same' }
  | { readonly kind: 'write'; readonly write: RecordWrite; readonly record: unknown; readonly changed: boolean }
  | { readonly kind: 'tombstone'; readonly version: string | undefined }
  | { readonly kind: 'quarantine'; readonly entry: QuarantineWrite }

// What a row that needs no write costs a commit, compared with one that does.
const UNCHANGED_WEIGHT = 1 / 16

/** Pages gathered for one commit, each compared with what is stored as it is added, so that only what must be written is kept. */
export class PageBatch {
  readonly #store: Store
  readonly #rules: BatchRules
  /** What the mapping adds to a raw hash. */
  readonly mappingTag: string
  #previous: PageBatch | undefined
  #previousIsStored = false
  readonly #decisions = new Map<string, Decision>()
  readonly #unidentified: QuarantineWrite[] = []
  /** What is stored of the records of the page in hand. */
  #states: ReadonlyMap<string, StoredState> = new Map()
  #rememberedRecords = 0
  /** About how many records the commit will write. */
  weight = 0
  processed = 0
  /** Records to delete because a page showed their group without them. */
  replaced = 0
  pages = 0
  readonly marks: PageMark[] = []
  /** Beginnings of ids that the listing cannot look at. */
  readonly keeps = new KeptStretches()
  readonly remembered: string[] = []
  readonly usage = { requests: 0, bytes: 0, waitedMs: 0 }
  /** Store time before the first of its requests. */
  observedAt = Number.POSITIVE_INFINITY
  /** How the listing goes on after its last page; undefined before the first. Not the page itself, whose rows would live on. */
  end: { readonly next: Json | undefined; readonly complete: boolean } | undefined
  /** The last cursor that a page carried. */
  cursor: Json | undefined
  /** The largest total that a page stated. */
  total: number | undefined

  /** @param previous the batch whose commit is under way: what it writes is not stored yet when states are read. */
  constructor(store: Store, rules: BatchRules, previous?: PageBatch) {
    this.#store = store
    this.#rules = rules
    this.#previous = previous
    // Its own comparisons are over; without this, every batch of a run would stay in memory.
    if (previous) previous.#previous = undefined
    this.mappingTag = recordHash(rules.mapping).slice(0, 12)
  }

  /** Told when the commit of the batch before this one is done: the states that are read from now on hold what it wrote. */
  previousIsStored(): void {
    this.#previousIsStored = true
  }

  /** Compares a page and keeps what it changes. */
  async add({ page, observedAt }: ObservedPage): Promise<void> {
    this.pages += 1
    this.end = { next: page.next, complete: page.complete ?? page.remembered?.complete ?? false }
    this.observedAt = Math.min(this.observedAt, observedAt)
    this.cursor = page.cursor ?? this.cursor
    const total = page.total ?? page.remembered?.total
    if (total !== undefined) this.total = Math.max(this.total ?? 0, total)
    this.usage.requests += page.usage?.requests ?? 0
    this.usage.bytes += page.usage?.bytes ?? 0
    this.usage.waitedMs += page.usage?.waitedMs ?? 0
    for (const kept of page.keeps ?? []) this.keeps.add(keptStretch(kept))
    if (page.remembered) this.#remember(page.remembered)
    else await this.#compare(page)
  }

  #remember({ fingerprint, count }: RememberedPage): void {
    this.remembered.push(fingerprint)
    this.processed += count
    this.#rememberedRecords += count
    this.weight += count * UNCHANGED_WEIGHT
  }

  async #compare(page: Page): Promise<void> {
    if (this.#previousIsStored) this.#previous = undefined
    const deletions = (page.deleted ?? [])
      .map((one): Deletion => (typeof one === 'string' ? { id: one } : one))
      .filter(({ id }) => isReadable(id))
    const ids: string[] = []
    const items = page.rows?.items ?? page.records ?? []
    for (const { id } of items) {
      if (isReadable(id)) ids.push(id)
    }
    const gone = new Set<string>()
    const replacedBefore = this.replaced
    // A row without a readable id may be any of those that the page seems to lack.
    if (this.#rules.groups && ids.length === items.length) {
      const spokenOf = new Set([...ids, ...deletions.map(({ id }) => id)])
      for (const range of page.replaces ?? []) await this.#replace(range, spokenOf, gone)
    }
    await this.#readStates(deletions.length === 0 ? ids : [...ids, ...deletions.map(({ id }) => id)])
    this.processed += deletions.length + this.replaced - replacedBefore
    if (page.rows) await this.#compareRows(page.rows)
    if (page.records) await this.#compareRecords(page.records, page.raw ?? [])
    for (const { id, version } of deletions) this.#decide(id, { kind: 'tombstone', version })
    for (const id of gone) this.#decide(id, { kind: 'tombstone', version: undefined })
    this.marks.push(toMark(page, ids))
  }

  /** Adds to `gone` what the page deletes by showing everything of a group or range without it. */
  async #replace(range: string | IdRange, spokenOf: ReadonlySet<string>, gone: Set<string>): Promise<void> {
    const span = toIdSpan(range)
    if (span === undefined) return
    const lacks = (id: string): void => {
      // An earlier page of this batch may have deleted it.
      if (!span.includes(id) || spokenOf.has(id) || gone.has(id) || this.coming(id) === null) return
      gone.add(id)
      // What the commit under way deletes is deleted again, in case that is refused as too old, but counted once.
      if (this.#decisions.has(id) || this.#previous?.coming(id) !== null) this.replaced += 1
    }
    // What earlier pages brought may not be stored yet.
    for (const id of this.#previous?.decidedIds() ?? []) lacks(id)
    for (const id of this.decidedIds()) lacks(id)
    for await (const ids of storedIds(this.#store, this.#rules.key, span)) {
      for (const id of ids) lacks(id)
      if (this.#rules.groups?.(this.replaced) === true) return
    }
  }

  /** The ids that it decided on. */
  decidedIds(): Iterable<string> {
    return this.#decisions.keys()
  }

  /** Wire rows: only those whose payload changed are read. */
  async #compareRows(rows: WireRows<EntityRecord>): Promise<void> {
    for (const { id, raw } of rows.items) {
      if (this.processed % ROWS_PER_TURN === ROWS_PER_TURN - 1) await turn()
      this.processed += 1
      const text = toJsonText(raw)
      if (!isReadable(id)) {
        this.#withoutId(text)
        continue
      }
      const known = this.#known(id, text)
      if (known?.same === true) this.#decide(id, SAME)
      else this.#decide(id, this.#decisionOf(id, rows.read(raw), known, text, text))
    }
  }

  /** Records that the reader made itself. */
  async #compareRecords(records: readonly EntityRecord[], payloads: readonly unknown[]): Promise<void> {
    for (const [index, record] of records.entries()) {
      if (this.processed % ROWS_PER_TURN === ROWS_PER_TURN - 1) await turn()
      this.processed += 1
      const raw = payloads[index]
      const text = toJsonText(raw === undefined ? record : raw)
      const { id } = record
      if (!isReadable(id)) {
        this.#withoutId(text)
        continue
      }
      const known = this.#known(id, text)
      const kept = raw === undefined ? undefined : text
      if (known?.same === true) this.#decide(id, SAME)
      else this.#decide(id, this.#decisionOf(id, { kind: 'record', record }, known, text, kept))
    }
  }

  #withoutId(raw: string): void {
    this.#unidentified.push({
      id: undefined,
      rawHash: this.#rawHashOf(raw),
      reasons: ['The record has no readable id.'],
      raw,
    })
  }

  /** The live record that this payload is compared with; `same` when it is exactly this payload, read by this mapping. */
  #known(id: string, text: string): Known | undefined {
    const stored = this.#live(id)
    if (stored === undefined) return undefined
    const rawHash = this.#rawHashOf(text)
    const same = stored.rawHash === rawHash && !this.#rules.reread && !this.#rules.quarantinedIds.has(id)
    return { hash: stored.hash, rawHash, same }
  }

  #decide(id: string, decision: Decision): void {
    this.weight += decision.kind === 'same' ? UNCHANGED_WEIGHT : 1
    this.#decisions.set(id, decision)
  }

  #decisionOf(
    id: string,
    result: RowResult<EntityRecord>,
    known: Known | undefined,
    text: string,
    raw: string | undefined,
  ): Decision {
    if (result.kind === 'invalid') {
      const rawHash = known?.rawHash ?? this.#rawHashOf(text)
      return { kind: 'quarantine', entry: { id, rawHash, reasons: result.issues, raw: raw ?? 'null' } }
    }
    if (result.kind === 'deleted') return { kind: 'tombstone', version: result.version }
    const data = toJsonText(result.record)
    // Hashes are for comparing. What is new is compared with nothing, and the store takes them, on a thread of its own if it can.
    const hash = known && recordHash(data)
    return {
      kind: 'write',
      write: { id, hash, rawHash: known?.rawHash, data, raw, version: result.version },
      // Kept only for an `onPage` that will look at it: a thousand live objects cost the collector more than they are worth.
      record: this.#rules.keepRecords ? result.record : undefined,
      changed: known === undefined || known.hash !== hash,
    }
  }

  /** The hashes of a live record as it is stored, or will be when the commit under way is done. */
  #live(id: string): Pick<StoredState, 'hash' | 'rawHash'> | undefined {
    const coming = this.#previous?.coming(id)
    if (coming === null) return undefined
    if (coming) {
      const { hash = recordHash(coming.data), rawHash = this.#rawHashOf(coming.raw ?? coming.data) } = coming
      return { hash, rawHash }
    }
    const stored = this.#states.get(id)
    return stored?.deleted === false ? stored : undefined
  }

  /** What its commit writes of a record; null for a deletion, undefined when it leaves the record as it is. */
  coming(id: string): RecordWrite | null | undefined {
    const decision = this.#decisions.get(id)
    if (decision?.kind === 'write') return decision.write
    return decision?.kind === 'tombstone' ? null : undefined
  }

  async #readStates(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) this.#states = (await this.#store.pages.states(this.#rules.key, ids)).states
  }

  get upserts(): RecordWrite[] {
    const upserts: RecordWrite[] = []
    for (const decision of this.#decisions.values()) if (decision.kind === 'write') upserts.push(decision.write)
    return upserts
  }

  get tombstones(): Deletion[] {
    const tombstones: Deletion[] = []
    for (const [id, decision] of this.#decisions) {
      if (decision.kind === 'tombstone') tombstones.push({ id, version: decision.version })
    }
    return tombstones
  }

  get quarantined(): QuarantineWrite[] {
    const entries: QuarantineWrite[] = []
    for (const decision of this.#decisions.values()) if (decision.kind === 'quarantine') entries.push(decision.entry)
    return [...entries, ...this.#unidentified]
  }

  /** Records that are as they were for the app. */
  get unchanged(): number {
    let unchanged = this.#rememberedRecords
    for (const decision of this.#decisions.values()) {
      if (decision.kind === 'same' || (decision.kind === 'write' && !decision.changed)) unchanged += 1
    }
    return unchanged
  }

  /** The ids that the app would see created or updated. */
  get changedIds(): string[] {
    return [...this.#decisions].flatMap(([id, decision]) => (decision.kind === 'write' && decision.changed ? id : []))
  }

  /** Whether the store has a live record with this id. */
  isStored(id: string): boolean {
    return this.#states.get(id)?.deleted === false
  }

  /** A record as the app sees it, for `onPage`. */
  record(id: string): unknown {
    const decision = this.#decisions.get(id)
    return decision?.kind === 'write' ? decision.record : undefined
  }

  /** False when a row had no readable id. */
  get identified(): boolean {
    return this.#unidentified.length === 0
  }

  #rawHashOf(text: string): string {
    return recordHash(text) + this.mappingTag
  }
}

// While rows are worked on, the next page is on its way: its bytes need turns of the event loop to come in.
const ROWS_PER_TURN = 64

const SAME: Decision = { kind: 'same' }

// Half a character or NUL would come back from a database as another id, or not at all.
const isReadable = (id: unknown): id is string =>
  typeof id === 'string' && id !== '' && id.isWellFormed() && !id.includes('\0')

function toMark(page: Page, ids: readonly string[]): PageMark {
  return {
    fingerprint: page.fingerprint,
    ids,
    next: page.rememberNext ?? page.next,
    total: page.total,
    complete: page.complete ?? false,
  }
}
