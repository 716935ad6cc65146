import { z } from 'zod'
import { isoDate, isoDateTime } from '../iso-date.ts'
import { json } from '../json.ts'

/**
 * A job in the employer's catalogue, or one person's time in a job. A property is absent when the provider does not know it
 * or did not show it; it is never null.
 */
export const position = z.object({
  /** The provider's own identifier, which never changes. Jobs and assignments never share one. */
  id: z.string().min(1),
  /**
   * `job`: a title of the catalogue, held by anybody or nobody. `assignment`: one person in a job from a day on; the days of
   * one person follow each other and may lie in the future.
   */
  kind: z.enum(['job', 'assignment']),

  /** What the job is called; of an assignment, as it was called then. */
  title: z.string().optional(),
  /** The provider's identifier of the title, the same as `jobTitleId` of an employee. */
  titleId: z.string().optional(),

  /** Of a job: whether it can be given to people; one that cannot still stands in their past. */
  active: z.boolean().optional(),
  /** Of a job: when the provider first had it. */
  createdAt: isoDateTime.optional(),
  /** Of a job: when it was taken out of use. */
  archivedAt: isoDateTime.optional(),

  /** Of an assignment: the `id` of the employee. */
  employeeId: z.string().optional(),
  /** Of an assignment: its first day. It lasts until the employee's next one begins. */
  effectiveDate: isoDate.optional(),
  /** The `id` of a department of the same connection. */
  departmentId: z.string().optional(),
  /** The name of the department or organization, also where the provider gives no id. */
  departmentName: z.string().optional(),
  /** The provider's identifier of the division: a part of the organization above or beside departments. */
  divisionId: z.string().optional(),
  /** The name of the division. */
  divisionName: z.string().optional(),
  /** The provider's identifier of the place of work. */
  locationId: z.string().optional(),
  /** The name of the place of work. */
  locationName: z.string().optional(),
  /** The `id` of the employee this one reports to. */
  managerId: z.string().optional(),
  /** The name of the manager, also where the provider gives no id. */
  managerName: z.string().optional(),

  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** A job in the employer's catalogue, or one person's time in a job. */
export type Position = z.infer<typeof position>
