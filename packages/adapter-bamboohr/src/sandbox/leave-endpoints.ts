import { jsonResponse } from '@unioneyes/testkit'
import type { SandboxRequest, SandboxResponse } from '@unioneyes/testkit'
import { jsonOrXml, legacyError } from './answers.ts'
import type { Company } from './company.ts'
import { leaveTypes } from './leave-book.ts'
import type { LeaveRequest } from './leave-book.ts'

/** `GET /api/v1/time_off/requests` (operation list-time-off-requests; sheet: Leave). */
export function listLeave(request: SandboxRequest, company: Company): SandboxResponse {
  if (company.glitches.leaveRefused) return legacyError(403, 'You do not have access to time off.')
  const { query } = request
  const [start, end] = [query.get('start') ?? '', query.get('end') ?? '']
  if (!isDay(start) || !isDay(end)) return legacyError(400, 'Invalid or missing start or end date.')
  const one = (name: string, value: string): boolean => !query.has(name) || query.get(name) === value
  const among = (name: string, value: string): boolean => query.get(name)?.split(',').includes(value) ?? true
  const found = allLeave(company).filter(
    (leave) =>
      // Both bounds are inclusive, and a request belongs that overlaps them.
      leave.start <= end &&
      leave.end >= start &&
      one('id', leave.id) &&
      one('employeeId', leave.employeeId) &&
      among('type', leave.type.id) &&
      among('status', leave.status),
  )
  const withNotes = (query.get('excludeNote') ?? '') === ''
  return jsonOrXml(
    request,
    'requests',
    found.map((leave) => toLeave(leave, company, withNotes)),
  )
}

/** Every request of every live person. */
export function allLeave(company: Company): LeaveRequest[] {
  return company.live().flatMap((index) => company.leave.of(index))
}

/** A request as the vendor shows it. */
export function toLeave(request: LeaveRequest, company: Company, withNotes = true): Record<string, unknown> {
  const { id, employeeId, start, end, created, status, lastChanged, type, dates, notes, raw } = request
  const index = company.find(employeeId)
  const total = Object.values(dates).reduce((sum, amount) => sum + Number(amount), 0)
  // Recorded, every scalar is text and an empty map a list; the specification has numbers and objects.
  const specified = company.options.leaveAs === 'specification'
  const scalar = (value: string): string | number => (specified ? Number(value) : value)
  const map = (value: Readonly<Record<string, unknown>>): unknown =>
    !specified && Object.keys(value).length === 0 ? [] : value
  const amounts = Object.entries(dates).map(([date, amount]): [string, unknown] => [date, scalar(amount)])
  return {
    id: scalar(id),
    employeeId: scalar(employeeId),
    status: { lastChanged, lastChangedByUserId: scalar('2385'), status },
    name: index === undefined ? '' : company.name(index),
    ...{ start, end, created },
    type: { id: scalar(type.id), name: type.name, icon: type.icon },
    amount: { unit: type.units, amount: scalar(String(total)) },
    actions: { view: true, edit: true, cancel: false, approve: false, deny: false, bypass: false },
    dates: map(Object.fromEntries(amounts)),
    ...(withNotes && { notes: map(notes) }),
    ...raw,
  }
}

/** `GET /api/v1/meta/time_off/types` (operation list-time-off-types; sheet: Leave). */
export function listLeaveTypes(): SandboxResponse {
  const weekdays = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday']
  return jsonResponse({
    timeOffTypes: leaveTypes.map((type) => ({ ...type, source: 'internal' })),
    defaultHours: [
      ...['Saturday', 'Sunday'].map((name) => ({ name, amount: '0' })),
      ...['default', ...weekdays].map((name) => ({ name, amount: '8' })),
    ],
  })
}

const isDay = (text: string): boolean => /^\d{4}-\d\d-\d\d$/.test(text) && !Number.isNaN(Date.parse(text))
