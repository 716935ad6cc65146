import type { FetchContext, FetchedRecords } from '@unioneyes/adapter-kit'
import type { Message } from '@unioneyes/models'
import type { Settings } from './api.ts'
import { findConversation } from './conversations.ts'
import { historyOf, isLimited, threadOf } from './history.ts'
import { messageId, messagePlace, placeIn } from './message-ids.ts'
import type { MessagePlace } from './message-ids.ts'
import { messageRows } from './message-row.ts'
import { markIn } from './time-marks.ts'

/**
 * Reads messages by their ids, one by one. What is not shown is deleted, unless its channel is not there for the app: then nothing
 * is known of it. A reply may be asked for without its thread, as reactions name it, and comes under its own id.
 */
export async function* fetchMessages(
  ids: readonly string[],
  context: FetchContext<Settings>,
): AsyncGenerator<FetchedRecords<Message>> {
  const byChannel = Map.groupBy(ids, (id) => messagePlace(id)?.channel)
  for (const [channel, asked] of byChannel) {
    if (channel === undefined) {
      yield { deleted: asked }
      continue
    }
    const conversation = await findConversation(channel, context)
    if (conversation?.readable !== true) continue
    const toRows = messageRows(channel)
    for (const id of asked) {
      const place = messagePlace(id)
      const message = place ? await findMessage(place, context) : undefined
      if (message === hidden) continue
      const found = message === undefined ? undefined : placeIn(channel, message)
      yield {
        rows: message === undefined ? undefined : toRows([message], context.settings),
        deleted: found && messageId(found) === id ? [] : [id],
      }
    }
  }
}

// A workspace on a free plan does not show what is old: such a message may be there or not.
const hidden = Symbol('hidden')

type Found = object | typeof hidden | undefined

async function findMessage(place: MessagePlace, context: FetchContext<Settings>): Promise<Found> {
  const { channel, ts, thread } = place
  if (thread === undefined) {
    const shown = await findInHistory(place, context)
    return typeof shown === 'object' ? shown : ((await findInThread(place, ts, context)) ?? shown)
  }
  const reply = await findInThread(place, thread, context)
  if (reply !== undefined) return reply
  // A thread is hidden with the message that began it.
  return (await findInHistory({ channel, ts: thread }, context)) === hidden ? hidden : undefined
}

/** Asks for the last message until then: another one proves that this one is gone. */
async function findInHistory({ channel, ts }: MessagePlace, context: FetchContext<Settings>): Promise<Found> {
  const { query, ...listing } = historyOf(channel, { latest: ts }, context.settings)
  const asked = { ...listing, ...refusing, query: { ...query, inclusive: true, limit: 1 } }
  for await (const { items, body } of context.walk(asked)) {
    if (items.length > 0) return messageAt(ts, items)
    if (isLimited(body)) return hidden
  }
  return undefined
}

async function findInThread(
  { channel, ts }: MessagePlace,
  thread: string,
  context: FetchContext<Settings>,
): Promise<object | undefined> {
  const { query, ...listing } = threadOf(channel, thread, { oldest: ts, latest: ts }, context.settings)
  for await (const { items } of context.walk({ ...listing, ...refusing, query: { ...query, inclusive: true } })) {
    const found = messageAt(ts, items)
    if (found) return found
  }
  return undefined
}

// A channel that is closed meanwhile is refused, since nothing is known of its messages.
const refusing = { emptyOn: [410] }

const messageAt = (ts: string, items: readonly unknown[]): object | undefined =>
  items.find((item): item is object => markIn(item) === ts)
