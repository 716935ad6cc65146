import { BaseIntegration, IntegrationType } from '@unioneyes/core'
import type {
  AnyAdapter,
  CredentialsOf,
  EntitiesOf,
  EntityName,
  HealthCheckResult,
  IntegrationConfig,
  Page,
  SettingsOf,
} from '@unioneyes/core'
import { bearer, defineAdapter, defineApi, dnsLabel, pages, readEnvironment, wireId } from '@unioneyes/adapter-kit'
import { hris } from '@unioneyes/models'
import type { Department, Employee } from '@unioneyes/models'
import { z } from 'zod'

// Checked by the compiler only: what must compile does, and each @ts-expect-error is an error.

type Same<A, B> = 0 extends 1 & A ? false : [A] extends [B] ? ([B] extends [A] ? true : false) : false
type Assert<T extends true> = T

const api = defineApi({
  credentials: z.object({ token: z.string() }),
  settings: z.object({ subdomain: dnsLabel(), region: z.enum(['eu', 'us']).default('us') }),
  env: { token: 'X_TOKEN', subdomain: 'X_SUBDOMAIN' },
  baseUrl: (settings) => `https://${settings.subdomain}.${settings.region}.example.com`,
  auth: (credentials) => bearer(credentials.token),
  rateLimit: { requests: 10, per: 'second' },
  check: (http) => http.get('me'),
})

const employees = api.entity(hris.employee).list({
  path: ({ settings }) => `${settings.region}/people`,
  items: (body) => body.people?.list,
  paginate: pages.offset({ limit: 100 }),
  wire: z.object({ id: wireId(), name: z.string(), mail: z.string().nullish(), changed: z.string() }),
  incremental: { param: 'since', cursor: (row) => row.changed, lookback: '1h' },
  isDeleted: (row) => row.name === '',
  version: (row) => row.changed,
  // Null where the model has an optional property means absent.
  map: (row) => ({ firstName: row.name, lastName: '', displayName: row.name, workEmail: row.mail, status: 'active' }),
})

const departments = api.entity(hris.department).read(async function* ({ http, settings, token }) {
  const rows = await http.get('departments', {
    query: { region: settings.region, page: typeof token === 'number' ? token : 1 },
    schema: z.array(z.object({ id: z.string(), name: z.string() })),
  })
  yield { records: rows.map((row) => ({ id: row.id, name: row.name, active: true })), complete: true }
})

export const adapter = defineAdapter({
  provider: 'example',
  name: 'Example',
  type: IntegrationType.HRIS,
  version: '1.0.0',
  api,
  entities: { employees, departments },
})

// What an app sees of it.
export type Installed = Assert<Same<typeof adapter extends AnyAdapter ? true : false, true>>
export type Check1 = Assert<Same<(typeof adapter)['provider'], 'example'>>
export type Check2 = Assert<Same<EntityName<typeof adapter>, 'employees' | 'departments'>>
export type Check3 = Assert<Same<EntitiesOf<typeof adapter>['employees'], Employee>>
export type Check4 = Assert<Same<EntitiesOf<typeof adapter>['departments'], Department>>
export type Check5 = Assert<Same<CredentialsOf<typeof adapter>, { token: string }>>
export type Check6 = Assert<Same<SettingsOf<typeof adapter>, { subdomain: string; region?: 'eu' | 'us' | undefined }>>
const { credentials, settings } = readEnvironment(adapter)
export type Check7 = Assert<Same<typeof credentials, { token: string }>>
settings.subdomain.toUpperCase()

// What must not compile.
defineApi({
  credentials: z.object({ token: z.string() }),
  // @ts-expect-error no credential or setting has that name
  env: { tokn: 'X_TOKEN' },
  baseUrl: 'https://api.example.com',
  auth: (c) => bearer(c.token),
  rateLimit: { requests: 1, per: 'second' },
  check: (http) => http.get('me'),
})

defineApi({
  credentials: z.object({ token: z.string() }),
  baseUrl: 'https://api.example.com',
  // @ts-expect-error the credentials have no apiKey
  auth: (c) => bearer(c.apiKey),
  rateLimit: { requests: 1, per: 'second' },
  check: (http) => http.get('me'),
})

defineApi({
  credentials: z.object({ token: z.string() }),
  settings: z.object({ small: z.boolean() }),
  baseUrl: 'https://api.example.com',
  auth: (c) => bearer(c.token),
  rateLimit: [
    { requests: 10, per: 'second' },
    { requests: 1, per: 'minute', each: ['list'], when: ({ small }) => small },
    // @ts-expect-error the settings have no size
    { requests: 1, per: 'minute', when: ({ size }) => size > 1 },
  ],
  concurrency: 10,
  check: (http) => http.get('me'),
})

const wire = z.object({ id: z.string(), name: z.string() })
const common = { path: 'people', paginate: pages.single(), wire }

api.entity(hris.department).list({
  ...common,
  // @ts-expect-error a required property is missing
  map: (row) => ({ name: row.name }),
})

api.entity(hris.department).list({
  ...common,
  // @ts-expect-error a department has no such property
  map: (row) => ({ name: row.name, active: true, parentID: '1' }),
})

api.entity(hris.department).list({
  ...common,
  // @ts-expect-error the wire schema does not name it
  map: (row) => ({ name: row.title, active: true }),
})

api.entity(hris.department).list({
  ...common,
  // @ts-expect-error null is for optional properties only
  map: () => ({ name: null, active: true }),
})

api.entity(hris.department).list({
  ...common,
  map: (row) => ({ name: row.name, active: true }),
  // @ts-expect-error a fallback lists the same records
  fallback: employees,
})

// @ts-expect-error a record has an id
api.entity(z.object({ name: z.string() }))

const elsewhere = defineApi({
  credentials: z.object({ key: z.string() }),
  settings: z.object({ tenant: dnsLabel() }),
  baseUrl: 'https://api.example.com',
  auth: (c) => bearer(c.key),
  rateLimit: { requests: 1, per: 'second' },
  check: (http) => http.get('me'),
})

const card = { provider: 'elsewhere', name: 'Elsewhere', type: IntegrationType.HRIS, version: '1.0.0' } as const
// @ts-expect-error the entity reads settings that this API does not have
defineAdapter({ ...card, api: elsewhere, entities: { employees } })

// A class in the same slot.
interface Person {
  readonly id: string
  readonly name: string
}

class WrittenIntegration extends BaseIntegration<IntegrationConfig, { people: Person }> {
  constructor() {
    super(IntegrationType.HRIS, 'written', { supportedEntities: ['people'] })
  }
  override async connect(): Promise<void> {
    this.connected = true
    return Promise.resolve()
  }
  override async disconnect(): Promise<void> {
    this.connected = false
    return Promise.resolve()
  }
  override async healthCheck(): Promise<HealthCheckResult> {
    return Promise.resolve({ status: 'healthy' })
  }
  override async *read(): AsyncGenerator<Page<Person>> {
    yield await Promise.resolve({ records: [{ id: '1', name: 'Ada' }], complete: true })
  }
}

export const written = defineAdapter({
  provider: 'written',
  name: 'Written',
  type: IntegrationType.HRIS,
  version: '1.0.0',
  config: { credentials: z.object({ password: z.string() }), settings: z.object({ server: z.string() }) },
  create: (): BaseIntegration<IntegrationConfig, { people: Person }> => new WrittenIntegration(),
})
export type Check8 = Assert<Same<EntityName<typeof written>, 'people'>>
export type Check9 = Assert<Same<EntitiesOf<typeof written>['people'], Person>>
export type Check10 = Assert<Same<CredentialsOf<typeof written>, { password: string }>>
export type Check11 = Assert<Same<SettingsOf<typeof written>, { server: string }>>
