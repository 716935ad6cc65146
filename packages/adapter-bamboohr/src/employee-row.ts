import { ownFields, property, wireId } from '@unioneyes/adapter-kit'
import { money } from '@unioneyes/models'
import type { Employee } from '@unioneyes/models'
import { z } from 'zod'
import { all, code, day, given, text } from './wire-parts.ts'

// Not `pay`, which transforms: see there.
const rate = money.or(z.object({ amount: z.literal('').nullish(), currency: text })).nullish()

// What a row has only when asked. A name that the account does not know is ignored.
const asked = z.object({
  ...all(text, 'middleName', 'workEmail', 'homeEmail', 'workPhone', 'mobilePhone', 'homePhone', 'employmentStatusName'),
  ...all(text, 'departmentName', 'divisionName', 'locationName', 'reportsToName', 'payType', 'paidPer'),
  ...all(code, 'employeeNumber', 'departmentId', 'divisionId', 'locationId', 'reportsToId', 'jobTitleId'),
  ...all(day, 'birthDate', 'hireDate', 'originalHireDate', 'terminationDate'),
  payRate: rate,
})

/** One employee of `GET /api/v1/employees`. */
export const employeeRow = asked.extend({
  employeeId: wireId(),
  ...all(text, 'firstName', 'lastName', 'preferredName', 'jobTitleName', 'status'),
  _restrictedFields: z.array(z.string()).nullish(),
})

/** The fields that `GET /api/v1/employees` is asked for. */
export const listFields: readonly string[] = Object.keys(asked.shape)

// What the dataset calls fields of a row differently. Its `supervisorId` is the manager's employee number, not the id.
const renamed = Object.entries({
  employeeId: 'eeid',
  workEmail: 'email',
  birthDate: 'dateOfBirth',
  employmentStatusName: 'employmentStatus',
  jobTitleName: 'jobInformationJobTitle',
  departmentName: 'jobInformationDepartment',
  divisionName: 'jobInformationDivision',
  locationName: 'jobInformationLocation',
  reportsToId: 'supervisorEid',
  reportsToName: 'supervisorName',
})
const notRenamed =
  'employeeNumber firstName middleName lastName preferredName status homeEmail workPhone mobilePhone homePhone hireDate originalHireDate terminationDate'

/** The fields that the dataset is asked for, unless the settings name others. */
export const datasetFields: readonly string[] = [...renamed.map(([, theirs]) => theirs), ...notRenamed.split(' ')]

/** One employee of the dataset `employee`, read as if it came from the listing. */
export const datasetRow = z.preprocess((item) => {
  const fields = property(item, 'fields')
  const ours = Object.fromEntries(renamed.map(([name, theirs]) => [name, property(fields, theirs)]))
  return { ...(typeof fields === 'object' && fields), ...ours, _restrictedFields: property(item, '_restrictedFields') }
}, employeeRow)

/** The record of an employee. `own` names the company's own fields of `raw`: our name, their name. */
export function toEmployee(row: z.output<typeof employeeRow>, raw: unknown, own: Readonly<Record<string, string>>) {
  const { payRate, _restrictedFields: restricted } = row
  const firstName = row.firstName ?? ''
  const lastName = row.lastName ?? ''
  return {
    id: row.employeeId,
    employeeNumber: given(row.employeeNumber),
    firstName,
    middleName: given(row.middleName),
    lastName,
    preferredName: given(row.preferredName),
    displayName: `${given(row.preferredName) ?? firstName} ${lastName}`.trim(),
    workEmail: given(row.workEmail),
    personalEmail: given(row.homeEmail),
    workPhone: given(row.workPhone),
    mobilePhone: given(row.mobilePhone),
    homePhone: given(row.homePhone),
    birthDate: given(row.birthDate),
    hireDate: given(row.hireDate),
    originalHireDate: given(row.originalHireDate),
    terminationDate: given(row.terminationDate),
    status: statusOf(row.status),
    employmentType: given(row.employmentStatusName),
    jobTitle: given(row.jobTitleName),
    jobTitleId: given(row.jobTitleId),
    departmentId: given(row.departmentId),
    departmentName: given(row.departmentName),
    divisionId: given(row.divisionId),
    divisionName: given(row.divisionName),
    locationId: given(row.locationId),
    locationName: given(row.locationName),
    managerId: given(row.reportsToId),
    managerName: given(row.reportsToName),
    payType: given(row.payType),
    payRate: payRate?.amount && payRate.currency ? { amount: payRate.amount, currency: payRate.currency } : undefined,
    payPeriod: given(row.paidPer),
    restrictedFields: restricted?.length ? restricted : undefined,
    customFields: ownFields(raw, own),
  }
}

function statusOf(status: string | null | undefined): Employee['status'] {
  return status === 'Active' ? 'active' : status === 'Inactive' ? 'inactive' : 'unknown'
}
