import { createServer } from 'node:http'
import { context, metrics, trace } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { TracerProvider } from '@opentelemetry/sdk-trace'
import { AsyncContext } from './async-context.ts'
import { SpanLines } from './span-lines.ts'

/** Telemetry of this process. */
export interface Telemetry {
  /** Where Prometheus finds the metrics. */
  readonly url: string
  stop(): Promise<void>
}

/** Installs the SDK: spans as lines, metrics for Prometheus. The packages find it through `@opentelemetry/api`. */
export async function startTelemetry(writeSpan: (line: string) => void): Promise<Telemetry> {
  // An app gives a BatchSpanProcessor with the exporter of its choice.
  const tracer = new TracerProvider({ spanProcessors: [new SpanLines(writeSpan)] })
  const prometheus = new PrometheusExporter({ preventServerStart: true, withoutScopeInfo: true })
  const meter = new MeterProvider({ readers: [prometheus] })
  context.setGlobalContextManager(new AsyncContext())
  trace.setGlobalTracerProvider(tracer)
  metrics.setGlobalMeterProvider(meter)

  const server = createServer((request, response) => prometheus.getMetricsRequestHandler(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address ? address.port : 0
  return {
    url: `http://127.0.0.1:${port}/metrics`,
    async stop() {
      server.close()
      server.closeAllConnections()
      await tracer.shutdown()
      await meter.shutdown()
    },
  }
}
