import { metrics } from '@opentelemetry/api'
import type { Counter, Gauge, Histogram, MeterProvider } from '@opentelemetry/api'
import type { HttpAttributes } from './telemetry.ts'
import { httpTelemetry } from './telemetry.ts'

/** The instruments of the kit. */
export interface HttpInstruments {
  readonly duration: Histogram<HttpAttributes>
  readonly requests: Counter<HttpAttributes>
  readonly waits: Histogram<HttpAttributes>
  readonly refreshes: Counter<HttpAttributes>
  readonly breaker: Gauge<HttpAttributes>
}

// Nothing but instruments. By provider, because the app may install its SDK after the first request.
const made = new WeakMap<MeterProvider, HttpInstruments>()

/** The instruments of the SDK that is installed now; without one they do nothing. */
export function httpInstruments(): HttpInstruments {
  const provider = metrics.getMeterProvider()
  let instruments = made.get(provider)
  if (!instruments) {
    instruments = make(provider)
    made.set(provider, instruments)
  }
  return instruments
}

function make(provider: MeterProvider): HttpInstruments {
  const meter = provider.getMeter(httpTelemetry.scope)
  const { duration, requests, waits, refreshes, breaker } = httpTelemetry.metrics
  return {
    duration: meter.createHistogram(duration.name, histogramOptions(duration)),
    requests: meter.createCounter(requests.name, { unit: requests.unit, description: requests.says }),
    waits: meter.createHistogram(waits.name, histogramOptions(waits)),
    refreshes: meter.createCounter(refreshes.name, { unit: refreshes.unit, description: refreshes.says }),
    breaker: meter.createGauge(breaker.name, { unit: breaker.unit, description: breaker.says }),
  }
}

function histogramOptions({ unit, says, buckets }: { unit: string; says: string; buckets: readonly number[] }) {
  return { unit, description: says, advice: { explicitBucketBoundaries: [...buckets] } }
}
