import { IntegrationError } from '../integration-error.ts'
import type { ChangeFeed } from '../ports/change-feed.ts'
import { openFeed } from './memory-state.ts'
import type { MemoryFeed, MemoryState } from './memory-state.ts'
import { promised } from './promised.ts'

/** The change feeds in memory. A position is the sequence of the entry last read. */
export function memoryFeeds(state: MemoryState): ChangeFeed {
  return {
    read: ({ organizationId, after, limit = 500 }) =>
      promised(() => {
        const feed = state.feeds.get(organizationId)
        const sequence = after === undefined ? undefined : toSequence(state, after)
        if (feed === undefined) return []
        if (sequence !== undefined && sequence < feed.prunedTo) {
          throw new IntegrationError(
            'CURSOR_EXPIRED',
            'Entries of the change feed after this position were pruned. Read the records again, then the feed from its start.',
          )
        }
        const start = sequence === undefined ? 0 : indexAfterSequence(feed, sequence)
        return feed.entries.slice(start, start + limit).map(({ entry }) => ({ ...entry }))
      }),
    acknowledge: (organizationId, consumer, position) =>
      promised(() => {
        const sequence = toSequence(state, position)
        const { consumers } = openFeed(state, organizationId)
        consumers.set(consumer, Math.max(consumers.get(consumer) ?? 0, sequence))
      }),
    position: (organizationId, consumer) =>
      promised(() => state.feeds.get(organizationId)?.consumers.get(consumer)?.toString()),
    prune: (organizationId, before) =>
      promised(() => {
        const feed = state.feeds.get(organizationId)
        if (feed === undefined) return 0
        const readByAll = Math.min(...feed.consumers.values())
        const kept = feed.entries.findIndex(({ sequence, entry }) => entry.at >= before || sequence > readByAll)
        const pruned = feed.entries.splice(0, kept < 0 ? feed.entries.length : kept)
        feed.prunedTo = pruned.at(-1)?.sequence ?? feed.prunedTo
        return pruned.length
      }),
  }
}

/** @throws IntegrationError CONFIG_INVALID for a text that this store never gave out as a position. */
function toSequence({ latest }: MemoryState, position: string): number {
  const sequence = Number(position)
  if (/^[1-9]\d{0,15}$/.test(position) && sequence <= latest.sequence) return sequence
  throw new IntegrationError(
    'CONFIG_INVALID',
    'This is no position of the change feed. Pass the `position` of an entry that was read from this store, or none to read from the start.',
  )
}

function indexAfterSequence({ entries }: MemoryFeed, sequence: number): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((entries[middle]?.sequence ?? 0) <= sequence) low = middle + 1
    else high = middle
  }
  return low
}
