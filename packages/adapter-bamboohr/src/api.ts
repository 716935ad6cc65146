import { basicAuth, defineApi, dnsLabel } from '@unioneyes/adapter-kit'
import type { AnswerView, RefusalDetail } from '@unioneyes/adapter-kit'
import { z } from 'zod'

const fieldName = z.string().regex(/^[\w.-]+$/, 'expected the name of a BambooHR field')

const settings = z
  .object({
    /** The company's part of its address: `acme` in `acme.bamboohr.com`. */
    subdomain: dnsLabel(),
    /** Employees to a page. Datasets give at most 1000. */
    pageSize: z.int().min(1).max(2500).default(500),
    /** The company's own fields: the name they get in `employee.customFields`, and BambooHR's name for them. */
    customFields: z.record(z.string(), fieldName).default({}),
    /** Which endpoint lists employees: the cursor listing, the datasets, or the one where the other is refused. */
    employeeListing: z.enum(['auto', 'cursor', 'datasets']).default('auto'),
    /** Which fields of the dataset to ask for, where an account does not have all of {@link datasetFields}. */
    datasetFields: z.array(fieldName).optional(),
  })
  .refine(({ customFields, employeeListing }) => employeeListing !== 'auto' || Object.keys(customFields).length === 0, {
    path: ['employeeListing'],
    message: 'customFields need "cursor" or "datasets" here, because the two name fields differently',
  })

/** The settings of a connection, checked. */
export type Settings = z.output<typeof settings>

/** Where BambooHR's API lives, how to sign in, how fast we may go and how to check it. */
export const api = defineApi({
  credentials: z.object({ apiKey: z.string().trim().min(1) }),
  settings,
  env: { subdomain: 'BAMBOOHR_SUBDOMAIN', apiKey: 'BAMBOOHR_API_KEY' },
  baseUrl: ({ subdomain }) => `https://${subdomain}.bamboohr.com/`,
  auth: ({ apiKey }) => basicAuth(apiKey, 'x'),
  rateLimit: {
    requests: 60,
    per: 'minute',
    source: 'BambooHR publishes no number. One a second lists 100,000 people in under four minutes and goes unnoticed.',
  },
  check: (http) => http.get('api/v1/meta/fields'),
  // Until September 2026 throttling was 503 with Retry-After; since then 503 is an outage and has no such header.
  throttled: ({ status, headers }) => status === 503 && headers.has('retry-after'),
  readError,
})

const refusal = z.object({
  // GET /employees
  error: z.object({ code: z.string(), message: z.string().nullish() }).nullish(),
  // RFC 7807, from the datasets
  title: z.string().nullish(),
  detail: z.string().nullish(),
})

function readError(answer: AnswerView): RefusalDetail | undefined {
  // The older endpoints say it in a header, under two names, and leave the body empty.
  const said = answer.headers.get('x-bamboohr-error-message') ?? answer.headers.get('x-bamboohr-message')
  if (said !== null) return { message: said }
  if (answer.headers.get('content-type')?.includes('json') !== true) return undefined
  const { error, title, detail } = refusal.parse(JSON.parse(answer.text()))
  if (!error) return { message: detail ?? title ?? undefined }
  // The employee at the edge of the page has changed or left: the cursor points nowhere.
  const code = error.code === 'BadPage' ? 'CURSOR_EXPIRED' : undefined
  return { code, message: `${error.code}: ${error.message ?? ''}` }
}
