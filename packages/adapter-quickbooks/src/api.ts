import { defineApi, grantFields, hasGrant } from '@unioneyes/adapter-kit'
import type { AnswerView, RefusalDetail } from '@unioneyes/adapter-kit'
import { z } from 'zod'

const settings = z.object({
  /** The company: what Intuit sends as `realmId` when a company is connected. */
  realmId: z.string().regex(/^\d{10,19}$/, 'expected the realmId of a company: 10 to 19 digits'),
  /** `sandbox` for the test companies of a developer account. */
  environment: z.enum(['production', 'sandbox']).default('production'),
  /** Records to a page. QuickBooks gives at most 1000. */
  pageSize: z.int().min(2).max(1000).default(1000),
  /** The currency of the company's own books, for objects that name none and for amounts in the home currency. */
  homeCurrency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'expected a currency as three capital letters')
    .optional(),
  /** The company's own fields: their name in `customFields`, and the name or the DefinitionId that QuickBooks knows them by. */
  customFields: z.record(z.string(), z.string().min(1)).default({}),
})

/** The settings of a connection. */
export type Settings = z.output<typeof settings>

const HOSTS = {
  production: 'https://quickbooks.api.intuit.com',
  sandbox: 'https://sandbox-quickbooks.api.intuit.com',
} as const

/** A path below a company. Not a part of the base URL, which an app may replace with that of a sandbox. */
export const companyPath = ({ realmId }: Settings, path: string): string => `v3/company/${realmId}/${path}`

/** What every request asks for: answers in the form of this version. */
export const minorVersion = { minorversion: 75 } as const

/** Where QuickBooks Online's API lives, how to sign in, how fast we may go and how to check it. */
export const api = defineApi({
  credentials: z.object(grantFields).refine(hasGrant, {
    path: ['refreshToken'],
    message: 'expected the accessToken and refreshToken of an OAuth grant',
  }),
  settings,
  env: { realmId: 'QUICKBOOKS_REALM_ID', refreshToken: 'QUICKBOOKS_REFRESH_TOKEN' },
  baseUrl: ({ environment }) => HOSTS[environment],
  auth: {
    kind: 'oauth2',
    tokenUrl: 'https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer',
    clientEnv: { clientId: 'QUICKBOOKS_CLIENT_ID', clientSecret: 'QUICKBOOKS_CLIENT_SECRET' },
  },
  rateLimit: [
    { requests: 500, per: 'minute', source: 'Intuit: limits and throttles, for each company' },
    { requests: 10, per: 'second', source: 'Intuit: limits and throttles, for each company and app' },
  ],
  // Older text of Intuit's says ten at once, and not ten a second.
  concurrency: 10,
  // As long as Intuit lets a request run.
  timeoutMs: 120_000,
  check: (http, { settings }) =>
    http.get(companyPath(settings, `companyinfo/${settings.realmId}`), { query: minorVersion }),
  readError,
  // Some gateways answer 200 to what they refuse.
  errorsInSuccess: true,
})

// What Intuit's own codes stand for, where the status says something else or nothing.
const STATUSES = new Map([
  ['3200', 401],
  ['3100', 403],
  ['610', 404],
  ['3001', 429],
])

const text = z.coerce.string().optional()
const faults = z.array(z.object({ Message: text, message: text, code: text }))
const refusal = z.object({
  Fault: z.object({ Error: faults }).optional(),
  // How the gateway in front of the API writes it.
  fault: z.object({ error: faults }).optional(),
})

function firstFault(answer: AnswerView) {
  const { Fault, fault } = refusal.safeParse(answer.jsonOrNothing()).data ?? {}
  return (Fault?.Error ?? fault?.error)?.[0]
}

// Codes come with leading zeros too: 003001.
const statusOf = (answer: AnswerView): number | undefined =>
  STATUSES.get(firstFault(answer)?.code?.replace(/^0+/, '') ?? '')

const OTHER_COMPANY =
  'the grant is for another company or environment: correct realmId and environment, or connect again'

function readError(answer: AnswerView): RefusalDetail | undefined {
  const found = firstFault(answer)
  // A gateway refuses without a word of Intuit's.
  if (!found) return answer.status === 429 ? { retryAfterMs: 60_000 } : undefined
  const { Message, message = Message ?? 'no message', code = 'no code' } = found
  const status = statusOf(answer)
  // The trace id is what Intuit's support asks for. Without Detail, which quotes the query.
  const trace = answer.headers.get('intuit_tid')
  const said = status === 403 ? `${OTHER_COMPANY}. ${message}` : message
  // Intuit documents no Retry-After, and says to wait a minute.
  const retryAfterMs = status === 429 || answer.status === 429 ? 60_000 : undefined
  return { status, retryAfterMs, message: `${code}${trace === null ? '' : ` (intuit_tid ${trace})`}: ${said}` }
}
