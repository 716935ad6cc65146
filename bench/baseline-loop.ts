import { hash } from 'node:crypto'
import { DatabaseSync } from 'node:sqlite'
import { parseJsonText } from '@unioneyes/core'
import { employeeRow, toEmployee } from '../packages/adapter-bamboohr/src/employee-row.ts'

/** What the loop read. */
export interface BaselineResult {
  readonly records: number
  readonly pages: number
}

interface ListAnswer {
  readonly data: readonly unknown[]
  readonly meta: { readonly page: { readonly nextCursor: string | null } }
}

/**
 * The baseline: what a careful developer writes by hand. One page after the other: fetch, parse (digits kept), validate, map,
 * hash the record and its payload, and a prepared upsert per row in one transaction a page, as durable as ours. No lease, no
 * checkpoint, no feed, no deletions.
 */
export async function baselineLoop(options: {
  /** Undefined to fetch and parse only: what waiting for the provider takes by itself. */
  path: string | undefined
  baseUrl: string
  apiKey: string
  pageSize: number
  fields: readonly string[]
}): Promise<BaselineResult> {
  const write = options.path === undefined ? undefined : openTable(options.path)
  const headers = { authorization: `Basic ${btoa(`${options.apiKey}:x`)}`, accept: 'application/json' }
  let after: string | undefined
  let records = 0
  let pages = 0
  do {
    const url = new URL('api/v1/employees', options.baseUrl)
    url.searchParams.set('page[limit]', String(options.pageSize))
    url.searchParams.set('fields', options.fields.join())
    url.searchParams.set('sort', 'employeeId')
    if (after !== undefined) url.searchParams.set('page[after]', after)
    const response = await fetch(url, { headers })
    if (!response.ok) throw new Error(`the sandbox answered ${String(response.status)}`)
    const body = parseJsonText(await response.text()) as ListAnswer
    write?.page(body.data)
    records += body.data.length
    pages += 1
    after = body.meta.page.nextCursor ?? undefined
  } while (after !== undefined)
  write?.close()
  return { records, pages }
}

const sha256 = (text: string): string => hash('sha256', text, 'base64url')

function openTable(path: string): { page(rows: readonly unknown[]): void; close(): void } {
  const db = new DatabaseSync(path)
  db.exec('pragma page_size = 16384; pragma journal_mode = wal; pragma synchronous = full; pragma cache_size = -65536')
  db.exec(
    `create table if not exists employees
     (id text primary key, hash text not null, raw_hash text not null, data text not null, raw text not null)`,
  )
  const upsert = db.prepare(
    `insert into employees (id, hash, raw_hash, data, raw) values (?, ?, ?, ?, ?)
     on conflict (id) do update set
       hash = excluded.hash, raw_hash = excluded.raw_hash, data = excluded.data, raw = excluded.raw
     where raw_hash <> excluded.raw_hash`,
  )
  return {
    page(rows) {
      db.exec('begin immediate')
      for (const raw of rows) {
        const employee = toEmployee(employeeRow.parse(raw), raw, {})
        const data = JSON.stringify(employee)
        const text = JSON.stringify(raw)
        upsert.run(employee.id, sha256(data), sha256(text), data, text)
      }
      db.exec('commit')
    },
    close() {
      db.close()
    },
  }
}
