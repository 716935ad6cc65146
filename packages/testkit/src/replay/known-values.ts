/** The real values that were replaced, found again wherever they stand. */
export class KnownValues {
  readonly #replaced = new Map<string, string>()
  readonly #words = new Set<string>()

  /** How many there are. */
  get size(): number {
    return this.#replaced.size
  }

  /** Remembers a value with what replaces it. Short ones, and short numbers, stand for too much to be looked for. */
  add(value: string, replacement: string): void {
    if (!isTelling(value)) return
    this.#replaced.set(value, replacement)
    this.#words.add(wordsOf(value).join(' '))
  }

  /** What a value was replaced with. */
  replacementOf(value: string): string | undefined {
    return this.#replaced.get(value)
  }

  /** Whether a text is one of them, or has one among its words, in capitals or not. */
  isIn(text: string): boolean {
    if (this.#replaced.has(text)) return true
    const words = wordsOf(text)
    for (let from = 0; from < words.length; from += 1) {
      for (let to = from + 1; to <= Math.min(words.length, from + LONGEST); to += 1) {
        if (this.#words.has(words.slice(from, to).join(' '))) return true
      }
    }
    return false
  }
}

// An e-mail address has six words easily.
const LONGEST = 8

function wordsOf(text: string): string[] {
  return text.toLowerCase().match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
}

function isTelling(value: string): boolean {
  return /\p{L}/u.test(value) ? value.length >= 4 : (value.match(/\d/g)?.length ?? 0) >= 7
}
