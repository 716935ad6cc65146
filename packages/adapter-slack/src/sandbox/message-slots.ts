import type { Random } from '@unioneyes/testkit'
import { createRandom, mixSeed } from './random.ts'
import type { Wire } from './timestamps.ts'
import { toTs } from './timestamps.ts'
import { notices, reactionNames, sentences } from './words.ts'
import type { People } from './people.ts'

/** A message at its moment, in microseconds since 1970. */
export interface Moment {
  readonly micros: number
  readonly wire: Wire
}

/** What generated messages of one conversation are made from. */
export interface SlotOptions {
  readonly seed: number
  /** How many its history shows. */
  readonly size: number
  /** Seconds since 1970. */
  readonly openedAt: number
  /** Of how many messages one begins a thread; 0 for none. */
  readonly threadEvery: number
  readonly repliesPerThread: number
  readonly teamId: string
  readonly people: People
  /** Whether people of other workspaces write here. */
  readonly withStrangers: boolean
  /** Whether the vendor's own lines are here: joins, topics. */
  readonly withNotes: boolean
  /** The n-th file shared here, if there are so many. */
  readonly fileAt: (n: number) => string | undefined
}

/** The messages a conversation began with: each is made when it is asked for, and is the same every time. */
export type MessageSlots = ReturnType<typeof createMessageSlots>

const SPAN_SECONDS = 400 * 86_400
/** Every so many-th message has a file. */
const FILE_EVERY = 12
const FILE_AT = 5
// Replies have microseconds above those of every other message, so that no two messages are of the same moment.
const REPLY_MICROS = 100_000
const REPLY_ROUND = 8_000

/** Lays out a conversation. */
export function createMessageSlots(options: SlotOptions) {
  const { seed, size, people, teamId } = options
  const gap = Math.max(1, Math.floor(SPAN_SECONDS / Math.max(1, size)))
  const start = Math.floor(options.openedAt) - 3_600 - size * gap
  const replyGap = Math.max(1, Math.floor(gap / 4))

  // One in seven is of the same second as the one before it.
  const secondOf = (i: number): number => start + (i - (i % 7 === 6 ? 1 : 0)) * gap
  const microsAt = (i: number): number => secondOf(i) * 1_000_000 + (i % 7) * 1_000 + (mixSeed(seed, i) & 63) * 10

  /** The first whose moment is later than this one; `size` when there is none. */
  function firstAfter(micros: number): number {
    let [low, high] = [0, size]
    while (low < high) {
      const middle = (low + high) >>> 1
      if (microsAt(middle) > micros) high = middle
      else low = middle + 1
    }
    return low
  }

  function indexOf(micros: number): number | undefined {
    const i = firstAfter(micros) - 1
    return i >= 0 && microsAt(i) === micros ? i : undefined
  }

  const randomOf = (i: number, reply = -1): Random => createRandom(mixSeed(seed, 21, reply), i)

  const isThreadStart = (i: number): boolean => options.threadEvery > 0 && i >= 0 && i % options.threadEvery === 0
  const broadcastOf = (i: number): number | undefined =>
    options.threadEvery > 1 && i % (options.threadEvery * 5) === 1 && isThreadStart(i - 1) ? i - 1 : undefined

  function replyMoments(i: number): number[] {
    if (!isThreadStart(i)) return []
    const wanted = 1 + createRandom(mixSeed(seed, 22), i).below(Math.max(1, 2 * options.repliesPerThread - 1))
    const moments: number[] = []
    for (let n = 0; n < wanted; n += 1) {
      // The last reply of every third thread is late, where there is time for it.
      const late = n === wanted - 1 && (i / options.threadEvery) % 3 === 2 ? 40 : 1
      const after = [late, 1].map((times) => secondOf(i) + (n + 1) * replyGap * times)
      const second = after.find((one) => one < options.openedAt - 60)
      if (second !== undefined) moments.push(second * 1_000_000 + REPLY_MICROS + (i % REPLY_ROUND) * 100 + n)
    }
    return moments
  }

  function threadOf(micros: number): number | undefined {
    const rest = (micros % 1_000_000) - REPLY_MICROS
    if (rest < 0) return undefined
    for (let i = Math.floor(rest / 100); i < size; i += REPLY_ROUND) {
      if (replyMoments(i).includes(micros)) return i
    }
    return undefined
  }

  function author(random: Random): Wire {
    if (options.withStrangers && people.strangers > 0 && random.chance(0.2)) {
      const user = people.strangerId(random.below(people.strangers))
      return {
        user,
        team: people.teamOfStrangers,
        user_team: people.teamOfStrangers,
        source_team: people.teamOfStrangers,
      }
    }
    const n = 2 + random.below(Math.max(1, people.founders))
    const user = people.idOf(people.founders === 0 ? 1 : n)
    return people.isBot(n) ? { user, team: teamId, ...botFields(n) } : { user, team: teamId }
  }

  function botFields(n: number): Wire {
    const bot_id = people.botIdOf(n)
    const icon = (side: number): string => `https://avatars.sandbox.example/bot/${String(n)}_${String(side)}.png`
    return {
      bot_id,
      bot_profile: {
        id: bot_id,
        deleted: false,
        name: `Helper ${String(n)}`,
        updated: start,
        app_id: `A0HELPER${String(n).padStart(3, '0')}`,
        icons: { image_36: icon(36), image_48: icon(48), image_72: icon(72) },
        team_id: teamId,
      },
    }
  }

  function spoken(random: Random, micros: number): Wire {
    const who = author(random)
    const text = words(random)
    return {
      type: 'message',
      ...who,
      text,
      ts: toTs(micros),
      client_msg_id: `sandbox-${micros.toString(36)}`,
      blocks: richText(text, micros),
    }
  }

  function words(random: Random): string {
    const text = random.pick(sentences)
    if (random.chance(0.1)) return `<@${people.founderId(random.below(Math.max(1, people.founders)))}> ${text}`
    return random.chance(0.02) ? `${text}\n`.repeat(60).trim() : text
  }

  function fromBot(random: Random, micros: number): Wire {
    const text = random.pick(notices)
    return {
      type: 'message',
      subtype: 'bot_message',
      text,
      ts: toTs(micros),
      username: 'Notices',
      bot_id: people.botIdOf(900),
      app_id: 'A0NOTICES01',
      icons: { emoji: ':bell:' },
      attachments: [{ id: 1, fallback: text, text, color: '36a64f' }],
    }
  }

  function note(random: Random, micros: number): Wire {
    const user = people.founderId(random.below(Math.max(1, people.founders)))
    const common = { type: 'message', user, ts: toTs(micros) }
    switch (random.below(5)) {
      case 0:
        return { ...common, subtype: 'channel_leave', text: `<@${user}> has left the channel` }
      case 1:
        return {
          ...common,
          subtype: 'channel_topic',
          topic: 'Round 2',
          text: `<@${user}> set the channel topic: Round 2`,
        }
      case 2:
        return {
          ...common,
          subtype: 'channel_purpose',
          purpose: 'News',
          text: `<@${user}> set the channel purpose: News`,
        }
      default:
        return {
          ...common,
          subtype: 'channel_join',
          text: `<@${user}> has joined the channel`,
          inviter: people.botUserId,
        }
    }
  }

  function reactionsOf(random: Random): Wire[] {
    return [random.pick(reactionNames), ...(random.chance(0.3) ? ['+1'] : [])].map((name) => {
      const users = [...new Set([0, 1, 2].map(() => people.founderId(random.below(Math.max(1, people.founders)))))]
      return { name, users, count: users.length }
    })
  }

  function fileOf(i: number): string | undefined {
    return i % FILE_EVERY === FILE_AT && broadcastOf(i) === undefined
      ? options.fileAt(Math.floor(i / FILE_EVERY))
      : undefined
  }

  function wireAt(i: number): Wire {
    const random = randomOf(i)
    const micros = microsAt(i)
    const file = fileOf(i)
    const begun = broadcastOf(i)
    if (begun !== undefined) {
      return { ...spoken(random, micros), subtype: 'thread_broadcast', thread_ts: toTs(microsAt(begun)) }
    }
    if (file !== undefined) {
      const wire = spoken(random, micros)
      delete wire.client_msg_id
      // Uploads have the subtype in events and in older messages; later ones are told by their `files`.
      return { ...wire, ...(i % 24 === FILE_AT && { subtype: 'file_share' }), upload: true, display_as_bot: false }
    }
    const thread = isThreadStart(i) ? i / options.threadEvery : undefined
    if (thread !== undefined && replyMoments(i).length > 0) {
      if (thread % 13 === 7) return tombstone(micros)
      if (thread % 6 === 5) return fromBot(random, micros)
    }
    const spokenWire = spoken(random, micros)
    const kind = random.below(100)
    if (kind < 60) return spokenWire
    if (kind < 67) {
      return { ...spokenWire, edited: { user: spokenWire.user, ts: toTs((secondOf(i) + 30) * 1_000_000) } }
    }
    if (kind < 76) return { ...spokenWire, reactions: reactionsOf(random) }
    if (kind < 84) return fromBot(random, micros)
    if (kind < 90 && options.withNotes) return note(random, micros)
    if (kind < 94)
      return { type: 'message', subtype: 'me_message', user: spokenWire.user, text: spokenWire.text, ts: toTs(micros) }
    const preview = {
      id: 1,
      service_name: 'Example',
      title: 'The agenda',
      title_link: 'https://example.com/agenda',
      fallback: 'The agenda',
    }
    return { ...spokenWire, attachments: [preview] }
  }

  return {
    size,
    microsAt,
    firstAfter,
    indexOf,
    wireAt,
    fileOf,
    broadcastOf,
    /** Whose thread a reply belongs to. */
    threadOf,
    /** The thread's replies that its conversation does not show, oldest first. */
    replies(i: number): Moment[] {
      return replyMoments(i)
        .map((micros, n) => {
          const wire = spoken(randomOf(i, n), micros)
          return { micros, wire: { ...wire, thread_ts: toTs(microsAt(i)) } }
        })
        .toSorted((left, right) => left.micros - right.micros)
    },
    /** Where the n-th file is shown: its moment, and who shared it. */
    sharing(n: number): { readonly micros: number; readonly user: string } {
      const i = n * FILE_EVERY + FILE_AT
      const random = randomOf(i)
      const user = String(author(random).user)
      return { micros: i < size ? microsAt(i) : (start - 60 * (i - size)) * 1_000_000, user }
    },
  }
}

/** What stays of a thread's first message when it was deleted (sheet: Deletion signals, uncertain). */
export function tombstone(micros: number): Wire {
  return {
    type: 'message',
    subtype: 'tombstone',
    user: 'USLACKBOT',
    text: 'This message was deleted.',
    hidden: true,
    ts: toTs(micros),
  }
}

/** A text as blocks: what a message of a person carries beside its text. */
export function richText(text: string, micros: number): Wire[] {
  return [
    {
      type: 'rich_text',
      block_id: micros.toString(36).slice(-6),
      elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text }] }],
    },
  ]
}
