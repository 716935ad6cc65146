import { z } from 'zod'
import { isoDate } from '../iso-date.ts'
import { json } from '../json.ts'
import { money } from '../money.ts'

/**
 * A person who works, worked or will work for the organization. A property is absent when the provider does not know it or
 * did not show it; it is never null.
 */
export const employee = z.object({
  /** The provider's own identifier, which never changes. Not the employee number. */
  id: z.string().min(1),
  /** The number the employer gave, often printed on pay slips. Can be edited, reused, or missing. */
  employeeNumber: z.string().optional(),

  /** Given name in official use. Empty for people with one name only. */
  firstName: z.string(),
  /** Family name in official use. Empty for people with one name only. */
  lastName: z.string(),
  middleName: z.string().optional(),
  /** The given name the person goes by. */
  preferredName: z.string().optional(),
  /** The name to show: the provider's own choice, else preferred or first name and last name. */
  displayName: z.string(),

  workEmail: z.string().optional(),
  personalEmail: z.string().optional(),
  /** Phone numbers are as the provider wrote them. */
  workPhone: z.string().optional(),
  mobilePhone: z.string().optional(),
  homePhone: z.string().optional(),
  /** Day of birth. */
  birthDate: isoDate.optional(),

  /** First day of the present employment. */
  hireDate: isoDate.optional(),
  /** First day of the first employment, where the person left and came back. */
  originalHireDate: isoDate.optional(),
  /** Last day of the employment; may lie in the future. */
  terminationDate: isoDate.optional(),
  /** `leave`: employed and away; `pending`: not started yet; `unknown`: the provider's word means none of these. */
  status: z.enum(['active', 'inactive', 'leave', 'pending', 'unknown']),
  /** Full-time, part-time, contract and the like, in the provider's words. */
  employmentType: z.string().optional(),

  jobTitle: z.string().optional(),
  /** The provider's identifier of the job title. */
  jobTitleId: z.string().optional(),
  /** The `id` of a department of the same connection. */
  departmentId: z.string().optional(),
  departmentName: z.string().optional(),
  divisionId: z.string().optional(),
  divisionName: z.string().optional(),
  /** The place of work. */
  locationId: z.string().optional(),
  locationName: z.string().optional(),
  /** The `id` of the employee this one reports to. */
  managerId: z.string().optional(),
  managerName: z.string().optional(),

  /** Salary, hourly, commission and the like, in the provider's words. */
  payType: z.string().optional(),
  /** What is paid per {@link payPeriod}. */
  payRate: money.optional(),
  /** What the rate is for, in the provider's words: `Hour`, `Year`. */
  payPeriod: z.string().optional(),
  /** What dues and pension are reckoned on, in the provider's words: `Regular hours`, `Gross`. */
  payBasis: z.string().optional(),

  /** The group of positions that a collective agreement covers. */
  bargainingUnit: z.string().optional(),
  /** The local or branch of the union. */
  unionLocal: z.string().optional(),
  unionMember: z.boolean().optional(),
  /** Whether dues are due, member or not: under the Rand formula those who did not join pay too. */
  unionDuesEligible: z.boolean().optional(),
  /** The day from which seniority counts under the collective agreement. */
  seniorityDate: isoDate.optional(),

  /** Names of provider fields that this connection may not see for this person: absent does not mean empty. */
  restrictedFields: z.array(z.string()).optional(),
  /** The organization's own fields, by the names that the connection's settings give them. */
  customFields: z.record(z.string(), json).optional(),
})

/** A person who works, worked or will work for the organization. */
export type Employee = z.infer<typeof employee>
