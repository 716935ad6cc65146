import { jsonResponse } from '@unioneyes/testkit'
import type { SandboxDialect, SandboxResponse } from '@unioneyes/testkit'
import type { Wire } from './timestamps.ts'

/** A refusal as the vendor words it: status 200 and `ok: false` (sheet: Errors). */
export class SlackError extends Error {
  readonly code: string
  readonly extra: Wire
  constructor(code: string, extra: Wire = {}) {
    super(code)
    this.code = code
    this.extra = extra
  }
}

/** An answer of the Web API. */
export function answer(body: Wire, headers: Readonly<Record<string, string>> = {}, status = 200): SandboxResponse {
  return jsonResponse(body, status, { 'content-type': 'application/json; charset=utf-8', ...headers })
}

/** Only too many requests, and failures of the vendor's own, have a status that says so (sheet: Rate limits, Errors). */
export const dialect: SandboxDialect = {
  throttled: (retryAfter) =>
    answer({ ok: false, error: 'ratelimited' }, retryAfter === undefined ? {} : { 'retry-after': retryAfter }, 429),
  failed: (status) => answer({ ok: false, error: 'internal_error' }, {}, status),
  // No source says how an unknown method is refused.
  notFound: () => answer({ ok: false, error: 'unknown_method' }),
}
