import { hash } from 'node:crypto'
import type { Json } from '@unioneyes/core'

const REMEMBERED = 10_000

/**
 * Notices when a walk comes back to a token it was given before. The last 10,000 tokens are remembered; a longer circle is
 * found by comparing with one token that is kept for ever longer stretches (Brent's way), so memory stays bounded.
 */
export class LoopGuard {
  readonly #seen = new Set<string>()
  #milestone = ''
  #steps = 0
  #stretch = REMEMBERED

  /** Takes the next token. @returns true when it was there before. */
  repeats(token: Json): boolean {
    const mark = hash('sha256', JSON.stringify(token), 'base64').slice(0, 22)
    if (this.#seen.has(mark) || mark === this.#milestone) return true
    this.#seen.add(mark)
    if (this.#seen.size > REMEMBERED) {
      const [oldest] = this.#seen
      if (oldest !== undefined) this.#seen.delete(oldest)
    }
    this.#steps += 1
    if (this.#steps === this.#stretch) {
      this.#milestone = mark
      this.#steps = 0
      this.#stretch *= 2
    }
    return false
  }
}
