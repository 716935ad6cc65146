import { DatabaseSync } from 'node:sqlite'
import type { IntegrationErrorCode, Json, Listing, Store, SyncRun, SyncStatus } from '@unioneyes/core'
import { sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import { expect } from 'vitest'
import type { App } from './app.ts'
import type { TestCompany } from './company.ts'
import { entityNames, expectedRecords } from '../../../packages/adapter-bamboohr/test/expected-records.ts'
import type { EntityName } from '../../../packages/adapter-bamboohr/test/expected-records.ts'

const SECRETS = [sandboxApiKey, Buffer.from(sandboxApiKey).toString('base64').slice(0, 40)]

/** Fails when the API key, as it is or as it is sent, stands anywhere in what was shown. */
export function expectNoSecret(...shown: readonly unknown[]): void {
  const text = JSON.stringify(shown, (_name, value: unknown) => {
    if (value instanceof Error) return [value.message, value.stack, value.cause, Object.entries(value)]
    return typeof value === 'bigint' ? String(value) : value
  })
  for (const secret of SECRETS) expect(text.includes(secret), 'the API key was shown').toBe(false)
}

/** How a run must have ended. */
export interface ExpectedEnd {
  readonly status: SyncStatus
  readonly code?: IntegrationErrorCode
  /** What its message must say: what happened, and what to do. */
  readonly says?: readonly RegExp[]
}

/** Checks how a run ended, that the log says the same, and that neither shows a secret. */
export async function expectEnd(app: App, run: SyncRun, end: ExpectedEnd): Promise<void> {
  expect({ status: run.status, code: run.error?.code }, run.error?.message).toEqual({
    status: end.status,
    code: end.code,
  })
  for (const words of end.says ?? []) expect(run.error?.message).toMatch(words)
  const logged = (await app.sync.history(run.organizationId, { limit: 1000 })).find(({ id }) => id === run.id)
  expect(logged).toEqual(run)
  expectNoSecret(run, logged, app.lines, await app.store.audit.list(run.organizationId))
}

/** How many records of each entity the copy holds, and how many are in quarantine. */
export type Kept = Readonly<Record<EntityName | 'quarantined', number>>

/** Counts what an organization's copy holds. */
export async function kept(app: App, organizationId = 'org_1'): Promise<Kept> {
  const { records, quarantine } = app.store
  const count = (entity: EntityName): Promise<number> => records.count(keyOf(entity, organizationId))
  return {
    employees: await count('employees'),
    departments: await count('departments'),
    positions: await count('positions'),
    leave: await count('leave'),
    payroll: await count('payroll'),
    quarantined: await quarantine.count({ organizationId, provider: 'bamboohr', connection: 'default' }),
  }
}

/** Where an entity stands, read past the store from its file. */
export function checkpoint(
  company: Pick<TestCompany, 'path'>,
  entity = 'employees',
  organizationId = 'org_1',
): { readonly cursor: Json | undefined; readonly listing: Listing | undefined } {
  const database = new DatabaseSync(company.path, { readOnly: true })
  const row = database
    .prepare('select cursor, listing from integration_entities where entity = ? and organization_id = ?')
    .get(entity, organizationId)
  database.close()
  const read = (column: string): never => (row?.[column] == null ? undefined : JSON.parse(String(row[column]))) as never
  return { cursor: read('cursor'), listing: read('listing') }
}

/** The records of an entity by id, as the app reads them. */
export async function recordsOf(store: Store, entity: EntityName, organizationId = 'org_1') {
  const stored = await store.records.list(keyOf(entity, organizationId), { limit: 100_000 })
  return new Map(stored.map(({ id, data }): [string, unknown] => [id, JSON.parse(data)]))
}

/** Everything that the copy holds, by entity and id: to compare with what it holds later. */
export async function copyOf(app: App, organizationId = 'org_1') {
  const copy = new Map<EntityName, Map<string, unknown>>()
  for (const entity of entityNames) copy.set(entity, await recordsOf(app.store, entity, organizationId))
  return copy
}

/** Which part of a copy is compared, and after what. */
export interface TruthOptions {
  /** @default 'org_1' */
  readonly organizationId?: string | undefined
  /** @default all */
  readonly entities?: readonly EntityName[] | undefined
  /** An incremental sync is not told of requests for leave that vanish: those of people who are gone may still be there. @default 'full' */
  readonly after?: 'full' | 'incremental' | undefined
  /** Records that must be otherwise than the provider's own words say; undefined where there must be none. */
  readonly except?: Readonly<Partial<Record<EntityName, ReadonlyMap<string, unknown>>>> | undefined
  /** How many are in quarantine. @default 0 */
  readonly quarantined?: number | undefined
}

/** Fails unless the copy is exactly what the provider has, and as many are in quarantine as expected. */
export async function expectTruth(company: TestCompany, app: App, options: TruthOptions = {}): Promise<void> {
  await expectRecords(company, app, options)
  const { organizationId = 'org_1', entities = entityNames, quarantined = 0 } = options
  const counts = entities.map((entity) => app.store.quarantine.count(keyOf(entity, organizationId)))
  expect((await Promise.all(counts)).reduce((sum, count) => sum + count)).toBe(quarantined)
}

/** Fails unless the records are exactly what the provider has: every one with every field, and nothing else. */
export async function expectRecords(company: TestCompany, app: App, options: TruthOptions = {}): Promise<void> {
  const { organizationId = 'org_1', entities = entityNames, after = 'full', except = {} } = options
  const expected = expectedRecords(company.sandbox.actions.truth())
  for (const entity of entities) {
    const records = await recordsOf(app.store, entity, organizationId)
    if (entity === 'leave' && after === 'incremental') dropLeaveOfTheGone(records, expected.employees)
    const wanted = new Map([...expected[entity], ...(except[entity] ?? [])])
    for (const [id, record] of wanted) if (record === undefined) wanted.delete(id)
    expect(records, entity).toEqual(wanted)
  }
}

function dropLeaveOfTheGone(leave: Map<string, unknown>, employees: ReadonlyMap<string, unknown>): void {
  for (const [id, record] of leave) {
    const employeeId = typeof record === 'object' && record !== null && Reflect.get(record, 'employeeId')
    if (!employees.has(String(employeeId))) leave.delete(id)
  }
}

/** Where the feed ends. */
export async function feedEnd(app: App, organizationId = 'org_1'): Promise<string | undefined> {
  let end: string | undefined
  for await (const { position } of app.sync.changes(organizationId)) end = position
  return end
}

/** What the feed says since a position, as `created employees 101`, in order. */
export async function feedSince(app: App, after: string | undefined, organizationId = 'org_1'): Promise<string[]> {
  const entries: string[] = []
  for await (const { kind, entity, id } of app.sync.changes(organizationId, { after })) {
    entries.push(`${kind} ${entity} ${id}`)
  }
  return entries
}

/** Syncs everything and fails unless it went well and the copy is what the provider has. */
export async function expectHealthy(
  company: TestCompany,
  app: App,
  type: 'full' | 'incremental' = 'full',
): Promise<SyncRun> {
  const run = await app.sync[type]('org_1', 'bamboohr')
  await expectEnd(app, run, { status: 'success' })
  await expectTruth(company, app, { after: type })
  return run
}

/** The key of an entity of the usual connection. */
export const keyOf = (entity: string, organizationId = 'org_1') => ({
  organizationId,
  provider: 'bamboohr',
  connection: 'default',
  entity,
})
