import { basicAuth, defineAdapter, defineApi, dnsLabel, pages } from '@unioneyes/adapter-kit'
import { IntegrationType, createIntegrations, createVault, generateVaultKey } from '@unioneyes/core'
import type { Clock, RateLimit, Store } from '@unioneyes/core'
import { defineSandbox, jsonResponse } from '@unioneyes/testkit'
import type { SandboxRateLimit } from '@unioneyes/testkit'
import { z } from 'zod'

/** The secret of every connection in these tests: must never be seen where it does not belong. */
export const SECRET = 'super-secret-key-1234567890'

const item = z.object({ id: z.string(), name: z.string() })

/** An adapter like any other, on the kit: items in pages by cursor, signed with a key. */
export function plainAdapter(rateLimit: RateLimit = { requests: 1000, per: 'second' }) {
  const api = defineApi({
    credentials: z.object({ apiKey: z.string() }),
    settings: z.object({ subdomain: dnsLabel() }),
    baseUrl: (settings) => `https://${settings.subdomain}.plain.example/`,
    auth: (credentials) => basicAuth(credentials.apiKey, 'x'),
    rateLimit,
    check: (http) => http.get('items'),
  })
  const items = api.entity(item).list({
    path: 'items',
    items: (body) => body.items,
    wire: item,
    paginate: pages.cursor({ param: 'after', next: (body) => body.next }),
    map: (row) => ({ id: row.id, name: row.name }),
  })
  const linked = api.entity(item).list({
    path: 'linked',
    items: (body) => body.items,
    wire: item,
    paginate: pages.next((body) => body.next),
    map: (row) => ({ id: row.id, name: row.name }),
  })
  return defineAdapter({
    provider: 'plain',
    name: 'Plain',
    type: IntegrationType.HRIS,
    version: '1.0.0',
    api,
    entities: { items, linked },
  })
}

/** The sandbox of {@link plainAdapter}: as many pages of two items as asked for. */
export function plainSandbox(options: { pages: number; rateLimit?: SandboxRateLimit; nextLink?: () => string }) {
  return defineSandbox({
    provider: 'plain',
    createState: () => ({}),
    actions: () => ({}),
    rateLimit: options.rateLimit,
    authenticate: ({ headers }) => (headers.authorization === undefined ? { status: 401 } : undefined),
    routes: [
      {
        method: 'GET',
        path: '/items',
        cites: 'made for the tests of the laws',
        handle: ({ query }) => {
          const page = Number(query.get('after') ?? 0)
          const items = [0, 1].map((n) => ({ id: `i${String(page * 2 + n)}`, name: `Item ${String(page * 2 + n)}` }))
          return jsonResponse({ items, next: page + 1 < options.pages ? String(page + 1) : null })
        },
      },
      {
        method: 'GET',
        path: '/linked',
        cites: 'made for the tests of the laws',
        handle: () => jsonResponse({ items: [{ id: 'l1', name: 'Linked' }], next: options.nextLink?.() ?? null }),
      },
    ],
  })
}

/** Integrations over the plain adapter, with a saved connection of `org_1`. */
export async function plainIntegrations(options: {
  store: Store
  baseUrl?: string
  clock?: Clock
  rateLimit?: RateLimit
  maxWaitMs?: number
}) {
  const integrations = createIntegrations({
    adapters: [plainAdapter(options.rateLimit)],
    store: options.store,
    vault: createVault({ keys: { k1: VAULT_KEY } }),
    clock: options.clock,
    maxWaitMs: options.maxWaitMs,
    baseUrls: options.baseUrl === undefined ? {} : { plain: options.baseUrl },
  })
  await integrations.connections.save('org_1', 'plain', {
    credentials: { apiKey: SECRET },
    settings: { subdomain: 'acme' },
  })
  return integrations
}

const VAULT_KEY = generateVaultKey()
