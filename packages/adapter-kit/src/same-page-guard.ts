import { hash } from 'node:crypto'
import { toJsonText } from '@unioneyes/core'
import type { WireRow } from '@unioneyes/core'

/**
 * Notices when a page shows exactly what the one before showed: the provider does not heed the number or offset that it was
 * asked for. Such places are counted here and never come again, so only the items can tell. Empty pages tell nothing.
 */
export class SamePageGuard {
  #before = ''

  /** Takes the items of the next page. @returns true when they are those of the page before, in the same order. */
  repeats(items: readonly WireRow[]): boolean {
    // Whatever has no readable id is known by all that it says.
    const shown = items.map(({ id, raw }) => id ?? { raw })
    const mark = items.length === 0 ? '' : hash('sha256', toJsonText(shown))
    const repeated = mark !== '' && mark === this.#before
    this.#before = mark
    return repeated
  }
}
