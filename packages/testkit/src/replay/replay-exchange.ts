import { IntegrationError, toJsonText } from '@unioneyes/core'
import { PLACEHOLDER_ORIGIN, readFixture } from './exchange-fixture.ts'
import type { ExchangeFixture, FixtureExchange } from './exchange-fixture.ts'
import { loadNock } from './load-nock.ts'
import type { Nock } from './load-nock.ts'
import { bodyMatches, pathMatches, queryMatches } from './match-request.ts'

/** What the replayed code needs to know. */
export interface ReplayContext {
  /** The host that stands for the provider's: the adapter's base URL, without the path that it may have. */
  readonly origin: string
  readonly fixture: ExchangeFixture
}

/** How strict a replay is. */
export interface ReplayOptions {
  /** Whether recorded exchanges may be left over. @default false */
  readonly allowUnused?: boolean | undefined
}

/**
 * Runs something with the answers of a fixture instead of a network. Each exchange answers once, in the order in which they
 * were recorded; nothing leaves the process.
 *
 * @throws IntegrationError CONFIG_INVALID for a request that was not recorded, for one that was and was not made, without
 * nock, and inside another replay.
 */
export async function replayExchange<T>(
  file: string,
  run: (context: ReplayContext) => Promise<T>,
  options: ReplayOptions = {},
): Promise<T> {
  const fixture = await readFixture(file)
  const nock = await loadNock()
  if (nock.pendingMocks().length > 0)
    throw invalid(fixture, 'was not replayed: nock is in use already. One replay at a time.')
  const missing: string[] = []
  const note = (request: Request): void => {
    const { pathname, searchParams } = new URL(request.url)
    // The names are enough to find it; a value may be anybody's.
    missing.push(`${request.method} ${pathname}?${[...searchParams.keys()].join('&')}`)
  }
  if (!nock.isActive()) nock.activate()
  nock.disableNetConnect()
  nock.emitter.on('no match', note)
  try {
    for (const exchange of fixture.exchanges) answer(nock, exchange)
    const [outcome] = await Promise.allSettled([run({ origin: PLACEHOLDER_ORIGIN, fixture })])
    if (missing.length > 0) {
      const cause: unknown = outcome.status === 'rejected' ? outcome.reason : undefined
      throw invalid(fixture, `has no answer, or no further one, to ${[...new Set(missing)].join(', ')}.`, cause)
    }
    if (outcome.status === 'rejected') throw outcome.reason
    const unused = nock.pendingMocks().length
    if (unused > 0 && options.allowUnused !== true) {
      throw invalid(fixture, `holds ${unused} exchanges that were not asked for. Pass allowUnused if that is meant.`)
    }
    return outcome.value
  } finally {
    nock.emitter.off('no match', note)
    nock.cleanAll()
    nock.enableNetConnect()
    nock.restore()
  }
}

function answer(nock: Nock, { request, response }: FixtureExchange): void {
  const { body, text = body === undefined ? '' : toJsonText(body) } = response
  nock(request.origin)
    .intercept(
      (path) => pathMatches(request, path),
      request.method,
      (given: unknown) => bodyMatches(request.body, given),
    )
    .query((given) => queryMatches(request, toParameters(given)))
    .reply(response.status, text, { ...response.headers })
}

/** The parameters of a query as nock gives them: a list where a name came more than once. */
function toParameters(given: Readonly<Record<string, unknown>>): URLSearchParams {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries(given)) {
    for (const one of Array.isArray(value) ? value : [value]) parameters.append(name, String(one))
  }
  return parameters
}

function invalid({ provider }: ExchangeFixture, what: string, cause?: unknown): IntegrationError {
  return new IntegrationError('CONFIG_INVALID', `The recorded exchange with ${provider} ${what}`, { provider, cause })
}
