import type { ReadableSpan, SpanProcessor } from '@opentelemetry/sdk-trace'

/** Writes each trace as lines, parents above their children: what it was, how long it took, what is special about it. */
export class SpanLines implements SpanProcessor {
  readonly #write: (line: string) => void
  readonly #waiting: ReadableSpan[] = []

  constructor(write: (line: string) => void) {
    this.#write = write
  }

  onStart(): void {}

  onEnd(span: ReadableSpan): void {
    this.#waiting.push(span)
    // A parent ends after its children, so a trace is whole when its root has ended.
    if (!span.parentSpanContext) this.#writeTrace(span, this.#waiting.splice(0), '')
  }

  #writeTrace(span: ReadableSpan, all: readonly ReadableSpan[], indent: string): void {
    const { name, duration, attributes, events } = span
    const told = TOLD.flatMap((key) => {
      const value = attributes[key]
      return typeof value === 'string' || typeof value === 'number' ? String(value) : []
    })
    const waits = events.map(({ attributes: wait = {} }) => `waited ${Number(wait['integration.wait.seconds'])} s`)
    const tookMs = Math.round(duration[0] * 1000 + duration[1] / 1e6)
    this.#write(`${indent}${[name, ...told, ...waits].join(' ')} (${tookMs} ms)`)
    for (const child of all) {
      if (child.parentSpanContext?.spanId === span.spanContext().spanId) this.#writeTrace(child, all, `${indent}  `)
    }
  }

  forceFlush(): Promise<void> {
    return Promise.resolve()
  }

  shutdown(): Promise<void> {
    return Promise.resolve()
  }
}

const TOLD = ['integration.entity', 'integration.sync.status', 'url.path', 'http.response.status_code', 'error.type']
