import type { AdapterSubject, EntityHand, ItemsLens, RunningSandbox, WebhookHand } from '@unioneyes/testkit'
import { property } from '@unioneyes/adapter-kit'
import { bamboohr } from '../src/index.ts'
import { bamboohrSandbox, sandboxApiKey } from '../src/sandbox.ts'
import type { BamboohrActions, Company } from '../src/sandbox.ts'
import { expectedRecords } from './expected-records.ts'
import type { EntityName } from './expected-records.ts'
import { AT } from './live.ts'

type Hand = EntityHand<RunningSandbox<Company, BamboohrActions>>
type TableName = Parameters<BamboohrActions['tableRows']>[0]

const PAGE_SIZE = 3

const textAt = (value: unknown, name: string): string => String(property(value, name))

/** What a record must be, from the sandbox's truth, written down by hand. */
const expectedOf =
  (entity: EntityName): NonNullable<Hand['expected']> =>
  ({ actions }, id) =>
    expectedRecords(actions.truth(), LEAVE_FROM)[entity].get(id)

let changes = 0
/** Something that was never said before. */
const news = (): string => {
  changes += 1
  return `News ${String(changes)}`
}

const employees: Hand = {
  // Increments ask for people by their ids.
  listing: ({ path, query }) => path === '/api/v1/employees' && !query.has('filter[ids][]'),
  items: 'data',
  id: 'employeeId',
  paging: { size: PAGE_SIZE, total: true },
  fields: {
    text: { wire: 'middleName', record: 'middleName' },
    number: { wire: 'employeeNumber', record: 'employeeNumber' },
    day: { wire: 'hireDate', record: 'hireDate' },
  },
  ids: ({ actions }) => actions.ids(),
  expected: expectedOf('employees'),
  add: ({ actions }) => actions.hire(),
  change: ({ actions }, id) => actions.change(id, { middleName: news() }),
  remove: ({ actions }, id) => actions.remove(id),
  backdate({ actions }, id, ms) {
    actions.advance(-ms)
    actions.change(id, { middleName: news() })
    actions.advance(ms)
  },
}

/** The choices of a list field in `GET /api/v1/meta/lists`. */
const choicesOf = (alias: string): ItemsLens => ({
  get(body) {
    const options = property(listsIn(body).find(isOf(alias)), 'options')
    return Array.isArray(options) ? options : undefined
  },
  set: (body, options) => listsIn(body).map((list) => (isOf(alias)(list) ? { ...toObject(list), options } : list)),
})

const listsIn = (body: unknown): readonly unknown[] => (Array.isArray(body) ? body : [])
const isOf = (alias: string) => (list: unknown) => property(list, 'alias') === alias
const toObject = (value: unknown): object => (typeof value === 'object' ? (value ?? {}) : {})

const departments: Hand = {
  listing: { method: 'GET', path: '/api/v1/meta/lists' },
  items: choicesOf('department'),
  id: 'id',
  fields: {
    requiredText: { wire: 'name', record: 'name' },
    moment: { wire: 'createdDate', record: 'createdAt' },
  },
  ids: ({ actions }) => actions.truth().departments.map((row) => textAt(row, 'id')),
  add: ({ actions }) => actions.addDepartment('Another'),
  change: ({ actions }, id) => actions.renameDepartment(id, news()),
  expected: expectedOf('departments'),
}

/** The rows that every employee has in a table; the id of a record ends in the employee's and the row's. */
function tableHand(table: TableName, entity: 'positions' | 'payroll', prefix: string, given: TableGiven): Hand {
  const recordId = (row: unknown): string => `${prefix}${textAt(row, 'employeeId')}/${textAt(row, 'id')}`
  const partsOf = (id: string): readonly [string, string] => {
    const [employeeId = '', rowId = ''] = id.slice(prefix.length).split('/')
    return [employeeId, rowId]
  }
  return {
    listing: { method: 'GET', path: `/api/v1/employees/all/tables/${table}` },
    items: '',
    id: 'id',
    recordId,
    expected: expectedOf(entity),
    severalPages: true,
    fields: {
      text: { wire: given.text, record: given.textRecord },
      day: { wire: given.day, record: 'effectiveDate' },
    },
    // Rows first, so that what a check takes from the front can be changed.
    ids: ({ actions }) => {
      const [rows, others] = [
        actions.truth()[entity].filter(isRow),
        actions.truth()[entity].filter((row) => !isRow(row)),
      ]
      return [...rows.map(recordId), ...others.map((row) => `job/${textAt(row, 'id')}`)]
    },
    add({ actions }) {
      const [employeeId = ''] = actions.ids()
      return recordId({ employeeId, id: actions.addTableRow(table, employeeId, { [given.day]: '2026-01-05' }) })
    },
    change: ({ actions }, id) => actions.changeTableRow(table, ...partsOf(id), { [given.text]: news() }),
    remove({ actions }, id) {
      if (id.startsWith(prefix) && !id.startsWith('job/')) actions.removeTableRow(table, ...partsOf(id))
    },
    backdate({ actions }, id, ms) {
      actions.advance(-ms)
      actions.changeTableRow(table, ...partsOf(id), { [given.text]: news() })
      actions.advance(ms)
    },
  }
}

interface TableGiven {
  readonly text: string
  readonly textRecord: string
  readonly day: string
}

const isRow = (row: unknown): boolean => property(row, 'employeeId') !== undefined

const leave: Hand = {
  listing: { method: 'GET', path: '/api/v1/time_off/requests' },
  items: '',
  id: 'id',
  expected: expectedOf('leave'),
  severalPages: true,
  fields: {
    text: { wire: 'name', record: 'employeeName' },
    number: { wire: 'employeeId', record: 'employeeId' },
    day: { wire: 'start', record: 'startDate' },
  },
  ids: ({ actions }) =>
    actions
      .truth()
      .leave.filter((row) => textAt(row, 'end') >= LEAVE_FROM && textAt(row, 'start') <= LEAVE_TO)
      .map((row) => textAt(row, 'id')),
  add({ actions }) {
    const [employeeId = ''] = actions.ids()
    return actions.requestLeave(employeeId, { start: '2026-05-04', end: '2026-05-06' })
  },
  change({ actions }, id) {
    const { status } = actions.truth().leave.find((row) => textAt(row, 'id') === id) ?? {}
    if (property(status, 'status') === 'approved') actions.denyLeave(id)
    else actions.approveLeave(id)
  },
  remove: ({ actions }, id) => actions.removeLeave(id),
}

const [LEAVE_FROM, LEAVE_TO] = ['2026-01-01', '2026-12-31']

/** A webhook's deliveries, from a company of its own. */
const webhooks: WebhookHand = {
  secrets: { apiKey: sandboxApiKey, webhookKey: makeDelivery(AT, 1).privateKey },
  signedHeaders: ['x-bamboohr-timestamp', 'x-bamboohr-signature'],
  deliver: (at, n) => makeDelivery(at, n).delivery,
}

function makeDelivery(at: number, n: number) {
  const sandbox = bamboohrSandbox({ people: 3, stoppedAt: at })
  const company = sandbox.createState()
  const { privateKey } = company.webhooks.create(sandboxApiKey, {
    name: 'checks',
    url: 'https://app.example/hooks/bamboohr',
    format: 'json',
    events: ['employee.updated'],
    monitorFields: ['firstName'],
    postFields: {},
    includeCompanyDomain: false,
  })
  sandbox.actions(company).change(String(100 + n), { firstName: 'Ada' })
  const [made] = sandbox.actions(company).pendingDeliveries()
  if (!made) throw new Error('The sandbox delivers nothing.')
  const delivery = { body: Buffer.from(made.body), headers: new Headers(made.headers), receivedAt: at }
  return { privateKey, delivery }
}

const jobs = { text: 'department', textRecord: 'departmentName', day: 'date' }
const pay = { text: 'comment', textRecord: 'comment', day: 'startDate' }

/** What the checks of the testkit need to know of BambooHR. */
export const subject: AdapterSubject<Company, BamboohrActions> = {
  adapter: bamboohr,
  sandbox: () => bamboohrSandbox({ people: 5, departments: 3, jobTitles: 3, stoppedAt: AT }),
  credentials: { apiKey: sandboxApiKey },
  wrongCredentials: { apiKey: 'f'.repeat(40) },
  otherCredentials({ actions }) {
    const apiKey = '0123456789abcdef0123456789abcdef01234567'
    actions.revokeKey()
    actions.acceptKey(apiKey)
    return { apiKey }
  },
  settings: {
    subdomain: 'acme',
    pageSize: PAGE_SIZE,
    leaveFrom: LEAVE_FROM,
    leaveAheadDays: 0,
    // BambooHR cannot tell what changed of leave: what lies further back is only found by a full sync.
    leaveBackDays: 1000,
  },
  advance: ({ actions }, ms) => actions.advance(ms),
  revoke: ({ actions }) => actions.revokeKey(),
  webhooks,
  entities: {
    employees,
    departments,
    positions: tableHand('jobInfo', 'positions', 'assignment/', jobs),
    leave,
    payroll: tableHand('compensation', 'payroll', '', pay),
  },
}
