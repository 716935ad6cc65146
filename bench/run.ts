/**
 * `pnpm bench`: prints one JSON line per benchmark. Every ratio is to a baseline measured in the same run, in turn with
 * ours, each in a process of its own; medians are reported with the smallest and largest value.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs, promisify } from 'node:util'
import type { BamboohrActions } from '@unioneyes/adapter-bamboohr/sandbox'
import { fault, spawnSandbox } from '@unioneyes/testkit'
import type { SandboxProcess } from '@unioneyes/testkit'
import type { MeasureJob, Measured } from './measure.ts'

const { values } = parseArgs({
  options: {
    only: { type: 'string', multiple: true, default: [] },
    runs: { type: 'string', default: '3' },
    records: { type: 'string', default: '100000' },
  },
})
const runs = Number(values.runs)
const records = Number(values.records)
const PAGE_SIZE = 500
const folder = mkdtempSync(join(tmpdir(), 'bench-'))
const wants = (name: string): boolean => values.only.length === 0 || values.only.some((part) => name.includes(part))
let failed = 0

try {
  if (wants('sync-full-sqlite') || wants('sync-unchanged-sqlite') || wants('sync-1-percent-sqlite')) await syncs()
  if (wants('sync-latency-20ms')) await latency()
  if (wants('rate-limit-use')) await rateLimitUse()
  if (wants('import-core')) await importCore()
  if (wants('memory-1m')) await memory()
} finally {
  rmSync(folder, { recursive: true, force: true })
}
process.exitCode = failed > 0 ? 1 : 0

/** A full sync, a second one with nothing changed, and a third with 1 % changed on every page: ours and the baseline in turn. */
async function syncs(): Promise<void> {
  await using sandbox = await company(records)
  await warmUp(sandbox)
  const passes = ['sync-full-sqlite', 'sync-unchanged-sqlite', 'sync-1-percent-sqlite'] as const
  const ours: Record<string, number[]> = {}
  const baseline: Record<string, number[]> = {}
  const limit: number[] = []
  for (let run = 0; run < runs; run += 1) {
    const order = run % 2 === 0 ? (['baseline', 'ours'] as const) : (['ours', 'baseline'] as const)
    const files = { ours: join(folder, 'ours.db'), baseline: join(folder, 'baseline.db') }
    for (const file of Object.values(files)) drop(file)
    for (const pass of passes) {
      if (pass === 'sync-1-percent-sqlite') {
        await sandbox.act('changeMany', 1)
        await warmUp(sandbox)
      }
      for (const what of order) {
        const measured = await measure({ what, path: files[what], baseUrl: `${sandbox.url}/`, pageSize: PAGE_SIZE })
        const into = what === 'ours' ? ours : baseline
        ;(into[pass] ??= []).push(measured.records / measured.seconds)
      }
      if (pass !== 'sync-unchanged-sqlite') continue
      const least = await measure({ what: 'limit', path: '', baseUrl: `${sandbox.url}/`, pageSize: PAGE_SIZE })
      limit.push(least.records / least.seconds)
    }
  }
  const needed = { 'sync-full-sqlite': 1, 'sync-unchanged-sqlite': 6, 'sync-1-percent-sqlite': 1.1 }
  for (const pass of passes) {
    const value = ours[pass] ?? []
    const against = baseline[pass] ?? []
    report({
      name: pass,
      unit: 'records/s',
      values: value,
      baselines: against,
      atLeast: needed[pass],
      settings: { records, pageSize: PAGE_SIZE },
      // What the same second pass reaches that only fetches and hashes: no ratio can be larger than its own.
      limits: pass === 'sync-unchanged-sqlite' ? limit : undefined,
    })
  }
}

/** 20 ms a page at the provider: waiting (fetching and parsing alone) and computing (no latency) must overlap. */
async function latency(): Promise<void> {
  const count = Math.min(records, 50_000)
  await using sandbox = await company(count)
  await warmUp(sandbox)
  const path = join(folder, 'latency.db')
  const job: MeasureJob = { what: 'ours', path, baseUrl: `${sandbox.url}/`, pageSize: PAGE_SIZE }
  const together: number[] = []
  const larger: number[] = []
  for (let run = 0; run < runs; run += 1) {
    drop(path)
    await sandbox.clearFaults()
    const computing = (await measure(job)).seconds
    drop(path)
    await sandbox.inject({ fault: fault.latency(20), times: 1_000_000 })
    const waiting = (await measure({ ...job, what: 'drain' })).seconds
    drop(path)
    together.push((await measure(job)).seconds)
    larger.push(Math.max(computing, waiting))
  }
  report({
    name: 'sync-latency-20ms',
    unit: 's',
    values: together,
    baselines: larger,
    atMost: 1.15,
    settings: { records: count, pageSize: PAGE_SIZE, latencyMs: 20 },
  })
}

/** How much of the declared budget is used, against a provider that counts. */
async function rateLimitUse(): Promise<void> {
  const perSecond = 20
  const used: number[] = []
  const budget: number[] = []
  for (let run = 0; run < runs; run += 1) {
    await using sandbox = await company(perSecond * 8 * 10, { requests: perSecond, perMs: 1000 })
    const path = join(folder, 'rate.db')
    drop(path)
    await measure({ what: 'rate', path, baseUrl: `${sandbox.url}/`, pageSize: 10, perSecond })
    const requests = await sandbox.requests()
    const refused = requests.filter((request) => request.status === 429).length
    if (refused > 0) {
      failed += 1
      console.error(`rate-limit-use: ${String(refused)} requests were refused with 429`)
    }
    // The first window may be filled at once; from then on the budget is a rate.
    const startedAt = requests[0]?.at ?? 0
    const after = requests.filter((request) => request.at >= startedAt + 1000)
    const spanMs = (after.at(-1)?.at ?? 0) - startedAt
    const windows = Math.floor(spanMs / 1000)
    const inWindows = requests.filter((request) => request.at < startedAt + windows * 1000).length
    used.push(inWindows / windows)
    budget.push(perSecond)
  }
  report({
    name: 'rate-limit-use',
    unit: 'requests/s',
    values: used,
    baselines: budget,
    atLeast: 0.97,
    settings: { perSecond },
  })
}

/** Cold import of what the first example imports of core and the adapter, against zod alone. */
async function importCore(): Promise<void> {
  const dist = (name: string): string => fileURLToPath(new URL(`../packages/${name}/dist/index.js`, import.meta.url))
  const ours: number[] = []
  const baseline: number[] = []
  for (let run = 0; run < Math.max(runs, 5); run += 1) {
    baseline.push(await importTime(`await import('zod')`))
    ours.push(
      await importTime(
        `await import(${JSON.stringify(dist('core'))}); await import(${JSON.stringify(dist('adapter-bamboohr'))})`,
      ),
    )
  }
  report({ name: 'import-core', unit: 'ms', values: ours, baselines: baseline, settings: { built: true } })
}

async function importTime(program: string): Promise<number> {
  const timed = `const t = performance.now(); ${program}; console.log(performance.now() - t)`
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', timed], {
    cwd: fileURLToPath(new URL('.', import.meta.url)),
  })
  return Number(stdout)
}

/** Peak live heap at a million records, against fifty thousand. */
async function memory(): Promise<void> {
  const peakAt = async (count: number): Promise<number> => {
    await using sandbox = await company(count)
    const path = join(folder, 'memory.db')
    drop(path)
    const { peakHeap } = await measure({ what: 'memory', path, baseUrl: `${sandbox.url}/`, pageSize: PAGE_SIZE }, [
      '--expose-gc',
    ])
    drop(path)
    return peakHeap / 1_048_576
  }
  const small = await peakAt(50_000)
  const large = await peakAt(1_000_000)
  report({
    name: 'memory-1m',
    unit: 'MiB',
    values: [large],
    baselines: [small],
    atMost: 1.2,
    settings: { records: 1_000_000, baselineRecords: 50_000 },
  })
}

/** One walk of the sandbox before anything is timed: it makes its people while it is first asked. */
async function warmUp(sandbox: SandboxProcess<BamboohrActions>): Promise<void> {
  const path = join(folder, 'warm-up.db')
  await measure({ what: 'baseline', path, baseUrl: `${sandbox.url}/`, pageSize: PAGE_SIZE })
  drop(path)
}

function company(
  people: number,
  rateLimit: { requests: number; perMs: number } | null = null,
): Promise<SandboxProcess<BamboohrActions>> {
  const moduleUrl = import.meta.resolve('@unioneyes/adapter-bamboohr/sandbox')
  return spawnSandbox<BamboohrActions>(moduleUrl, 'bamboohrSandbox', { people }, { rateLimit })
}

async function measure(job: MeasureJob, flags: readonly string[] = []): Promise<Measured> {
  const file = fileURLToPath(new URL('measure.ts', import.meta.url))
  const args = [...flags, '--conditions=@unioneyes/source', file, JSON.stringify(job)]
  const { stdout } = await promisify(execFile)(process.execPath, args, { maxBuffer: 1_000_000 })
  const measured = JSON.parse(stdout) as Measured
  if (measured.status !== 'success') throw new Error(`The sync ended ${measured.status}.`)
  return measured
}

function drop(path: string): void {
  for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
}

interface Benchmark {
  readonly name: string
  readonly unit: string
  readonly values: readonly number[]
  readonly baselines: readonly number[]
  readonly atLeast?: number
  readonly atMost?: number
  /** What nothing can exceed, measured in turn with the rest. */
  readonly limits?: readonly number[] | undefined
  readonly settings: Readonly<Record<string, unknown>>
}

function report({ name, unit, values: measured, baselines, atLeast, atMost, limits, settings }: Benchmark): void {
  if (!wants(name)) return
  const ratios = measured.map((value, index) => value / (baselines[index] ?? Number.NaN))
  const ratio = median(ratios)
  const met = (atLeast === undefined || ratio >= atLeast) && (atMost === undefined || ratio <= atMost)
  if (!met) failed += 1
  console.log(
    JSON.stringify({
      name,
      value: round(median(measured)),
      unit,
      baseline: round(median(baselines)),
      ratio: round(ratio),
      runs: measured.length,
      min: round(Math.min(...ratios)),
      max: round(Math.max(...ratios)),
      ...(limits && {
        limit: round(median(limits)),
        limitRatio: round(median(limits.map((value, index) => value / (baselines[index] ?? Number.NaN)))),
      }),
      settings: { ...settings, atLeast, atMost, node: process.version },
      met,
    }),
  )
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
