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
  /** Further given names, or the father's name where that is the custom. */
  middleName: z.string().optional(),
  /** The given name the person goes by. */
  preferredName: z.string().optional(),
  /** The name to show: the provider's own choice, else preferred or first name and last name. */
  displayName: z.string(),

  /** The address the employer gave. */
  workEmail: z.string().optional(),
  /** The address the person uses outside work; the one that still works after the employment. */
  personalEmail: z.string().optional(),
  /** The phone at work, as the provider wrote it. */
  workPhone: z.string().optional(),
  /** The mobile phone, the employer's or the person's own, as the provider wrote it. */
  mobilePhone: z.string().optional(),
  /** The phone at home, as the provider wrote it. */
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

  /** What the person does, as the employer calls it. */
  jobTitle: z.string().optional(),
  /** The provider's identifier of the job title. */
  jobTitleId: z.string().optional(),
  /** The `id` of a department of the same connection. */
  departmentId: z.string().optional(),
  /** The name of the department, also where the provider gives no id. */
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
  /** Whether the person is a member of the union. */
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
