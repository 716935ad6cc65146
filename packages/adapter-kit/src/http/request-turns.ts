import type { Clock, RateLimit } from '@unioneyes/core'
import PQueue from 'p-queue'
import { abortable } from './abortable.ts'
import { Pause } from './pause.ts'
import type { PauseParts } from './pause.ts'
import { Throttle } from './throttle.ts'

// Where no limit is known, as most providers count by the minute.
const UNTOLD_MS = 60_000

/** A wait that is longer than allowed: nothing was sent. */
export class WaitTooLongError extends Error {
  readonly waitMs: number

  constructor(waitMs: number) {
    super('The wait is longer than allowed.')
    this.waitMs = waitMs
  }
}

/** A wait before a request starts. */
export interface TurnWait {
  readonly ms: number
  readonly reason: 'rate_limit' | 'retry_after'
  /** Which requests have to wait: those of one path, or with `''` all of the connection. */
  readonly scope: string
  /** How far the wait may be longer than what is allowed: our own distance from the provider's window. */
  readonly slackMs: number
}

/** A request that asks for its turn. */
export interface TurnRequest {
  readonly url: URL
  /** Waits for whatever else must be there before a request starts. */
  readonly ready: () => Promise<void>
  /** Waits, or throws {@link WaitTooLongError} to give up. */
  readonly wait: (wait: TurnWait) => Promise<void>
  readonly signal: AbortSignal | undefined
}

/** What the turns of a connection are made from. */
export interface TurnParts extends PauseParts {
  readonly clock: Clock
  readonly limits: readonly RateLimit[]
  /** How many requests may be under way at once; undefined for any number. */
  readonly concurrency: number | undefined
  /** A path of a limit as the URL it stands for. */
  readonly resolve: (path: string) => URL
}

/** A request that waits for its turn. */
interface Ticket extends TurnRequest {
  /** Counts arrivals. */
  readonly number: number
  readonly lane: Lane
  /** Ends its turn; undefined before it had one. */
  end: (() => void) | undefined
}

/** Requests that are counted alike: those of one path with limits of its own, or all the others. */
interface Lane {
  readonly order: PQueue
  /** In the order in which they asked. */
  readonly waiting: Set<Ticket>
  /** What holds only in this lane. */
  readonly throttles: Throttle[]
  readonly pause: Pause | undefined
}

/**
 * Gives requests their turn under every limit that concerns them, the pauses that the provider asked for, and a number of
 * requests under way at once.
 *
 * Nothing is held while a request waits: when all of its limits have room at the same moment, it takes its place in all of
 * them at once. So requests cannot block each other, and one that gives up has used nothing. Within a lane requests start in
 * the order in which they asked. What lanes share goes to whoever asked first, except that those who wait for something of
 * their own lane are passed by.
 */
export class RequestTurns {
  readonly #concurrency: number
  readonly #shared: readonly Throttle[]
  readonly #pause: Pause
  readonly #others: Lane
  /** By origin and path. */
  readonly #lanes = new Map<string, Lane>()
  #arrivals = 0
  #underWay = 0
  #awaitingChange = new Set<() => void>()

  constructor(parts: TurnParts) {
    const { limits, clock, concurrency = Number.POSITIVE_INFINITY, resolve } = parts
    this.#concurrency = concurrency
    this.#shared = limits.filter(({ each }) => each === undefined).map((limit) => new Throttle(limit, clock))
    this.#pause = new Pause('', parts)
    this.#others = newLane()
    for (const limit of limits) {
      for (const path of new Set(limit.each)) {
        const name = laneName(resolve(path))
        const lane = this.#lanes.get(name) ?? newLane(new Pause(path, parts))
        this.#lanes.set(name, lane)
        lane.throttles.push(new Throttle(limit, clock))
      }
    }
  }

  /**
   * Waits for a request's turn.
   *
   * @returns a function to call when the answer has come, or the request has failed.
   */
  async start(request: TurnRequest): Promise<() => void> {
    const lane = this.#laneOf(request.url)
    const ticket: Ticket = { ...request, number: (this.#arrivals += 1), lane, end: undefined }
    lane.waiting.add(ticket)
    try {
      return await lane.order.add(() => this.#turn(ticket), { signal: request.signal })
    } catch (error) {
      // It was cancelled when it had just been given its turn.
      ticket.end?.()
      throw error
    } finally {
      lane.waiting.delete(ticket)
      this.#changed()
    }
  }

  /** Which requests share the limits of this one: `''` is the whole connection. */
  scopeOf(url: URL): string {
    return this.#laneOf(url).pause?.scope ?? ''
  }

  /** Nothing of a scope is sent for so long. */
  async pause(scope: string, ms: number): Promise<void> {
    const lane = [...this.#lanes.values()].find(({ pause }) => pause?.scope === scope)
    const extended = (lane?.pause ?? this.#pause).extend(ms)
    this.#changed()
    await extended
  }

  /** After how many milliseconds a request that was refused for its rate may come back: the longest interval of its limits. */
  intervalMs(url: URL): number {
    const { throttles } = this.#laneOf(url)
    const [first = UNTOLD_MS, ...more] = (throttles.length > 0 ? throttles : this.#shared).map((one) => one.intervalMs)
    return Math.max(first, ...more)
  }

  #laneOf(url: URL): Lane {
    return this.#lanes.get(laneName(url)) ?? this.#others
  }

  async #turn(ticket: Ticket): Promise<() => void> {
    const { lane, ready, wait, signal } = ticket
    const pauses = lane.pause ? [this.#pause, lane.pause] : [this.#pause]
    const slackMs = Math.max(0, ...this.#throttlesOf(lane).map((throttle) => throttle.slackMs))
    for (;;) {
      // Before the request takes its place: in the wait for a token the place would pass.
      await ready()
      for (const pause of pauses)
        await pause.sitOut((ms) => wait({ ms, reason: 'retry_after', scope: pause.scope, slackMs }))
      // From here to the end of the turn nothing is awaited: what has room has it still when it is taken.
      signal?.throwIfAborted()
      const longest = this.#longestWait(lane)
      if (longest.ms > 0) await wait(longest)
      else if (pauses.every(({ remainingMs }) => remainingMs === 0)) {
        if (this.#isNext(ticket)) return this.#take(ticket)
        await this.#change(signal)
      }
    }
  }

  #throttlesOf(lane: Lane): readonly Throttle[] {
    return [...this.#shared, ...lane.throttles]
  }

  #longestWait(lane: Lane): TurnWait {
    const waits = this.#throttlesOf(lane).map((throttle) => ({
      ms: throttle.waitMs(),
      reason: 'rate_limit' as const,
      scope: this.#shared.includes(throttle) ? '' : (lane.pause?.scope ?? ''),
      slackMs: throttle.slackMs,
    }))
    const none: TurnWait = { ms: 0, reason: 'rate_limit', scope: '', slackMs: 0 }
    return waits.reduce((longest: TurnWait, wait) => (wait.ms > longest.ms ? wait : longest), none)
  }

  /** Whether what all lanes share is this request's to take: nobody asked before it who could start now as well. */
  #isNext({ lane, number }: Ticket): boolean {
    if (this.#underWay >= this.#concurrency) return false
    if (this.#shared.length === 0 && this.#concurrency === Number.POSITIVE_INFINITY) return true
    return [this.#others, ...this.#lanes.values()].every((other) => {
      const [first] = other.waiting
      return other === lane || first === undefined || first.number > number || !hasRoom(other)
    })
  }

  #take(ticket: Ticket): () => void {
    const { lane } = ticket
    lane.waiting.delete(ticket)
    this.#underWay += 1
    const counted = this.#throttlesOf(lane).map((throttle) => throttle.take())
    ticket.end = () => {
      this.#underWay -= 1
      for (const count of counted) count()
      this.#changed()
    }
    return ticket.end
  }

  #change(signal: AbortSignal | undefined): Promise<void> {
    return abortable(new Promise<void>((resolve) => this.#awaitingChange.add(resolve)), signal)
  }

  #changed(): void {
    const awaiting = this.#awaitingChange
    this.#awaitingChange = new Set()
    for (const wake of awaiting) wake()
  }
}

function newLane(pause?: Pause): Lane {
  return { order: new PQueue({ concurrency: 1 }), waiting: new Set(), throttles: [], pause }
}

const laneName = ({ origin, pathname }: URL): string => origin + pathname

/** Whether nothing of the lane's own holds its requests back. */
function hasRoom({ throttles, pause }: Lane): boolean {
  return (pause?.remainingMs ?? 0) === 0 && throttles.every((throttle) => throttle.waitMs() <= 0)
}
