import { IntegrationType } from '@unioneyes/core'
import { defineAdapter, defineApi, basicAuth, dnsLabel, pages, wireId } from '@unioneyes/adapter-kit'
import { hris } from '@unioneyes/models'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connected, idsOf, readAll } from './live.ts'
import { startServer } from './test-server.ts'

const api = defineApi({
  credentials: z.object({ apiKey: z.string() }),
  settings: z.object({ subdomain: dnsLabel(), fields: z.record(z.string(), z.string()).default({}) }),
  env: { subdomain: 'X_SUBDOMAIN', apiKey: 'X_KEY' },
  baseUrl: (settings) => `https://${settings.subdomain}.example.com/api/v1/`,
  auth: (credentials) => basicAuth(credentials.apiKey, 'x'),
  rateLimit: { requests: 600, per: 'minute' },
  check: (http) => http.get('meta/fields'),
})

const employees = api.entity(hris.employee).list({
  path: 'employees',
  query: { fields: 'a,b' },
  items: (body) => body.data,
  total: (body) => body.meta?.total,
  paginate: pages.cursor({
    next: (body) => body.meta?.page?.nextCursor,
    param: 'page[after]',
    limit: { param: 'page[limit]', value: 2 },
  }),
  id: 'employeeId',
  wire: z.object({
    employeeId: wireId(),
    firstName: z.string(),
    lastName: z.string(),
    jobTitle: z.string().nullish(),
    status: z.string(),
  }),
  map: (row, { settings }) => ({
    firstName: row.firstName,
    lastName: row.lastName,
    displayName: `${row.firstName} ${row.lastName}`,
    jobTitle: row.jobTitle,
    status: row.status === 'Active' ? 'active' : 'inactive',
    customFields: settings.fields,
  }),
})

const adapter = defineAdapter({
  provider: 'example',
  name: 'Example',
  type: IntegrationType.HRIS,
  version: '1.0.0',
  api,
  entities: { employees },
})

test('a cursor listing yields typed rows page by page and is complete at the end', async () => {
  const people = [1, 2, 3].map((n) => ({
    employeeId: String(n),
    firstName: `F${String(n)}`,
    lastName: 'L',
    jobTitle: null,
    status: 'Active',
  }))
  const server = await startServer(({ url }) => {
    const from = Number(url.searchParams.get('page[after]') ?? 0)
    const next = from + 2 < people.length ? String(from + 2) : null
    return { json: { data: people.slice(from, from + 2), meta: { total: 3, page: { nextCursor: next } } } }
  })
  onTestFinished(() => server.close())
  const integration = await connected(adapter, { baseUrl: `${server.url}api/v1`, settings: { subdomain: 'acme' } })
  const read = await readAll(integration, 'employees')
  expect(idsOf(read)).toEqual(['1', '2', '3'])
  expect(read.map((page) => page.complete)).toEqual([undefined, true])
  expect(read[0]?.total).toBe(3)
  const first = read[0]?.rows
  expect(first?.read(first.items[0]?.raw)).toEqual({
    kind: 'record',
    version: undefined,
    record: { id: '1', firstName: 'F1', lastName: 'L', displayName: 'F1 L', status: 'active', customFields: {} },
  })
  expect(server.seen.map((request) => request.target)).toEqual([
    '/api/v1/employees?fields=a%2Cb&page%5Blimit%5D=2',
    '/api/v1/employees?fields=a%2Cb&page%5Blimit%5D=2&page%5Bafter%5D=2',
  ])
  expect(read[0]?.usage).toMatchObject({ requests: 1 })
})
