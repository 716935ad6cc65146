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

/** What an employee of the sandbox must become. */
export function expectedEmployee(row: Row): Employee {
  const text = (name: string): string | undefined => {
    const value = row[name]
    if (typeof value === 'number' || typeof value === 'bigint') return String(value)
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const given = Object.entries(NAMES).flatMap(([ours, theirs]) => {
    const value = text(theirs)
    return value === undefined ? [] : [[ours, value]]
  })
  const [firstName, lastName] = [text('firstName') ?? '', text('lastName') ?? '']
  const status = { Active: 'active', Inactive: 'inactive' }[text('status') ?? ''] ?? 'unknown'
  const payRate = row.payRate ?? undefined
  return {
    id: String(row.employeeId),
    firstName,
    lastName,
    displayName: `${text('preferredName') ?? firstName} ${lastName}`.trim(),
    status,
    ...Object.fromEntries(given),
    ...(payRate === undefined ? {} : { payRate }),
  } as Employee
}

/** What a department of the sandbox must become. */
export function expectedDepartment(row: Row): Record<string, unknown> {
  const dates = { createdAt: row.createdDate, archivedAt: row.archivedDate }
  const known = Object.entries(dates).filter(([, value]) => value !== null)
  const record = { id: String(row.id), name: row.name, active: row.archived !== 'yes' }
  return { ...record, ...Object.fromEntries(known) }
}
