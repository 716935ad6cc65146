import { compareIds, textAfter } from '@unioneyes/core'
import type { IdStretch, Json } from '@unioneyes/core'

/** Ids that a full listing cannot look at: from one on, and below another or to the end of all. */
export interface KeptStretch {
  readonly from: string
  readonly below: string | undefined
}

/**
 * What an entry of a page's `keeps` stands for. Half a character or NUL is part of no id: it is cut off there, and rather more
 * is kept than too few.
 */
export function keptStretch(given: string | IdStretch): KeptStretch {
  if (typeof given === 'string') {
    const from = wholeText(given)
    return { from, below: textAfter(from) }
  }
  const below = wholeText(given.below)
  return { from: wholeText(given.from), below: below === given.below ? below : textAfter(below) }
}

const wholeText = (text: string): string => BEFORE_HALF_CHARACTER.exec(text)?.[0] ?? ''

const BEFORE_HALF_CHARACTER = /^[^\0\p{Surrogate}]*/u

/** Stretches of ids, each kept once. */
export class KeptStretches {
  readonly #all = new Map<string, KeptStretch>()

  /** @returns whether it is new */
  add(stretch: KeptStretch): boolean {
    const name = JSON.stringify([stretch.from, stretch.below])
    if (this.#all.has(name)) return false
    this.#all.set(name, stretch)
    return true
  }

  clear(): void {
    this.#all.clear()
  }

  [Symbol.iterator](): IterableIterator<KeptStretch> {
    return this.#all.values()
  }

  /** The same ids in stretches that stand apart, in the order of ids. */
  apart(): KeptStretch[] {
    const apart: KeptStretch[] = []
    const inOrder = [...this.#all.values()].sort((left, right) => compareIds(left.from, right.from))
    for (const stretch of inOrder) {
      if (isEmpty(stretch)) continue
      const last = apart.at(-1)
      if (last && (last.below === undefined || compareIds(stretch.from, last.below) <= 0)) {
        apart[apart.length - 1] = { from: last.from, below: later(last.below, stretch.below) }
      } else apart.push(stretch)
    }
    return apart
  }

  /** Tells whether an id is in one of them, of which there may be thousands. */
  test(): (id: string) => boolean {
    const apart = this.apart()
    return (id) => {
      // The last one that does not begin behind the id is the only one that can hold it.
      let low = 0
      let high = apart.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if (compareIds(apart[middle]?.from ?? '', id) <= 0) low = middle + 1
        else high = middle
      }
      const candidate = apart[low - 1]
      return candidate !== undefined && (candidate.below === undefined || compareIds(id, candidate.below) < 0)
    }
  }
}

const isEmpty = ({ from, below }: KeptStretch): boolean => below !== undefined && compareIds(from, below) >= 0

function later(left: string | undefined, right: string | undefined): string | undefined {
  if (left === undefined || right === undefined) return undefined
  return compareIds(left, right) >= 0 ? left : right
}

/** A stretch as JSON. */
export const fromStretch = ({ from, below }: KeptStretch): Json => (below === undefined ? [from] : [from, below])

/** A stretch from JSON; undefined for what is none. */
export function toStretch(json: Json): KeptStretch | undefined {
  const parts: readonly Json[] = Array.isArray(json) ? json : []
  const [from, below] = parts
  if (typeof from !== 'string') return undefined
  return { from, below: typeof below === 'string' ? below : undefined }
}
