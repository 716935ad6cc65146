import { DatabaseSync } from 'node:sqlite'
import type { IntegrationErrorCode, Json, Listing, Store, SyncRun, SyncStatus } from '@unioneyes/core'
import { sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import { expect } from 'vitest'
import type { App } from './app.ts'
import type { TestCompany } from './company.ts'
import { expectedDepartment, expectedEmployee } from './expected-employee.ts'

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

/** What the copy holds. */
export interface Kept {
  readonly employees: number
  readonly departments: number
  readonly quarantined: number
}

/** Counts what an organization's copy holds. */
export async function kept(app: App, organizationId = 'org_1'): Promise<Kept> {
  const { records, quarantine } = app.store
  return {
    employees: await records.count(keyOf('employees', organizationId)),
    departments: await records.count(keyOf('departments', organizationId)),
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
export async function recordsOf(store: Store, entity: 'employees' | 'departments', organizationId = 'org_1') {
  const stored = await store.records.list(keyOf(entity, organizationId), { limit: 100_000 })
  return new Map(stored.map(({ id, data }): [string, unknown] => [id, JSON.parse(data)]))
}

/** Fails unless the copy is exactly what the provider has, with an empty quarantine. */
export async function expectTruth(company: TestCompany, app: App, organizationId = 'org_1'): Promise<void> {
  await expectRecords(company, app, organizationId)
  expect((await kept(app, organizationId)).quarantined).toBe(0)
}

/** Fails unless the records are exactly what the provider has: every one with every field, and nothing else. */
export async function expectRecords(company: TestCompany, app: App, organizationId = 'org_1'): Promise<void> {
  const { employees, departments } = company.sandbox.actions.truth()
  const expectedOnes = new Map(employees.map((row) => [String(row.employeeId), expectedEmployee(row)]))
  expect(await recordsOf(app.store, 'employees', organizationId)).toEqual(expectedOnes)
  const expectedOthers = new Map(departments.map((row) => [String(row.id), expectedDepartment(row)]))
  expect(await recordsOf(app.store, 'departments', organizationId)).toEqual(expectedOthers)
}

/** Syncs everything and fails unless it went well and the copy is what the provider has. */
export async function expectHealthy(
  company: TestCompany,
  app: App,
  type: 'full' | 'incremental' = 'full',
): Promise<SyncRun> {
  const run = await app.sync[type]('org_1', 'bamboohr')
  await expectEnd(app, run, { status: 'success' })
  await expectTruth(company, app)
  return run
}

const keyOf = (entity: string, organizationId: string) => ({
  organizationId,
  provider: 'bamboohr',
  connection: 'default',
  entity,
})
