import { wireId, wireRows } from '@unioneyes/adapter-kit'
import { hris } from '@unioneyes/models'
import type { Payroll } from '@unioneyes/models'
import { z } from 'zod'
import { idUnder } from './employee-table.ts'
import type { EmployeeTable } from './employee-table.ts'
import { all, code, day, given, pay } from './wire-parts.ts'

/** What somebody is paid from which day on. */
export const compensation: EmployeeTable<Payroll> = {
  name: 'compensation',
  prefix: '',
  rows: wireRows(hris.payroll, {
    id: idUnder(''),
    wire: z.object({
      employeeId: wireId(),
      startDate: day,
      ...all(code, 'type', 'paidPer', 'paySchedule', 'exempt', 'reason', 'comment'),
      ...all(pay, 'rate', 'overtimeRate'),
    }),
    map: (row) => ({
      kind: 'compensation' as const,
      employeeId: row.employeeId,
      effectiveDate: given(row.startDate),
      payType: given(row.type),
      rate: row.rate,
      period: given(row.paidPer),
      schedule: given(row.paySchedule),
      overtimeRate: row.overtimeRate,
      overtimeStatus: given(row.exempt),
      reason: given(row.reason),
      comment: given(row.comment),
    }),
  }),
}
