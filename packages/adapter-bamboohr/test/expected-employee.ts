import type { Employee } from '@unioneyes/models'

/** A row of the provider, by its own names. */
export type Row = Readonly<Record<string, unknown>>

// Our name and BambooHR's, written down once more and by hand: the tests must not believe the adapter's own table.
const NAMES = {
  employeeNumber: 'employeeNumber',
  middleName: 'middleName',
  preferredName: 'preferredName',
  workEmail: 'workEmail',
  personalEmail: 'homeEmail',
  workPhone: 'workPhone',
  mobilePhone: 'mobilePhone',
  homePhone: 'homePhone',
  birthDate: 'birthDate',
  hireDate: 'hireDate',
  originalHireDate: 'originalHireDate',
  terminationDate: 'terminationDate',
  employmentType: 'employmentStatusName',
  jobTitle: 'jobTitleName',
  jobTitleId: 'jobTitleId',
  departmentId: 'departmentId',
  departmentName: 'departmentName',
  divisionId: 'divisionId',
  divisionName: 'divisionName',
  locationId: 'locationId',
  locationName: 'locationName',
  managerId: 'reportsToId',
  managerName: 'reportsToName',
  payType: 'payType',
  payPeriod: 'paidPer',
} as const satisfies Partial<Record<keyof Employee, string>>

/** A value as the copy must hold it: text with every digit, or undefined where there is none. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'number' || typeof value === 'bigint') return String(value)
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** The named values of a row that are there, under our names. */
export function given(row: Row, names: Readonly<Record<string, string>>): Record<string, string> {
  const found = Object.entries(names).map(([ours, theirs]) => [ours, textOf(row[theirs])] as const)
  return Object.fromEntries(found.flatMap(([ours, value]) => (value === undefined ? [] : [[ours, value]])))
}

/** What an employee of the sandbox must become. */
export function expectedEmployee(row: Row): Employee {
  const text = (name: string): string | undefined => textOf(row[name])
  const [firstName, lastName] = [text('firstName') ?? '', text('lastName') ?? '']
  const status = { Active: 'active', Inactive: 'inactive' }[text('status') ?? ''] ?? 'unknown'
  const payRate = row.payRate ?? undefined
  const restricted = Array.isArray(row._restrictedFields) && row._restrictedFields.length > 0
  return {
    id: String(row.employeeId),
    firstName,
    lastName,
    displayName: `${text('preferredName') ?? firstName} ${lastName}`.trim(),
    status,
    ...given(row, NAMES),
    ...(payRate === undefined ? {} : { payRate }),
    ...(restricted ? { restrictedFields: row._restrictedFields } : {}),
  } as Employee
}

/** What a department of the sandbox must become. */
export function expectedDepartment(row: Row): Record<string, unknown> {
  const dates = given(row, { createdAt: 'createdDate', archivedAt: 'archivedDate' })
  return { id: String(row.id), name: row.name, active: row.archived !== 'yes', ...dates }
}
