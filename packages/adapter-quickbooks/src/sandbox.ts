import { createSandboxClock, defineSandbox } from '@unioneyes/testkit'
import type { SandboxDefinition, SandboxRequest, SandboxResponse, SandboxRoute } from '@unioneyes/testkit'
import { createActions } from './sandbox/actions.ts'
import { createDialect, inTurn, refuse, takeNextFault, unauthenticated, unauthorized } from './sandbox/answers.ts'
import { answerChanges } from './sandbox/change-endpoint.ts'
import { createProvider } from './sandbox/company.ts'
import type { Provider, Realm } from './sandbox/company.ts'
import { createTokens } from './sandbox/oauth.ts'
import type { Tokens } from './sandbox/oauth.ts'
import { answerCompanyInfo, answerObject } from './sandbox/object-endpoints.ts'
import { objectTypes } from './sandbox/object-types.ts'
import type { QuickbooksSandboxOptions } from './sandbox/options.ts'
import { answerQuery } from './sandbox/query-endpoint.ts'
import { createRowPages } from './sandbox/row-pages.ts'
import { createWebhooks } from './sandbox/webhooks.ts'
import type { Webhooks } from './sandbox/webhooks.ts'

export type { NameType, ObjectPatch, QuickbooksTruth, VoidableType } from './sandbox/actions.ts'
export type { NextFault } from './sandbox/answers.ts'
export { sandboxClient } from './sandbox/oauth.ts'
export type { IssuedGrant, TokenCounts, TokenOptions } from './sandbox/oauth.ts'
export { objectTypes, transactionTypes } from './sandbox/object-types.ts'
export type { ObjectType } from './sandbox/object-types.ts'
export { sandboxRealmId } from './sandbox/options.ts'
export type { QuickbooksSandboxOptions, TransactionType } from './sandbox/options.ts'
export { sandboxVerifierToken, signDelivery } from './sandbox/webhooks.ts'
export type { ChangeEvent, Operation, SandboxDelivery, WebhookOptions } from './sandbox/webhooks.ts'

/** The imitated companies with their token server and their webhooks. */
export type Companies = Provider & {
  readonly tokens: Tokens
  readonly webhooks: Webhooks
  /** How many answers were given: each has a trace id. */
  traces: number
}

/** What can be done to the imitated companies. Ids are text, as the vendor writes them. */
export type QuickbooksActions = ReturnType<typeof createActions> & Tokens['actions'] & Webhooks['actions']

/**
 * An imitation of QuickBooks Online built from vendor facts, for development and tests without credentials. `sheet` in a
 * citation is the project's fact sheet on QuickBooks Online, by its headings; `xsd` the vendor's own schema
 * (intuit/QuickBooks-V3-PHP-SDK, src/XSD, 2026-07), by file and type; `recorded` a captured answer
 * (ruckus/quickbooks-ruby, spec/fixtures).
 */
export function quickbooksSandbox(
  options: QuickbooksSandboxOptions = {},
): SandboxDefinition<Companies, QuickbooksActions> {
  const pages = createRowPages(options.cacheBytes ?? 192 * 1024 * 1024)
  const query = companyRoute((request, companies, realm) => answerQuery(request, companies, realm, pages))
  return defineSandbox<Companies, QuickbooksActions>({
    provider: 'quickbooks',
    createState() {
      const provider = createProvider(options)
      const tokens = createTokens(
        options.oauth ?? {},
        () => provider.now(),
        () => provider.realm().realmId,
      )
      return Object.assign(provider, { tokens, webhooks: createWebhooks(provider), traces: 0 })
    },
    actions: (state) => ({
      ...createActions(state, state.webhooks),
      ...state.tokens.actions,
      ...state.webhooks.actions,
    }),
    authenticate,
    rateLimit: options.rateLimit,
    dialect: createDialect(options, createSandboxClock(options)),
    headers(companies) {
      companies.traces += 1
      return {
        date: companies.dateHeader(),
        // Sheet: Auth, "support trace id".
        intuit_tid: `1-${Math.floor(companies.now() / 1000).toString(16)}-${companies.traces.toString(16).padStart(24, '0')}`,
      }
    },
    routes: [
      {
        method: 'POST',
        path: '/oauth2/v1/tokens/bearer',
        cites: ['sheet: Auth', 'RFC 6749, 5.2, for refusals of the app'],
        handle: (request, { tokens }) => tokens.answer(request),
      },
      {
        method: 'POST',
        path: '/v2/oauth2/tokens/revoke',
        cites: 'sheet: Auth',
        handle: (request, { tokens }) => tokens.revoke(request),
      },
      {
        method: 'GET',
        path: `${ROOT}/{realmId}/query`,
        cites: [
          'sheet: Reading: query endpoint',
          'xsd IntuitRestServiceDef.xsd QueryResponse',
          'recorded query_validation_error.xml',
        ],
        handle: query,
      },
      {
        method: 'POST',
        path: `${ROOT}/{realmId}/query`,
        cites: ['sheet: Reading: query endpoint', 'xsd IntuitRestServiceDef.xsd QueryResponse'],
        handle: query,
      },
      {
        method: 'GET',
        path: `${ROOT}/{realmId}/cdc`,
        cites: [
          'sheet: Incremental',
          'sheet: Deletes and voids',
          'xsd IntuitRestServiceDef.xsd CDCResponse',
          'recorded change_data_capture_response.xml',
        ],
        handle: companyRoute(answerChanges),
      },
      {
        method: 'GET',
        path: `${ROOT}/{realmId}/companyinfo/{id}`,
        cites: ['sheet: Health / identity', 'xsd Finance.xsd CompanyInfo'],
        handle: companyRoute(answerCompanyInfo),
      },
      ...objectTypes.map((type): SandboxRoute<Companies> => ({
        method: 'GET',
        path: `${ROOT}/{realmId}/${type.toLowerCase()}/{id}`,
        cites: [
          'sheet: Reading: query endpoint',
          'sheet: Entities',
          `xsd ${type === 'Customer' ? 'IntuitNamesTypes.xsd' : 'Finance.xsd'} ${type}`,
        ],
        handle: companyRoute((request, companies, realm) => answerObject(request, companies, realm, type)),
      })),
    ],
  })
}

const ROOT = '/v3/company'

type Produce = (request: SandboxRequest, companies: Companies, realm: Realm) => SandboxResponse

const companyRoute =
  (produce: Produce): SandboxRoute<Companies>['handle'] =>
  (request, companies) =>
    inTurn(request, companies, () => produce(request, companies, companies.realm(request.params.realmId)))

// Sheet: Errors, codes 3200 and 3100. A token is good for its own company.
function authenticate(request: SandboxRequest, companies: Companies): SandboxResponse | undefined {
  if (!request.path.startsWith(`${ROOT}/`)) return undefined
  const next = takeNextFault(request, companies)
  if (next) return next
  const granted = companies.tokens.realmOf(request)
  if (granted === undefined) {
    return refuse(request, companies, 401, unauthenticated(companies.options.unauthorizedBy === 'gateway'))
  }
  const [asked = ''] = request.path.slice(ROOT.length + 1).split('/')
  if (granted !== asked || !companies.realms.has(asked)) return refuse(request, companies, 403, unauthorized)
  return undefined
}
