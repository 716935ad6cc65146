import { SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import type { ConnectionKey, RefreshAnswer } from '@unioneyes/core'
import { httpInstruments } from './instruments.ts'
import { connectionAttributes, errorType } from './request-trace.ts'
import { httpTelemetry } from './telemetry.ts'
import type { HttpAttributes } from './telemetry.ts'

/** Traces and counts one request for new tokens. Nothing of the tokens is told. */
export async function traceRefresh(key: ConnectionKey, refresh: () => Promise<RefreshAnswer>): Promise<RefreshAnswer> {
  const { scope, spans } = httpTelemetry
  const connection = connectionAttributes(key)
  const span = trace
    .getTracer(scope)
    .startSpan(spans.refresh.name, { kind: SpanKind.CLIENT, attributes: { ...connection } })
  let ended: HttpAttributes = { 'integration.token.outcome': 'failed' }
  try {
    const answer = await refresh()
    ended = { 'integration.token.outcome': answer.kind }
    return answer
  } catch (error) {
    ended = { ...ended, 'error.type': errorType(error) }
    throw error
  } finally {
    httpInstruments().refreshes.add(1, { ...connection, ...ended })
    span.setAttributes({ ...ended })
    if (ended['integration.token.outcome'] !== 'renewed') span.setStatus({ code: SpanStatusCode.ERROR })
    span.end()
  }
}
