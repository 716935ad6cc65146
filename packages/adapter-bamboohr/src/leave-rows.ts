import { wireId, wireRows } from '@unioneyes/adapter-kit'
import { hris, isoDate } from '@unioneyes/models'
import type { Leave } from '@unioneyes/models'
import { z } from 'zod'
import type { Settings } from './api.ts'
import { code, day, decimal, given, mapOf, text } from './wire-parts.ts'

const request = z.object({
  id: wireId(),
  employeeId: wireId(),
  name: code,
  start: isoDate,
  end: isoDate,
  created: day,
  type: mapOf(z.object({ id: code, name: code })),
  status: mapOf(z.object({ status: text, lastChanged: day })),
  amount: mapOf(z.object({ unit: text, amount: decimal })),
  dates: mapOf(z.record(isoDate, decimal)),
  notes: mapOf(z.object({ employee: text, manager: text })),
})

/** The requests of `GET /api/v1/time_off/requests`. */
export const leaveRows = wireRows(hris.leave, {
  wire: request,
  map: ({ type, status, amount, dates, notes, ...row }, { settings }: { readonly settings: Settings }) => ({
    employeeId: row.employeeId,
    employeeName: given(row.name),
    typeId: given(type?.id),
    typeName: given(type?.name),
    status: statusOf(status?.status),
    startDate: row.start,
    endDate: row.end,
    unit: unitOf(amount?.unit),
    amount: given(amount?.amount),
    days: daysOf(dates ?? {}),
    requestedOn: given(row.created),
    statusChangedOn: given(status?.lastChanged),
    employeeNote: settings.leaveNotes ? given(notes?.employee) : undefined,
    managerNote: settings.leaveNotes ? given(notes?.manager) : undefined,
  }),
})

// The vendor writes `superceded` and `canceled`; whoever puts that right one day changes nothing here.
const STATUSES = new Map<string, Leave['status']>([
  ['requested', 'requested'],
  ['approved', 'approved'],
  ['denied', 'denied'],
  ['canceled', 'cancelled'],
  ['cancelled', 'cancelled'],
  ['superceded', 'superseded'],
  ['superseded', 'superseded'],
])

const statusOf = (word: string | null | undefined): Leave['status'] =>
  STATUSES.get(word?.toLowerCase() ?? '') ?? 'unknown'

function unitOf(word: string | null | undefined): Leave['unit'] {
  const unit = given(word)?.toLowerCase()
  return unit === undefined || unit === 'hours' || unit === 'days' ? unit : 'unknown'
}

function daysOf(dates: Readonly<Record<string, string | null | undefined>>): Leave['days'] {
  const days = Object.entries(dates).flatMap(([date, amount]) => (amount ? { date, amount } : []))
  return days.length === 0 ? undefined : days.sort((a, b) => (a.date < b.date ? -1 : 1))
}
