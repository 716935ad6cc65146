import { compareIds } from './memory/compare-ids.ts'
import type { IdRange } from './page.ts'

/** The ids of which a page shows every record there is, ready to be asked for. */
export interface IdSpan {
  readonly from: string
  /** The first id too far; undefined where there is none. */
  readonly below: string | undefined
  includes(id: string): boolean
}

/** What an entry of a page's `replaces` speaks of; undefined when that is no id at all, and so nothing to delete. */
export function toIdSpan(range: string | IdRange): IdSpan | undefined {
  if (typeof range === 'string') {
    if (range === '' || !isText(range)) return undefined
    return { from: range, below: textAfter(range), includes: (id) => id.startsWith(range) }
  }
  const { from, below, keeps = [] } = range
  if (!isText(from) || !isText(below) || compareIds(from, below) >= 0) return undefined
  const isKept = beginsWithAny(keeps)
  const includes = (id: string): boolean => compareIds(from, id) <= 0 && compareIds(id, below) < 0 && !isKept(id)
  return { from, below, includes }
}

/**
 * The first text after every text that begins with `prefix`, in the order of code points; undefined at the end of all texts.
 * With it, the ids that begin with a prefix are a range: from the prefix, below this.
 */
export function textAfter(prefix: string): string | undefined {
  const points = Array.from(prefix, (character) => character.codePointAt(0) ?? 0)
  while (points.at(-1) === LAST) points.pop()
  const last = points.pop()
  if (last === undefined) return undefined
  // Between these two lie the halves of surrogate pairs, which are no characters.
  const next = last === 0xd7_ff ? 0xe0_00 : last + 1
  return String.fromCodePoint(...points, next)
}

const LAST = 0x10_ff_ff

/** The same beginnings without those that begin with another of them. */
export function apartBeginnings(beginnings: Iterable<string>): string[] {
  const apart: string[] = []
  // In this order, whatever begins with a text stands right behind it.
  for (const beginning of [...beginnings].sort()) {
    const last = apart.at(-1)
    if (last === undefined || !beginning.startsWith(last)) apart.push(beginning)
  }
  return apart
}

/** Tells whether a text begins with one of the beginnings, of which there may be hundreds. */
export function beginsWithAny(beginnings: Iterable<string>): (text: string) => boolean {
  const apart = apartBeginnings(beginnings)
  return (text) => {
    // The last one that does not stand after the text is the only one it can begin with.
    let low = 0
    let high = apart.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((apart[middle] ?? '') <= text) low = middle + 1
      else high = middle
    }
    const candidate = apart[low - 1]
    return candidate !== undefined && text.startsWith(candidate)
  }
}

// Half a character or NUL is part of no id.
function isText(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}
