/**
 * One measurement in a process of its own, so that no run warms up or burdens the next. Takes its job as JSON, prints its
 * result as JSON.
 */
import { sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import { listFields } from '../packages/adapter-bamboohr/src/employee-row.ts'
import { baselineLoop, fetchAndHash } from './baseline-loop.ts'
import { openMeasuredApp } from './measured-app.ts'

/** What to measure: the engine, the loop by hand, its fetching and parsing alone, fetching and hashing alone, memory, or a rate. */
export interface MeasureJob {
  readonly what: 'ours' | 'baseline' | 'drain' | 'limit' | 'memory' | 'rate'
  readonly path: string
  readonly baseUrl: string
  readonly pageSize: number
  /** Requests a second, for `rate`. */
  readonly perSecond?: number
}

/** What was measured. */
export interface Measured {
  readonly seconds: number
  readonly records: number
  readonly requests: number
  /** Live heap after a forced collection, the highest of the samples, in bytes. */
  readonly peakHeap: number
  readonly status: string
}

const job = JSON.parse(process.argv[2] ?? '') as MeasureJob
console.log(JSON.stringify(await measure(job)))

async function measure({ what, path, baseUrl, pageSize, perSecond }: MeasureJob): Promise<Measured> {
  if (what === 'baseline' || what === 'drain' || what === 'limit') {
    const walk = { baseUrl, pageSize, apiKey: sandboxApiKey, fields: listFields }
    const startedAt = performance.now()
    const { records, pages } =
      what === 'limit'
        ? await fetchAndHash(walk)
        : await baselineLoop({ ...walk, path: what === 'drain' ? undefined : path })
    return { seconds: (performance.now() - startedAt) / 1000, records, requests: pages, peakHeap: 0, status: 'success' }
  }
  let peakHeap = 0
  let pages = 0
  const app = await openMeasuredApp({
    path,
    baseUrl,
    pageSize,
    rateLimit: perSecond === undefined ? undefined : { requests: perSecond, per: 'second' },
    onProgress: (event) => {
      if (what !== 'memory' || event.step !== 'page') return
      pages += 1
      if (pages % 10 !== 0) return
      globalThis.gc?.()
      const { heapUsed, external } = process.memoryUsage()
      peakHeap = Math.max(peakHeap, heapUsed + external)
    },
  })
  await app.connect(sandboxApiKey)
  const startedAt = performance.now()
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  const seconds = (performance.now() - startedAt) / 1000
  await app.store.close()
  if (run.error) throw new Error(`${run.error.code}: ${run.error.message}`)
  return { seconds, records: run.counters.processed, requests: run.counters.requests, peakHeap, status: run.status }
}
