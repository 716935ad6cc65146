import { AsyncLocalStorage } from 'node:async_hooks'
import { ROOT_CONTEXT, context, metrics, trace } from '@opentelemetry/api'
import type { Attributes, Context, ContextManager } from '@opentelemetry/api'
import { DataPointType, MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics'
import type { ViewOptions } from '@opentelemetry/sdk-metrics'
import { InMemorySpanExporter, SimpleSpanProcessor, TracerProvider } from '@opentelemetry/sdk-trace'
import type { ReadableSpan } from '@opentelemetry/sdk-trace'

/** One series of one metric. */
export interface Point {
  readonly scope: string
  readonly name: string
  readonly unit: string
  readonly description: string
  readonly instrument: 'counter' | 'histogram' | 'gauge'
  readonly attributes: Attributes
  /** The sum of a histogram, else the value. */
  readonly value: number
  /** How often a histogram was recorded, else 1. */
  readonly count: number
}

/** An SDK that keeps everything in memory, installed until it is disposed. */
export interface CollectedTelemetry extends Disposable {
  spans(): readonly ReadableSpan[]
  points(): Promise<readonly Point[]>
  /** Everything that leaves the process, as one text. */
  everything(): Promise<string>
}

/** Installs one, with a context that follows asynchronous calls as in any app. */
export function collectTelemetry(options: { views?: ViewOptions[] } = {}): CollectedTelemetry {
  const exporter = new InMemorySpanExporter()
  const reader = new OnDemandReader()
  context.setGlobalContextManager(new StorageContext())
  trace.setGlobalTracerProvider(new TracerProvider({ spanProcessors: [new SimpleSpanProcessor({ exporter })] }))
  metrics.setGlobalMeterProvider(new MeterProvider({ readers: [reader], views: options.views ?? [] }))
  const spans = (): readonly ReadableSpan[] => exporter.getFinishedSpans()
  const points = async (): Promise<readonly Point[]> => {
    const { resourceMetrics } = await reader.collect()
    return resourceMetrics.scopeMetrics.flatMap(({ scope, metrics: all }) =>
      all.flatMap((metric): Point[] => {
        const { name, unit, description } = metric.descriptor
        const about = { scope: scope.name, name, unit, description }
        if (metric.dataPointType === DataPointType.HISTOGRAM)
          return metric.dataPoints.map(({ attributes, value }) => ({
            ...about,
            instrument: 'histogram',
            attributes,
            value: value.sum ?? 0,
            count: value.count,
          }))
        if (metric.dataPointType === DataPointType.EXPONENTIAL_HISTOGRAM) return []
        const instrument = metric.dataPointType === DataPointType.SUM ? 'counter' : 'gauge'
        return metric.dataPoints.map(({ attributes, value }) => ({ ...about, instrument, attributes, value, count: 1 }))
      }),
    )
  }
  return {
    spans,
    points,
    async everything() {
      const told = spans().map(({ name, attributes, events, status, links, instrumentationScope }) => ({
        ...{ name, attributes, events, status, links, instrumentationScope },
      }))
      return JSON.stringify([told, await points()])
    },
    [Symbol.dispose]() {
      trace.disable()
      metrics.disable()
      context.disable()
    },
  }
}

class OnDemandReader extends MetricReader {
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve()
  }

  protected override onShutdown(): Promise<void> {
    return Promise.resolve()
  }
}

/** What OpenTelemetry's own package for Node.js does, as far as it is needed here. */
class StorageContext implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>()

  active(): Context {
    return this.#storage.getStore() ?? ROOT_CONTEXT
  }

  with<A extends unknown[], F extends (...args: A) => ReturnType<F>>(
    within: Context,
    work: F,
    thisArg?: ThisParameterType<F>,
    ...args: A
  ): ReturnType<F> {
    return this.#storage.run(within, () => work.apply(thisArg, args))
  }

  bind<T>(_within: Context, target: T): T {
    return target
  }

  enable(): this {
    return this
  }

  disable(): this {
    this.#storage.disable()
    return this
  }
}
