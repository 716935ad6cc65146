import { IntegrationError, toJsonText } from '@unioneyes/core'

/** One request, as a sandbox's handlers see it. */
export interface SandboxRequest {
  readonly method: string
  /** The path without the query, percent-decoded. */
  readonly path: string
  readonly query: URLSearchParams
  /** Header values by lower-case name; repeated headers joined with a comma. */
  readonly headers: Readonly<Record<string, string>>
  /** What the `{names}` in the route's path stand for. */
  readonly params: Readonly<Record<string, string>>
  readonly body: Uint8Array
  /** Where the sandbox listens, for the links a vendor puts into its answers: `http://127.0.0.1:49152`. */
  readonly origin: string
}

/** What a handler answers; see {@link jsonResponse}. */
export interface SandboxResponse {
  /** @default 200 */
  readonly status?: number | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** Text, or bytes in pieces: large answers are kept as buffers and sent without copying. */
  readonly body?: string | readonly Uint8Array[] | undefined
}

/** One imitated endpoint. */
export interface SandboxRoute<State> {
  readonly method: string
  /** The vendor's path, with `{name}` for what varies: `/api/v1/employees/{id}`. */
  readonly path: string
  /** Where the vendor says that it behaves so: an operation of its specification, a page, a recorded answer. */
  readonly cites: string | readonly string[]
  handle(request: SandboxRequest, state: State): SandboxResponse | Promise<SandboxResponse>
}

/** How the vendor words its refusals. */
export interface SandboxDialect {
  /** @param retryAfter the header's value, or undefined when the vendor is imitated without one */
  throttled(retryAfter: string | undefined, request: SandboxRequest): SandboxResponse
  failed(status: number, request: SandboxRequest): SandboxResponse
  notFound(request: SandboxRequest): SandboxResponse
}

/** How many requests are let through in any window of the given length. */
export interface SandboxRateLimit {
  readonly requests: number
  readonly perMs: number
}

/** What can be done to a running sandbox by name, from this process or another: values in, values out. */
export type SandboxActions = Readonly<Record<string, (...given: never[]) => unknown>>

/** The imitation of one provider: vendor facts as data, and a state to play with. */
export interface SandboxDefinition<State = unknown, Actions extends SandboxActions = SandboxActions> {
  readonly provider: string
  readonly routes: readonly SandboxRoute<State>[]
  /** Makes the state of one running sandbox; called once per start. */
  readonly createState: () => State
  readonly actions: (state: State) => Actions
  /** Refuses a request by answering it; undefined lets it through. Runs after the rate limit, before the route. */
  readonly authenticate?: ((request: SandboxRequest, state: State) => SandboxResponse | undefined) | undefined
  readonly rateLimit?: SandboxRateLimit | undefined
  readonly dialect?: Partial<SandboxDialect> | undefined
  /** Headers of every answer, such as the vendor's own `Date`. A handler's headers win. */
  readonly headers?: ((state: State) => Readonly<Record<string, string>>) | undefined
}

/** One route and where the vendor says so. */
export interface Citation {
  /** `GET /api/v1/employees` */
  readonly route: string
  readonly cites: readonly string[]
}

/**
 * Declares a sandbox.
 *
 * @throws IntegrationError CONFIG_INVALID when a route cites nothing or is declared twice.
 */
export function defineSandbox<State, Actions extends SandboxActions>(
  definition: SandboxDefinition<State, Actions>,
): SandboxDefinition<State, Actions> {
  const seen = new Set<string>()
  for (const { route, cites } of citations(definition)) {
    if (cites.length === 0 || cites.some((cite) => cite.trim() === '')) {
      throw invalid(definition, `${route} cites nothing. Say which vendor text it imitates.`)
    }
    if (seen.has(route)) throw invalid(definition, `${route} is declared twice.`)
    seen.add(route)
  }
  return definition
}

/** What each route of a sandbox is founded on, one entry per route. */
export function citations<State>(definition: Pick<SandboxDefinition<State>, 'routes'>): Citation[] {
  return definition.routes.map(({ method, path, cites }) => ({
    route: `${method} ${path}`,
    cites: typeof cites === 'string' ? [cites] : cites,
  }))
}

/** An answer in JSON; a `bigint` is written as the same digits. */
export function jsonResponse(
  value: unknown,
  status = 200,
  headers: Readonly<Record<string, string>> = {},
): SandboxResponse {
  return { status, headers: { 'content-type': 'application/json', ...headers }, body: toJsonText(value) }
}

function invalid(definition: { readonly provider: string }, message: string): IntegrationError {
  return new IntegrationError('CONFIG_INVALID', `The sandbox of ${definition.provider} is not valid: ${message}`, {
    provider: definition.provider,
  })
}
