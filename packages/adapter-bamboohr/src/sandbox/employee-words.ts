import type { Company } from './company.ts'
import type { Person } from './person.ts'

/** Reads one field of a person in the words of one endpoint. */
export type FieldReader = (person: Person, company: Company) => unknown

type ListName = keyof Company['lists']
type Position = 'department' | 'division' | 'location' | 'jobTitle' | 'employmentStatus'

const listName =
  (list: ListName, position: Position): FieldReader =>
  (person, { lists }) => {
    const at = person[position]
    return at === null ? null : (lists[list][at]?.name ?? null)
  }
const listId =
  (list: ListName, position: Position): FieldReader =>
  (person, { lists }) => {
    const at = person[position]
    const option = at === null ? undefined : lists[list][at]
    return option ? String(option.id) : null
  }
const managerId: FieldReader = ({ reportsTo }) => (reportsTo === null ? null : String(reportsTo))
const managerName: FieldReader = ({ reportsTo }, company) => {
  const index = reportsTo === null ? undefined : company.find(String(reportsTo))
  return index === undefined ? null : company.name(index)
}
const bestEmail: FieldReader = (person) => person.workEmail ?? person.homeEmail
const displayName: FieldReader = ({ preferredName, firstName, lastName }) =>
  `${preferredName ?? firstName ?? ''} ${lastName ?? ''}`.trim()
const photoUrl: FieldReader = ({ id }, company) =>
  company.options.photos === 'signed'
    ? `https://photos.example/${String(id)}.jpg?Expires=${String(Math.floor(company.now() / 1000) + 3600)}&Signature=${String(id * 7919)}`
    : null

/** What every row of `GET /api/v1/employees` has. Specification: schema GetEmployeesEmployeeBaseResponse. */
export const baseFields: Readonly<Record<string, FieldReader>> = {
  employeeId: ({ id }, { options }) => (options.employeeIdAs === 'number' ? id : String(id)),
  firstName: (person) => person.firstName,
  lastName: (person) => person.lastName,
  preferredName: (person) => person.preferredName,
  photoUrl,
  jobTitleName: listName('jobTitle', 'jobTitle'),
  status: (person) => person.status,
}

/** What it shows when asked. Specification: schema EmployeeOptionalField. */
export const optionalFields: Readonly<Record<string, FieldReader>> = {
  workEmail: (person) => person.workEmail,
  homeEmail: (person) => person.homeEmail,
  bestEmail,
  middleName: (person) => person.middleName,
  workPhone: (person) => person.workPhone,
  workPhoneExtension: (person) => person.workPhoneExtension,
  mobilePhone: (person) => person.mobilePhone,
  homePhone: (person) => person.homePhone,
  skypeUsername: () => null,
  linkedinUrl: () => null,
  facebookUrl: () => null,
  instagramUrl: () => null,
  twitterUrl: () => null,
  pinterestUrl: () => null,
  birthDate: (person) => person.birthDate,
  hireDate: (person) => person.hireDate,
  divisionName: listName('division', 'division'),
  divisionId: listId('division', 'division'),
  departmentName: listName('department', 'department'),
  departmentId: listId('department', 'department'),
  locationName: listName('location', 'location'),
  locationId: listId('location', 'location'),
  jobTitleId: listId('jobTitle', 'jobTitle'),
  employmentStatusName: listName('employmentHistoryStatus', 'employmentStatus'),
  employmentStatusId: listId('employmentHistoryStatus', 'employmentStatus'),
  reportsToName: managerName,
  reportsToId: managerId,
}

/** What it also shows since. The vendor's Python client, models/employee_optional_field.py and get_employees_employee_response.py at 673d57c. */
export const laterFields: Readonly<Record<string, FieldReader>> = {
  employeeNumber: (person) => person.employeeNumber,
  displayName,
  originalHireDate: (person) => person.originalHireDate,
  terminationDate: (person) => person.terminationDate,
  gender: (person) => person.gender,
  addressLine1: (person) => person.addressLine1,
  city: (person) => person.city,
  state: (person) => person.state,
  country: (person) => person.country,
  zipcode: (person) => person.zipcode,
  payRate: ({ payAmount, payCurrency }) => (payAmount === null ? null : { amount: payAmount, currency: payCurrency }),
  payType: (person) => person.payType,
  paidPer: (person) => person.paidPer,
  tShirtSize: ({ id }) => ['S', 'M', 'L', 'XL'][id % 4],
}

/** A field of the dataset `employee`, and how its filter may use it. */
export interface DatasetField {
  readonly label: string
  readonly entity: string
  readonly type: 'text' | 'number' | 'date' | 'options'
  readonly read: FieldReader
}

const field = (label: string, entity: string, type: DatasetField['type'], read: FieldReader): DatasetField => ({
  label,
  entity,
  type,
  read,
})

/** The fields of the dataset `employee`: names, labels and entities as in the recorded field list (sheet S4, 2026-05). */
export const datasetFields: Readonly<Record<string, DatasetField>> = {
  eeid: field('EEID', 'calculated', 'number', ({ id }) => String(id)),
  employeeNumber: field('Employee #', 'personal', 'text', (person) => person.employeeNumber),
  firstName: field('First Name', 'personal', 'text', (person) => person.firstName),
  middleName: field('Middle Name', 'personal', 'text', (person) => person.middleName),
  lastName: field('Last Name', 'personal', 'text', (person) => person.lastName),
  preferredName: field('Preferred Name', 'personal', 'text', (person) => person.preferredName),
  status: field('Status', 'personal', 'options', (person) => person.status),
  email: field('Work Email', 'personal', 'text', (person) => person.workEmail),
  homeEmail: field('Home Email', 'personal', 'text', (person) => person.homeEmail),
  workPhone: field('Work Phone', 'personal', 'text', (person) => person.workPhone),
  workExtension: field('Ext.', 'personal', 'text', (person) => person.workPhoneExtension),
  mobilePhone: field('Mobile Phone', 'personal', 'text', (person) => person.mobilePhone),
  homePhone: field('Home Phone', 'personal', 'text', (person) => person.homePhone),
  dateOfBirth: field('Date of Birth', 'personal', 'date', (person) => person.birthDate),
  gender: field('Gender', 'personal', 'options', (person) => person.gender),
  hireDate: field('Hire Date', 'job', 'date', (person) => person.hireDate),
  originalHireDate: field('Original Hire Date', 'job', 'date', (person) => person.originalHireDate),
  terminationDate: field('Termination Date', 'calculated', 'date', (person) => person.terminationDate),
  employmentStatus: field(
    'Employment Status',
    'employmentStatus',
    'options',
    listName('employmentHistoryStatus', 'employmentStatus'),
  ),
  jobInformationJobTitle: field('Job Title', 'jobInformation', 'options', listName('jobTitle', 'jobTitle')),
  jobInformationDepartment: field('Department', 'jobInformation', 'options', listName('department', 'department')),
  jobInformationDivision: field('Division', 'jobInformation', 'options', listName('division', 'division')),
  jobInformationLocation: field('Location', 'jobInformation', 'options', listName('location', 'location')),
  jobInformationReportsTo: field('Reports To', 'jobInformation', 'text', managerName),
  supervisorName: field('Supervisor name', 'calculated', 'text', managerName),
  supervisorEid: field('Supervisor EID', 'calculated', 'number', managerId),
  // The supervisor's employee number, not the id: in the recorded report it is 6 for the manager whose id is 9.
  supervisorId: field('Supervisor ID', 'calculated', 'text', ({ reportsTo }, company) => {
    const index = reportsTo === null ? undefined : company.find(String(reportsTo))
    return index === undefined ? null : company.person(index).employeeNumber
  }),
  compensationPayRate: field('Pay Rate', 'compensation', 'number', (person) => person.payAmount),
  compensationPayRateCurrencyCode: field(
    'Pay Rate - Currency Code',
    'compensation',
    'text',
    (person) => person.payCurrency,
  ),
  compensationPayType: field('Pay Type', 'compensation', 'options', (person) => person.payType),
  compensationPaidPer: field('Paid Per', 'compensation', 'options', (person) => person.paidPer),
  lastChanged: field('Last changed', 'calculated', 'date', ({ id }, company) => {
    const index = company.find(String(id))
    return index === undefined ? null : company.lastChanged(index).replace('Z', '+00:00')
  }),
  customField4600: field('Union Local', 'custom', 'text', (person) => person.unionLocal),
  customField4601: field('Seniority Date', 'custom', 'date', (person) => person.seniorityDate),
}

/** A field of `GET /api/v1/employees/{id}` and `GET /api/v1/meta/fields`. */
export interface LegacyField {
  readonly id: number | string
  readonly name: string
  readonly type: string
  readonly alias?: string | undefined
  readonly deprecated?: true | undefined
  readonly read: FieldReader
}

/** The account's fields by their older names: ids, names, types and aliases as in the recorded field list (sheet S4, 2026-05). */
export const legacyFields: readonly LegacyField[] = [
  { id: 1, name: 'First Name', type: 'text', alias: 'firstName', read: (person) => person.firstName },
  { id: 5, name: 'Middle Name', type: 'text', alias: 'middleName', read: (person) => person.middleName },
  { id: 2, name: 'Last Name', type: 'text', alias: 'lastName', read: (person) => person.lastName },
  {
    id: 1358,
    name: 'Nickname',
    type: 'text',
    alias: 'nickname',
    deprecated: true,
    read: (person) => person.preferredName,
  },
  { id: 1358, name: 'Preferred Name', type: 'text', alias: 'preferredName', read: (person) => person.preferredName },
  { id: 387, name: 'Status', type: 'status', alias: 'status', read: (person) => person.status },
  {
    id: 636,
    name: 'Employee #',
    type: 'employee_number',
    alias: 'employeeNumber',
    read: (person) => person.employeeNumber,
  },
  { id: 15, name: 'Work Email', type: 'email', alias: 'workEmail', read: (person) => person.workEmail },
  { id: 1357, name: 'Home Email', type: 'email', alias: 'homeEmail', read: (person) => person.homeEmail },
  { id: 634, name: 'Work Phone', type: 'phone', alias: 'workPhone', read: (person) => person.workPhone },
  {
    id: 635,
    name: 'Work Ext.',
    type: 'text',
    alias: 'workPhoneExtension',
    read: (person) => person.workPhoneExtension,
  },
  { id: 13, name: 'Mobile Phone', type: 'phone', alias: 'mobilePhone', read: (person) => person.mobilePhone },
  { id: 14, name: 'Home Phone', type: 'phone', alias: 'homePhone', read: (person) => person.homePhone },
  { id: 6, name: 'Birth Date', type: 'date', alias: 'dateOfBirth', read: (person) => person.birthDate },
  { id: 3, name: 'Hire Date', type: 'date', alias: 'hireDate', read: (person) => person.hireDate },
  {
    id: 4333,
    name: 'Original Hire Date',
    type: 'date',
    alias: 'originalHireDate',
    read: (person) => person.originalHireDate,
  },
  {
    id: -38,
    name: 'Termination Date',
    type: 'date',
    alias: 'terminationDate',
    read: ({ terminationDate }) => terminationDate ?? '0000-00-00',
  },
  { id: 4, name: 'Department', type: 'list', alias: 'department', read: listName('department', 'department') },
  { id: 1355, name: 'Division', type: 'list', alias: 'division', read: listName('division', 'division') },
  { id: 18, name: 'Location', type: 'list', alias: 'location', read: listName('location', 'location') },
  { id: 17, name: 'Job Title', type: 'list', alias: 'jobTitle', read: listName('jobTitle', 'jobTitle') },
  {
    id: 16,
    name: 'Employment Status',
    type: 'list',
    alias: 'employmentHistoryStatus',
    read: listName('employmentHistoryStatus', 'employmentStatus'),
  },
  { id: 91, name: 'Reporting to', type: 'employee', alias: 'reportsTo', read: managerName },
  {
    id: 19,
    name: 'Pay rate',
    type: 'currency',
    alias: 'payRate',
    read: ({ payAmount, payCurrency }) => (payAmount === null ? '' : `${payAmount} ${payCurrency ?? ''}`.trim()),
  },
  {
    id: '19.1',
    name: 'Pay rate - Currency code',
    type: 'text',
    alias: 'payRate',
    read: (person) => person.payCurrency,
  },
  { id: 4600, name: 'Union Local', type: 'text', alias: 'customUnionLocal', read: (person) => person.unionLocal },
  { id: 4601, name: 'Seniority Date', type: 'date', read: (person) => person.seniorityDate },
  { id: '4340.4', name: '401(k) - Company pays', type: 'text', read: () => null },
]
