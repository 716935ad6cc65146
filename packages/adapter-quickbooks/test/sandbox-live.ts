import { property } from '@unioneyes/adapter-kit'
import { startSandbox } from '@unioneyes/testkit'
import type { RunningSandbox, StartSandboxOptions } from '@unioneyes/testkit'
import { quickbooksSandbox, sandboxRealmId } from '../src/sandbox.ts'
import type { Companies, QuickbooksActions, QuickbooksSandboxOptions } from '../src/sandbox.ts'

/** The clock of imitated companies stands at this time until a test advances it. */
export const AT = Date.UTC(2026, 5, 1, 12)
export const [HOUR, DAY] = [3_600_000, 86_400_000]

/** An object as it stands in an answer. */
export type Wire = Readonly<Record<string, unknown>>

/** An answer, read. */
export interface Answer {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** Undefined where the answer is not JSON. */
  readonly json: unknown
}

/** A sandbox with a good access token, and short ways to ask it. */
export interface Live extends AsyncDisposable {
  readonly sandbox: RunningSandbox<Companies, QuickbooksActions>
  readonly actions: QuickbooksActions
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  query(text: string, headers?: Readonly<Record<string, string>>): Promise<Answer>
  /** The objects that a query finds. */
  rows(text: string): Promise<readonly Wire[]>
  /** The ids of the objects that a query finds. */
  ids(text: string): Promise<string[]>
  /** What `GET /cdc` answers, one entry per type asked for. */
  changes(types: string, since: number | string): Promise<Wire[]>
}

/** Starts a sandbox whose clock stands still, and whose tokens live longer than the tests that let time pass. */
export async function openLive(options: QuickbooksSandboxOptions = {}, start: StartSandboxOptions = {}): Promise<Live> {
  const sandbox = await startSandbox(
    quickbooksSandbox({ stoppedAt: AT, oauth: { accessTokenMs: 400 * DAY }, ...options }),
    start,
  )
  const { actions } = sandbox
  const { accessToken } = actions.issueGrant()
  const [realmId = sandboxRealmId] = actions.realmIds()

  const get: Live['get'] = (path, headers = {}) =>
    ask(`${sandbox.url}/v3/company/${realmId}/${path}`, {
      headers: { authorization: `Bearer ${accessToken}`, accept: 'application/json', ...headers },
    })
  const query: Live['query'] = (text, headers) => get(`query?query=${encodeURIComponent(text)}`, headers)
  const rows: Live['rows'] = async (text) => {
    const { status, json, text: body } = await query(text)
    if (status !== 200) throw new Error(body)
    const found = Object.values(toWire(property(json, 'QueryResponse'))).find(Array.isArray)
    return (found ?? []).map(toWire)
  }
  return {
    sandbox,
    actions,
    get,
    query,
    rows,
    ids: async (text) => (await rows(text)).map(idOf),
    async changes(types, since) {
      const moment = typeof since === 'number' ? new Date(since).toISOString() : since
      const { json } = await get(`cdc?entities=${types}&changedSince=${encodeURIComponent(moment)}`)
      const list = property(property(json, 'CDCResponse'), '0')
      const responses = property(list, 'QueryResponse')
      return Array.isArray(responses) ? responses.map(toWire) : []
    },
    [Symbol.asyncDispose]: () => sandbox.close(),
  }
}

/** Asks for an answer and reads it. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  const response = await fetch(url, init)
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') === true
  const json: unknown = isJson ? JSON.parse(text) : undefined
  return { status: response.status, headers: response.headers, text, json }
}

/** An object, or none of its properties. */
export const toWire = (value: unknown): Wire => (typeof value === 'object' && value !== null ? { ...value } : {})

export const idOf = (row: unknown): string => String(property(row, 'Id'))

/** When an object was last changed, in milliseconds since 1970. */
export const updatedAt = (row: unknown): number =>
  Date.parse(String(property(property(row, 'MetaData'), 'LastUpdatedTime')))

/** The type and code of a refusal. */
export function faultOf({ json }: Answer): readonly unknown[] {
  const Fault = property(json, 'Fault')
  return [property(Fault, 'type'), property(property(property(Fault, 'Error'), '0'), 'code')]
}
