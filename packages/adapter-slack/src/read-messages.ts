import { property } from '@unioneyes/adapter-kit'
import type { ReadContext, ReadPage, WalkedPage } from '@unioneyes/adapter-kit'
import { IntegrationError } from '@unioneyes/core'
import type { IdRange, Json } from '@unioneyes/core'
import type { Message } from '@unioneyes/models'
import type { Settings } from './api.ts'
import { seenConversations } from './conversations.ts'
import { historyOf, isLimited, isThere, threadOf } from './history.ts'
import { behind, besideChannels, inside, messageId } from './message-ids.ts'
import { ReadPlaces } from './message-places.ts'
import { messageRows } from './message-row.ts'
import { aheadOf, secondsOf, toMessageCursor, windowOf } from './message-window.ts'
import type { MessageWindow } from './message-window.ts'
import { markIn, marksIn } from './time-marks.ts'

/**
 * Reads the messages of every channel that the app is in, from the newest to the oldest, and after each page of a channel the
 * threads that begin in it. An incremental read looks at the last days of each channel again, and tells by the bounds of its
 * pages what is gone; a channel that the last read did not read is read whole.
 */
export async function* readMessages(context: ReadContext<Settings>): AsyncGenerator<ReadPage<Message>> {
  const { walk, settings, type, token, providerDate } = context
  const last = type === 'full' ? undefined : toMessageCursor(context.cursor)
  const { readable, closed } = await seenConversations(walk, settings)
  const places = new ReadPlaces(readable, token, () => secondsOf(providerDate()))
  // What the app is not in is not gone. Told at every beginning, as it may change in an interruption.
  const keeps = settings.unseenChannels === 'keep' ? besideChannels(readable) : closed.map(inside)
  if (type === 'full' && keeps.length > 0) yield { records: [], keeps, next: places.beginning }
  for (const channel of places.channels) {
    yield* readChannel(context, places, channel, last && windowOf(last, channel, settings))
  }
  yield { records: [], cursor: places.cursor, complete: true }
}

async function* readChannel(
  context: ReadContext<Settings>,
  places: ReadPlaces,
  channel: string,
  window: MessageWindow | undefined,
): AsyncGenerator<ReadPage<Message>> {
  const { walk, settings, providerDate } = context
  const toRows = messageRows(channel)
  // The app was removed from it since it was listed. It does not count as read, so that the next read reads it whole.
  const leave = (): ReadPage<Message> => {
    places.skip(channel)
    return { records: [], keeps: [inside(channel)], next: places.after(channel) }
  }
  let begun = places.resumed(channel)
  let latest = begun.latest ?? aheadOf(providerDate())
  for await (const page of walk(historyOf(channel, { oldest: window?.after, latest }, settings))) {
    if (!isThere(page.body)) {
      yield leave()
      return
    }
    const oldest = marksIn(page.items)[0] ?? latest
    const after = page.next === undefined ? places.after(channel) : places.at(channel, { latest: oldest })
    const threads = threadsIn(page.items)
    const { thread: goOnWith = '~' } = begun
    const toRead = threads.filter(({ ts, reply = '~' }) => ts <= goOnWith && reply >= (window?.threadsSince ?? ''))
    // Shown again when the read stopped in one of its threads: whatever was deleted since let others move up into the page.
    yield {
      rows: toRows(page.items, settings),
      replaces: shownBy(channel, page, { oldest, latest, threads }, window),
      // A workspace on a free plan hides what is older.
      keeps: isLimited(page.body) ? [inside(channel)] : undefined,
      next: toRead[0] ? places.at(channel, { latest, thread: toRead[0].ts }) : after,
    }
    for (const [index, { ts }] of toRead.entries()) {
      const next = toRead[index + 1]
      const upper = latest
      try {
        yield* readThread(context, {
          ...{ channel, ts, toRows },
          read: ts === begun.thread ? begun.reply : undefined,
          at: (reply) => places.at(channel, { latest: upper, thread: ts, ...(reply !== undefined && { reply }) }),
          next: next ? places.at(channel, { latest, thread: next.ts }) : after,
        })
      } catch (error) {
        if (!isClosed(error)) throw error
        yield leave()
        return
      }
    }
    latest = oldest
    begun = {}
  }
}

// Other refusals, such as that of a token, end the read.
const isClosed = (error: unknown): boolean => IntegrationError.is(error) && error.status === 404

interface Thread {
  readonly ts: string
  /** The last reply, where the message that began it says so. */
  readonly reply: string | undefined
}

/** The threads that begin in a page, the newest first. */
function threadsIn(items: readonly unknown[]): readonly Thread[] {
  const begun = items.flatMap((item): Thread[] => {
    const ts = markIn(item)
    const hasReplies = Number(property(item, 'reply_count') ?? 0) > 0
    return hasReplies && ts !== undefined ? [{ ts, reply: markIn(item, 'latest_reply') }] : []
  })
  return begun.sort((left, right) => (left.ts < right.ts ? 1 : -1))
}

/**
 * Of which ids a page of history shows everything: the messages between its own bounds, and to the end of the channel or of the
 * window on the last page. Replies are not shown, but that none is later than the latest one of its thread.
 */
function shownBy(
  channel: string,
  page: WalkedPage,
  {
    oldest,
    latest,
    threads,
  }: { readonly oldest: string; readonly latest: string; readonly threads: readonly Thread[] },
  window: MessageWindow | undefined,
): readonly IdRange[] {
  const idOf = (ts: string, thread?: string): string => messageId({ channel, ts, thread })
  const toEnd = page.next === undefined && !isLimited(page.body)
  const end = window ? behind(idOf(window.after)) : inside(channel)
  let below = idOf(latest)
  const ranges: IdRange[] = []
  for (const { ts, reply } of threads) {
    ranges.push({ from: behind(reply === undefined ? idOf(ts) : idOf(reply, ts)), below })
    below = inside(idOf(ts))
  }
  return [...ranges, { from: toEnd ? end : idOf(oldest), below }]
}

interface ThreadToRead {
  readonly channel: string
  readonly ts: string
  readonly toRows: ReturnType<typeof messageRows>
  /** The last reply that an earlier part of this read has read. */
  readonly read: string | undefined
  /** Where the read goes on behind a reply. */
  readonly at: (reply: string | undefined) => Json
  /** Where it goes on after the thread. */
  readonly next: Json
}

async function* readThread(
  { walk, settings }: ReadContext<Settings>,
  { channel, ts, toRows, read, at, next }: ThreadToRead,
): AsyncGenerator<ReadPage<Message>> {
  const parent = messageId({ channel, ts })
  const behindReply = (reply: string | undefined): string =>
    reply === undefined ? inside(parent) : behind(messageId({ channel, ts: reply, thread: ts }))
  let done = read
  for await (const page of walk(threadOf(channel, ts, { oldest: read }, settings))) {
    if (!isThere(page.body)) {
      // Gone since its channel was read, or hidden: the next read will see.
      yield { records: [], keeps: [inside(parent)], next }
      return
    }
    const replies = page.items.filter((item) => markIn(item) !== ts)
    const newest = marksIn(replies).at(-1) ?? done
    const last = page.next === undefined
    yield {
      rows: toRows(replies, settings),
      replaces: [{ from: behindReply(done), below: last ? behind(parent) : behindReply(newest) }],
      next: last ? next : at(newest),
    }
    done = newest
  }
}
