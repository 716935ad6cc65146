import { IntegrationError } from '@unioneyes/core'
import type { RunError } from '@unioneyes/core'

/** An error as the log of runs keeps it: a code, one sentence, and when to come back. */
export function runErrorOf(error: unknown, now: number, redact: (text: string) => string): RunError {
  if (IntegrationError.is(error)) {
    const retryAt = error.retryAfterMs === undefined ? undefined : now + error.retryAfterMs
    return { code: error.code, message: error.message, retryAt }
  }
  // Not one of ours: a bug in an adapter or the app's onPage. Its message may quote a request, and what is secret in it goes.
  const message = error instanceof Error ? error.message : String(error)
  return { code: 'UNEXPECTED', message: `Unexpected error: ${redact(message)}` }
}
