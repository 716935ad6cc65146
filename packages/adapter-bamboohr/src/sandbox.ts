import { defineSandbox } from '@unioneyes/testkit'
import type { SandboxDefinition, SandboxRequest } from '@unioneyes/testkit'
import { createActions } from './sandbox/actions.ts'
import type { BamboohrActions } from './sandbox/actions.ts'
import { createDialect } from './sandbox/answers.ts'
import { createCompany } from './sandbox/company.ts'
import type { Company } from './sandbox/company.ts'
import { listDatasetFields, queryDataset } from './sandbox/datasets.ts'
import { listEmployees } from './sandbox/list-employees.ts'
import { getCompanyInformation, getEmployee, listChanges, listFields, listLists } from './sandbox/older-endpoints.ts'
import type { BamboohrSandboxOptions } from './sandbox/options.ts'
import { createRowCache } from './sandbox/row-cache.ts'

export type { BamboohrActions, BamboohrTruth } from './sandbox/actions.ts'
export type { Company, PersonPatch } from './sandbox/company.ts'
export { sandboxApiKey } from './sandbox/options.ts'
export type { BamboohrSandboxOptions } from './sandbox/options.ts'

/**
 * An imitation of BambooHR built from vendor facts, for development and tests without credentials. `openapi` in a citation is
 * the vendor's own specification (BambooHR/bhr-api-python, specs/public.yaml, 2026-04); `sheet` is the project's fact sheet
 * on BambooHR; `recorded` an answer of a live company; `client` the documentation of the vendor's later Python client.
 */
export function bamboohrSandbox(options: BamboohrSandboxOptions = {}): SandboxDefinition<Company, BamboohrActions> {
  const cache = createRowCache(options.cacheBytes ?? 192 * 1024 * 1024)
  return defineSandbox({
    provider: 'bamboohr',
    createState: () => createCompany(options),
    actions: createActions,
    // 401 without a body and without WWW-Authenticate (openapi list-employees 401; sheet: Auth, Errors).
    authenticate: (request, company) => (company.keys.has(apiKeyOf(request)) ? undefined : { status: 401 }),
    rateLimit: options.rateLimit,
    dialect: createDialect(options),
    headers: (company) => ({ date: new Date(company.now() + (options.dateSkewMs ?? 0)).toUTCString() }),
    routes: [
      {
        method: 'GET',
        path: '/api/v1/employees',
        cites: ['openapi GET /api/v1/employees', 'sheet: Employees 1', 'client docs/EmployeesApi.md#list_employees'],
        handle: (request, company) => listEmployees(request, company, cache),
      },
      {
        method: 'GET',
        path: '/api/v1/employees/changed',
        cites: ['openapi GET /api/v1/employees/changed', 'sheet: Incremental'],
        handle: listChanges,
      },
      {
        method: 'GET',
        path: '/api/v1/employees/{id}',
        cites: ['openapi GET /api/v1/employees/{id}', 'sheet: Employees 2'],
        handle: getEmployee,
      },
      {
        method: 'POST',
        path: '/api/v2/datasets/{datasetName}/data',
        cites: [
          'openapi POST /api/v2/datasets/{datasetName}/data',
          'sheet: Employees 4',
          'recorded POST /v2/datasets/employee/data 2026-06-02',
          'client docs/DatasetsApi.md#get_data_from_dataset_v2',
        ],
        handle: (request, company) => queryDataset(request, company, cache),
      },
      {
        method: 'GET',
        path: '/api/v1_2/datasets/{datasetName}/fields',
        cites: [
          'openapi GET /api/v1_2/datasets/{datasetName}/fields',
          'recorded GET /v1_2/datasets/employee/fields 2026-05',
        ],
        handle: listDatasetFields,
      },
      {
        method: 'GET',
        path: '/api/v1/meta/lists',
        cites: ['openapi GET /api/v1/meta/lists', 'sheet: Departments', 'recorded GET /v1/meta/lists 2026-06'],
        handle: listLists,
      },
      {
        method: 'GET',
        path: '/api/v1/meta/fields',
        cites: ['openapi GET /api/v1/meta/fields', 'recorded GET /v1/meta/fields 2026-05'],
        handle: listFields,
      },
      {
        method: 'GET',
        path: '/api/v1/company_information',
        cites: 'openapi GET /api/v1/company_information',
        handle: getCompanyInformation,
      },
    ],
  })
}

/** The user name of HTTP Basic; the password may be anything (sheet: Auth). */
function apiKeyOf(request: SandboxRequest): string {
  const [scheme, encoded = ''] = (request.headers.authorization ?? '').split(' ')
  if (scheme !== 'Basic') return ''
  return Buffer.from(encoded, 'base64').toString().split(':')[0] ?? ''
}
