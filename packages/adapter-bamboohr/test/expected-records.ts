import type { BamboohrTruth } from '../src/sandbox.ts'
import { expectedDepartment, expectedEmployee, given, textOf } from './expected-employee.ts'
import type { Row } from './expected-employee.ts'

/** What the adapter reads. */
export const entityNames = ['employees', 'departments', 'positions', 'leave', 'payroll'] as const
/** An entity that the adapter reads. */
export type EntityName = (typeof entityNames)[number]

/** The first day of leave that tests ask for unless they say another. */
export const LEAVE_FROM = '2025-06-01'

type Records = ReadonlyMap<string, unknown>

/** What a complete and correct copy holds, by entity and id: written down once more and by hand, past the adapter's tables. */
export function expectedRecords(truth: BamboohrTruth, leaveFrom = LEAVE_FROM): Readonly<Record<EntityName, Records>> {
  const asked = truth.leave.filter(({ end }) => String(end) >= leaveFrom)
  return {
    employees: byId(truth.employees.map(expectedEmployee)),
    departments: byId(truth.departments.map(expectedDepartment)),
    positions: byId(truth.positions.map((row) => ('employeeId' in row ? expectedAssignment(row) : expectedJob(row)))),
    leave: byId(asked.map(expectedLeave)),
    payroll: byId(truth.payroll.map(expectedPay)),
  }
}

const byId = (records: readonly object[]): Records =>
  new Map(records.map((record) => [String(Reflect.get(record, 'id')), record]))

function inside(row: Row, name: string): Row {
  const value = row[name]
  return typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : {}
}

function expectedJob(row: Row) {
  const { id, name, ...rest } = expectedDepartment(row)
  return { id: `job/${String(id)}`, kind: 'job', title: name, titleId: id, ...rest }
}

function expectedAssignment(row: Row) {
  return {
    id: `assignment/${String(row.employeeId)}/${String(row.id)}`,
    kind: 'assignment',
    ...given(row, {
      employeeId: 'employeeId',
      effectiveDate: 'date',
      title: 'jobTitle',
      departmentName: 'department',
      divisionName: 'division',
      locationName: 'location',
      managerName: 'reportsTo',
    }),
  }
}

function expectedPay(row: Row) {
  const money = (ours: string, theirs: string): Row => {
    const { amount, currency } = given(inside(row, theirs), { amount: 'value', currency: 'currency' })
    return amount === undefined || currency === undefined ? {} : { [ours]: { amount, currency } }
  }
  return {
    id: `${String(row.employeeId)}/${String(row.id)}`,
    kind: 'compensation',
    ...given(row, {
      employeeId: 'employeeId',
      effectiveDate: 'startDate',
      payType: 'type',
      period: 'paidPer',
      schedule: 'paySchedule',
      overtimeStatus: 'exempt',
      reason: 'reason',
      comment: 'comment',
    }),
    ...money('rate', 'rate'),
    ...money('overtimeRate', 'overtimeRate'),
  }
}

const STATUSES: Readonly<Record<string, string>> = {
  requested: 'requested',
  approved: 'approved',
  denied: 'denied',
  canceled: 'cancelled',
  superceded: 'superseded',
}

function expectedLeave(row: Row) {
  const { status, lastChanged } = inside(row, 'status')
  const days = Object.entries(inside(row, 'dates')).map(([date, amount]) => ({ date, amount: String(amount) }))
  const changedOn = textOf(lastChanged)
  return {
    ...given(row, { id: 'id', employeeId: 'employeeId', employeeName: 'name' }),
    ...given(row, { startDate: 'start', endDate: 'end', requestedOn: 'created' }),
    ...given(inside(row, 'type'), { typeId: 'id', typeName: 'name' }),
    ...given(inside(row, 'amount'), { unit: 'unit', amount: 'amount' }),
    status: STATUSES[String(status)] ?? 'unknown',
    ...(changedOn === undefined ? {} : { statusChangedOn: changedOn }),
    ...(days.length === 0 ? {} : { days: days.sort((a, b) => (a.date < b.date ? -1 : 1)) }),
  }
}
