import type { SandboxRequest, SandboxResponse } from '@unioneyes/testkit'
import { jsonOrXml, legacyError } from './answers.ts'
import type { Company } from './company.ts'
import { tableNames } from './employee-tables.ts'
import type { TableName, TableRow } from './employee-tables.ts'
import { readSince } from './older-endpoints.ts'

/** `GET /api/v1/employees/{id}/tables/{table}` (operation get-employee-table-data; sheet: Positions). */
export function listTableRows(request: SandboxRequest, company: Company): SandboxResponse {
  const table = openTable(request, company)
  if (typeof table !== 'string') return table
  const { id = '' } = request.params
  if (id === 'all') return jsonOrXml(request, 'table', allRows(table, company))
  const index = company.find(id)
  if (index === undefined) return legacyError(404, 'The employee does not exist.')
  return jsonOrXml(request, 'table', company.tables.rows(table, index))
}

/** Every row of every live person. */
export function allRows(table: TableName, company: Company): TableRow[] {
  return company.live().flatMap((index) => company.tables.rows(table, index))
}

/** `GET /api/v1/employees/changed/tables/{table}` (operation get-changed-employee-table-data; sheet: Incremental). */
export function listTableChanges(request: SandboxRequest, company: Company): SandboxResponse {
  const table = openTable(request, company)
  if (typeof table !== 'string') return table
  const sinceMs = readSince(request)
  if (typeof sinceMs !== 'number') return sinceMs
  const changed = company.changes(sinceMs).flatMap(({ id, action, lastChanged }): [string, unknown][] => {
    const index = action === 'Deleted' ? undefined : company.find(id)
    const rows = index === undefined ? [] : company.tables.rows(table, index).map(withoutIds)
    // Whether somebody without a row is named is documented nowhere; a reader that needs it would lose the last row's end.
    return rows.length === 0 ? [] : [[id, { lastChanged, rows }]]
  })
  return jsonOrXml(request, 'changed', {
    table,
    // An empty PHP map is written as a list.
    employees: changed.length === 0 ? [] : Object.fromEntries(changed),
  })
}

// As recorded: rows have no ids here, an empty list is text, and money stands in one word with its currency.
function withoutIds({ id: _id, employeeId: _employeeId, ...values }: TableRow): Record<string, unknown> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, flat(value)]))
}

function flat(value: unknown): unknown {
  if (Array.isArray(value)) return JSON.stringify(value)
  if (typeof value !== 'object' || value === null) return value
  return Object.values(value).reverse().join(' ').trim()
}

function openTable({ params }: SandboxRequest, { tables }: Company): TableName | SandboxResponse {
  const table = tableNames.find((name) => name === params.table)
  if (table === undefined) return legacyError(404, 'The table does not exist.')
  const status = tables.refused.get(table)
  return status === undefined ? table : legacyError(status, 'You do not have access to this table.')
}
