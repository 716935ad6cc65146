import { createHash, hash } from 'node:crypto'
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
export async function baselineLoop(
  options: Walk & {
    /** Undefined to fetch and parse only: what waiting for the provider takes by itself. */
    readonly path: string | undefined
  },
): Promise<BaselineResult> {
  const write = options.path === undefined ? undefined : openTable(options.path)
  const headers = headersOf(options)
  let after: string | undefined
  let records = 0
  let pages = 0
  do {
    const url = pageUrl(options, after)
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

/** Where a page is asked for, and as whom. */
export interface Walk {
  readonly baseUrl: string
  readonly apiKey: string
  readonly pageSize: number
  readonly fields: readonly string[]
}

function pageUrl({ baseUrl, pageSize, fields }: Walk, after: string | undefined): URL {
  const url = new URL('api/v1/employees', baseUrl)
  url.searchParams.set('page[limit]', String(pageSize))
  url.searchParams.set('fields', fields.join())
  url.searchParams.set('sort', 'employeeId')
  if (after !== undefined) url.searchParams.set('page[after]', after)
  return url
}

function headersOf({ apiKey }: Walk): Record<string, string> {
  return { authorization: `Basic ${btoa(`${apiKey}:x`)}`, accept: 'application/json' }
}

/**
 * The limit of any second pass: one page after the other is fetched and its bytes are hashed, and nothing else. The cursor is
 * looked for in the last bytes, without parsing. No sync that knows every page by its bytes can do less.
 */
export async function fetchAndHash(walk: Walk): Promise<BaselineResult> {
  let after: string | undefined
  let pages = 0
  let end: string
  do {
    const response = await fetch(pageUrl(walk, after), { headers: headersOf(walk) })
    const body: ReadableStream<Uint8Array> | null = response.body
    if (!response.ok || !body) throw new Error(`the sandbox answered ${String(response.status)}`)
    const whole = createHash('sha256')
    let tail = Buffer.alloc(0)
    for await (const chunk of body) {
      whole.update(chunk)
      tail = Buffer.concat([tail.subarray(-4096), chunk.subarray(-4096)])
    }
    whole.digest('hex')
    end = tail.toString('latin1')
    after = /"nextCursor":"([^"]+)"/.exec(end)?.[1]
    pages += 1
  } while (after !== undefined)
  return { records: Number(/"total":(\d+)/.exec(end)?.[1]), pages }
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
