import type { Page } from '@unioneyes/core'

/** A page with the store's time before its request was sent. */
export interface ObservedPage {
  readonly page: Page
  readonly observedAt: number
}

/** Pages in order, fetched ahead of their reader. */
export interface ReadAhead {
  /** The next page, or undefined at the end. Throws what the source threw, after every page before it was given. */
  take(): Promise<ObservedPage | undefined>
  /** Whether {@link ReadAhead.take} would answer at once. */
  readonly ready: boolean
  /** Resolves when {@link ReadAhead.ready} is true. */
  arrived(): Promise<void>
  /** Stops fetching and lets the source clean up. */
  stop(): Promise<void>
}

/** One turn of the event loop. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}

type Slot = { readonly page: ObservedPage } | { readonly error: unknown } | { readonly done: true }

/**
 * Pulls a source of pages at most `depth` pages ahead of the reader: while one is written, the next are on their way. Order
 * is kept, and an error waits its turn, so that no later page is ever taken before an earlier failure.
 */
export function readAhead(source: AsyncIterable<Page>, depth: number, observe: () => Promise<number>): ReadAhead {
  const iterator = source[Symbol.asyncIterator]()
  const slots: Slot[] = []
  const waiting: (() => void)[] = []
  let wakePump: (() => void) | undefined
  let stopped = false

  const pump = async (): Promise<void> => {
    while (!stopped) {
      if (slots.length >= depth) {
        await new Promise<void>((resolve) => (wakePump = resolve))
        continue
      }
      const slot = await pull()
      slots.push(slot)
      for (const wake of waiting.splice(0)) wake()
      if (!('page' in slot)) return
    }
  }

  const pull = async (): Promise<Slot> => {
    try {
      const observedAt = await observe()
      const result = await iterator.next()
      return result.done === true ? { done: true } : { page: { page: result.value, observedAt } }
    } catch (error) {
      return { error }
    }
  }

  const pumping = pump()

  const arrived = async (): Promise<void> => {
    while (slots.length === 0) await new Promise<void>((resolve) => waiting.push(resolve))
  }

  return {
    arrived,
    get ready() {
      return slots.length > 0
    },
    async take() {
      await arrived()
      const slot = slots[0]
      if (slot === undefined || 'done' in slot) return undefined
      if ('error' in slot) throw slot.error
      slots.shift()
      wakePump?.()
      // A few turns of the event loop: the request for the next page leaves before this one is worked on.
      for (let n = 0; n < 3; n += 1) await turn()
      return slot.page
    },
    async stop() {
      stopped = true
      wakePump?.()
      // A source in the middle of a request ends with it; its page was never taken and is read again.
      await Promise.race([pumping, Promise.resolve()])
      void iterator.return?.().catch(() => undefined)
    },
  }
}
