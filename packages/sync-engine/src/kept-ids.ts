import { recordHash } from '@unioneyes/core'
import type { EntityKey, Json, PageMark, Store } from '@unioneyes/core'
import { KeptStretches, fromStretch, toStretch } from './kept-stretches.ts'
import type { KeptStretch } from './kept-stretches.ts'
import { IDS_PER_SLICE, storedIds } from './stored-ids.ts'

/**
 * What a full listing cannot look at. Each new stretch of ids is noted in a mark without ids, committed with the page that
 * named it, so that the run that goes on after a kill finds it again under its name. The ids themselves are marked only when
 * the listing has ended and is proven complete: they must not count towards the total that the provider stated.
 */
export class KeptIds {
  readonly #store: Pick<Store, 'pages'>
  readonly #key: EntityKey
  readonly #listingId: string
  readonly #stretches = new KeptStretches()
  #notes = 0
  #isLoaded: boolean

  /** @param resumed whether an earlier run may have left notes */
  constructor(store: Pick<Store, 'pages'>, key: EntityKey, listingId: string, resumed: boolean) {
    this.#store = store
    this.#key = key
    this.#listingId = listingId
    this.#isLoaded = !resumed
  }

  /** The marks that note those of the stretches that are new, for the commit of the pages that named them. */
  async note(stretches: Iterable<KeptStretch>): Promise<PageMark[]> {
    const named = [...stretches]
    if (named.length === 0) return []
    await this.#load()
    const added = named.filter((stretch) => this.#stretches.add(stretch))
    if (added.length === 0) return []
    const fingerprint = this.#nameOf(this.#notes++)
    return [{ fingerprint, ids: [], next: added.map(fromStretch), total: undefined, complete: false }]
  }

  /** Marks that show the stored records with such ids, one after another and each of a few thousand. */
  async *marks(): AsyncGenerator<PageMark, void, undefined> {
    await this.#load()
    let ids: string[] = []
    for (const { from, below } of this.#stretches.apart()) {
      for await (const slice of storedIds(this.#store, this.#key, { from, below })) {
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
      const noted: readonly Json[] = Array.isArray(note.next) ? note.next : []
      for (const one of noted.flatMap((json) => toStretch(json) ?? [])) this.#stretches.add(one)
    }
  }

  #nameOf(note: number): string {
    return recordHash(`what listing ${this.#listingId} keeps, ${String(note)}`)
  }
}

function shown(ids: readonly string[]): PageMark {
  return { fingerprint: undefined, ids, next: undefined, total: undefined, complete: false }
}
