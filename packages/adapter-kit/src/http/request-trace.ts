import { SpanKind, SpanStatusCode, context, trace } from '@opentelemetry/api'
import type { Context, Span } from '@opentelemetry/api'
import { IntegrationError } from '@unioneyes/core'
import type { ConnectionKey } from '@unioneyes/core'
import { httpInstruments } from './instruments.ts'
import { httpTelemetry } from './telemetry.ts'
import type { HttpAttributes } from './telemetry.ts'

/** Why nothing was sent for a while. */
export type WaitReason = 'rate_limit' | 'backoff' | 'retry_after'

/** How a breaker stands. */
export type BreakerState = 'closed' | 'half-open' | 'open'

/** A request as telemetry may know it. */
export interface TracedRequest {
  readonly method: string
  readonly url: URL
  /** The path without any secret. */
  readonly path: string
  readonly entity: string | undefined
}

const STATES: Readonly<Record<BreakerState, number>> = { closed: 0, 'half-open': 1, open: 2 }

const { scope, spans, events } = httpTelemetry

/** What one connection tells of its requests. Never a query, a header, a body, or an error's message: that may quote them. */
export class ConnectionTelemetry {
  readonly #connection: HttpAttributes

  constructor(key: ConnectionKey) {
    this.#connection = connectionAttributes(key)
  }

  /** Traces a request with everything it takes. */
  async request<T>(request: TracedRequest, work: (trace: RequestTrace) => Promise<T>): Promise<T> {
    const { method, url, path, entity } = request
    const attributes: HttpAttributes = {
      ...this.#connection,
      ...(entity === undefined ? {} : { 'integration.entity': entity }),
      'http.request.method': method,
      'server.address': url.hostname,
      'url.path': path,
    }
    const span = trace.getTracer(scope).startSpan(spans.request.name, { attributes })
    const traced = new RequestTrace(this.#connection, span)
    try {
      return await context.with(traced.context, () => work(traced))
    } catch (error) {
      fail(span, errorType(error))
      throw error
    } finally {
      setAttributes(span, { 'integration.request.attempts': traced.attempts })
      span.end()
    }
  }

  /** Tells how the breaker stands. */
  breaker(state: BreakerState): void {
    httpInstruments().breaker.record(STATES[state], this.#connection)
  }
}

/** One request while it is under way. */
export class RequestTrace {
  /** In which everything of the request happens. */
  readonly context: Context
  readonly #connection: HttpAttributes
  readonly #span: Span
  #attempts = 0

  constructor(connection: HttpAttributes, span: Span) {
    this.#connection = connection
    this.#span = span
    this.context = trace.setSpan(context.active(), span)
  }

  /** Work for this request, whoever calls it. */
  bind<T>(work: () => Promise<T>): () => Promise<T> {
    return () => context.with(this.context, work)
  }

  /** How many exchanges were begun. */
  get attempts(): number {
    return this.#attempts
  }

  /** Nothing is sent for so many milliseconds. */
  waited(ms: number, reason: WaitReason): void {
    const why: HttpAttributes = { 'integration.wait.reason': reason }
    const seconds = ms / 1000
    httpInstruments().waits.record(seconds, { ...this.#connection, ...why })
    this.#span.addEvent(events.wait.name, { ...why, 'integration.wait.seconds': seconds })
  }

  /** Traces and measures one exchange with the provider. */
  async attempt<T extends { readonly status: number }>(
    { method, url, path }: Omit<TracedRequest, 'entity'>,
    work: () => Promise<T>,
  ): Promise<T> {
    const target: HttpAttributes = {
      ...this.#connection,
      'http.request.method': method,
      'server.address': url.hostname,
      'server.port': url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port),
    }
    const resent: HttpAttributes = this.#attempts === 0 ? {} : { 'http.request.resend_count': this.#attempts }
    this.#attempts += 1
    const attributes: HttpAttributes = { ...target, ...resent, 'url.path': path }
    const span = trace.getTracer(scope).startSpan(method, { kind: SpanKind.CLIENT, attributes }, this.context)
    // Not the pipeline's clock: that one may be set back meanwhile.
    const startedAt = performance.now()
    let ended: HttpAttributes = {}
    let statusClass = 'none'
    try {
      const answer = await context.with(trace.setSpan(this.context, span), work)
      const { status } = answer
      statusClass = `${String(Math.floor(status / 100))}xx`
      ended = { 'http.response.status_code': status, ...(status >= 400 ? { 'error.type': String(status) } : {}) }
      return answer
    } catch (error) {
      ended = { 'error.type': errorType(error) }
      throw error
    } finally {
      const { duration, requests } = httpInstruments()
      duration.record((performance.now() - startedAt) / 1000, { ...target, ...ended })
      requests.add(1, { ...this.#connection, 'integration.http.status_class': statusClass })
      setAttributes(span, ended)
      if ('error.type' in ended) span.setStatus({ code: SpanStatusCode.ERROR })
      span.end()
    }
  }
}

function setAttributes(span: Span, attributes: HttpAttributes): void {
  span.setAttributes(attributes)
}

function fail(span: Span, type: string): void {
  setAttributes(span, { 'error.type': type })
  span.setStatus({ code: SpanStatusCode.ERROR })
}

/** The attributes that name a connection: on every span and every metric (law 1). */
export function connectionAttributes({ organizationId, provider, connection }: ConnectionKey): HttpAttributes {
  return {
    'integration.organization.id': organizationId,
    'integration.provider': provider,
    'integration.connection.name': connection,
  }
}

/** An error as telemetry may name it. */
export const errorType = (error: unknown): string =>
  IntegrationError.is(error) ? error.code : error instanceof Error ? error.name : 'unknown'
