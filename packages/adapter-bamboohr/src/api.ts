import { basicAuth, defineApi, dnsLabel, grantFields, hasGrant, webhookSecret } from '@unioneyes/adapter-kit'
import type { AnswerView, RefusalDetail } from '@unioneyes/adapter-kit'
import { z } from 'zod'

const fieldName = z.string().regex(/^[\w.-]+$/, 'expected the name of a BambooHR field')
const settings = z
  .object({
    /** The company's part of its address: `acme` in `acme.bamboohr.com`. */
    subdomain: dnsLabel(),
    /** Records to a page. The dataset gives at most 1000; where BambooHR gives everything in one answer, that is cut up. */
    pageSize: z.int().min(1).max(2500).default(500),
    /** The company's own fields: their name in `employee.customFields`, and BambooHR's name for them. */
    customFields: z.record(z.string(), fieldName).default({}),
    /** Which endpoint lists employees: the cursor listing, the dataset, or the second where the first is refused. */
    employeeListing: z.enum(['auto', 'cursor', 'datasets']).default('auto'),
    /** Which fields to ask the dataset for, where an account does not have all that this adapter knows. */
    datasetFields: z.array(fieldName).optional(),
    /** The first day of leave to read. A full sync asks once for each year since. */
    leaveFrom: z.iso.date().default('2000-01-01'),
    /** How far back an incremental sync reads leave again, because BambooHR cannot tell what changed. */
    leaveBackDays: z.int().min(0).max(36_500).default(90),
    /** How far ahead leave is read, to the end of the year that this ends in. */
    leaveAheadDays: z.int().min(0).max(36_500).default(365),
    /** Whether to read what employee and manager wrote to a request. Often about health. */
    leaveNotes: z.boolean().default(false),
  })
  .refine(({ customFields, employeeListing }) => employeeListing !== 'auto' || Object.keys(customFields).length === 0, {
    path: ['employeeListing'],
    message: 'customFields need "cursor" or "datasets" here, because the two name fields differently',
  })

/** The settings of a connection. */
export type Settings = z.output<typeof settings>

/** Where BambooHR's API lives, how to sign in, how fast we may go and how to check it. */
export const api = defineApi({
  credentials: z
    .object({
      apiKey: z.string().trim().min(1).optional(),
      ...grantFields,
      /** The private key of the webhook, which BambooHR shows once; or the current one and the one before. */
      webhookKey: webhookSecret().optional(),
    })
    .refine((given) => hasGrant(given) !== (given.apiKey !== undefined), {
      path: ['apiKey'],
      message: 'expected an API key, or the accessToken and refreshToken of an OAuth grant, and not both',
    }),
  settings,
  env: { subdomain: 'BAMBOOHR_SUBDOMAIN', apiKey: 'BAMBOOHR_API_KEY' },
  baseUrl: ({ subdomain }) => `https://${subdomain}.bamboohr.com/`,
  auth: {
    kind: 'oauth2',
    tokenUrl: 'token.php?request=token',
    clientAuth: 'body',
    clientEnv: { clientId: 'BAMBOOHR_CLIENT_ID', clientSecret: 'BAMBOOHR_CLIENT_SECRET' },
    otherwise: ({ apiKey }) => (apiKey === undefined ? undefined : basicAuth(apiKey, 'x')),
  },
  rateLimit: { requests: 60, per: 'minute', source: 'BambooHR publishes no number; one a second goes unnoticed' },
  check: (http) => http.get('api/v1/meta/fields'),
  // Throttling was 503 with Retry-After until September 2026; since then 503 is an outage, without that header.
  throttled: ({ status, headers }) => status === 503 && headers.has('retry-after'),
  readError,
})

const text = z.string().optional()
const refusal = z.object({ error: z.object({ code: z.string(), message: text }).optional(), title: text, detail: text })

// The older endpoints say it in a header, the employee listing as a code, the dataset as RFC 7807.
function readError(answer: AnswerView): RefusalDetail | undefined {
  const said = answer.headers.get('x-bamboohr-error-message') ?? answer.headers.get('x-bamboohr-message')
  if (said !== null) return { message: said }
  const { error, title, detail } = refusal.safeParse(answer.jsonOrNothing()).data ?? {}
  // BadPage: the employee at the edge of the page has changed or left, so the cursor points nowhere.
  const code = error?.code === 'BadPage' ? 'CURSOR_EXPIRED' : undefined
  return { code, message: error ? `${error.code}: ${error.message ?? ''}` : (detail ?? title) }
}
