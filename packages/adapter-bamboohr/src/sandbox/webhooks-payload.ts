import type { Company } from './company.ts'
import { legacyFields } from './employee-words.ts'
import type { Person } from './person.ts'
import { monitorField } from './webhooks-fields.ts'
import type { WebhookEventName, WebhookSpec } from './webhooks-spec.ts'

/** What happened to an employee. */
export type EmployeeAction = 'created' | 'updated' | 'deleted'

/** The body of a delivery. */
export interface Payload {
  readonly contentType: string
  readonly body: string
}

/** What a delivery about an employee is made from. */
export interface EmployeeNews {
  readonly event: `employee.${EmployeeAction}` | `employee_with_fields.${EmployeeAction}`
  readonly person: Person
  /** Aliases of what changed. */
  readonly fields: readonly string[]
  readonly spec: WebhookSpec
  readonly company: Company
}

/** The number that an account has at the vendor: in every delivery, and unlike the subdomain not known to anyone else. */
const SANDBOX_COMPANY_ID = '48213'

/** A delivery about an employee, in the form of its event. */
export function employeePayload(news: EmployeeNews): Payload {
  const { event, person, fields, spec, company } = news
  const employeeId = String(person.id)
  if (event.startsWith('employee_with_fields.')) return withFields(news)
  // Specification: Employee…WebhookPayload.
  const data = {
    companyId: SANDBOX_COMPANY_ID,
    employeeId,
    ...(event === 'employee.updated' && { changedFields: fields }),
  }
  return encode({ type: event, timestamp: seconds(company.now(), 'Z'), data }, spec.format)
}

/** A delivery about the company. Specification: Company…WebhookPayload. */
export function companyPayload(event: WebhookEventName, { format }: WebhookSpec, company: Company): Payload {
  const data = { companyId: SANDBOX_COMPANY_ID }
  return encode({ type: event, timestamp: seconds(company.now(), 'Z'), data }, format)
}

// Documentation page "Field-Based Webhooks" as of 2026; `captured` is a delivery of 2022 (sheet S6): without action and time,
// with every value in an object of its own.
function withFields({ event, person, fields, spec, company }: EmployeeNews): Payload {
  const action =
    event === 'employee_with_fields.created'
      ? 'Created'
      : event === 'employee_with_fields.deleted'
        ? 'Deleted'
        : 'Updated'
  const captured = company.options.fieldWebhooksAs === 'captured'
  const shown = action === 'Updated' ? Object.entries(spec.postFields) : []
  const values = shown.flatMap(([name, label]): [string, unknown][] => {
    const field = legacyFields.find(({ alias, id }) => alias === name || String(id) === name)
    if (!field || company.restricted.has(field.alias ?? '')) return []
    const value = field.read(person, company) ?? ''
    return [[label === '' ? field.name : label, captured ? { value } : value]]
  })
  const common = {
    changedFields: fields.map((alias) => monitorField(alias)?.name ?? alias),
    fields: Object.fromEntries(values),
    id: String(person.id),
  }
  if (captured) return encode({ employees: [common] }, spec.format)
  return encode({ employees: [{ action, ...common, timestamp: seconds(company.now(), '+0000') }] }, spec.format)
}

function encode(value: object, format: WebhookSpec['format']): Payload {
  if (format === 'json') return { contentType: 'application/json', body: JSON.stringify(value) }
  const form = new URLSearchParams(flatten(value, ''))
  return { contentType: 'application/x-www-form-urlencoded', body: form.toString() }
}

// Names as the documentation shows them: data[changedFields][0].
function flatten(value: unknown, name: string): [string, string][] {
  if (typeof value !== 'object' || value === null) return [[name, String(value)]]
  return Object.entries(value).flatMap(([key, part]) => flatten(part, name === '' ? key : `${name}[${key}]`))
}

function seconds(ms: number, zone: string): string {
  return new Date(ms).toISOString().slice(0, 19) + zone
}
