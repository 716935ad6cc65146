import { property, wireRows } from '@unioneyes/adapter-kit'
import { hris } from '@unioneyes/models'
import type { Position } from '@unioneyes/models'
import { z } from 'zod'
import { choice, fromChoice } from './choice-lists.ts'
import { idUnder } from './employee-table.ts'
import type { EmployeeTable } from './employee-table.ts'
import { all, code, day, given } from './wire-parts.ts'

/** The choices of the list field "Job Title" as jobs. */
export const jobRows = wireRows(hris.position, {
  id: (item) => `job/${choice.shape.id.parse(property(item, 'id'))}`,
  wire: choice,
  map: (row) => ({ kind: 'job' as const, title: row.name, titleId: row.id, ...fromChoice(row) }),
})

/** Who held which job from which day on. It names title, department and manager, and gives no ids of them. */
export const jobInfo: EmployeeTable<Position> = {
  name: 'jobInfo',
  prefix: 'assignment/',
  rows: wireRows(hris.position, {
    id: idUnder('assignment/'),
    wire: z.object({
      ...all(code, 'employeeId', 'jobTitle', 'department', 'division', 'location', 'reportsTo'),
      date: day,
    }),
    map: (row) => ({
      kind: 'assignment' as const,
      employeeId: given(row.employeeId),
      effectiveDate: given(row.date),
      title: given(row.jobTitle),
      departmentName: given(row.department),
      divisionName: given(row.division),
      locationName: given(row.location),
      managerName: given(row.reportsTo),
    }),
  }),
}
