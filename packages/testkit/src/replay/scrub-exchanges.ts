import { IntegrationError, parseJsonText } from '@unioneyes/core'
import { PLACEHOLDER_ORIGIN, readable } from './exchange-fixture.ts'
import type { FixtureExchange, FixtureRequest, FixtureResponse, ScrubSummary } from './exchange-fixture.ts'
import { Replacements } from './replacements.ts'
import { SAFE_HEADERS } from './scrub-rules.ts'
import type { ScrubRules } from './scrub-rules.ts'
import { ANYTHING, ScrubbedValues } from './scrub-values.ts'
import { secretForms } from './secret-forms.ts'

/** One request with its answer, as they were. */
export interface RawExchange {
  readonly method: string
  readonly url: string
  readonly requestBody: string | undefined
  readonly status: number
  readonly headers: readonly (readonly [name: string, value: string])[]
  readonly body: string
}

/** What must not be in the fixture, and what may. */
export interface ScrubOptions {
  readonly secrets: unknown
  readonly identifiers: readonly string[]
  readonly rules: ScrubRules
  /** Where all replacements come from. */
  readonly key: string
}

/** Exchanges that may be shown to anybody. */
export interface ScrubbedExchanges {
  readonly exchanges: readonly FixtureExchange[]
  readonly summary: ScrubSummary
}

/**
 * Replaces what is a secret, a person's, or unknown, and looks at the result once more.
 *
 * @throws IntegrationError CONFIG_INVALID when something of it is still there.
 */
export function scrubExchanges(raw: readonly RawExchange[], options: ScrubOptions): ScrubbedExchanges {
  const { rules, key } = options
  const secrets = secretForms(options.secrets)
  const replacements = new Replacements(key)
  const values = new ScrubbedValues({ rules, secrets, replacements, origins: placeholders(raw) })
  for (const identifier of options.identifiers) values.known.add(identifier, replacements.name(identifier))
  // Once to learn every value that is replaced anywhere, and once to find them in addresses, keys and words of an interface.
  for (const exchange of raw) responseOf(exchange, values, rules)
  values.kept.clear()
  const exchanges = raw.map((exchange) => ({
    request: requestOf(exchange, values),
    response: responseOf(exchange, values, rules),
  }))
  if (secrets.isIn(readable(exchanges))) throw leak('a secret')
  for (const { request, response } of exchanges) {
    const { 'content-type': _type, ...headers } = response.headers
    const shown = [request.path, (request.query ?? []).map(([, value]) => value), request.body, headers]
    if (holds(shown, values)) throw leak('a value that was replaced elsewhere, in a request or a header')
  }
  return { exchanges, summary: { replaced: values.known.size, kept: [...values.kept].sort() } }
}

function requestOf({ method, url, requestBody }: RawExchange, values: ScrubbedValues): FixtureRequest {
  const { origin, pathname, searchParams } = new URL(url)
  const query = [...searchParams].map(([name, value]) => [name, values.parameter(name, value)] as const)
  const body = requestBody === undefined ? undefined : values.parameters('', readBody(requestBody))
  return {
    method,
    origin: values.originOf(origin),
    path: values.path(pathname),
    ...(query.length > 0 && { query }),
    ...(body !== undefined && { body }),
  }
}

function responseOf(
  { status, headers, body }: RawExchange,
  values: ScrubbedValues,
  rules: ScrubRules,
): FixtureResponse {
  const allowed = [...SAFE_HEADERS, ...(rules.headers ?? [])]
  const kept = headers
    .filter(([name]) => allowed.includes(name))
    .flatMap(([name, value]) => {
      const made = values.header(name, value)
      return made === undefined ? [] : [[name, made] as const]
    })
  return { status, headers: Object.fromEntries(kept), ...bodyOf(body, values) }
}

function bodyOf(body: string, values: ScrubbedValues): Pick<FixtureResponse, 'body' | 'text'> {
  if (body === '') return {}
  const parsed = parseBody(body)
  if (parsed !== undefined) return { body: values.json([], parsed.value) }
  // Of any other content only the kind is shown: whether it is markup is what adapters look at.
  return { text: body.trimStart().startsWith('<') ? '<scrubbed/>' : 'scrubbed' }
}

/** JSON, the fields of a form, or anything. */
function readBody(text: string): unknown {
  const parsed = parseBody(text)
  if (parsed) return parsed.value
  return /^[\w.%+~*-]+=\S*$/.test(text) ? Object.fromEntries(new URLSearchParams(text)) : ANYTHING
}

function parseBody(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: parseJsonText(text) }
  } catch (error) {
    if (error instanceof SyntaxError) return undefined
    throw error
  }
}

/** The first host is the provider's; further ones, such as a token server, get numbers. */
function placeholders(raw: readonly RawExchange[]): Map<string, string> {
  const origins = [...new Set(raw.map(({ url }) => new URL(url).origin))]
  return new Map(
    origins.map((origin, at) => [origin, at === 0 ? PLACEHOLDER_ORIGIN : `https://host-${String(at + 1)}.example`]),
  )
}

function holds(value: unknown, values: ScrubbedValues): boolean {
  if (typeof value === 'string') return values.known.isIn(value)
  if (typeof value !== 'object' || value === null) return false
  return Object.values(value).some((item) => holds(item, values))
}

function leak(what: string): IntegrationError {
  return new IntegrationError(
    'CONFIG_INVALID',
    `The recording would still hold ${what}, so it was not written. Name the field in the scrub rules.`,
  )
}
