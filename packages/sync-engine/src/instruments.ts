import { createNoopMeter, metrics } from '@opentelemetry/api'
import type { Counter, Gauge, Histogram, MeterProvider } from '@opentelemetry/api'
import { syncTelemetry } from './telemetry.ts'
import type { SyncAttributes } from './telemetry.ts'

/** The instruments of the engine. */
export interface SyncInstruments {
  /** False when no SDK is installed: nothing needs to be found out for it. */
  readonly heard: boolean
  readonly runs: Counter<SyncAttributes>
  readonly duration: Histogram<SyncAttributes>
  readonly records: Counter<SyncAttributes>
  readonly pages: Counter<SyncAttributes>
  readonly quarantine: Gauge<SyncAttributes>
  readonly lastSuccess: Gauge<SyncAttributes>
}

// Nothing but instruments. By provider, because the app may install its SDK after the first run.
const made = new WeakMap<MeterProvider, SyncInstruments>()

/** The instruments of the SDK that is installed now; without one they do nothing. */
export function syncInstruments(): SyncInstruments {
  const provider = metrics.getMeterProvider()
  let instruments = made.get(provider)
  if (!instruments) {
    instruments = make(provider)
    made.set(provider, instruments)
  }
  return instruments
}

function make(provider: MeterProvider): SyncInstruments {
  const meter = provider.getMeter(syncTelemetry.scope)
  const { runs, duration, records, pages, quarantine, lastSuccess } = syncTelemetry.metrics
  return {
    heard: meter !== createNoopMeter(),
    runs: meter.createCounter(runs.name, optionsOf(runs)),
    duration: meter.createHistogram(duration.name, {
      ...optionsOf(duration),
      advice: { explicitBucketBoundaries: [...duration.buckets] },
    }),
    records: meter.createCounter(records.name, optionsOf(records)),
    pages: meter.createCounter(pages.name, optionsOf(pages)),
    quarantine: meter.createGauge(quarantine.name, optionsOf(quarantine)),
    lastSuccess: meter.createGauge(lastSuccess.name, optionsOf(lastSuccess)),
  }
}

const optionsOf = ({ unit, says }: { readonly unit: string; readonly says: string }) => ({ unit, description: says })
