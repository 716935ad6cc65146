import { basicCredentials, createByteCache, defineSandbox } from '@unioneyes/testkit'
import type { SandboxDefinition } from '@unioneyes/testkit'
import { createActions } from './sandbox/actions.ts'
import { createDialect } from './sandbox/answers.ts'
import { createCompany } from './sandbox/company.ts'
import type { Company as Employer } from './sandbox/company.ts'
import { listDatasetFields, queryDataset } from './sandbox/datasets.ts'
import { listLeave, listLeaveTypes } from './sandbox/leave-endpoints.ts'
import { listEmployees } from './sandbox/list-employees.ts'
import { createTokens } from './sandbox/oauth.ts'
import type { Tokens } from './sandbox/oauth.ts'
import { getCompanyInformation, getEmployee, listChanges, listFields, listLists } from './sandbox/older-endpoints.ts'
import type { BamboohrSandboxOptions } from './sandbox/options.ts'
import { listTableChanges, listTableRows } from './sandbox/table-endpoints.ts'
import { webhookRoutes } from './sandbox/webhooks-endpoints.ts'
import { createWebhooks } from './sandbox/webhooks.ts'
import type { Webhooks } from './sandbox/webhooks.ts'

export type { BamboohrTruth } from './sandbox/actions.ts'
export type { PersonPatch } from './sandbox/company.ts'
export { sandboxClient } from './sandbox/oauth.ts'
export type { IssuedGrant, TokenCounts, TokenOptions } from './sandbox/oauth.ts'
export { sandboxApiKey } from './sandbox/options.ts'
export type { BamboohrSandboxOptions } from './sandbox/options.ts'
export type { SandboxDelivery } from './sandbox/webhooks.ts'

/** The imitated company with its token server and its webhooks. */
export type Company = Employer & { readonly tokens: Tokens; readonly webhooks: Webhooks }

/** What can be done to the imitated company. Ids are text, as the vendor writes them. */
export type BamboohrActions = ReturnType<typeof createActions> & Tokens['actions'] & Webhooks['actions']

/**
 * An imitation of BambooHR built from vendor facts, for development and tests without credentials. `openapi` in a citation is
 * the vendor's own specification (BambooHR/bhr-api-python, specs/public.yaml, 2026-04); `sheet` is the project's fact sheet
 * on BambooHR; `recorded` an answer of a live company; `client` the documentation of the vendor's later Python client.
 */
export function bamboohrSandbox(options: BamboohrSandboxOptions = {}): SandboxDefinition<Company, BamboohrActions> {
  const cache = createByteCache<Buffer>(options.cacheBytes ?? 192 * 1024 * 1024)
  return defineSandbox<Company, BamboohrActions>({
    provider: 'bamboohr',
    createState: () => {
      const company = createCompany(options)
      const tokens = createTokens(options.oauth ?? {}, () => company.now())
      return Object.assign(company, { tokens, webhooks: createWebhooks(company) })
    },
    actions: (state) => ({ ...createActions(state), ...state.tokens.actions, ...state.webhooks.actions }),
    // 401 without a body and without WWW-Authenticate (openapi list-employees 401; sheet: Auth, Errors).
    authenticate: (request, { keys, tokens }) =>
      // The user name of HTTP Basic; the password may be anything (sheet: Auth).
      request.path === TOKEN_PATH || keys.has(basicCredentials(request)?.user ?? '') || tokens.admits(request)
        ? undefined
        : { status: 401 },
    rateLimit: options.rateLimit,
    dialect: createDialect(options),
    headers: (company) => ({ date: company.dateHeader() }),
    routes: [
      {
        method: 'POST',
        path: TOKEN_PATH,
        cites: ['sheet: Auth', 'client AUTHENTICATION.md#how-it-works', 'RFC 6749, 5.2, for refusals'],
        handle: (request, { tokens }) => tokens.answer(request),
      },
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
        method: 'GET',
        path: '/api/v1/employees/{id}/tables/{table}',
        cites: [
          'openapi GET /api/v1/employees/{id}/tables/{table}',
          'sheet: Positions, Payroll',
          'recorded GET /v1/employees/all/tables/jobInfo 2026-05',
        ],
        handle: listTableRows,
      },
      {
        method: 'GET',
        path: '/api/v1/employees/changed/tables/{table}',
        cites: [
          'openapi GET /api/v1/employees/changed/tables/{table}',
          'sheet: Incremental',
          'recorded GET /v1/employees/changed/tables/jobInfo 2026-05',
        ],
        handle: listTableChanges,
      },
      {
        method: 'GET',
        path: '/api/v1/time_off/requests',
        cites: ['openapi GET /api/v1/time_off/requests', 'sheet: Leave', 'recorded GET /v1/time_off/requests 2026-05'],
        handle: listLeave,
      },
      {
        method: 'GET',
        path: '/api/v1/meta/time_off/types',
        cites: [
          'openapi GET /api/v1/meta/time_off/types',
          'sheet: Leave',
          'recorded GET /v1/meta/time_off/types 2026-05',
        ],
        handle: listLeaveTypes,
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
      ...webhookRoutes,
    ],
  })
}

const TOKEN_PATH = '/token.php'
