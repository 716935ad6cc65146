import { readFile, writeFile } from 'node:fs/promises'
import { IntegrationError, parseJsonText, toJsonText } from '@unioneyes/core'

/** Real requests and answers of a provider, without anything that is a person's or a secret. */
export interface ExchangeFixture {
  readonly format: 'unioneyes-exchange/1'
  readonly provider: string
  /** The version of the adapter that asked. */
  readonly adapterVersion: string
  /** Against what it was recorded, in words. */
  readonly against: string
  /** When, to the month: the day would tell how far the days in it were moved. */
  readonly recorded: string
  /** What was done to it. */
  readonly scrubbed: ScrubSummary
  readonly exchanges: readonly FixtureExchange[]
}

/** What scrubbing did, for whoever looks a fixture over before publishing it. */
export interface ScrubSummary {
  /** How many values were replaced. */
  readonly replaced: number
  /** Names of the fields whose values stand as they came. */
  readonly kept: readonly string[]
}

/** One request with its answer. */
export interface FixtureExchange {
  readonly request: FixtureRequest
  readonly response: FixtureResponse
}

/** A request to match. A value `*` stands for whatever is asked there. */
export interface FixtureRequest {
  readonly method: string
  /** The host that stands for the real one. */
  readonly origin: string
  readonly path: string
  readonly query?: readonly (readonly [name: string, value: string])[] | undefined
  /** JSON, or the fields of a form. */
  readonly body?: unknown
}

/** An answer to give. */
export interface FixtureResponse {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** JSON; text is in `text`. */
  readonly body?: unknown
  readonly text?: string | undefined
}

/** The host that stands for the provider's own in every fixture. */
export const PLACEHOLDER_ORIGIN = 'https://provider.example'

/** Writes a fixture as JSON that is pleasant to read and to compare. */
export async function writeFixture(file: string, fixture: ExchangeFixture): Promise<void> {
  await writeFile(file, `${readable(fixture)}\n`)
}

/** Reads a fixture. @throws IntegrationError CONFIG_INVALID when the file is none. */
export async function readFixture(file: string): Promise<ExchangeFixture> {
  const fixture = parseFixture(await readFile(file, 'utf8'))
  if (fixture) return fixture
  throw new IntegrationError('CONFIG_INVALID', `${file} is not a recorded exchange. Record it with recordExchange().`)
}

function parseFixture(text: string): ExchangeFixture | undefined {
  try {
    const value = parseJsonText(text)
    return isFixture(value) ? value : undefined
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

function isFixture(value: unknown): value is ExchangeFixture {
  if (typeof value !== 'object' || value === null || !('format' in value) || !('exchanges' in value)) return false
  return value.format === 'unioneyes-exchange/1' && Array.isArray(value.exchanges)
}

const WIDTH = 110

/** JSON in which whatever fits stands on one line. */
export function readable(value: unknown, indent = ''): string {
  const compact = toJsonText(value)
  if (typeof value !== 'object' || value === null || compact.length + indent.length <= WIDTH) return compact
  const inner = `${indent}  `
  const lines = Array.isArray(value)
    ? value.map((item) => readable(item, inner))
    : Object.entries(value)
        .filter(([, item]) => item !== undefined)
        .map(([key, item]) => `${JSON.stringify(key)}: ${readable(item, inner)}`)
  const [open, close] = Array.isArray(value) ? ['[', ']'] : ['{', '}']
  return `${open}\n${lines.map((line) => inner + line).join(',\n')}\n${indent}${close}`
}
