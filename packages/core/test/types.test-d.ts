// Compiled by the type check, never run: what must compile stands here as it is, what must not after @ts-expect-error.
import {
  BaseIntegration,
  createIntegrations,
  IntegrationFactory,
  IntegrationProvider,
  IntegrationType,
} from '@unioneyes/core'
import type {
  Adapter,
  AnyAdapter,
  AnyIntegrations,
  Connection,
  Connections,
  CredentialsOf,
  CredentialVault,
  EntitiesOf,
  EntityInfo,
  EntityName,
  HealthCheckResult,
  IntegrationConfig,
  Integrations,
  LiveIntegration,
  Page,
  ReadOptions,
  SettingsOf,
  StandardSchema,
  Store,
} from '@unioneyes/core'
import { expectTypeOf } from 'vitest'

interface Employee {
  readonly id: string
  readonly name: string
}
interface Department {
  readonly id: string
  readonly title: string
}
interface Invoice {
  readonly id: string
  readonly total: string
}

declare const people: Adapter<
  'people',
  { readonly employees: Employee; readonly departments: Department },
  { readonly apiKey: string },
  { readonly subdomain: string; readonly region?: string | undefined }
>
declare const books: Adapter<
  'books',
  { readonly invoices: Invoice },
  { readonly token: string },
  { readonly realm: string }
>
declare const anything: AnyAdapter
declare const store: Store
declare const vault: CredentialVault

// An adapter with its own types fits wherever any adapter does.
expectTypeOf(people).toExtend<AnyAdapter>()
expectTypeOf<EntityName<typeof people>>().toEqualTypeOf<'employees' | 'departments'>()
expectTypeOf<EntitiesOf<typeof people>['departments']>().toEqualTypeOf<Department>()
expectTypeOf<CredentialsOf<typeof people>>().toEqualTypeOf<{ readonly apiKey: string }>()
expectTypeOf<SettingsOf<typeof books>>().toEqualTypeOf<{ readonly realm: string }>()

// --- explicit instances: everything is inferred from the adapters ---

const integrations = createIntegrations({ adapters: [people, books], store, vault })
expectTypeOf(integrations).toEqualTypeOf<Integrations<typeof people | typeof books>>()
expectTypeOf(integrations).toExtend<AnyIntegrations>()

expectTypeOf(integrations.get('org_1', 'people')).resolves.toEqualTypeOf<BaseIntegration>()
void integrations.get('org_1', 'books', 'second')
// @ts-expect-error no such provider
void integrations.get('org_1', 'workday')
// @ts-expect-error an organization is always named
void integrations.get('people')

expectTypeOf(integrations.records('org_1', 'people', 'employees')).toEqualTypeOf<AsyncIterable<Employee>>()
expectTypeOf(integrations.records('org_1', 'people', 'departments')).toEqualTypeOf<AsyncIterable<Department>>()
expectTypeOf(integrations.records('org_1', 'books', 'invoices')).toEqualTypeOf<AsyncIterable<Invoice>>()
// @ts-expect-error an entity of another provider
integrations.records('org_1', 'books', 'employees')
// @ts-expect-error no such entity
integrations.records('org_1', 'people', 'positions')
// @ts-expect-error no such provider
integrations.records('org_1', 'workday', 'employees')

const credentials = { apiKey: 'k' }
const settings = { subdomain: 'acme' }
expectTypeOf(
  integrations.connections.save('org_1', 'people', { credentials, settings }),
).resolves.toEqualTypeOf<Connection>()
void integrations.connections.save('org_1', 'people', {
  credentials,
  settings: { subdomain: 'acme', region: 'us' },
  connection: 'second',
  webhookUrl: undefined,
  enabled: false,
  actor: 'user_7',
})
void integrations.connections.save('org_1', 'books', { credentials: { token: 't' }, settings: { realm: 'r' } })
// @ts-expect-error credentials of another provider
void integrations.connections.save('org_1', 'books', { credentials, settings: { realm: 'r' } })
// @ts-expect-error settings of another provider
void integrations.connections.save('org_1', 'people', { credentials, settings: { realm: 'r' } })
// @ts-expect-error a setting of the wrong type
void integrations.connections.save('org_1', 'people', { credentials, settings: { subdomain: 7 } })
// @ts-expect-error a setting that does not exist
void integrations.connections.save('org_1', 'people', { credentials, settings: { subdomain: 'acme', regoin: 'us' } })
// @ts-expect-error no settings
void integrations.connections.save('org_1', 'people', { credentials })
// @ts-expect-error no such provider
void integrations.connections.disable('org_1', 'workday')

// What is shown of a connection has no credentials.
expectTypeOf<Connection>().not.toHaveProperty('credentials')

// One adapter, and adapters only known at run time.
const one = createIntegrations({ adapters: [people], store, vault })
expectTypeOf(one.records('org_1', 'people', 'employees')).toEqualTypeOf<AsyncIterable<Employee>>()
// @ts-expect-error not among the adapters
void one.get('org_1', 'books')
const loose = createIntegrations({ adapters: [anything], store, vault })
void loose.get('org_1', 'whatever')
expectTypeOf(loose.connections).toEqualTypeOf<Connections>()
const registered = createIntegrations({ store, vault })
void registered.get('org_1', 'whatever')
void registered.connections.save('org_1', 'whatever', { credentials: { a: 1 }, settings: {} })

// --- the process-wide way: types come from the adapters that registered themselves ---

declare module '@unioneyes/core' {
  interface AdapterMap {
    'core-type-test': typeof people
    'core-type-test-unknown': string
  }
}

const factory = IntegrationFactory.getInstance()
expectTypeOf(factory.getIntegration('org_1', 'core-type-test')).resolves.toEqualTypeOf<
  BaseIntegration<IntegrationConfig, EntitiesOf<typeof people>>
>()
expectTypeOf(factory.getIntegration('org_1', 'not-registered')).resolves.toEqualTypeOf<BaseIntegration>()
expectTypeOf(
  factory.getIntegration('org_1', IntegrationProvider.PROVINCIAL_PENSION),
).resolves.toEqualTypeOf<BaseIntegration>()
expectTypeOf<LiveIntegration<'core-type-test-unknown'>>().toEqualTypeOf<BaseIntegration>()
expectTypeOf<LiveIntegration<string>>().toEqualTypeOf<BaseIntegration>()

declare const live: LiveIntegration<'core-type-test'>
expectTypeOf(live.read!('employees')).toEqualTypeOf<AsyncIterable<Page<Employee | Department>>>()
// @ts-expect-error no such entity
live.read!('invoices')

// --- the class style, as the documentation shows it ---

type Config = IntegrationConfig<
  { readonly clientId: string; readonly clientSecret: string },
  { readonly tenantId: string }
>
// eslint-disable-next-line @typescript-eslint/consistent-type-definitions -- an entity map is a plain type, as schemas infer it
type Entities = { readonly employees: Employee; readonly departments: Department }

interface Row {
  readonly workdayId: string
  readonly label: string
}
declare const mappers: { readonly [E in keyof Entities]: (row: Row) => Entities[E] }
declare class WorkdayClient {
  constructor(config: Config)
  ping(): Promise<void>
  list(entity: string, options: ReadOptions): AsyncIterable<Row[]>
}

export class WorkdayAdapter extends BaseIntegration<Config, Entities> {
  private client: WorkdayClient | undefined
  constructor() {
    super(IntegrationType.HRIS, IntegrationProvider.WORKDAY, { supportsWebhooks: false })
  }
  async connect(): Promise<void> {
    this.client = new WorkdayClient(this.config)
    this.connected = true
  }
  async disconnect(): Promise<void> {
    this.client = undefined
    this.connected = false
  }
  async healthCheck(): Promise<HealthCheckResult> {
    await this.client?.ping()
    return { status: 'healthy' } as const
  }
  override async *read(entity: keyof Entities, options: ReadOptions = {}): AsyncGenerator<Page<Employee | Department>> {
    for await (const rows of this.client!.list(entity, options))
      yield { records: rows.map((row) => mappers[entity](row)) }
  }
}

// A class with a configuration of its own fits the adapter contract.
declare const credentialsSchema: StandardSchema<unknown, Config['credentials']>
const workday: Adapter<'workday', Entities, Config['credentials']> = {
  specVersion: 'v1',
  provider: 'workday',
  name: 'Workday',
  type: IntegrationType.HRIS,
  version: '1.0.0',
  capabilities: new WorkdayAdapter().capabilities,
  credentials: credentialsSchema,
  entities: {
    employees: { incremental: false, deletions: 'absence' },
    departments: { incremental: false, deletions: 'absence' },
  },
  create: () => new WorkdayAdapter(),
}
createIntegrations({ adapters: [workday], store, vault }).records('org_1', 'workday', 'departments')

export class WrongPages extends WorkdayAdapter {
  // @ts-expect-error records of another shape
  override async *read(): AsyncGenerator<Page<Invoice>> {
    yield { records: [{ id: '1', total: '1.00' }] }
  }
}

// --- small promises ---

// Any other string is a provider too, and the known ones are offered.
expectTypeOf<'acme-hr'>().toExtend<IntegrationProvider>()
expectTypeOf<'bamboohr'>().toExtend<IntegrationProvider>()
// @ts-expect-error a record needs an id
expectTypeOf<EntityInfo<{ name: string }>>()
// @ts-expect-error a page's records need an id
const _page: Page<Employee> = { records: [{ name: 'no id' }] }
// @ts-expect-error an adapter says which spec it speaks
const _adapter: AnyAdapter = { ...people, specVersion: 'v2' }
