import { randomUUID } from 'node:crypto'
import { IntegrationError } from '@unioneyes/core'
import { writeFixture } from './exchange-fixture.ts'
import type { ExchangeFixture } from './exchange-fixture.ts'
import { scrubExchanges } from './scrub-exchanges.ts'
import type { RawExchange } from './scrub-exchanges.ts'
import type { ScrubRules } from './scrub-rules.ts'

/** What to record, and what to keep out of it. */
export interface RecordingOptions {
  /** Where the fixture goes. Nothing else is written anywhere. */
  readonly file: string
  readonly provider: string
  /** The version of the adapter that asks. */
  readonly adapterVersion: string
  /** Against what, in words that name nobody: `a trial company`, `the sandbox`. */
  readonly against: string
  /** The connection's credentials: every text in them is looked for in every notation. */
  readonly credentials: unknown
  /** What tells whose account it is: the subdomain, the name of the company. */
  readonly identifiers?: readonly string[] | undefined
  readonly rules?: ScrubRules | undefined
  /** The most that may be recorded, in bytes of bodies: a fixture is read by people. @default 1 MiB */
  readonly maxBytes?: number | undefined
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined
  /** What all replacements follow from; whoever knows it can undo them. @default random, and forgotten */
  readonly key?: string | undefined
}

/** What was recorded, with what the recorded code gave back. */
export interface Recorded<T> {
  readonly result: T
  readonly fixture: ExchangeFixture
}

const RECORDING = Symbol.for('@unioneyes/testkit/recording')
const ATTEMPTS = 5

/**
 * Runs something that asks a provider through `fetch`, and writes what was asked and answered into a fixture, scrubbed. Nothing
 * is written when the code throws, or when anything would be left of a secret.
 *
 * @throws IntegrationError CONFIG_INVALID for a leak, for too much, for nothing, and inside another recording.
 */
export async function recordExchange<T>(options: RecordingOptions, run: () => Promise<T>): Promise<Recorded<T>> {
  const { raw, result } = await listen(options, run)
  if (raw.length === 0) throw invalid('Nothing was asked through fetch, so there is nothing to record.')
  const { file, provider, adapterVersion, against, now = Date.now } = options
  const { exchanges, summary } = scrub(raw, options)
  const fixture: ExchangeFixture = {
    format: 'unioneyes-exchange/1',
    provider,
    adapterVersion,
    against,
    recorded: new Date(now()).toISOString().slice(0, 7),
    scrubbed: summary,
    exchanges,
  }
  await writeFixture(file, fixture)
  return { result, fixture }
}

/**
 * Not nock's own recorder: it reads bodies as JSON and so rounds long numbers, and gives an adapter that meets a network error
 * another one.
 */
async function listen<T>(
  { maxBytes = 1024 * 1024 }: RecordingOptions,
  run: () => Promise<T>,
): Promise<{ readonly raw: readonly RawExchange[]; readonly result: T }> {
  const real = globalThis.fetch
  if (RECORDING in real) throw invalid('Another recording is under way: one at a time.')
  const taken: (RawExchange | undefined)[] = []
  let bytes = 0
  const recording: typeof fetch = async (input, init) => {
    const place = taken.push(undefined) - 1
    const request = new Request(input, init)
    const requestBody = request.body === null ? undefined : await request.clone().text()
    const response = await real(request)
    const body = await response.clone().text()
    bytes += body.length
    const { method, url } = request
    if (bytes <= maxBytes)
      taken[place] = { method, url, requestBody, status: response.status, headers: [...response.headers], body }
    return response
  }
  globalThis.fetch = Object.assign(recording, { [RECORDING]: true })
  try {
    const result = await run()
    // Not where it happens: an adapter would take it for a failure of the network, and try again.
    if (bytes > maxBytes) throw invalid(`More than ${maxBytes} bytes were answered: ask for less, or raise maxBytes.`)
    return { result, raw: taken.filter((one) => one !== undefined) }
  } finally {
    globalThis.fetch = real
  }
}

/** Random words can say what must not be said, so there is a second try with others; what was overlooked is there again. */
function scrub(raw: readonly RawExchange[], options: RecordingOptions): ReturnType<typeof scrubExchanges> {
  const { credentials, identifiers = [], rules = {}, key } = options
  for (let attempt = 1; ; attempt += 1) {
    try {
      return scrubExchanges(raw, { secrets: credentials, identifiers, rules, key: key ?? randomUUID() })
    } catch (error) {
      if (key !== undefined || attempt === ATTEMPTS) throw error
    }
  }
}

function invalid(message: string): IntegrationError {
  return new IntegrationError('CONFIG_INVALID', message)
}
