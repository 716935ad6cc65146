import { z } from 'zod'
import { isoDate } from '../iso-date.ts'
import { json } from '../json.ts'
import { decimalString } from '../money.ts'

/**
 * A request for time off, whatever became of it. A property is absent when the provider does not know it or did not show it;
 * it is never null.
 */
export const leave = z.object({
  /** The provider's own identifier, which never changes. */
  id: z.string().min(1),
  /** The `id` of the employee who would be away. */
  employeeId: z.string().min(1),
  /** The name of the employee, as the provider shows it. */
  employeeName: z.string().optional(),
  /** The provider's identifier of the kind of leave. */
  typeId: z.string().optional(),
  /** Vacation, sickness, bereavement and the like, as the employer calls it. */
  typeName: z.string().optional(),
  /**
   * `superseded`: another request took its place; `unknown`: the provider's word means none of these. Only `approved` leave
   * is taken.
   */
  status: z.enum(['requested', 'approved', 'denied', 'cancelled', 'superseded', 'unknown']),
  /** First day. */
  startDate: isoDate,
  /** Last day, the day itself included. */
  endDate: isoDate,
  /** What {@link amount} and the amounts of {@link days} count; `unknown`: the provider's word means none of these. */
  unit: z.enum(['hours', 'days', 'unknown']).optional(),
  /** How much time off it is in all, as decimal text with as many digits as the provider gave: `37.50`. */
  amount: decimalString.optional(),
  /** What falls on which day, in the order of the days. The provider may leave days out, or put everything on one. */
  days: z.array(z.object({ date: isoDate, amount: decimalString })).optional(),
  /** The day it was requested, in the employer's time zone. */
  requestedOn: isoDate.optional(),
  /** The day its status last changed, in the employer's time zone. */
  statusChangedOn: isoDate.optional(),
  /** What the employee wrote. Often about health or family: read only when the connection's settings ask for it. */
  employeeNote: z.string().optional(),
  /** What the manager wrote, under the same condition. */
  managerNote: z.string().optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** A request for time off, whatever became of it. */
export type Leave = z.infer<typeof leave>
