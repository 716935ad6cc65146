import { apartBeginnings, recordHash, textAfter } from '@unioneyes/core'
import type { EntityKey, PageMark, Store } from '@unioneyes/core'
import { IDS_PER_SLICE, storedIds } from './stored-ids.ts'

/**
 * What a full listing cannot look at. Each new beginning of ids is noted in a mark without ids, committed with the page that
 * named it, so that the run that goes on after a kill finds it again under its name. The ids themselves are marked only when
 * the listing has ended and is proven complete: they must not count towards the total that the provider stated.
 */
export class KeptIds {
  readonly #store: Pick<Store, 'pages'>
  readonly #key: EntityKey
  readonly #listingId: string
  readonly #beginnings = new Set<string>()
  #notes = 0
  #isLoaded: boolean

  /** @param resumed whether an earlier run may have left notes */
  constructor(store: Pick<Store, 'pages'>, key: EntityKey, listingId: string, resumed: boolean) {
    this.#store = store
    this.#key = key
    this.#listingId = listingId
    this.#isLoaded = !resumed
  }

  /** The marks that note those of the beginnings that are new, for the commit of the pages that named them. */
  async note(beginnings: Iterable<string>): Promise<PageMark[]> {
    const named = [...beginnings]
    if (named.length === 0) return []
    await this.#load()
    const added = named.filter((beginning) => !this.#beginnings.has(beginning))
    if (added.length === 0) return []
    for (const beginning of added) this.#beginnings.add(beginning)
    const fingerprint = this.#nameOf(this.#notes++)
    return [{ fingerprint, ids: [], next: added, total: undefined, complete: false }]
  }

  /** Marks that show the stored records with such ids, one after another and each of a few thousand. */
  async *marks(): AsyncGenerator<PageMark, void, undefined> {
    await this.#load()
    let ids: string[] = []
    for (const beginning of apartBeginnings(this.#beginnings)) {
      for await (const slice of storedIds(this.#store, this.#key, { from: beginning, below: textAfter(beginning) })) {
        ids = [...ids, ...slice]
        if (ids.length < IDS_PER_SLICE) continue
        yield shown(ids)
        ids = []
      }
    }
    if (ids.length > 0) yield shown(ids)
  }

  async #load(): Promise<void> {
    while (!this.#isLoaded) {
      const note = await this.#store.pages.recall(this.#key, this.#nameOf(this.#notes))
      this.#isLoaded = note === undefined
      if (note === undefined) break
      this.#notes += 1
      for (const one of Array.isArray(note.next) ? note.next : [])
        if (typeof one === 'string') this.#beginnings.add(one)
    }
  }

  #nameOf(note: number): string {
    return recordHash(`what listing ${this.#listingId} keeps, ${String(note)}`)
  }
}

/** The part of a beginning that an id can have: all ids that begin with it are kept, rather more than too few. */
export function keptBeginning(given: string): string {
  return BEFORE_HALF_CHARACTER.exec(given)?.[0] ?? ''
}

// Half a character or NUL is part of no id.
const BEFORE_HALF_CHARACTER = /^[^\0\p{Surrogate}]*/u

function shown(ids: readonly string[]): PageMark {
  return { fingerprint: undefined, ids, next: undefined, total: undefined, complete: false }
}
