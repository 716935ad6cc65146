import { connectionIs, hmacSha256, refetch, resync, tombstone, wireId } from '@unioneyes/adapter-kit'
import type { WireEvent } from '@unioneyes/adapter-kit'
import { z } from 'zod'
import { api } from './api.ts'

const text = z.string().nullish()
const fields = z.array(z.string()).nullish()

// What the API calls employee.* and company.* events: one to a delivery.
const event = z.object({
  type: z.string(),
  timestamp: text,
  data: z.object({ companyId: wireId().nullish(), employeeId: wireId().nullish(), changedFields: fields }),
})

// What it calls employee_with_fields.* events, and what webhooks set up in its pages send unless told otherwise. The values in
// it are under names that the webhook's owner chose, and nothing is written from them. Older ones have neither action nor time.
const changes = z.object({
  employees: z.array(z.object({ id: wireId(), action: text, timestamp: text, changedFields: fields })),
})

interface Change {
  readonly employeeId?: string | null | undefined
  readonly changedFields?: readonly string[] | null | undefined
}

// How the names of fields begin whose changes show in a person's tables too: aliases, or labels in English.
const jobFields = /^(?:job|department|division|location|report|supervisor)/i
const payFields = /^(?:pay|paid|compensation|overtime)/i

/**
 * Deliveries are signed over body and time of sending, which is another one in every repetition, and have no id: the bytes
 * tell one event from another, since they hold its time. Those of older webhooks do not, so that a repetition of one counts
 * as new and its employee is fetched twice.
 */
export const webhooks = api.webhooks({
  verify: hmacSha256({
    secret: (credentials) => credentials.webhookKey,
    header: 'x-bamboohr-signature',
    timestamp: 'x-bamboohr-timestamp',
    message: 'body+timestamp',
    tolerance: '5m',
  }),
  wire: z.union([event, changes]),
  split: (body): readonly WireEvent<Change>[] => {
    if ('type' in body) {
      const { type, timestamp, data } = body
      return [{ type, at: timestamp, account: data.companyId, data }]
    }
    return body.employees.map(({ id, action, timestamp, changedFields }) => ({
      type: `employee_with_fields.${action?.toLowerCase() ?? 'updated'}`,
      at: timestamp,
      data: { employeeId: id, changedFields },
    }))
  },
  // company.updated and company-integrations.updated tell nothing that we read.
  events: ({ type, data: { employeeId, changedFields } }) => {
    if (type === 'company.deleted') return connectionIs('disabled', 'BambooHR deleted or cancelled the company.')
    if (!employeeId) return []
    // Both also send "updated" beside "created"; the same employee fetched twice is the same employee.
    if (type.endsWith('.deleted')) return [tombstone('employees', employeeId), resync('positions'), resync('payroll')]
    if (type.endsWith('.created')) return [refetch('employees', employeeId), resync('positions'), resync('payroll')]
    const changed = (names: RegExp): boolean => changedFields?.some((name) => names.test(name)) ?? false
    return [
      refetch('employees', employeeId),
      ...(changed(jobFields) ? [resync('positions')] : []),
      ...(changed(payFields) ? [resync('payroll')] : []),
    ]
  },
})
