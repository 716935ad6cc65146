import { apiKeyHeader, defineAdapter, defineApi, grantFields, pages } from '@unioneyes/adapter-kit'
import { IntegrationType, createIntegrations, createVault, generateVaultKey } from '@unioneyes/core'
import type { Logger, Store } from '@unioneyes/core'
import { createSyncEngine } from '@unioneyes/sync-engine'
import type { SyncEngineOptions } from '@unioneyes/sync-engine'
import { defineSandbox, jsonResponse, startSandbox } from '@unioneyes/testkit'
import type { RunningSandbox } from '@unioneyes/testkit'
import { z } from 'zod'
import { jumpingClock } from './jumping-clock.ts'
import type { JumpingClock } from './jumping-clock.ts'

/** Texts that must never be seen in telemetry: in the key, in queries and page tokens, in bodies of answers, in records. */
export const CANARIES = {
  secret: 'canary-secret-4f81',
  query: 'canary-query-93aa',
  body: 'canary-body-51cc',
  record: 'canary-record-07de',
} as const

/** A company of people and teams at a provider that pages, filters by time, redirects, and talks too much when it refuses. */
export interface WatchedState {
  readonly people: Map<string, { id: string; name: unknown; changed: number }>
  readonly teams: Map<string, { id: string; name: unknown; changed: number }>
  time: number
}

const record = z.object({ id: z.string(), name: z.string() })
const row = z.object({ id: z.string(), name: z.string(), changed: z.number() })

function watchedAdapter(pageSize: number) {
  const api = defineApi({
    credentials: z.object({ apiKey: z.string().optional(), ...grantFields }),
    settings: z.object({}),
    baseUrl: 'https://watched.example/',
    auth: {
      ...{ kind: 'oauth2', tokenUrl: 'token' },
      otherwise: ({ apiKey }) => (apiKey === undefined ? undefined : apiKeyHeader('x-key', apiKey)),
    },
    rateLimit: { requests: 40, per: 'minute' },
    check: (http) => http.get('people'),
    readError: ({ jsonOrNothing }) => {
      const said = z.object({ message: z.string() }).safeParse(jsonOrNothing())
      return said.success ? { message: said.data.message } : undefined
    },
  })
  const list = (path: string) =>
    api.entity(record).list({
      path,
      query: { limit: pageSize, filter: CANARIES.query },
      items: (body) => body.items,
      wire: row,
      paginate: pages.cursor({ param: 'after', next: (body) => body.next }),
      incremental: { param: 'since', cursor: (item) => new Date(item.changed).toISOString() },
      map: ({ id, name }) => ({ id, name }),
    })
  return defineAdapter({
    ...{ provider: 'watched', name: 'Watched', type: IntegrationType.HRIS, version: '1.0.0', api },
    entities: { people: list('people'), teams: list('moved/teams') },
  })
}

const sandbox = defineSandbox({
  provider: 'watched',
  createState: (): WatchedState => ({ people: new Map(), teams: new Map(), time: Date.UTC(2026, 0, 1) }),
  actions: (state) => ({
    put(entity: 'people' | 'teams', id: string, name: unknown = `${CANARIES.record} ${id}`) {
      state[entity].set(id, { id, name, changed: (state.time += 60_000) })
    },
    remove(entity: 'people' | 'teams', id: string) {
      state[entity].delete(id)
    },
  }),
  headers: (state) => ({ date: new Date(state.time).toUTCString() }),
  dialect: {
    failed: (status) => jsonResponse({ message: `It broke over ${CANARIES.body}` }, status),
    throttled: (retryAfter) =>
      jsonResponse({ message: CANARIES.body }, 429, retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
  },
  routes: [
    ...(['people', 'teams'] as const).map((entity) => ({
      ...{ method: 'GET', path: `/${entity}`, cites: 'made for the test of law 15' },
      handle: ({ query }: { query: URLSearchParams }, state: WatchedState) => {
        const since = Date.parse(query.get('since') ?? '1970-01-01T00:00:00Z')
        const limit = Number(query.get('limit') ?? 100)
        const start = Number((query.get('after') ?? '-0').split('-').at(-1))
        const rows = [...state[entity].values()].filter(({ changed }) => changed >= since)
        const next = start + limit < rows.length ? `${CANARIES.query}-${String(start + limit)}` : null
        return jsonResponse({ items: rows.slice(start, start + limit), next })
      },
    })),
    {
      ...{ method: 'POST', path: '/token', cites: 'made for the test of law 15' },
      handle: () =>
        jsonResponse({ access_token: `${CANARIES.secret}-renewed`, token_type: 'Bearer', expires_in: 3600 }),
    },
    {
      ...{ method: 'GET', path: '/moved/teams', cites: 'made for the test of law 15' },
      handle: ({ query }: { query: URLSearchParams }) => ({
        status: 302,
        headers: { location: `/teams?${query.toString()}` },
      }),
    },
  ],
})

// One key, so that what one instance saved opens in the next, as in a real app.
const KEY = generateVaultKey()

/** A watched provider with an app on it. */
export interface Watched extends AsyncDisposable {
  readonly clock: JumpingClock
  readonly server: RunningSandbox<WatchedState, ReturnType<(typeof sandbox)['actions']>>
  /** An engine with integrations of its own, as a new process would have. */
  engine(store: Store, options?: WatchedOptions): Promise<WatchedEngine>
}

/** Its engine. */
export type WatchedEngine = Awaited<ReturnType<typeof engineOn>>

export interface WatchedOptions extends Partial<
  Pick<SyncEngineOptions, 'onPage' | 'recordsPerCommit' | 'onProgress' | 'concurrency'>
> {
  readonly organizations?: readonly string[]
  readonly logger?: Logger
  readonly pageSize?: number
  /** Connections with a grant whose access token has ended, in place of a key. */
  readonly oauth?: boolean
}

/** Starts one. */
export async function startWatched(): Promise<Watched> {
  const clock = jumpingClock()
  const server = await startSandbox(sandbox, { now: () => clock.now() })
  return {
    clock,
    server,
    engine: (store, options) => engineOn(`${server.url}/`, clock, store, options),
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  }
}

async function engineOn(url: string, clock: JumpingClock, store: Store, options: WatchedOptions = {}) {
  const { organizations = ['org_1'], logger, pageSize = 2, oauth = false, ...engine } = options
  const integrations = createIntegrations({
    ...{ adapters: [watchedAdapter(pageSize)], store, vault: createVault({ keys: { k1: KEY } }), clock, logger },
    ...{ baseUrls: { watched: url }, maxWaitMs: 120_000 },
    oauthClients: { watched: { clientId: 'app', clientSecret: `${CANARIES.secret}-app` } },
  })
  for (const organizationId of organizations)
    await integrations.connections.save(organizationId, 'watched', {
      credentials: oauth
        ? { accessToken: `${CANARIES.secret}-old`, refreshToken: `${CANARIES.secret}-refresh`, expiresAt: 1 }
        : { apiKey: `${CANARIES.secret}-${organizationId}` },
      settings: {},
    })
  return createSyncEngine({ integrations, store, clock: clock.still, brake: { minimum: 3 }, ...engine })
}
