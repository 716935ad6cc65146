import type { Company, CompanyLists, PersonPatch, RawPatch } from './company.ts'
import { toSeconds } from './company.ts'
import type { TableName } from './employee-tables.ts'
import type { LeaveRequest, NewLeave } from './leave-book.ts'
import { allLeave, toLeave } from './leave-endpoints.ts'
import { allListFields, toListRow } from './list-employees.ts'
import { toOption } from './older-endpoints.ts'
import { TERMINATED, toDate } from './person.ts'
import { allRows } from './table-endpoints.ts'

/** What the company has now, in the provider's own words. */
export interface BamboohrTruth {
  /** Every live employee with every field the listing knows, in the order of their ids. */
  readonly employees: readonly Record<string, unknown>[]
  /** Every department, archived ones included. */
  readonly departments: readonly Record<string, unknown>[]
  /** Every job title, archived ones included, then every row of the table `jobInfo`: those have an `employeeId`. */
  readonly positions: readonly Record<string, unknown>[]
  /** Every request for time off, without its notes. */
  readonly leave: readonly Record<string, unknown>[]
  /** Every row of the table `compensation`. */
  readonly payroll: readonly Record<string, unknown>[]
}

/** The actions on one company. Ids are text, as the vendor writes them. */
export function createActions(company: Company) {
  const { glitches } = company

  function option(list: 'department' | 'jobTitle', id: string) {
    const found = company.lists[list].find((one) => String(one.id) === id)
    if (!found) throw new Error(`The sandbox has no ${list} ${id}.`)
    return found
  }

  function indexOf(employeeId: string): number {
    const index = company.find(employeeId)
    if (index === undefined) throw new Error(`The sandbox has no employee ${employeeId}.`)
    return index
  }

  function addOption(list: 'department' | 'jobTitle', firstId: number, name: string): string {
    const id = firstId + company.lists[list].length
    const createdDate = toSeconds(company.now()).replace('Z', '+00:00')
    company.lists[list].push({ id, name, createdDate, archivedDate: null })
    // In a company that had none, everybody has it now.
    company.touchAll()
    return String(id)
  }

  function archive(list: 'department' | 'jobTitle', id: string): void {
    option(list, id).archivedDate = toSeconds(company.now()).replace('Z', '+00:00')
  }

  function decide(leaveId: string, status: string): void {
    company.leave.change(leaveId, { status, lastChanged: toDate(company.now()) })
  }

  return {
    /** Somebody starts today. @returns the new employee's id */
    hire: (patch: PersonPatch = {}): string => company.hire(patch),
    /**
     * Changes a person, and so enters the feed. Who reports to somebody renamed shows the new name without entering it:
     * the vendor does not say that they would.
     */
    change: (id: string, patch: PersonPatch): void => {
      company.change(id, patch)
      if ('firstName' in patch || 'lastName' in patch || 'preferredName' in patch) company.touchAll()
    },
    /** Deletes a person for good. Who reported to them keeps the id and loses the name. */
    remove: (id: string): void => {
      company.remove(id)
      company.touchAll()
    },
    /** Somebody's employment ends; the person stays. */
    terminate: (id: string, date = toDate(company.now())): void => {
      company.change(id, { status: 'Inactive', terminationDate: date, employmentStatus: TERMINATED })
    },
    /** Gives new mobile numbers to so many percent of the people, spread evenly. @returns their ids */
    changeMany: (percent: number): string[] => {
      const live = company.live()
      const count = Math.round((live.length * percent) / 100)
      const changed: string[] = []
      for (let n = 0; n < count; n += 1) {
        const index = live[Math.floor((n * live.length) / count)]
        if (index === undefined) continue
        const id = String(company.person(index).id)
        company.change(id, { mobilePhone: `+1 800-555-${String(company.version(index)).padStart(4, '0')}` })
        changed.push(id)
      }
      return changed
    },
    /** Renames a department. Its people show the new name without entering the feed, as nothing says that they would. */
    renameDepartment: (id: string, name: string): void => {
      option('department', id).name = name
      company.touchAll()
    },
    archiveDepartment: (id: string): void => archive('department', id),
    /** @returns the new department's id */
    addDepartment: (name: string): string => addOption('department', 20_000, name),
    archiveJobTitle: (id: string): void => archive('jobTitle', id),
    /** @returns the new job title's id */
    addJobTitle: (name: string): string => addOption('jobTitle', 25_000, name),
    /** The key's user may not see this list field. */
    hideList: (name: keyof CompanyLists): void => {
      glitches.hiddenLists.add(name)
    },

    /** The rows of one employee, in no particular order. */
    tableRows: (table: TableName, employeeId: string) => company.tables.rows(table, indexOf(employeeId)),
    /** Adds a row, by default like the last one; the employee enters the feed. @returns the row's id */
    addTableRow: (table: TableName, employeeId: string, values: RawPatch): string => {
      company.noteChange(employeeId)
      return company.tables.add(table, indexOf(employeeId), values)
    },
    /** Changes values of a row as the table shows them; the employee enters the feed. */
    changeTableRow: (table: TableName, employeeId: string, rowId: string, values: RawPatch): void => {
      company.noteChange(employeeId)
      company.tables.change(table, indexOf(employeeId), rowId, values)
    },
    /** Deletes a row; the employee enters the feed. */
    removeTableRow: (table: TableName, employeeId: string, rowId: string): void => {
      company.noteChange(employeeId)
      company.tables.remove(table, indexOf(employeeId), rowId)
    },
    /** A table is refused to the key's user. */
    refuseTable: (table: TableName, status = 403): void => {
      company.tables.refused.set(table, status)
    },
    /** @see refuseTable */
    allowTable: (table: TableName): void => {
      company.tables.refused.delete(table)
    },
    /** The key's user may not see this field of a table: rows come without it. */
    hideTableField: (table: TableName, field: string): void => {
      company.tables.hiddenFields.add(`${table}.${field}`)
    },

    /** Somebody asks for time off. @returns the request's id */
    requestLeave: (employeeId: string, request: NewLeave): string => company.leave.add(indexOf(employeeId), request),
    approveLeave: (leaveId: string): void => decide(leaveId, 'approved'),
    denyLeave: (leaveId: string): void => decide(leaveId, 'denied'),
    cancelLeave: (leaveId: string): void => decide(leaveId, 'canceled'),
    supersedeLeave: (leaveId: string): void => decide(leaveId, 'superceded'),
    /** Changes a request without a word about when. */
    changeLeave: (leaveId: string, patch: Partial<LeaveRequest>): void => company.leave.change(leaveId, patch),
    /** A request vanishes, as if it had never been. */
    removeLeave: (leaveId: string): void => company.leave.remove(leaveId),
    /** Time off is refused to the key's user. */
    refuseLeave: (on = true): void => {
      glitches.leaveRefused = on
    },

    /** No key is let in any more. */
    revokeKey: (): void => {
      company.keys.clear()
    },
    /** This key is let in. */
    acceptKey: (key: string): void => {
      company.keys.add(key)
    },
    /** The key's user may not see this field of anybody. */
    restrictField: (name: string): void => {
      company.restricted.add(name)
      company.touchAll()
    },
    /** @see restrictField */
    allowField: (name: string): void => {
      company.restricted.delete(name)
      company.touchAll()
    },

    /** Makes a row that no reader can like: by default a number where a text was. Enters the feed. */
    corruptRow: (id: string, raw: RawPatch = { firstName: 42, lastName: { was: 'text' } }): void =>
      company.setRaw(id, raw),
    /** @see corruptRow */
    healRow: (id: string): void => company.setRaw(id, undefined),
    /** The last employee of a page is the first of the next one too. */
    duplicateAcrossPages: (on = true): void => {
      glitches.duplicateAcrossPages = on
    },
    /** Listings show nobody, with a proper end and a total of zero. */
    shrinkToZero: (on = true): void => {
      glitches.emptyListing = on
    },
    /** The stated total is off by so many. */
    lieAboutTotal: (delta: number): void => {
      glitches.totalDelta = delta
    },
    /** The last page of the employee listing leads back to the first. */
    endlessCursor: (on = true): void => {
      glitches.endlessCursor = on
    },
    /** `GET /api/v1/employees` answers 403. */
    refuseListing: (on = true): void => {
      glitches.listingRefused = on
    },
    /** The feed says this as `latest`, whatever it holds; undefined makes it truthful again. */
    sayLatest: (latest: string | null | undefined): void => {
      glitches.latest = latest
    },

    /** Lets the company's time pass. */
    advance: (ms: number): void => company.advance(ms),
    /** The company's time, in milliseconds since 1970. */
    now: (): number => company.now(),
    /** How many people there are. */
    count: (): number => company.live().length,
    /** The ids of all people, in order. */
    ids: (): string[] => company.live().map((index) => String(company.person(index).id)),
    /** What a complete and correct copy would have to hold. */
    truth: (): BamboohrTruth => {
      const fields = allListFields(company)
      return {
        employees: company.live().map((index) => toListRow(index, fields, company)),
        departments: company.lists.department.map(toOption),
        positions: [...company.lists.jobTitle.map(toOption), ...allRows('jobInfo', company)],
        leave: allLeave(company).map((request) => toLeave(request, company, false)),
        payroll: allRows('compensation', company),
      }
    },
  }
}
