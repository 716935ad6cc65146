import { IntegrationError } from '@unioneyes/core'
import type { Clock, Deletion, EntityRecord, Json, Page, ReadOptions } from '@unioneyes/core'
import { connectAdapter, skippingClock, startSandbox } from '@unioneyes/testkit'
import type { RunningSandbox, SkippingClock, StartSandboxOptions } from '@unioneyes/testkit'
import { bamboohr } from '../src/index.ts'
import { bamboohrSandbox, sandboxApiKey } from '../src/sandbox.ts'
import type { BamboohrActions, BamboohrSandboxOptions, Company } from '../src/sandbox.ts'

/** The company's clock stands at this time until a test advances it. */
export const AT = Date.UTC(2026, 5, 1, 12)

/** A sandbox in which every handler's mistake fails the test. */
export function openSandbox(
  options: BamboohrSandboxOptions = {},
  start: StartSandboxOptions = {},
): Promise<RunningSandbox<Company, BamboohrActions>> {
  return startSandbox(bamboohrSandbox({ stoppedAt: AT, people: 40, ...options }), start)
}

/** What a connection is made from. */
export interface ConnectOptions {
  readonly baseUrl?: string | undefined
  readonly apiKey?: string | undefined
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  readonly clock?: Clock | undefined
  readonly maxWaitMs?: number | undefined
}

/** Time that passes only by sleeping, and how long was slept. */
export const sleeper = (): SkippingClock => skippingClock(AT)

/** A connected integration of the adapter, through the real kit. */
export const connect = ({ apiKey = sandboxApiKey, settings, clock = sleeper(), ...options }: ConnectOptions) =>
  connectAdapter(bamboohr, { credentials: { apiKey }, settings: { subdomain: 'acme', ...settings }, clock, ...options })

/** What a read brought, as an engine would have it after its last page. */
export interface Harvest {
  readonly records: Map<string, EntityRecord>
  readonly invalid: { readonly id: string | undefined; readonly issues: readonly string[] }[]
  readonly deleted: string[]
  /** Beginnings of ids of which pages claimed to show everything. */
  readonly replaced: string[]
  readonly pages: Page[]
  readonly cursor: Json | undefined
  readonly complete: boolean
  readonly total: number | undefined
  readonly restarts: number
}

/** What the adapter reads. */
export type EntityName = 'employees' | 'departments' | 'positions' | 'leave' | 'payroll'

/** Reads an entity to its end. */
export async function harvest(
  integration: Awaited<ReturnType<typeof connect>>,
  entity: EntityName,
  options: ReadOptions = {},
): Promise<Harvest> {
  const lists = { invalid: [], deleted: [], replaced: [], pages: [] }
  const result = { records: new Map<string, EntityRecord>(), ...lists } as unknown as Harvest
  if (!integration.read) throw new Error('The integration reads nothing.')
  let restarts = 0
  for await (const page of integration.read(entity, options)) {
    if (page.restarted !== undefined) {
      restarts += 1
      result.records.clear()
    }
    result.pages.push(page)
    result.replaced.push(...(page.replaces ?? []).filter((one) => typeof one === 'string'))
    result.deleted.push(
      ...(page.deleted ?? []).map((one: string | Deletion) => (typeof one === 'string' ? one : one.id)),
    )
    for (const { id, raw } of page.rows?.items ?? []) {
      const read = page.rows?.read(raw)
      // As an app sees it: stored as JSON, in which what is undefined is absent.
      if (read?.kind === 'record')
        result.records.set(read.record.id, JSON.parse(JSON.stringify(read.record)) as EntityRecord)
      if (read?.kind === 'invalid') result.invalid.push({ id, issues: read.issues })
    }
  }
  const last = result.pages.at(-1)
  return { ...result, restarts, cursor: last?.cursor, complete: last?.complete === true, total: last?.total }
}

/** A copy after a read of changes, as an engine would have it. */
export function applied(copy: ReadonlyMap<string, EntityRecord>, changes: Harvest): Map<string, EntityRecord> {
  const isGone = (id: string): boolean =>
    changes.deleted.includes(id) || changes.replaced.some((beginning) => id.startsWith(beginning))
  return new Map([...[...copy].filter(([id]) => !isGone(id)), ...changes.records])
}

/** What an operation was refused with. */
export async function refusalOf(operation: Promise<unknown>): Promise<IntegrationError> {
  const error: unknown = await operation.then(
    () => new Error('It was not refused.'),
    (reason: unknown) => reason,
  )
  if (IntegrationError.is(error)) return error
  throw error
}
