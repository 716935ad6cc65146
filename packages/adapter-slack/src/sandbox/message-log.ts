import { richText, tombstone } from './message-slots.ts'
import type { MessageSlots, Moment } from './message-slots.ts'
import { toTs } from './timestamps.ts'
import type { Wire } from './timestamps.ts'

/** What was done to a message since. */
interface Change {
  patch: Wire
  gone: boolean
  buried: boolean
}

/** One conversation's messages: those it began with and those that were posted, with what became of them. */
export type MessageLog = ReturnType<typeof createMessageLog>

const REPLY_USERS_SHOWN = 5

/** Opens a log. @param showFile how a file looks in a message */
export function createMessageLog(slots: MessageSlots, showFile: (id: string) => Wire) {
  const posted: Moment[] = []
  const postedReplies = new Map<number, Moment[]>()
  const threadOfPosted = new Map<number, number>()
  const changes = new Map<number, Change>()

  function change(micros: number): Change {
    let entry = changes.get(micros)
    if (!entry) {
      entry = { patch: {}, gone: false, buried: false }
      changes.set(micros, entry)
    }
    return entry
  }

  const isGone = (micros: number): boolean => changes.get(micros)?.gone === true

  /** How many of the posted ones are earlier than this moment. */
  function postedBefore(micros: number): number {
    let [low, high] = [0, posted.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((posted[middle]?.micros ?? 0) < micros) low = middle + 1
      else high = middle
    }
    return low
  }

  function postedAt(micros: number): Moment | undefined {
    const found = posted[postedBefore(micros)]
    return found?.micros === micros ? found : undefined
  }

  /** As it was written and changed, without what its thread adds. */
  function bare(moment: Moment, file: string | undefined): Wire {
    const entry = changes.get(moment.micros)
    if (entry?.buried === true) return tombstone(moment.micros)
    const wire = entry ? { ...moment.wire, ...entry.patch } : moment.wire
    const ids = [...(file === undefined ? [] : [file]), ...idsIn(wire.files)]
    return ids.length === 0 ? wire : { ...wire, files: ids.map(showFile) }
  }

  function rootMoment(micros: number): { readonly moment: Moment; readonly file: string | undefined } | undefined {
    const i = slots.indexOf(micros)
    if (i !== undefined) return { moment: { micros, wire: slots.wireAt(i) }, file: slots.fileOf(i) }
    const moment = postedAt(micros)
    return moment && { moment, file: undefined }
  }

  /** The first message of the thread that this message is in or begins. */
  function parentOf(micros: number): number | undefined {
    const known = threadOfPosted.get(micros)
    if (known !== undefined) return known
    const i = slots.indexOf(micros)
    const begun = i === undefined ? slots.threadOf(micros) : slots.broadcastOf(i)
    return begun === undefined ? undefined : slots.microsAt(begun)
  }

  /** All replies that are left, oldest first: with those that the conversation shows as well. */
  function replyMoments(parent: number): Moment[] {
    const i = slots.indexOf(parent)
    const made = i === undefined ? [] : slots.replies(i)
    if (i !== undefined && i + 1 < slots.size && slots.broadcastOf(i + 1) === i) {
      made.push({ micros: slots.microsAt(i + 1), wire: slots.wireAt(i + 1) })
    }
    const all = [...made, ...(postedReplies.get(parent) ?? [])].filter(({ micros }) => !isGone(micros))
    return all.sort((left, right) => left.micros - right.micros)
  }

  function withThread(wire: Wire, micros: number): Wire {
    const replies = replyMoments(micros)
    if (replies.length === 0) return wire
    const users = [...new Set(replies.map((one) => String(one.wire.user ?? one.wire.bot_id)))]
    return {
      ...wire,
      thread_ts: toTs(micros),
      reply_count: replies.length,
      reply_users_count: users.length,
      latest_reply: toTs(replies.at(-1)?.micros ?? micros),
      reply_users: users.slice(0, REPLY_USERS_SHOWN),
      is_locked: false,
      subscribed: false,
    }
  }

  function withParent(wire: Wire, parent: number): Wire {
    const user = rootMoment(parent)?.moment.wire.user
    return typeof user === 'string' ? { ...wire, parent_user_id: user } : wire
  }

  function show(micros: number): Wire | undefined {
    if (isGone(micros)) return undefined
    const parent = parentOf(micros)
    if (parent !== undefined) {
      const reply = replyMoments(parent).find((one) => one.micros === micros)
      return reply && withParent(bare(reply, undefined), parent)
    }
    const root = rootMoment(micros)
    if (!root) return undefined
    const wire = withThread(bare(root.moment, root.file), micros)
    // A tombstone stands for a thread, and goes with it.
    return wire.subtype === 'tombstone' && wire.thread_ts === undefined ? undefined : wire
  }

  return {
    /** Messages that the conversation shows, newest first, with a moment below one and above another. */
    *walkDown(below: number, above: number): Generator<Moment> {
      let i = slots.firstAfter(below - 1) - 1
      let at = postedBefore(below) - 1
      for (;;) {
        const [made, added] = [i >= 0 ? slots.microsAt(i) : -1, at >= 0 ? (posted[at]?.micros ?? -1) : -1]
        const micros = Math.max(made, added)
        if (micros <= above || micros < 0) return
        if (made > added) i -= 1
        else at -= 1
        const wire = show(micros)
        if (wire) yield { micros, wire }
      }
    },
    show,
    parentOf,
    /** @returns every reply of a thread, oldest first */
    replies: (parent: number): Moment[] =>
      replyMoments(parent).map((one) => ({ ...one, wire: withParent(bare(one, undefined), parent) })),
    has: (micros: number): boolean => show(micros) !== undefined || isGone(micros),
    /** Adds a message. A reply is shown by the conversation too when it is broadcast. */
    add(moment: Moment, parent: number | undefined, broadcast: boolean): void {
      if (parent !== undefined) {
        postedReplies.set(parent, [...(postedReplies.get(parent) ?? []), moment])
        threadOfPosted.set(moment.micros, parent)
        if (!broadcast) return
      }
      posted.splice(postedBefore(moment.micros), 0, moment)
    },
    change(micros: number, patch: Wire): void {
      const entry = change(micros)
      entry.patch = {
        ...entry.patch,
        ...patch,
        ...(typeof patch.text === 'string' && { blocks: richText(patch.text, micros) }),
      }
    },
    /** @returns whether a tombstone stays, since the message had replies */
    remove(micros: number): boolean {
      const buried = parentOf(micros) === undefined && replyMoments(micros).length > 0
      if (buried) change(micros).buried = true
      else change(micros).gone = true
      return buried
    },
  }
}

function idsIn(files: unknown): string[] {
  return Array.isArray(files) ? files.map(String) : []
}
