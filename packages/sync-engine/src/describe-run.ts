import type { EntityOutcome, RunCounters, RunError, SyncRun } from '@unioneyes/core'
import type { SyncProgress } from './sync-progress.ts'

/** How a run is told. */
export interface DescribeRunOptions {
  /** Steps as `onProgress` gave them, in order; those of other runs are left out. Without them only the log is told. */
  readonly progress?: readonly SyncProgress[] | undefined
  /** What the provider is called. @default its id */
  readonly providerName?: string | undefined
  /** The zone of the times, as an IANA name. @default 'UTC' */
  readonly timeZone?: string | undefined
  /** The most lines; what is least worth telling is left out first, and said to be. @default 40 */
  readonly maxLines?: number | undefined
}

interface Line {
  /** Milliseconds since 1970; undefined when the log does not say. */
  readonly at: number | undefined
  readonly text: string
  /** One of many alike: left out first. */
  readonly minor?: boolean | undefined
}

const MAX_TEXT = 400
// A wait that is shorter is nothing to tell.
const WORTH_TELLING_MS = 1000

/**
 * Tells a run in sentences, a line each, with times: what was asked for, how it went, what was waited for, what was left out and
 * what to do about it.
 *
 * @throws RangeError for a zone that does not exist.
 */
export function describeRun(run: SyncRun, options: DescribeRunOptions = {}): string {
  const { timeZone = 'UTC', maxLines = 40 } = options
  const clock = clockOf(timeZone)
  const provider = options.providerName ?? run.provider
  const steps = (options.progress ?? []).filter(({ runId }) => runId === run.id)
  const lines = shorten([beginning(run, provider), ...middle(run, provider, steps, clock), ending(run)], maxLines)
  const time = (at: number | undefined): string => (at === undefined ? ' '.repeat(8) : clock.time(at))
  return [
    `${clock.date(run.startedAt)}, ${timeZone}, run ${run.id}`,
    ...lines.map(({ at, text }) => `${time(at)} ${oneLine(text)}`),
  ].join('\n')
}

function beginning(run: SyncRun, provider: string): Line {
  const { organizationId, connection, type, entities, resumes, dryRun, startedAt } = run
  const what = `${dryRun ? 'A dry run of a' : type === 'full' ? 'A' : 'An'} ${type} sync`
  const resumed = resumes === undefined ? '' : `, going on where run ${resumes} stopped`
  return {
    at: startedAt,
    text: `${what} of ${list(entities)} from ${provider} began for ${organizationId} (connection "${connection}")${resumed}.`,
  }
}

function ending({ status, startedAt, completedAt, error, outcomes }: SyncRun): Line {
  if (completedAt === undefined) {
    return {
      at: undefined,
      text: 'Its end is not logged: it is running, or its process died and the next run says so.',
    }
  }
  const took = duration(completedAt - startedAt)
  // What one entity said is not said twice.
  const told = error === undefined || outcomes.some((outcome) => outcome.error?.message === error.message)
  return { at: completedAt, text: `The run ended as ${status} after ${took}.${told ? '' : ` ${error.message}`}` }
}

function middle(run: SyncRun, provider: string, steps: readonly SyncProgress[], clock: RunClock): Line[] {
  const before = new Map<string, RunCounters>()
  const told = new Set<string>()
  const lines: Line[] = []
  for (const step of steps) {
    const { at } = step
    if (step.step === 'page') {
      lines.push(pageLine(step, before.get(step.entity), provider))
      before.set(step.entity, step.counters)
    } else if (step.step === 'restarted') {
      lines.push({ at, text: `${step.entity}: the listing began again: ${step.reason}` })
    } else if (step.step === 'sweeping') {
      lines.push({ at, text: `${step.entity}: the complete listing does not show ${count(step.missing, 'record')}.` })
    } else if (step.step === 'held') {
      lines.push({
        at,
        text: `${step.entity}: ${number(step.deletions)} of ${number(step.live)} records are missing, and were kept.`,
      })
    } else if (step.step === 'entity') {
      told.add(step.entity)
      const outcome = run.outcomes.find(({ entity }) => entity === step.entity)
      lines.push(...entityLines(at, outcome ?? step, provider, clock))
    }
  }
  const restarts = steps.some(({ step }) => step === 'restarted')
  const rest = run.outcomes.filter(({ entity }) => !told.has(entity))
  return [...lines, ...rest.flatMap((outcome) => entityLines(undefined, outcome, provider, clock))].filter(
    ({ at, text }) => !(restarts && at === undefined && text.includes('The listing began again:')),
  )
}

function pageLine(
  { at, entity, counters, total }: SyncProgress & { readonly step: 'page' },
  before: RunCounters | undefined,
  provider: string,
): Line {
  const waitedMs = counters.waitedMs - (before?.waitedMs ?? 0)
  const failed = counters.failed - (before?.failed ?? 0)
  const of = total === undefined ? '' : ` of ${number(total)}`
  const parts = [
    `${entity}: page ${number(counters.pages)}, ${number(counters.processed)}${of} records${changes(counters)}`,
    ...(failed > 0 ? [`${count(failed, 'record')} could not be read`] : []),
    ...(waitedMs >= WORTH_TELLING_MS ? [waited(waitedMs, provider)] : []),
  ]
  return { at, text: `${parts.join('; ')}.`, minor: parts.length === 1 }
}

type Ended = Pick<EntityOutcome, 'entity' | 'status' | 'counters'> & Partial<EntityOutcome>

function entityLines(at: number | undefined, outcome: Ended, provider: string, clock: RunClock): Line[] {
  const { entity, status, counters, notes = [], error } = outcome
  const read =
    counters.processed === 0
      ? 'no records'
      : `${count(counters.processed, 'record')} in ${count(counters.pages, 'page')}${changes(counters)}`
  const parts = [
    `${entity}: ended as ${status}: ${read}`,
    count(counters.requests, 'request'),
    ...(counters.waitedMs >= WORTH_TELLING_MS ? [waited(counters.waitedMs, provider)] : []),
  ]
  return [
    { at, text: `${parts.join('; ')}.` },
    ...notes.map((note) => ({ at: undefined, text: `${entity}: ${note}` })),
    ...(error ? [{ at: undefined, text: `${entity}: ${errorInWords(error, clock)}` }] : []),
  ]
}

function errorInWords({ code, message, retryAt }: RunError, clock: RunClock): string {
  const again =
    retryAt === undefined ? '' : ` It may be tried again from ${clock.date(retryAt)} ${clock.time(retryAt)}.`
  return `${code}: ${message}${again}`
}

// The counters do not tell which of the three it was.
const waited = (ms: number, provider: string): string =>
  `waited ${duration(ms)} for the rate limit, after a failure or because ${provider} asked to`

function changes(counters: RunCounters): string {
  const names = ['created', 'updated', 'unchanged', 'deleted'] as const
  const parts = names.flatMap((name) => (counters[name] > 0 ? `${number(counters[name])} ${name}` : []))
  if (counters.failed > 0) parts.push(`${number(counters.failed)} in quarantine`)
  return parts.length === 0 ? '' : `: ${parts.join(', ')}`
}

/** At most so many lines: first those of one kind go, then the middle. The beginning and the end always stay. */
function shorten(lines: readonly Line[], maxLines: number): Line[] {
  const limit = Math.max(3, maxLines)
  if (lines.length <= limit) return [...lines]
  // One line more is needed to say that some are missing.
  let tooMany = lines.length - limit + 1
  const kept: Line[] = []
  let at = -1
  let leftOut = 0
  for (const line of lines) {
    if (line.minor === true && tooMany > 0) {
      if (at < 0) at = kept.length
      tooMany -= 1
      leftOut += 1
    } else kept.push(line)
  }
  if (tooMany > 0) {
    const head = Math.ceil((limit - 1) / 2)
    const tail = limit - 1 - head
    leftOut = lines.length - limit + 1
    at = head
    kept.splice(head, kept.length - head - tail)
  }
  kept.splice(at, 0, { at: undefined, text: `… ${count(leftOut, 'line')} left out …` })
  return kept
}

interface RunClock {
  time(at: number): string
  date(at: number): string
}

function clockOf(timeZone: string): RunClock {
  const time = new Intl.DateTimeFormat('en-GB', { timeZone, timeStyle: 'medium' })
  // Canada writes dates as ISO does.
  const date = new Intl.DateTimeFormat('en-CA', { timeZone, dateStyle: 'short' })
  return { time: (at) => time.format(at), date: (at) => date.format(at) }
}

const number = (value: number): string => value.toLocaleString('en-US')

const count = (value: number, thing: string): string => `${number(value)} ${thing}${value === 1 ? '' : 's'}`

const list = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`

function duration(ms: number): string {
  if (ms < 10_000) return `${String(Math.round(Math.max(0, ms) / 100) / 10)} s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${String(seconds)} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${String(minutes)} min ${String(seconds % 60)} s`
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim()
  return line.length > MAX_TEXT ? `${line.slice(0, MAX_TEXT - 1)}…` : line
}
