import { IntegrationError } from '@unioneyes/core'
import type { Json } from '@unioneyes/core'
import { hash } from 'node:crypto'
import { z } from 'zod'
import type { MessageCursor } from './message-window.ts'

const placeInChannel = z.object({
  /** Only what is older than this mark is left of the channel; absent at its beginning. */
  latest: z.string().exactOptional(),
  /** Of the page that begins there: the thread to go on with. Absent while the page itself is to be read. */
  thread: z.string().exactOptional(),
  /** The last reply of that thread that was read. */
  reply: z.string().exactOptional(),
})

/** A place in a channel. */
export type PlaceInChannel = z.output<typeof placeInChannel>

const savedPlace = placeInChannel.extend({
  /** Slack's time when the read began, in seconds since 1970. */
  since: z.number(),
  channel: z.string(),
  /** A mark of the channels that were read before that one. */
  before: z.string(),
})

// Behind every channel: ids are capital letters and digits.
const END = '~'

/** Where a read of messages stands, and what it has read: its page tokens and its cursor. */
export class ReadPlaces {
  /** The channels still to be read, in the order of their ids. */
  readonly channels: readonly string[]
  readonly #readable: readonly string[]
  readonly #begun: z.output<typeof savedPlace> | undefined
  readonly #since: number
  readonly #skipped = new Set<string>()
  /** Whether the channels before the place where this part of the read went on are those that were read. */
  readonly #unchanged: boolean

  /** @throws IntegrationError CURSOR_EXPIRED for a page token that is none of these. */
  constructor(readable: readonly string[], token: Json | undefined, now: () => number) {
    this.#begun = token === undefined ? undefined : savedPlace.safeParse(token).data
    if (token !== undefined && !this.#begun) {
      throw new IntegrationError('CURSOR_EXPIRED', 'The page token is not one of messages: the read begins again.')
    }
    this.#readable = readable
    this.#since = this.#begun?.since ?? now()
    this.channels = readable.filter((id) => id >= (this.#begun?.channel ?? ''))
    this.#unchanged = !this.#begun || this.#begun.before === this.#markBefore(this.#begun.channel)
  }

  /** Where this read begins. */
  get beginning(): Json {
    return this.#begun ?? this.at(this.channels[0] ?? END)
  }

  /** A place as a page token. */
  at(channel: string, place: PlaceInChannel = {}): Json {
    // Once it cannot be told, it cannot be told in what follows either: an empty mark is none.
    return { since: this.#since, channel, before: this.#unchanged ? this.#markBefore(channel) : '', ...place }
  }

  /** The channel after one. */
  after(channel: string): Json {
    return this.at(this.channels.find((id) => id > channel) ?? END)
  }

  /** Where in a channel an earlier part of this read stopped. */
  resumed(channel: string): PlaceInChannel {
    return this.#begun?.channel === channel ? this.#begun : {}
  }

  /** Says that a channel turned out not to be readable. */
  skip(channel: string): void {
    this.#skipped.add(channel)
  }

  /**
   * Where the next read starts. When other channels stand before the place where this one went on than did when it stopped there,
   * none before it is said to be read: any may have come or gone meanwhile.
   */
  get cursor(): MessageCursor {
    const read = this.#unchanged ? this.#readable : this.channels
    return { since: this.#since, channels: read.filter((id) => !this.#skipped.has(id)) }
  }

  #markBefore(channel: string): string {
    const before = this.#readable.filter((id) => id < channel && !this.#skipped.has(id))
    return hash('sha256', before.join(), 'base64').slice(0, 16)
  }
}
