import { IntegrationError } from '@unioneyes/core'
import type { AuthHeaders } from '../auth.ts'
import { Answer } from './answer.ts'
import { networkError, timeoutError } from './network-error.ts'
import { BodyTooLargeError, readBody, readBodyStart } from './read-body.ts'
import { describeRequest } from './request-plan.ts'
import type { RequestPlan } from './request-plan.ts'

/** What one exchange needs beside its plan. */
export interface ExchangeParts {
  readonly provider: string
  readonly plan: RequestPlan
  /** Where to send it: the plan's URL, or where a redirect led. */
  readonly url: URL
  readonly signed: AuthHeaders
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly maxResponseBytes: number
}

// A refusal is read for its reason only.
const MAX_REFUSAL_BYTES = 64 * 1024

/** One request and its whole answer. @throws IntegrationError when there is no whole answer, or the signal's reason. */
export async function exchange(parts: ExchangeParts): Promise<Answer> {
  const { provider, plan, timeoutMs } = parts
  const about = { provider, entity: plan.entity, request: describeRequest(plan) }
  const stop = new AbortController()
  const timedOut = new Error('timed out')
  // Not AbortSignal.any or AbortSignal.timeout: what they keep lives as long as the run's signal, page after page.
  const timer = setTimeout(() => {
    stop.abort(timedOut)
  }, timeoutMs)
  const cancel = (): void => {
    stop.abort()
  }
  plan.signal?.addEventListener('abort', cancel, { once: true })
  try {
    plan.signal?.throwIfAborted()
    const response = await fetch(parts.url, {
      method: plan.method,
      headers: headersOf(parts),
      body: plan.body ?? null,
      redirect: 'manual',
      signal: stop.signal,
    })
    const chunks = response.ok
      ? await readBody(response, parts.maxResponseBytes)
      : await readBodyStart(response, MAX_REFUSAL_BYTES)
    plan.meter.bytes += chunks.reduce((sum, chunk) => sum + chunk.byteLength, 0)
    return new Answer(response.status, response.headers, parts.url.href, chunks)
  } catch (error) {
    if (plan.signal?.aborted === true) throw error
    if (stop.signal.reason === timedOut) throw timeoutError(timeoutMs, about)
    if (error instanceof BodyTooLargeError) throw tooLarge(parts.maxResponseBytes, about)
    throw networkError(error, about)
  } finally {
    clearTimeout(timer)
    plan.signal?.removeEventListener('abort', cancel)
  }
}

function headersOf({ plan, headers, signed }: ExchangeParts): Record<string, string> {
  const content = plan.body === undefined ? {} : { 'content-type': 'application/json' }
  return { accept: 'application/json', ...content, ...headers, ...plan.headers, ...signed }
}

function tooLarge(
  limit: number,
  about: { readonly provider: string; readonly entity: string | undefined; readonly request: string },
): IntegrationError {
  const { provider, entity, request } = about
  return new IntegrationError(
    'RESPONSE_INVALID',
    `The answer of ${provider} to ${request} is larger than ${String(limit)} bytes and was not read to its end. Ask for smaller pages.`,
    { provider, entity },
  )
}
