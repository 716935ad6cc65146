import { IntegrationError, addCounters, noCounters } from '@unioneyes/core'
import type {
  BaseIntegration,
  EntityKey,
  EntityOutcome,
  HeldDeletions,
  Json,
  Listing,
  PageCommit,
  PageMemory,
  RunCounters,
  SyncStatus,
  SyncType,
} from '@unioneyes/core'
import type { EngineSettings } from './engine-options.ts'
import { cancelledError, withoutRead } from './entity-errors.ts'
import type { EntityTelemetry } from './entity-telemetry.ts'
import { KeptIds } from './kept-ids.ts'
import { leaseLost } from './lease-keeper.ts'
import type { KeptLease } from './lease-keeper.ts'
import { beginListing, openListing } from './open-listing.ts'
import type { ListingRequest } from './open-listing.ts'
import { PageBatch } from './page-batch.ts'
import type { BatchRules } from './page-batch.ts'
import { readAhead, turn } from './read-ahead.ts'
import type { ObservedPage, ReadAhead } from './read-ahead.ts'
import { isTooLarge, sweepListing } from './sweep-listing.ts'
import { runErrorOf } from './run-error.ts'
import type { SyncStep } from './sync-progress.ts'

/** What one entity of a run needs. */
export interface EntityJob<Tx> {
  readonly settings: EngineSettings<Tx>
  readonly integration: BaseIntegration
  readonly key: EntityKey
  readonly runId: string
  readonly type: SyncType
  readonly kept: KeptLease
  readonly mapping: string
  readonly reread: boolean
  /** Aborts when the caller cancels. */
  readonly signal: AbortSignal
  readonly telemetry: EntityTelemetry
  readonly report: (step: SyncStep) => void
}

// The longest queue of pages behind one commit, however little they change.
const MAX_PAGES = 64

// How many ids in quarantine are looked at one by one; beyond it they leave quarantine when their payload changes.
const QUARANTINE_LOOKUP = 10_000

/** Reads one entity under its lease, page by page, and says how it went. Never throws: an error is an outcome. */
export async function syncEntity<Tx>(job: EntityJob<Tx>): Promise<EntityOutcome> {
  const work = new EntityWork(job)
  try {
    const quarantined = await job.settings.store.quarantine.list(job.key, { limit: QUARANTINE_LOOKUP })
    const quarantinedIds = new Set(quarantined.flatMap((record) => record.id ?? []))
    await work.list(quarantinedIds).catch(async (error: unknown) => {
      await work.beginAgain(error)
      await work.list(quarantinedIds)
    })
    await work.finish()
    return work.outcome(work.status())
  } catch (error) {
    const cancelled = IntegrationError.is(error, 'CANCELLED') || (job.signal.aborted && !job.kept.lost.aborted)
    return work.outcome(cancelled ? 'cancelled' : 'failed', error)
  }
}

class EntityWork<Tx> {
  readonly #job: EntityJob<Tx>
  #listing: Listing
  #counters: RunCounters = noCounters
  /** The part of the chain's counters that earlier runs did. */
  #earlier: RunCounters = noCounters
  readonly #notes: string[] = []
  #held: HeldDeletions | undefined
  #incomplete = false
  #complete = false
  /** Whether the reading began at what an earlier run saved. */
  #atSavedPlace: boolean
  #observedAt: number
  /** Records that the commits of this run deleted because their group was shown without them. */
  #replaced = 0
  /** What the listing cannot look at. */
  #kept: KeptIds
  /** Pages that wait for their commit. */
  #batch: PageBatch | undefined
  /** The commit under way; meanwhile the next pages are compared. */
  #writing: { readonly batch: PageBatch; readonly done: Promise<void> } | undefined

  constructor(job: EntityJob<Tx>) {
    this.#job = job
    const { state } = job.kept.lease
    const { listing, resumed, notes } = openListing(state, this.#request)
    this.#observedAt = state.observedAt
    this.#listing = listing
    this.#kept = new KeptIds(job.settings.store, job.key, listing.id, resumed)
    this.#notes.push(...notes)
    this.#earlier = listing.counters
    this.#complete = resumed && listing.phase === 'sweep'
    this.#atSavedPlace = listing.type === 'incremental' || listing.pageToken !== undefined
  }

  get #request(): ListingRequest {
    const { type, mapping, runId, settings } = this.#job
    return { type, mapping, runId, newId: settings.newId }
  }

  /** Store time, never before what was observed earlier, so that a clock that jumped back hides no change. */
  readonly #observe = async (): Promise<number> => {
    this.#observedAt = Math.max(this.#observedAt, await this.#job.settings.store.now())
    return this.#observedAt
  }

  /** A moment after everything observed so far, even within one tick of the clock: what was observed before it may be swept. */
  async #begin(): Promise<number> {
    this.#observedAt += 1
    return this.#observe()
  }

  async list(quarantinedIds: ReadonlySet<string>): Promise<void> {
    if (this.#listing.phase === 'sweep') return
    const { settings, integration, key, mapping, reread, kept } = this.#job
    if (this.#listing.startedAt === 0) this.#listing = { ...this.#listing, startedAt: await this.#begin() }
    if (!integration.read) throw withoutRead(key)
    const stop = AbortSignal.any([this.#job.signal, kept.lost])
    const { type, pageToken } = this.#listing
    const cursor = type === 'incremental' ? kept.lease.state.cursor : undefined
    const memory: PageMemory = {
      mapping,
      recall: (fingerprint) =>
        reread || type !== 'full' ? Promise.resolve(undefined) : settings.store.pages.recall(key, fingerprint),
    }
    const source = integration.read(key.entity, { type, cursor, pageToken, signal: stop, memory })
    const ahead = readAhead(source, settings.readAhead, this.#observe)
    const rules: BatchRules = {
      key,
      mapping,
      reread,
      quarantinedIds,
      keepRecords: settings.onPage !== undefined,
      groups: type === 'incremental' ? (replaced) => this.#isTooMuch(replaced) : undefined,
    }
    try {
      await this.#drain(ahead, rules)
    } finally {
      await ahead.stop()
      // No commit outlives its reading. What it threw is told by whoever waited for it.
      await this.#written().catch(() => undefined)
    }
  }

  async #drain(ahead: ReadAhead, rules: BatchRules): Promise<void> {
    const { store, clock, recordsPerCommit, gatherMs } = this.#job.settings
    let since = 0
    for (;;) {
      if (this.#batch && !ahead.ready && !(await this.#arrivesWithin(ahead, since))) await this.#flush()
      let next: ObservedPage | undefined
      try {
        next = await ahead.take()
      } catch (error) {
        // What came before the failure is good and is kept.
        await this.#flush()
        await this.#written()
        throw error
      }
      this.#stopIfAsked()
      if (next === undefined) break
      if (next.page.restarted !== undefined) {
        this.#batch = undefined
        await this.#written()
        await this.#restart(next.page.restarted)
      }
      if (!this.#batch) since = clock.now()
      const batch = (this.#batch ??= new PageBatch(store, rules, this.#writing?.batch))
      await batch.add(next)
      await this.#brakeGroups(batch)
      const full = batch.weight >= recordsPerCommit || batch.pages >= MAX_PAGES || this.#job.signal.aborted
      if (full || clock.now() - since >= gatherMs) await this.#flush()
      this.#stopIfAsked()
    }
    await this.#flush()
    await this.#written()
  }

  /** Whether so many replaced records on top of those of earlier commits are too many to believe. */
  #isTooMuch(replaced: number): boolean {
    const { settings, kept } = this.#job
    return isTooLarge(this.#replaced + replaced, kept.lease.state.live, settings.brake)
  }

  /**
   * What vanishes from groups is under the same brake as what vanishes from a listing: too much of it is not believed, and
   * everything is read, where the deletions are held for approval if they are true.
   * @throws IntegrationError CURSOR_EXPIRED
   */
  async #brakeGroups(batch: PageBatch): Promise<void> {
    const { settings, kept, key } = this.#job
    const gone = this.#replaced + batch.replaced
    if (batch.replaced === 0 || !isTooLarge(gone, kept.lease.state.live, settings.brake)) return
    this.#batch = undefined
    await this.#written()
    const message = `${String(gone)} records of ${key.entity} vanished from those that had changed, too many to believe.`
    throw new IntegrationError('CURSOR_EXPIRED', message, { provider: key.provider, entity: key.entity })
  }

  /** Begins the commit of the pages that wait for it, once the one before is done: there is never more than one. */
  async #flush(): Promise<void> {
    await this.#written()
    const batch = this.#batch
    this.#batch = undefined
    if (!batch) return
    const done = this.#commit(batch).finally(() => this.#batch?.previousIsStored())
    this.#writing = { batch, done }
    // A store that commits on this thread is done within a turn, and later pages are better compared with what it wrote.
    await Promise.race([done.catch(() => undefined), turn()])
  }

  /** Waits for the commit under way. @throws what it threw */
  async #written(): Promise<void> {
    const { done } = this.#writing ?? {}
    this.#writing = undefined
    await done
  }

  /** The page in hand is committed before a stop: it is asked for only between commits. */
  #stopIfAsked(): void {
    const { signal, kept, key } = this.#job
    if (kept.lost.aborted) throw leaseLost(key)
    if (signal.aborted && !this.#batch) throw cancelledError(key)
  }

  async #arrivesWithin(ahead: ReadAhead, since: number): Promise<boolean> {
    const { clock, gatherMs } = this.#job.settings
    const remainingMs = gatherMs - (clock.now() - since)
    if (remainingMs <= 0) return false
    const waiting = new AbortController()
    const timeout = clock.sleep(remainingMs, waiting.signal).then(
      () => undefined,
      () => undefined,
    )
    await Promise.race([timeout, ahead.arrived()])
    waiting.abort()
    return ahead.ready
  }

  /** A saved place that is no longer accepted is worth nothing, to later syncs neither: everything is read. @throws any other error */
  async beginAgain(error: unknown): Promise<void> {
    if (!IntegrationError.is(error, 'CURSOR_EXPIRED') || !this.#atSavedPlace) throw error
    await this.#restart(error.message, 'full')
  }

  async #restart(reason: string, type = this.#listing.type): Promise<void> {
    const { counters } = this.#listing
    this.#listing = { ...beginListing(this.#request, type), startedAt: await this.#begin(), counters }
    // Changes that began again still rest on the saved cursor.
    this.#atSavedPlace = type === 'incremental'
    this.#notes.push(`The listing began again: ${reason}`)
    this.#job.report({ step: 'restarted', entity: this.#job.key.entity, reason })
    this.#kept = new KeptIds(this.#job.settings.store, this.#job.key, this.#listing.id, false)
  }

  async #commit(batch: PageBatch): Promise<void> {
    const { end } = batch
    if (!end) return
    this.#replaced += batch.replaced
    const full = this.#listing.type === 'full'
    const ended = end.next === undefined
    if (ended) this.#complete = end.complete
    const counters = countersOf(batch)
    const cursor = batch.cursor ?? this.#listing.cursor
    this.#listing = {
      ...this.#listing,
      phase: ended && full ? 'sweep' : 'list',
      pageToken: end.next,
      cursor,
      total: batch.total === undefined ? this.#listing.total : Math.max(this.#listing.total ?? 0, batch.total),
      identified: this.#listing.identified && batch.identified,
      counters: addCounters(this.#listing.counters, counters),
    }
    await this.#write(batch, {
      // What is only deleted by absence waits for the sweep; everything else is over with its last page.
      listing: ended && !(full && this.#complete) ? null : this.#listing,
      // A page of changes may carry a cursor of its own: later syncs may start there although the listing goes on.
      cursor: !full ? batch.cursor : ended && !this.#complete ? cursor : undefined,
      counters,
    })
    const { report, key } = this.#job
    report({ step: 'page', entity: key.entity, counters: this.#counters, total: this.#listing.total })
  }

  async #write(
    batch: PageBatch,
    progress: {
      listing: Listing | null
      cursor: Json | undefined
      counters: Omit<RunCounters, 'created' | 'updated' | 'deleted'>
    },
  ): Promise<void> {
    const { settings, key, runId, kept } = this.#job
    const full = this.#listing.type === 'full'
    const commit: PageCommit<Tx> = {
      key,
      runId,
      lease: kept.lease,
      observedAt: batch.observedAt,
      upserts: batch.upserts,
      mappingTag: batch.mappingTag,
      tombstones: batch.tombstones,
      quarantined: batch.quarantined,
      marks: full ? [...batch.marks, ...(await this.#kept.note(batch.keeps))] : [],
      remembered: batch.remembered,
      listing: progress.listing,
      cursor: progress.cursor,
      counters: progress.counters,
      onPage: this.#onPage(batch),
    }
    const { created, updated, deleted } = await this.#job.telemetry.commit(progress.counters, () =>
      settings.store.pages.commitPage(commit),
    )
    this.#count({
      ...progress.counters,
      created: created.length,
      updated: updated.length,
      deleted: deleted.length,
    })
  }

  #onPage(batch: PageBatch): PageCommit<Tx>['onPage'] {
    const { settings, key, runId } = this.#job
    const { onPage } = settings
    if (!onPage) return undefined
    return (tx, changes) => {
      if (changes.created.length + changes.updated.length + changes.deleted.length === 0) return undefined
      const recordsOf = (ids: readonly string[]): unknown[] => ids.map((id) => batch.record(id))
      return onPage(tx, {
        ...key,
        runId,
        created: recordsOf(changes.created),
        updated: recordsOf(changes.updated),
        deleted: changes.deleted,
      })
    }
  }

  /** Counts for the run, and for the listing what the store added to it, so that the next page builds on it. */
  #count(counters: Partial<RunCounters>): void {
    this.#counters = addCounters(this.#counters, counters)
    const { created = 0, updated = 0, deleted = 0 } = counters
    this.#listing = { ...this.#listing, counters: addCounters(this.#listing.counters, { created, updated, deleted }) }
  }

  /** After the last page: deletes what a proven complete full listing did not show, and ends the listing. */
  async finish(): Promise<void> {
    const { settings, key, kept, runId, report } = this.#job
    if (this.#listing.type !== 'full') return
    if (!this.#complete) {
      this.#notes.push('The provider gave no end signal: nothing is deleted by absence.')
      await settings.store.pages.dropMarks(kept.lease, this.#listing.id)
      return
    }
    const gap = await this.#gap()
    if (gap !== undefined) {
      this.#incomplete = true
      this.#notes.push(gap)
      await this.#end(this.#listing.identified ? undefined : this.#listing.cursor)
      return
    }
    // Only now: a stated total must be reached without them.
    const unseen = await this.#markKept()
    const sweep = await this.#job.telemetry.sweep(() =>
      sweepListing({
        settings,
        lease: kept.lease,
        runId,
        listing: this.#listing,
        unseen,
        brake: settings.brake,
        signal: this.#job.signal,
        onMissing: (missing) => {
          report({ step: 'sweeping', entity: key.entity, missing })
        },
      }),
    )
    this.#count({ deleted: sweep.deleted })
    if (sweep.held) {
      this.#held = sweep.held
      const { deletions, live } = sweep.held
      this.#notes.push(
        `${String(deletions)} of ${String(live)} records were missing from the listing. That is too many to believe: they are kept until approveDeletions('${runId}').`,
      )
      report({ step: 'held', entity: key.entity, deletions, live })
    }
    await this.#end(this.#listing.cursor)
  }

  /** Why the listing is not proven complete, or undefined when it is. */
  async #gap(): Promise<string | undefined> {
    const { settings, key } = this.#job
    if (!this.#listing.identified) return 'A record had no readable id: nothing is deleted by absence.'
    const { total } = this.#listing
    if (total === undefined) return undefined
    const seen = await settings.store.pages.seen(key, this.#listing.id)
    if (seen >= total) return undefined
    return `The provider stated ${String(total)} records and showed ${String(seen)}: nothing is deleted by absence, and the cursor stays where it was.`
  }

  /** Marks what the listing could not look at as seen, so that the sweep leaves it. @returns how many records that are */
  async #markKept(): Promise<number> {
    const { key, signal } = this.#job
    let count = 0
    for await (const mark of this.#kept.marks()) {
      if (signal.aborted) throw cancelledError(key)
      await this.#checkpoint({ listing: this.#listing, marks: [mark] })
      count += mark.ids.length
    }
    if (count > 0) this.#notes.push(`${String(count)} records that the listing could not look at are kept.`)
    return count
  }

  async #end(cursor: Json | undefined): Promise<void> {
    const { settings, kept } = this.#job
    await this.#checkpoint({ listing: null, cursor, releaseUnidentified: !this.#incomplete })
    await settings.store.pages.dropMarks(kept.lease, this.#listing.id)
  }

  /** A commit that writes no record. */
  async #checkpoint(change: Pick<PageCommit<Tx>, 'listing'> & Partial<PageCommit<Tx>>): Promise<void> {
    const { settings, key, runId, kept } = this.#job
    await settings.store.pages.commitPage({
      key,
      runId,
      lease: kept.lease,
      observedAt: this.#observedAt,
      upserts: [],
      tombstones: [],
      quarantined: [],
      marks: [],
      remembered: [],
      counters: noCounters,
      ...change,
    })
  }

  status(): SyncStatus {
    const chain = addCounters(this.#earlier, this.#counters)
    return this.#incomplete || this.#held !== undefined || chain.failed > 0 ? 'partial' : 'success'
  }

  outcome(status: SyncStatus, error?: unknown): EntityOutcome {
    const { key, settings } = this.#job
    return {
      entity: key.entity,
      status,
      type: this.#listing.type,
      counters: this.#counters,
      chain: addCounters(this.#earlier, this.#counters),
      notes: this.#notes,
      error:
        error === undefined
          ? undefined
          : runErrorOf(error, settings.clock.now(), (text) => settings.logger.redact(text)),
      held: this.#held,
    }
  }
}

function countersOf(batch: PageBatch): Omit<RunCounters, 'created' | 'updated' | 'deleted'> {
  const { processed, unchanged, pages, usage } = batch
  return { processed, unchanged, pages, failed: batch.quarantined.length, ...usage }
}
