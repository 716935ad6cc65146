import { IntegrationError, describeIssue } from '@unioneyes/core'
import type { BudgetStore, Clock, ConnectionKey, Logger, RateLimit } from '@unioneyes/core'
import type { KyInstance } from 'ky'
import { z } from 'zod'
import type { AnswerView, RefusalDetail, RetryRules } from '../api-definition.ts'
import type { AuthHeaders } from '../auth.ts'
import type { Signer } from '../oauth/signer.ts'
import { Answer } from './answer.ts'
import { abortable } from './abortable.ts'
import { answerError } from './answer-error.ts'
import { Breaker } from './breaker.ts'
import { CutOffError, checkContent, unparsable } from './check-content.ts'
import type { AboutRequest } from './check-content.ts'
import { exchange } from './exchange.ts'
import type { HostPins } from './host-pins.ts'
import type { Redactor } from './redact.ts'
import { describeRequest } from './request-plan.ts'
import type { RequestPlan } from './request-plan.ts'
import { ConnectionTelemetry } from './request-trace.ts'
import type { RequestTrace, WaitReason } from './request-trace.ts'
import { RequestTurns, WaitTooLongError } from './request-turns.ts'
import type { TurnWait } from './request-turns.ts'
import { retryAfterMs } from './retry-after.ts'
import { RetryDelays } from './retry-delays.ts'

/** What a pipeline is made from: the API's definition, applied to one connection. */
export interface PipelineParts {
  readonly ky: KyInstance
  readonly key: ConnectionKey
  readonly pins: HostPins
  readonly clock: Clock
  readonly logger: Logger
  readonly budgets: BudgetStore
  /** The longest wait that is sat out, in milliseconds. */
  readonly maxWaitMs: number
  /** Between 0 and 1, for the jitter of retries. */
  readonly random: () => number
  /** Those that hold for this connection. */
  readonly limits: readonly RateLimit[]
  /** How many requests may be under way at once; undefined for any number. */
  readonly concurrency: number | undefined
  /** Knows the connection's secrets, and learns those that come later. */
  readonly redactor: Redactor
  readonly signer: Signer
  readonly headers: Readonly<Record<string, string>>
  readonly throttled: ((answer: AnswerView) => boolean | number | undefined) | undefined
  readonly readError: ((answer: AnswerView) => RefusalDetail | undefined) | undefined
  /** Whether `readError` is asked about answers with a status of success as well. */
  readonly errorsInSuccess: boolean
  readonly timeoutMs: number
  readonly maxResponseBytes: number
  readonly retry: RetryRules
}

/** A wait of a request, before it starts or before it is sent again. */
interface RequestWait extends Omit<TurnWait, 'reason'> {
  readonly reason: WaitReason
}

/** A plan on its way. */
interface TracedPlan extends RequestPlan {
  readonly trace: RequestTrace
}

const MAX_REDIRECTS = 3

// As much as is read of an open refusal.
const MAX_HIDDEN_REFUSAL_BYTES = 64 * 1024

/**
 * The way of a request: retry → [each attempt: breaker → throttle → auth → fetch]. The bracket is the `fetch` that ky repeats,
 * so every attempt is budgeted, counted and signed anew. One pipeline serves one connection.
 */
export class RequestPipeline {
  readonly provider: string
  readonly #parts: PipelineParts
  readonly #breaker: Breaker
  readonly #turns: RequestTurns
  readonly #delays: RetryDelays
  readonly #redactor: Redactor
  readonly #telemetry: ConnectionTelemetry

  constructor(parts: PipelineParts) {
    this.#parts = parts
    this.provider = parts.key.provider
    this.#telemetry = new ConnectionTelemetry(parts.key)
    this.#breaker = new Breaker(this.provider, parts.clock, (state) => this.#telemetry.breaker(state))
    this.#turns = new RequestTurns({ ...parts, resolve: (path) => this.resolve(path) })
    this.#delays = new RetryDelays(parts.retry, parts.random)
    this.#redactor = parts.redactor
  }

  /** A path as the URL it stands for. @throws IntegrationError RESPONSE_INVALID for a host that is not allowed. */
  resolve(path: string): URL {
    return this.#parts.pins.resolve(path)
  }

  /** Sends a request, as often as it takes, and gives what `consume` makes of the answer. */
  async send<T>(plan: RequestPlan, consume: (answer: Answer) => T | Promise<T>): Promise<T> {
    try {
      return await this.#telemetry.request(this.#traced(plan, plan.url), (trace) =>
        this.#repeat({ ...plan, trace }, consume),
      )
    } finally {
      this.#telemetry.breaker(this.#breaker.state)
    }
  }

  #traced({ method, entity }: RequestPlan, url: URL) {
    return { method, url, path: this.#redactor.redact(url.pathname), entity }
  }

  async #repeat<T>(plan: TracedPlan, consume: (answer: Answer) => T | Promise<T>): Promise<T> {
    const results: { readonly of: T }[] = []
    try {
      await this.#parts.ky(plan.url, {
        method: plan.method,
        // The body is read and worked on in here, where it can be asked for again; ky only needs to know that it went well.
        fetch: async () => {
          const answer = await this.#attempt(plan)
          results.push({ of: await this.#consume(plan, answer, consume) })
          return new Response(null)
        },
        timeout: false,
        retry: {
          limit: plan.retry ? this.#delays.attempts - 1 : 0,
          methods: ['get', 'post'],
          delay: () => 0,
          shouldRetry: ({ error }) => isRepeatable(error),
        },
        hooks: { beforeRetry: [({ error, retryCount }) => this.#waitBeforeRetry(plan, error, retryCount)] },
      })
    } catch (error) {
      throw this.#finalError(plan, error)
    }
    const [result] = results
    if (!result) throw this.#unexpected(plan, undefined)
    return result.of
  }

  /** One attempt. A refusal shows that the provider works, so it leaves the breaker as a value. */
  async #attempt(plan: TracedPlan): Promise<Answer> {
    const attempt = this.#breaker.run(async () => {
      const answer = await this.#follow(plan)
      const refusal = this.#refusalOf(plan, answer)
      if (IntegrationError.is(refusal, 'RATE_LIMITED', 'PROVIDER_UNAVAILABLE') && refusal.retryAfterMs !== undefined) {
        await this.#turns.pause(this.#scopeOf(refusal, new URL(answer.url)), refusal.retryAfterMs)
      }
      if (refusal?.code === 'PROVIDER_UNAVAILABLE') throw refusal
      return { answer, refusal }
    })
    // While another request probes a provider that failed, the breaker lets this one wait without looking at its signal.
    const result = await abortable(attempt, plan.signal)
    if (result.refusal) throw result.refusal
    const { answer } = result
    return plan.emptyOn.includes(this.#statusOf(answer)) ? new Answer(204, answer.headers, answer.url, []) : answer
  }

  // Redirects are followed by hand, because fetch would carry the credentials to whatever host the answer names.
  async #follow(plan: TracedPlan): Promise<Answer> {
    let url = plan.url
    for (let hops = 0; ; hops += 1) {
      const answer = await this.#exchange(plan, url)
      const location = answer.status >= 300 && answer.status < 400 ? answer.headers.get('location') : null
      if (location === null) return answer
      url = this.#redirected(plan, url, location, hops)
    }
  }

  #redirected(plan: RequestPlan, from: URL, location: string, hops: number): URL {
    const to = URL.parse(location, from.href)
    const allowed = to !== null && this.#parts.pins.allows(to)
    if (allowed && plan.method === 'GET' && hops < MAX_REDIRECTS) return to
    const where = !allowed ? 'to a host that is not allowed' : hops < MAX_REDIRECTS ? 'although it is a POST' : 'again'
    const { provider, request, entity } = this.#about(plan)
    const message = `${provider} redirected ${request} ${where}. The redirect was not followed.`
    throw new IntegrationError('RESPONSE_INVALID', message, { provider, entity })
  }

  async #exchange(plan: TracedPlan, url: URL): Promise<Answer> {
    const { answer, signed } = await this.#signedExchange(plan, url)
    const { signer } = this.#parts
    if (!signer.renew || this.#statusOf(answer) !== 401) return answer
    // A token can end before its time. It is renewed once, and the request takes its turn under the limit again.
    await signer.renew(signed, plan.signal)
    return (await this.#signedExchange(plan, url)).answer
  }

  async #signedExchange(
    plan: TracedPlan,
    url: URL,
  ): Promise<{ readonly answer: Answer; readonly signed: AuthHeaders }> {
    const { signer } = this.#parts
    const end = await this.#turns.start({
      url,
      // A queue calls it for this request, and may do so in the middle of another one.
      ready: plan.trace.bind(async () => signer.ready?.(plan.signal)),
      wait: (wait) => this.#wait(plan, wait),
      signal: plan.signal,
    })
    try {
      const signed = await signer.sign(plan.signal)
      this.#redactor.learn(signed)
      plan.meter.requests += 1
      const { headers, timeoutMs, maxResponseBytes } = this.#parts
      const answer = await plan.trace.attempt(this.#traced(plan, url), () =>
        exchange({ provider: this.provider, plan, url, signed, headers, timeoutMs, maxResponseBytes }),
      )
      return { answer, signed }
    } finally {
      end()
    }
  }

  /** What a refusal says; undefined for an answer that is none, and for one that says nothing known. */
  #detailOf(answer: Answer): RefusalDetail | undefined {
    const { errorsInSuccess, readError } = this.#parts
    if (answer.status >= 400) return readError?.(answer)
    // Some providers answer 200 to whatever they refuse, and say so in a body that is short.
    if (!errorsInSuccess || answer.status >= 300 || answer.size > MAX_HIDDEN_REFUSAL_BYTES) return undefined
    const hidden = readError?.(answer)
    return hidden && { ...hidden, status: hidden.status ?? 400 }
  }

  /** The status of an answer, or the one that its refusal stands for. */
  #statusOf(answer: Answer): number {
    return this.#detailOf(answer)?.status ?? answer.status
  }

  #refusalOf(plan: RequestPlan, answer: Answer): IntegrationError | undefined {
    const { throttled, clock } = this.#parts
    const { headers } = answer
    const detail = this.#detailOf(answer)
    const status = detail?.status ?? answer.status
    const slowDown = throttled?.(answer) ?? false
    const isThrottled = slowDown !== false || status === 429
    if (!isThrottled && (status < 300 || plan.emptyOn.includes(status))) return undefined
    const refused = {
      ...this.#about(plan),
      status,
      answered: answer.status,
      detail,
      retryAfterMs:
        typeof slowDown === 'number' ? slowDown : (retryAfterMs(headers, clock.now()) ?? detail?.retryAfterMs),
      throttled: isThrottled,
    }
    return answerError(refused, this.#redactor)
  }

  async #consume<T>(plan: RequestPlan, answer: Answer, consume: (answer: Answer) => T | Promise<T>): Promise<T> {
    checkContent(answer, this.#about(plan))
    try {
      return await consume(answer)
    } catch (error) {
      throw error instanceof SyntaxError ? unparsable(error, answer, this.#about(plan)) : error
    }
  }

  async #waitBeforeRetry(plan: TracedPlan, error: Error, retry: number): Promise<void> {
    const ms = this.#delays.before(retry, error)
    const code = IntegrationError.is(error) ? error.code : error.name
    this.#parts.logger.debug(
      { ...this.#parts.key, entity: plan.entity, code, retry, waitMs: ms },
      `Repeating ${describeRequest(plan)}`,
    )
    try {
      const asked = IntegrationError.is(error) && error.retryAfterMs !== undefined
      const reason = asked ? 'retry_after' : 'backoff'
      await this.#wait(plan, { ms, reason, scope: this.#scopeOf(error, plan.url), slackMs: 0 })
    } catch (reason) {
      // A wait that is too long is the provider's: its own refusal says so, and for how long.
      throw reason instanceof WaitTooLongError ? error : reason
    }
  }

  /** What has to wait after an error: an outage is the whole provider's, and being too fast may be a matter of one path. */
  #scopeOf(error: unknown, url: URL): string {
    return IntegrationError.is(error, 'RATE_LIMITED') ? this.#turns.scopeOf(url) : ''
  }

  async #wait(plan: TracedPlan, { ms, reason, scope, slackMs }: RequestWait): Promise<void> {
    if (ms > this.#parts.maxWaitMs + slackMs) {
      await this.#turns.pause(scope, ms)
      throw new WaitTooLongError(ms)
    }
    plan.meter.waitedMs += Math.round(ms)
    plan.trace.waited(Math.round(ms), reason)
    await this.#parts.clock.sleep(ms, plan.signal)
  }

  /** What the caller sees: never an error of ky, fetch or the queue. */
  #finalError(plan: RequestPlan, error: unknown): IntegrationError {
    const { provider, entity, request } = this.#about(plan)
    if (plan.signal?.aborted === true) {
      const message = `${request} of ${provider} was cancelled.`
      return new IntegrationError('CANCELLED', message, { provider, entity, cause: plan.signal.reason })
    }
    if (error instanceof WaitTooLongError) {
      const seconds = String(Math.ceil(error.waitMs / 1000))
      const message = `${provider} may not be asked ${request} for another ${seconds} s, under its rate limit or because it asked to wait. Come back then.`
      return new IntegrationError('RATE_LIMITED', message, { provider, entity, retryAfterMs: error.waitMs })
    }
    if (error instanceof CutOffError) {
      return new IntegrationError('RESPONSE_INVALID', `${error.message} It was the same in every attempt.`, {
        provider,
        entity,
      })
    }
    if (!IntegrationError.is(error)) return this.#unexpected(plan, error)
    if (error.code !== 'RATE_LIMITED' || error.retryAfterMs !== undefined) return error
    const { message, status } = error
    const wait = this.#turns.intervalMs(plan.url)
    return new IntegrationError('RATE_LIMITED', message, { provider, entity, status, retryAfterMs: wait })
  }

  /** Something the adapter's callbacks could not cope with. Its message may quote the answer, so only its kind is told. */
  #unexpected(plan: RequestPlan, error: unknown): IntegrationError {
    const { provider, entity, request } = this.#about(plan)
    const issues = error instanceof z.ZodError ? error.issues.slice(0, 5).map(describeIssue) : []
    const kind = issues.length > 0 ? issues.join('; ') : error instanceof Error ? error.name : typeof error
    const message = `The answer of ${provider} to ${request} does not have the expected shape (${kind}). It may be hidden from the user whose access this is: give them access, or report it to the adapter.`
    return new IntegrationError('RESPONSE_INVALID', message, { provider, entity, issues })
  }

  #about(plan: RequestPlan): AboutRequest {
    return { provider: this.provider, entity: plan.entity, request: this.#redactor.redact(describeRequest(plan)) }
  }
}

function isRepeatable(error: Error): boolean {
  if (error instanceof CutOffError) return true
  return IntegrationError.is(error, 'PROVIDER_UNAVAILABLE', 'RATE_LIMITED') && error.retryable
}
