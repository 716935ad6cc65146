import { IntegrationError, parseJsonText, toJsonText } from '@unioneyes/core'
import type { Clock, Deletion, EntityRecord, Json, Page, ReadOptions } from '@unioneyes/core'
import { connectAdapter, skippingClock, startSandbox } from '@unioneyes/testkit'
import type { RunningSandbox, SkippingClock, StartSandboxOptions } from '@unioneyes/testkit'
import { quickbooks } from '../src/index.ts'
import { quickbooksSandbox, sandboxRealmId } from '../src/sandbox.ts'
import type { Companies, QuickbooksActions, QuickbooksSandboxOptions } from '../src/sandbox.ts'

/** The companies' clock stands at this time until a test advances it. */
export const AT = Date.UTC(2026, 5, 1, 12)

/** A running sandbox of QuickBooks. */
export type Sandbox = RunningSandbox<Companies, QuickbooksActions>

/** A sandbox whose time stands still. */
export const openSandbox = (
  options: QuickbooksSandboxOptions = {},
  start: StartSandboxOptions = {},
): Promise<Sandbox> => startSandbox(quickbooksSandbox({ stoppedAt: AT, ...options }), start)

/** What a connection is made from. */
export interface ConnectOptions {
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  readonly accessToken?: string | undefined
  readonly clock?: Clock | undefined
  readonly maxWaitMs?: number | undefined
  /** `undefined` for the adapter's own addresses. @default the sandbox */
  readonly baseUrl?: string | undefined
}

/** Time that passes only by sleeping, and how long was slept. */
export const sleeper = (): SkippingClock => skippingClock(AT)

/** A connected integration of the adapter, through the real kit. */
export function connect(
  sandbox: Sandbox,
  { accessToken, settings, clock = sleeper(), ...options }: ConnectOptions = {},
) {
  const credentials = { accessToken: accessToken ?? sandbox.actions.issueGrant().accessToken }
  const given = { credentials, settings: { realmId: sandboxRealmId, ...settings }, clock }
  return connectAdapter(quickbooks, { ...given, baseUrl: sandbox.url, ...options })
}

/** A connected integration. */
export type Connected = Awaited<ReturnType<typeof connect>>

/** What the adapter reads. */
export type EntityName = 'invoices' | 'payments' | 'customers' | 'accounts' | 'transactions'

/** What a read brought, as an engine would have it after its last page. */
export interface Harvest {
  readonly records: Map<string, EntityRecord>
  readonly invalid: { readonly id: string | undefined; readonly issues: readonly string[] }[]
  readonly deleted: string[]
  readonly pages: Page[]
  readonly cursor: Json | undefined
  readonly complete: boolean
  readonly restarts: number
}

/** Reads an entity to its end. */
export const harvest = (integration: Connected, entity: EntityName, options: ReadOptions = {}): Promise<Harvest> =>
  gather(integration.read?.(entity, options))

/** Fetches records by their ids. */
export const fetchThem = (integration: Connected, entity: EntityName, ids: readonly string[]): Promise<Harvest> =>
  gather(integration.fetch?.(entity, ids))

async function gather(pages: AsyncIterable<Page> | undefined): Promise<Harvest> {
  const records = new Map<string, EntityRecord>()
  const lists: Pick<Harvest, 'invalid' | 'deleted' | 'pages'> = { invalid: [], deleted: [], pages: [] }
  if (!pages) throw new Error('The integration cannot do that.')
  let restarts = 0
  for await (const page of pages) {
    if (page.restarted !== undefined) {
      restarts += 1
      records.clear()
    }
    lists.pages.push(page)
    lists.deleted.push(
      ...(page.deleted ?? []).map((one: string | Deletion) => (typeof one === 'string' ? one : one.id)),
    )
    for (const { id, raw } of page.rows?.items ?? []) {
      const read = page.rows?.read(raw)
      if (read?.kind === 'record') records.set(read.record.id, stored(read.record))
      if (read?.kind === 'invalid') lists.invalid.push({ id, issues: read.issues })
    }
  }
  const last = lists.pages.at(-1)
  return { ...lists, records, restarts, cursor: last?.cursor, complete: last?.complete === true }
}

/** A record as an app sees it: stored as JSON, in which what is undefined is absent. */
function stored(record: EntityRecord): EntityRecord {
  const seen: unknown = parseJsonText(toJsonText(record))
  if (typeof seen === 'object' && seen !== null && 'id' in seen && typeof seen.id === 'string') {
    return { ...seen, id: seen.id }
  }
  throw new Error('A record is no object with an id.')
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
