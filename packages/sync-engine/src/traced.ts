import { SpanStatusCode, context, trace } from '@opentelemetry/api'
import type { Context, Span } from '@opentelemetry/api'
import { IntegrationError } from '@unioneyes/core'
import type { EntityOutcome, RunCounters, SyncRun } from '@unioneyes/core'
import { syncTelemetry } from './telemetry.ts'
import type { SyncAttributes } from './telemetry.ts'

/** What a span is about while its work goes on. */
export interface OpenSpan {
  /** The parent of whatever belongs to it: handed on, since not everything that does is started from within it. */
  readonly context: Context
  set(attributes: SyncAttributes): void
  /** The work came to an end, and that end is a failure. */
  fail(code: string): void
}

/**
 * Does work inside a span. An error leaves its code there and nothing else: its message may quote the provider's answer, or what
 * the app's own code was working on.
 */
export async function traced<T>(
  name: keyof typeof syncTelemetry.spans,
  attributes: SyncAttributes,
  parent: Context,
  work: (span: OpenSpan) => Promise<T>,
): Promise<T> {
  const { scope, spans } = syncTelemetry
  const span = trace.getTracer(scope).startSpan(spans[name].name, { attributes }, parent)
  const open = openSpan(span, trace.setSpan(parent, span))
  try {
    return await context.with(open.context, () => work(open))
  } catch (error) {
    open.fail(codeOf(error))
    throw error
  } finally {
    span.end()
  }
}

function openSpan(span: Span, within: Context): OpenSpan {
  return {
    context: within,
    set(attributes) {
      span.setAttributes(attributes)
    },
    fail(code) {
      this.set({ 'error.type': code })
      span.setStatus({ code: SpanStatusCode.ERROR })
    },
  }
}

/** An error as telemetry may name it. */
export const codeOf = (error: unknown): string => (IntegrationError.is(error) ? error.code : 'UNEXPECTED')

/** How a run or an entity of it ended. */
export function endOf(
  span: OpenSpan,
  { status, error, counters }: Pick<SyncRun | EntityOutcome, 'status' | 'error' | 'counters'>,
): void {
  span.set({ 'integration.sync.status': status, ...totalsOf(counters) })
  if (status === 'failed') span.fail(error?.code ?? 'UNEXPECTED')
  else if (error) span.set({ 'error.type': error.code })
}

function totalsOf(counters: RunCounters): SyncAttributes {
  return {
    'integration.sync.pages': counters.pages,
    'integration.records.processed': counters.processed,
    ...changesOf(counters),
  }
}

/** What became of records, as attributes of a span. */
export function changesOf(
  counters: Pick<RunCounters, 'created' | 'updated' | 'unchanged' | 'deleted' | 'failed'>,
): SyncAttributes {
  return {
    'integration.records.created': counters.created,
    'integration.records.updated': counters.updated,
    'integration.records.unchanged': counters.unchanged,
    'integration.records.deleted': counters.deleted,
    'integration.records.failed': counters.failed,
  }
}
