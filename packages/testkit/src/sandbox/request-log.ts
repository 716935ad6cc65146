import type { Fault } from './fault.ts'
import type { SandboxRequest } from './sandbox-definition.ts'

/** One request that a sandbox received. */
export interface RecordedRequest {
  /** Its number since the start, from 1. */
  readonly number: number
  readonly method: string
  readonly path: string
  /** As it was sent, still percent-encoded and without the question mark. */
  readonly query: string
  /** `authorization` and `cookie` hold only how long they were. */
  readonly headers: Readonly<Record<string, string>>
  /** The first 64 KiB of the body as text. */
  readonly body: string
  /** When it came, in milliseconds of a clock that never jumps (`performance.now`). */
  readonly at: number
  /** Undefined while it is open, and for good when no answer was sent. */
  readonly status: number | undefined
  /** How long the answer took, in milliseconds; undefined while it is open. */
  readonly durationMs: number | undefined
  readonly bytesSent: number
  readonly faults: readonly Fault['kind'][]
}

/** Which requests to look at. */
export interface RequestFilter {
  readonly method?: string | undefined
  readonly path?: string | undefined
  readonly status?: number | undefined
}

/** What came in so far, in plain values. */
export interface RequestCounters {
  readonly total: number
  readonly open: number
  readonly maxConcurrent: number
  readonly bytesSent: number
  /** Answers by status code. */
  readonly byStatus: Readonly<Record<number, number>>
}

/** What a sandbox received. Counters cover everything; the list keeps the latest. */
export interface RequestLog {
  readonly counters: RequestCounters
  list(filter?: RequestFilter): RecordedRequest[]
  /** Requests in the list that fit. */
  count(filter?: RequestFilter): number
  /** Forgets everything but the requests that are open. */
  clear(): void
}

/** The side of the log that the server uses. */
export interface OpenRequestLog extends RequestLog {
  begin(request: SandboxRequest, query: string): OpenRequest
}

/** A request under way. */
export interface OpenRequest {
  readonly number: number
  faults(kinds: readonly Fault['kind'][]): void
  end(status: number | undefined, bytesSent: number): void
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }

const BODY_KEPT = 65_536

/** An empty log that keeps the latest `limit` requests. */
export function createRequestLog(limit: number): OpenRequestLog {
  let kept: Mutable<RecordedRequest>[] = []
  let byStatus: Record<number, number> = {}
  let number = 0
  let total = 0
  let open = 0
  let maxConcurrent = 0
  let bytesSent = 0

  function list(filter: RequestFilter = {}): RecordedRequest[] {
    return kept.filter(
      (request) =>
        (filter.method === undefined || filter.method === request.method) &&
        (filter.path === undefined || filter.path === request.path) &&
        (filter.status === undefined || filter.status === request.status),
    )
  }

  return {
    get counters() {
      return { total, open, maxConcurrent, bytesSent, byStatus: { ...byStatus } }
    },
    list,
    count: (filter) => list(filter).length,
    clear() {
      kept = []
      byStatus = {}
      total = open
      maxConcurrent = open
      bytesSent = 0
    },
    begin(request, query) {
      number += 1
      total += 1
      open += 1
      maxConcurrent = Math.max(maxConcurrent, open)
      const at = performance.now()
      const entry: Mutable<RecordedRequest> = {
        number,
        method: request.method,
        path: request.path,
        query,
        headers: withoutSecrets(request.headers),
        body: Buffer.from(request.body).toString('utf8', 0, BODY_KEPT),
        at,
        status: undefined,
        durationMs: undefined,
        bytesSent: 0,
        faults: [],
      }
      kept.push(entry)
      // Trimmed by halves: dropping one at a time would move the whole list with every request.
      if (kept.length > limit * 2) kept = kept.slice(-limit)
      return {
        number: entry.number,
        faults(kinds) {
          entry.faults = kinds
        },
        end(status, sent) {
          if (entry.durationMs !== undefined) return
          entry.status = status
          entry.durationMs = performance.now() - at
          entry.bytesSent = sent
          open -= 1
          bytesSent += sent
          if (status !== undefined) byStatus[status] = (byStatus[status] ?? 0) + 1
        },
      }
    },
  }
}

const SECRET_HEADERS: ReadonlySet<string> = new Set(['authorization', 'proxy-authorization', 'cookie'])

function withoutSecrets(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      SECRET_HEADERS.has(name) ? `[redacted, ${String(value.length)} characters]` : value,
    ]),
  )
}
