const connection = ['integration.organization.id', 'integration.provider', 'integration.connection.name'] as const
const target = ['http.request.method', 'server.address', 'server.port'] as const

/**
 * Every span and metric of the kit, with its attributes: the code takes the names from here, `docs/observability.md` is
 * generated from it, and a test compares both with what is emitted. Names without `integration.` are OpenTelemetry's own.
 */
export const httpTelemetry = {
  scope: '@unioneyes/adapter-kit',
  spans: {
    request: {
      name: 'integration.request',
      kind: 'internal',
      attributes: [
        ...connection,
        'integration.entity',
        'http.request.method',
        'server.address',
        'url.path',
        'integration.request.attempts',
        'error.type',
      ],
      says: 'What an adapter asked for: all attempts of one request, and the waits before and between them. A child of the entity that is read.',
    },
    attempt: {
      name: '{http.request.method}',
      kind: 'client',
      attributes: [
        ...connection,
        ...target,
        'url.path',
        'http.request.resend_count',
        'http.response.status_code',
        'error.type',
      ],
      says: 'One exchange with the provider, named `GET` or `POST`. Retries and redirects are further ones.',
    },
    refresh: {
      name: 'integration.token.refresh',
      kind: 'client',
      attributes: [...connection, 'integration.token.outcome', 'error.type'],
      says: 'A request to the token server. A child of the request that needed the token first.',
    },
  },
  events: {
    wait: {
      name: 'integration.wait',
      attributes: ['integration.wait.reason', 'integration.wait.seconds'],
      says: 'On `integration.request`: nothing was sent for so long.',
    },
  },
  metrics: {
    duration: {
      name: 'http.client.request.duration',
      instrument: 'histogram',
      unit: 's',
      attributes: [...connection, ...target, 'http.response.status_code', 'error.type'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
      says: 'How long one exchange took, from sending it to the end of its body.',
    },
    requests: {
      name: 'integration.http.requests',
      instrument: 'counter',
      unit: '{request}',
      attributes: [...connection, 'integration.http.status_class'],
      says: 'Requests sent, retries and redirects included.',
    },
    waits: {
      name: 'integration.wait.duration',
      instrument: 'histogram',
      unit: 's',
      attributes: [...connection, 'integration.wait.reason'],
      buckets: [0.1, 0.5, 1, 5, 15, 30, 60, 300, 900, 3600],
      says: 'Waits before a request was sent. Its sum is the time lost to limits and failures.',
    },
    refreshes: {
      name: 'integration.token.refreshes',
      instrument: 'counter',
      unit: '{request}',
      attributes: [...connection, 'integration.token.outcome', 'error.type'],
      says: 'Requests to the token server.',
    },
    breaker: {
      name: 'integration.breaker.state',
      instrument: 'gauge',
      unit: '1',
      attributes: [...connection],
      says: 'Whether the provider is asked: 0 yes (closed), 1 one request tries (half-open), 2 no (open).',
    },
  },
  attributes: {
    'integration.organization.id': 'The organization.',
    'integration.provider': "The provider's id: `bamboohr`.",
    'integration.connection.name': 'The connection: `default` unless the organization has several to one provider.',
    'integration.entity': 'The entity: `employees`.',
    'integration.request.attempts': 'How many exchanges it took; 0 when nothing was sent.',
    'integration.http.status_class': '`2xx`, `3xx`, `4xx`, `5xx`, or `none` when no whole answer came.',
    'integration.token.outcome': '`renewed`, `ended`: the organization has to connect again, or `failed`.',
    'integration.wait.reason':
      '`rate_limit`: the declared limit. `backoff`: after a failure. `retry_after`: the provider asked for it.',
    'integration.wait.seconds': 'How long.',
    'http.request.method': 'The method.',
    'http.request.resend_count': 'Which repetition this is; absent on the first exchange.',
    'http.response.status_code': 'The status, where an answer came.',
    'server.address': 'The host.',
    'server.port': 'Its port.',
    'url.path': 'The path, redacted as in errors. Never the query: `url.full` is left out on purpose.',
    'error.type': 'What failed: the status of an exchange, else the code of the error. Absent when nothing did.',
  },
} as const

/** Attributes that the kit may emit; any other name does not compile. */
export type HttpAttributes = { readonly [Name in keyof (typeof httpTelemetry)['attributes']]?: string | number }
