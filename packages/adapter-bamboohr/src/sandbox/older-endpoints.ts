import { jsonResponse } from '@unioneyes/testkit'
import type { SandboxRequest, SandboxResponse } from '@unioneyes/testkit'
import { jsonOrXml, legacyError } from './answers.ts'
import type { Company, CompanyLists, ListOption } from './company.ts'
import { legacyFields } from './employee-words.ts'

/** `GET /api/v1/employees/changed` (operation get-changed-employee-ids; sheet: Incremental). */
export function listChanges(request: SandboxRequest, company: Company): SandboxResponse {
  const sinceMs = readSince(request)
  if (typeof sinceMs !== 'number') return sinceMs
  const type = request.query.get('type') ?? 'all'
  if (!['inserted', 'updated', 'deleted', 'all'].includes(type))
    return legacyError(400, 'The type parameter is invalid.')
  const changes = company.changes(sinceMs).filter(({ action }) => type === 'all' || action.toLowerCase() === type)
  const latest = changes
    .map(({ lastChanged }) => lastChanged)
    .reduce((left, right) => (left > right ? left : right), '')
  const { glitches } = company
  return jsonOrXml(request, 'employees', {
    // What it says when nothing changed is documented nowhere; the time that was asked for is the tamest guess.
    latest: glitches.latest === undefined ? latest || request.query.get('since') : glitches.latest,
    // An empty PHP map is written as a list.
    employees: changes.length === 0 ? [] : Object.fromEntries(changes.map((change) => [change.id, change])),
  })
}

/** The parameter `since` in milliseconds since 1970, or the refusal of it. */
export function readSince(request: SandboxRequest): number | SandboxResponse {
  const since = request.query.get('since') ?? ''
  const sinceMs = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/.test(since) ? Date.parse(since) : NaN
  if (!Number.isNaN(sinceMs)) return sinceMs
  return legacyError(400, 'The since parameter is missing or is not a valid ISO 8601 date.')
}

/** `GET /api/v1/employees/{id}` (operation get-employee; sheet: Employees 2). */
export function getEmployee(request: SandboxRequest, company: Company): SandboxResponse {
  const id = request.params.id ?? ''
  const asked = (request.query.get('fields') ?? 'firstName,lastName').split(',').filter(Boolean)
  if (asked.length > 400) return legacyError(400, 'Too many fields requested.')
  // The key of the sandbox belongs to nobody.
  if (id === '0') return jsonOrXml(request, 'employee', { id: '0' })
  const index = company.find(id)
  if (index === undefined) return legacyError(404, 'The employee does not exist.')
  const person = company.person(index)
  const shown: Record<string, unknown> = { id }
  for (const name of asked) {
    const field = legacyFields.find((one) => one.alias === name || String(one.id) === name)
    if (field && !company.restricted.has(name)) shown[name] = field.read(person, company)
  }
  return jsonOrXml(request, 'employee', shown)
}

interface ListField {
  readonly id: number
  readonly fieldId: number
  readonly name: string
  readonly list: keyof CompanyLists | undefined
}

// Ids, names and order as recorded (sheet S4); a list without alias is one the account defined.
const LIST_FIELDS: readonly ListField[] = [
  { id: 3440, fieldId: 16, name: 'Employment Status', list: 'employmentHistoryStatus' },
  { id: 3441, fieldId: 17, name: 'Job Title', list: 'jobTitle' },
  { id: 3442, fieldId: 18, name: 'Location', list: 'location' },
  { id: 3446, fieldId: 4313, name: 'Termination Type', list: undefined },
  { id: 3443, fieldId: 4, name: 'Department', list: 'department' },
  { id: 3452, fieldId: 1355, name: 'Division', list: 'division' },
]

/** `GET /api/v1/meta/lists` (operation list-list-fields; sheet: Departments). */
export function listLists(request: SandboxRequest, company: Company): SandboxResponse {
  return jsonOrXml(
    request,
    'lists',
    LIST_FIELDS.flatMap((field) => {
      const hidden = field.list !== undefined && company.glitches.hiddenLists.has(field.list)
      return hidden ? [] : toListField(field, company)
    }),
  )
}

function toListField({ id, fieldId, name, list }: ListField, company: Company): object {
  return {
    id,
    fieldId,
    manageable: list === undefined || list === 'location' ? 'no' : 'yes',
    multiple: 'no',
    name,
    options: list === undefined ? [toOption(VOLUNTARY)] : company.lists[list].map(toOption),
    ...(list !== undefined && { alias: list }),
  }
}

const VOLUNTARY: ListOption = { id: 18_900, name: 'Voluntary', createdDate: null, archivedDate: null }

/** A choice of a list as the vendor shows it. */
export function toOption({ id, name, createdDate, archivedDate }: ListOption): Record<string, unknown> {
  return { id, archived: archivedDate === null ? 'no' : 'yes', manageable: 'yes', createdDate, archivedDate, name }
}

/** `GET /api/v1/meta/fields` (operation list-fields; recorded, sheet S4). */
export function listFields(request: SandboxRequest): SandboxResponse {
  return jsonOrXml(
    request,
    'fields',
    legacyFields.map(({ id, name, type, alias, deprecated }) => ({
      id,
      name,
      type,
      ...(alias !== undefined && { alias }),
      ...(deprecated && { deprecated }),
    })),
  )
}

/** `GET /api/v1/company_information` (operation get-company-information). */
export function getCompanyInformation(): SandboxResponse {
  return jsonResponse({
    legalName: 'Northern Works Ltd. / Travaux du Nord ltée',
    displayName: 'Northern Works',
    address: { line1: '335 rue Principale', line2: '', city: 'Montréal', state: 'QC', zip: 'H2X 1Y4' },
    phone: '514-555-0100',
  })
}
