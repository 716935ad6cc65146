import type { Json } from '@unioneyes/core'
import type { ScrubRules } from '@unioneyes/testkit/replay'
import { bamboohr } from '../src/index.ts'
import type { connect } from './live.ts'

/** What BambooHR's answers say of nobody, beside what the testkit knows of any provider's. */
export const scrubRules: ScrubRules = {
  fields: {
    // Active or Inactive, the state of a request: the adapter tells them apart.
    status: 'keep',
    // Which list a list is: department, jobTitle.
    alias: 'keep',
    // The table that was asked for, which the adapter names in its requests.
    table: 'keep',
    _restrictedFields: 'keep',
    eeid: 'id',
    supervisorEid: 'id',
  },
  parameters: ['excludeNote'],
}

/** How a company is read for a recording: few rows to a page, so that there is more than one, and only the latest leave. */
export const recordingSettings = { pageSize: 5, leaveBackDays: 30, leaveAheadDays: 30 }

/** What a read brought, as far as a scrubbed copy of it must be the same. */
export interface Reading {
  readonly entity: string
  readonly type: 'full' | 'incremental'
  readonly ids: readonly string[]
  /** The names of all fields that any record has. */
  readonly fields: readonly string[]
  readonly invalid: number
  readonly deleted: readonly string[]
}

const MOST_PAGES = 20

/**
 * Reads the first pages of every entity, and what changed since where an entity was read to its end.
 *
 * @param between called before what changed is read
 */
export async function readSome(
  integration: Awaited<ReturnType<typeof connect>>,
  between: () => void = () => undefined,
): Promise<Reading[]> {
  const readings: Reading[] = []
  const cursors = new Map<string, Json>()
  const entities = Object.entries(bamboohr.entities)
  for (const [entity] of entities) {
    const { reading, cursor } = await readPages(integration, entity, undefined)
    readings.push(reading)
    if (cursor !== undefined) cursors.set(entity, cursor)
  }
  between()
  for (const [entity, { incremental }] of entities) {
    const cursor = cursors.get(entity)
    if (incremental && cursor !== undefined) readings.push((await readPages(integration, entity, cursor)).reading)
  }
  return readings
}

async function readPages(
  integration: Awaited<ReturnType<typeof connect>>,
  entity: string,
  cursor: Json | undefined,
): Promise<{ readonly reading: Reading; readonly cursor: Json | undefined }> {
  const type = cursor === undefined ? 'full' : 'incremental'
  const ids: string[] = []
  const deleted: string[] = []
  const fields = new Set<string>()
  let invalid = 0
  let pages = 0
  let last: Json | undefined
  if (!integration.read) throw new Error('The integration reads nothing.')
  for await (const page of integration.read(entity, { type, cursor })) {
    for (const { raw } of page.rows?.items ?? []) {
      const row = page.rows?.read(raw)
      if (row?.kind === 'invalid') invalid += 1
      if (row?.kind !== 'record') continue
      ids.push(row.record.id)
      for (const [name, value] of Object.entries(row.record)) if (value !== undefined) fields.add(name)
    }
    deleted.push(...(page.deleted ?? []).map((one) => (typeof one === 'string' ? one : one.id)))
    last = page.cursor ?? last
    pages += 1
    if (pages === MOST_PAGES) break
  }
  return { reading: { entity, type, ids, fields: [...fields].sort(), invalid, deleted }, cursor: last }
}
