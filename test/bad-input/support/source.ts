import type { SandboxRequest } from '@unioneyes/testkit'
import type { EntityName } from '../../../packages/adapter-bamboohr/test/expected-records.ts'
import type { Row } from '../../../packages/adapter-bamboohr/test/expected-employee.ts'

/** Changes the rows of an answer before they are sent. */
export type RewriteRows = (rows: readonly Row[], request: SandboxRequest) => readonly unknown[]

/** One kind of rows at the provider: positions are made of two, everything else of one. */
export interface Source {
  readonly entity: EntityName
  /** The route that shows the rows. */
  readonly route: string
  /** What a full sync asks. */
  readonly path: string
  /** Who else cannot be read when that path fails. */
  readonly others: readonly EntityName[]
  /** How many answers to that path are good before those that are spoiled, and whether a sync can go on after them. */
  readonly skip: 0 | 1
  /** Whether a sync resumes where it failed. */
  readonly resumes: boolean
  /** Puts other rows into the body of an answer; undefined when these rows are not in it. */
  readonly rewrite: (body: unknown, change: (rows: readonly Row[]) => readonly unknown[]) => unknown
  /** The table that the route must be asked for. */
  readonly table?: string | undefined
  /** The id of the record that a row becomes. */
  readonly idOf: (row: Row) => string
}

/** The names of the sources. */
export type SourceName = 'employees' | 'departments' | 'jobs' | 'assignments' | 'leave' | 'payroll'

const LISTS = { route: '/api/v1/meta/lists', path: '/api/v1/meta/lists', skip: 0, resumes: false } as const
const TABLES = { route: '/api/v1/employees/{id}/tables/{table}', others: [], skip: 0, resumes: false } as const

/** Where the records of the five entities come from. */
export const sources: PerSource<Source> = {
  employees: {
    entity: 'employees',
    ...{ route: '/api/v1/employees', path: '/api/v1/employees', others: [], skip: 1, resumes: true },
    rewrite: (body, change) => (isObject(body) && isRows(body.data) ? { ...body, data: change(body.data) } : undefined),
    idOf: (row) => String(row.employeeId),
  },
  departments: {
    ...{ entity: 'departments', ...LISTS, others: ['positions'] },
    rewrite: inList('department'),
    idOf: (row) => String(row.id),
  },
  jobs: {
    ...{ entity: 'positions', ...LISTS, others: ['departments'] },
    rewrite: inList('jobTitle'),
    idOf: (row) => `job/${String(row.id)}`,
  },
  assignments: {
    ...{ entity: 'positions', ...TABLES, path: '/api/v1/employees/all/tables/jobInfo', table: 'jobInfo' },
    rewrite: (body, change) => (isRows(body) ? change(body) : undefined),
    idOf: (row) => `assignment/${String(row.employeeId)}/${String(row.id)}`,
  },
  leave: {
    entity: 'leave',
    ...{ route: '/api/v1/time_off/requests', path: '/api/v1/time_off/requests', others: [], skip: 1, resumes: true },
    rewrite: (body, change) => (isRows(body) ? change(body) : undefined),
    idOf: (row) => String(row.id),
  },
  payroll: {
    ...{ entity: 'payroll', ...TABLES, path: '/api/v1/employees/all/tables/compensation', table: 'compensation' },
    rewrite: (body, change) => (isRows(body) ? change(body) : undefined),
    idOf: (row) => `${String(row.employeeId)}/${String(row.id)}`,
  },
}

/** The same with their names, to go through. */
export const everySource: readonly (Source & { readonly name: SourceName })[] = Object.values(
  perSource((name) => ({ name, ...sources[name] })),
)

/** Something for every source. */
export type PerSource<T> = Readonly<Record<SourceName, T>>

/** Makes something for every source. */
export function perSource<T>(of: (name: SourceName) => T): PerSource<T> {
  return {
    employees: of('employees'),
    departments: of('departments'),
    jobs: of('jobs'),
    assignments: of('assignments'),
    leave: of('leave'),
    payroll: of('payroll'),
  }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const isRows = (value: unknown): value is readonly Row[] => Array.isArray(value)

/** The choices of one list field, in the answer that has them all. */
function inList(alias: string): Source['rewrite'] {
  return (body, change) => {
    if (!Array.isArray(body) || !body.some((list) => isObject(list) && list.alias === alias)) return undefined
    return body.map((list: unknown) =>
      isObject(list) && list.alias === alias && isRows(list.options)
        ? { ...list, options: change(list.options) }
        : list,
    )
  }
}
