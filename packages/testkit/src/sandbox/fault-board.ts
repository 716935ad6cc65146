import type { Fault } from './fault.ts'
import type { SandboxRequest } from './sandbox-definition.ts'

/** Which requests a fault meets, as data. Everything that is given must hold. */
export interface FaultMatch {
  readonly method?: string | undefined
  /** The path, exactly; or its beginning, when it ends in `*`. */
  readonly path?: string | undefined
  /** Matching requests to let pass first. @default 0 */
  readonly skip?: number | undefined
  /** Of the matching requests after that, only every n-th. @default 1 */
  readonly every?: number | undefined
}

/** A fault and the requests it meets. */
export interface FaultInjection<Match = FaultMatch | ((request: SandboxRequest, n: number) => boolean)> {
  /** All requests, when left out. A function also gets the request's number since the start, from 1. */
  readonly match?: Match | undefined
  /** How many requests it meets in all. @default unlimited */
  readonly times?: number | undefined
  readonly fault: Fault
}

/** The faults that wait for requests. */
export interface FaultBoard {
  /** @returns takes the injection back. */
  inject(injection: FaultInjection): () => void
  clear(): void
  /** How many requests have met a fault. */
  readonly met: number
}

/** The side of the board that the server uses. */
export interface OpenFaultBoard extends FaultBoard {
  /**
   * The faults for a request, used up by asking: every latency, and the first of the others.
   * @param hasPrevious whether the same path was answered before, without which no page can be repeated
   */
  take(request: SandboxRequest, n: number, hasPrevious: boolean): readonly Fault[]
}

interface Waiting {
  readonly injection: FaultInjection
  matched: number
  left: number
}

/** A fresh board without faults. */
export function createFaultBoard(): OpenFaultBoard {
  let waiting: Waiting[] = []
  let met = 0
  return {
    inject(injection) {
      const entry: Waiting = { injection, matched: 0, left: injection.times ?? Infinity }
      waiting.push(entry)
      return () => {
        waiting = waiting.filter((other) => other !== entry)
      }
    },
    clear() {
      waiting = []
    },
    get met() {
      return met
    },
    take(request, n, hasPrevious) {
      const taken: Fault[] = []
      let main: Fault | undefined
      for (const entry of waiting) {
        const { fault } = entry.injection
        if (fault.kind !== 'latency' && main !== undefined) continue
        if (fault.kind === 'repeatPage' && !hasPrevious) continue
        if (!meets(entry, request, n)) continue
        entry.left -= 1
        taken.push(fault)
        if (fault.kind !== 'latency') main = fault
      }
      waiting = waiting.filter((entry) => entry.left > 0)
      if (taken.length > 0) met += 1
      return taken
    },
  }
}

function meets(entry: Waiting, request: SandboxRequest, n: number): boolean {
  const { match } = entry.injection
  if (match === undefined) return true
  if (typeof match === 'function') return match(request, n)
  if (match.method !== undefined && match.method !== request.method) return false
  if (match.path !== undefined && !coversPath(match.path, request.path)) return false
  entry.matched += 1
  const past = entry.matched - (match.skip ?? 0)
  return past > 0 && past % (match.every ?? 1) === 0
}

function coversPath(pattern: string, path: string): boolean {
  return pattern.endsWith('*') ? path.startsWith(pattern.slice(0, -1)) : pattern === path
}
