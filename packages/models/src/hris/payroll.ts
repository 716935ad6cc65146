import { z } from 'zod'
import { isoDate } from '../iso-date.ts'
import { json } from '../json.ts'
import { money } from '../money.ts'

/**
 * What somebody is paid from a day on. The rates of one person follow each other and may lie in the future. A property is
 * absent when the provider does not know it or did not show it; it is never null.
 */
export const payroll = z.object({
  /** The provider's own identifier, which never changes. */
  id: z.string().min(1),
  /** `compensation`: a rate of pay. What was paid out in a pay run would be another kind; no adapter reads that yet. */
  kind: z.enum(['compensation']),
  /** The `id` of the employee. */
  employeeId: z.string().min(1),
  /** The first day of this rate. It lasts until the employee's next one begins. */
  effectiveDate: isoDate.optional(),
  /** Salary, hourly, commission and the like, in the provider's words. */
  payType: z.string().optional(),
  /** What is paid per {@link period}. */
  rate: money.optional(),
  /** What the rate is for, in the provider's words: `Hour`, `Year`. */
  period: z.string().optional(),
  /** How often pay is paid out, in the provider's words: `Twice a month`. */
  schedule: z.string().optional(),
  /** What is paid for an hour of overtime. */
  overtimeRate: money.optional(),
  /** Whether overtime is paid, in the provider's words: `Exempt`, `Non-exempt`. */
  overtimeStatus: z.string().optional(),
  /** Why the pay changed, as the employer calls it. */
  reason: z.string().optional(),
  /** What was noted about the change. */
  comment: z.string().optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** What somebody is paid from a day on. */
export type Payroll = z.infer<typeof payroll>
