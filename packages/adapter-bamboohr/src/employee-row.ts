import { wireId } from '@unioneyes/adapter-kit'
import { isoDate, json, money } from '@unioneyes/models'
import type { Employee, Json } from '@unioneyes/models'
import { z } from 'zod'

// BambooHR writes what is not there as null, as empty text, as a day of zeros, or leaves it out.
const given = (value: string | number | bigint | null | undefined): string | undefined =>
  value === null || value === undefined || value === '' || value === '0000-00-00' ? undefined : String(value)
const text = z.string().nullish().transform(given)
const code = z.union([z.string(), z.number(), z.bigint()]).nullish().transform(given)
const day = text.pipe(isoDate.optional())
const pay = z
  .object({ amount: code, currency: text })
  .nullish()
  .transform((rate) => (rate?.amount && rate.currency ? { amount: rate.amount, currency: rate.currency } : undefined))
  .pipe(money.optional())

// What a row has only when asked. A name that the account does not know is ignored.
const asked = z.object({
  employeeNumber: code,
  middleName: text,
  workEmail: text,
  homeEmail: text,
  workPhone: text,
  mobilePhone: text,
  homePhone: text,
  birthDate: day,
  hireDate: day,
  originalHireDate: day,
  terminationDate: day,
  employmentStatusName: text,
  jobTitleId: code,
  departmentId: code,
  departmentName: text,
  divisionId: code,
  divisionName: text,
  locationId: code,
  locationName: text,
  reportsToId: code,
  reportsToName: text,
  payType: text,
  payRate: pay,
  paidPer: text,
})

/** One employee of `GET /api/v1/employees`. */
export const employeeRow = asked.extend({
  employeeId: wireId(),
  firstName: text,
  lastName: text,
  preferredName: text,
  jobTitleName: text,
  status: text,
  _restrictedFields: z.array(z.string()).nullish(),
})

/** The fields that `GET /api/v1/employees` is asked for. */
export const listFields: readonly string[] = Object.keys(asked.shape)

// The dataset's names for the fields of a row. Its `supervisorId` is the manager's employee number, not the id.
const sameInDataset =
  'employeeNumber firstName middleName lastName preferredName status homeEmail workPhone mobilePhone homePhone hireDate originalHireDate terminationDate'
const datasetNames: Readonly<Record<string, string>> = {
  ...Object.fromEntries(sameInDataset.split(' ').map((name) => [name, name])),
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
}

/** The fields that the dataset is asked for, unless the settings name others. */
export const datasetFields: readonly string[] = Object.values(datasetNames)

/** One employee of the dataset `employee`, read as if it came from the listing. */
export const datasetRow = z.preprocess((item) => {
  const fields = at(item, 'fields')
  const row: Record<string, unknown> = { _restrictedFields: at(item, '_restrictedFields') }
  for (const [name, theirs] of Object.entries(datasetNames)) row[name] = at(fields, theirs)
  return row
}, employeeRow)

/** The record of an employee, with the company's own fields by the names that the settings give them. */
export function toEmployee(
  row: z.output<typeof employeeRow>,
  raw: unknown,
  customNames: Readonly<Record<string, string>>,
) {
  const { employeeId, firstName = '', lastName = '', status, _restrictedFields: restricted, ...rest } = row
  const { homeEmail, employmentStatusName, jobTitleName, reportsToId, reportsToName, paidPer, ...same } = rest
  return {
    ...same,
    id: employeeId,
    firstName,
    lastName,
    displayName: `${row.preferredName ?? firstName} ${lastName}`.trim(),
    status: statusOf(status),
    personalEmail: homeEmail,
    employmentType: employmentStatusName,
    jobTitle: jobTitleName,
    managerId: reportsToId,
    managerName: reportsToName,
    payPeriod: paidPer,
    restrictedFields: restricted?.length ? restricted : undefined,
    customFields: customFieldsOf(raw, customNames),
  }
}

function statusOf(status: string | undefined): Employee['status'] {
  return status === 'Active' ? 'active' : status === 'Inactive' ? 'inactive' : 'unknown'
}

function customFieldsOf(fields: unknown, names: Readonly<Record<string, string>>): Employee['customFields'] {
  const found: Record<string, Json> = {}
  for (const [ours, theirs] of Object.entries(names)) {
    const value = at(fields, theirs)
    if (value !== undefined && value !== null)
      found[ours] = typeof value === 'bigint' ? String(value) : json.parse(value)
  }
  return Object.keys(found).length === 0 ? undefined : found
}

/** A property of a value about which nothing is known. */
export function at(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined
}
