import type { ChangesContext, ChangesPage } from '@unioneyes/adapter-kit'
import { IntegrationError, createIntegrations, createVault, generateVaultKey, memoryStore } from '@unioneyes/core'
import type { Json } from '@unioneyes/core'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { describe, expect, onTestFinished, test } from 'vitest'
import { api } from '../src/api.ts'
import type { Settings } from '../src/api.ts'
import { changedObjects } from '../src/changed-objects.ts'
import { quickbooks } from '../src/index.ts'
import { sandboxRealmId } from '../src/sandbox.ts'
import type { QuickbooksSandboxOptions } from '../src/sandbox.ts'
import { AT, connect, harvest, openSandbox, refusalOf } from './live.ts'
import type { Connected, EntityName, Harvest, Sandbox } from './live.ts'

const DAY = 86_400_000
const MINUTE = 60_000

interface Company {
  readonly sandbox: Sandbox
  readonly integration: Connected
}

async function open(options: QuickbooksSandboxOptions): Promise<Company> {
  const sandbox = await openSandbox({
    ...{ invoices: 0, payments: 0, customers: 3, accounts: 3, transactions: 0 },
    // Weeks pass, and nothing renews a token here.
    oauth: { accessTokenMs: 400 * DAY },
    ...options,
  })
  onTestFinished(() => sandbox.close())
  return { sandbox, integration: await connect(sandbox) }
}

const changesOf = ({ integration }: Company, entity: EntityName, { cursor }: Pick<Harvest, 'cursor'>) =>
  harvest(integration, entity, { type: 'incremental', cursor })

const asked = ({ sandbox }: Company): string[] =>
  sandbox.requests.list({ path: `/v3/company/${sandboxRealmId}/cdc` }).map(({ query }) => {
    return new URLSearchParams(query).get('entities') ?? ''
  })

describe('what changed', () => {
  test('is asked with one question for all types of an entity, and tells what is gone', async () => {
    const company = await open({ transactions: 20 })
    const { actions } = company.sandbox
    const full = await harvest(company.integration, 'transactions')
    actions.advance(DAY)
    actions.change('Bill', '1', { PrivateNote: 'Anew' })
    actions.remove('Transfer', '1')
    actions.remove('Bill', '2')
    const added = actions.add('Deposit')
    actions.advance(10 * MINUTE)
    const changes = await changesOf(company, 'transactions', full)
    expect([...changes.records.keys()].sort()).toEqual(['Bill/1', `Deposit/${added}`])
    expect([...changes.deleted].sort()).toEqual(['Bill/2', 'Transfer/1'])
    expect(asked(company)).toEqual([
      'JournalEntry,Purchase,Deposit,Transfer,SalesReceipt,RefundReceipt,CreditMemo,Bill,BillPayment,VendorCredit',
    ])
    // From then on, later changes are found.
    actions.advance(DAY)
    actions.change('Bill', '1', { PrivateNote: 'Once more' })
    expect([...(await changesOf(company, 'transactions', changes)).records.keys()]).toEqual(['Bill/1'])
  })

  test('is looked for from five minutes before, and from the time that QuickBooks said', async () => {
    const company = await open({ invoices: 2 })
    const full = await harvest(company.integration, 'invoices')
    expect(full.cursor).toEqual({ since: '2026-06-01T12:00:00Z' })
    company.sandbox.actions.advance(90 * MINUTE)
    const { cursor } = await changesOf(company, 'invoices', full)
    const [request] = company.sandbox.requests.list({ path: `/v3/company/${sandboxRealmId}/cdc` })
    expect(new URLSearchParams(request?.query).get('changedSince')).toBe('2026-06-01T11:55:00.000Z')
    expect(cursor).toEqual({ since: '2026-06-01T06:30:00.000-07:00' })
  })

  test.each(['inclusive', 'exclusive'] as const)('at the very time of the cursor is told, %s', async (changedSince) => {
    const company = await open({ invoices: 3, changedSince })
    const full = await harvest(company.integration, 'invoices')
    company.sandbox.actions.change('Invoice', '2', { PrivateNote: 'At once' })
    expect([...(await changesOf(company, 'invoices', full)).records.keys()]).toEqual(['2'])
  })

  test('of more than thirty days is told by a new listing only', async () => {
    const company = await open({ invoices: 3 })
    const full = await harvest(company.integration, 'invoices')
    company.sandbox.actions.advance(30 * DAY - 5 * MINUTE)
    expect((await changesOf(company, 'invoices', full)).complete).toBe(true)
    company.sandbox.actions.advance(1)
    const error = await refusalOf(changesOf(company, 'invoices', full))
    expect(error.code).toBe('CURSOR_EXPIRED')
    expect(error.message).toContain('everything is listed')
    // What failed comes from the provider itself.
    expect(IntegrationError.is(error.cause, 'REQUEST_REJECTED')).toBe(true)
  })

  test('is asked type by type when it is more than an answer holds', async () => {
    const company = await open({ transactions: { Bill: 700, Deposit: 700, Transfer: 1 } })
    const { sandbox, integration } = company
    const full = await harvest(integration, 'transactions')
    sandbox.actions.advance(DAY)
    sandbox.actions.changeMany('Bill', 100)
    sandbox.actions.changeMany('Deposit', 100)
    sandbox.actions.remove('Transfer', '1')
    const changes = await changesOf(company, 'transactions', full)
    expect(changes.records.size).toBe(1400)
    expect(changes.deleted).toEqual(['Transfer/1'])
    expect(asked(company)).toHaveLength(11)
    expect(asked(company).slice(1)).toEqual(asked(company)[0]?.split(','))
  })

  test('goes on at the type where it was interrupted, and ends with the time of the first answer', async () => {
    const company = await open({ transactions: { Bill: 700, Deposit: 700 } })
    const { sandbox, integration } = company
    const full = await harvest(integration, 'transactions')
    sandbox.actions.advance(DAY)
    sandbox.actions.changeMany('Bill', 100)
    sandbox.actions.changeMany('Deposit', 100)
    const whole = await changesOf(company, 'transactions', full)
    expect(whole.pages).toHaveLength(10)
    let seen = 0
    for (const page of whole.pages.slice(0, -1)) {
      seen += page.rows?.items.length ?? 0
      // Whatever happens meanwhile comes with the next one, as the cursor is the old one.
      sandbox.actions.advance(MINUTE)
      const options = { type: 'incremental', cursor: full.cursor, pageToken: page.next } as const
      const rest = await harvest(integration, 'transactions', options)
      expect([rest.records.size, rest.cursor, rest.restarts]).toEqual([1400 - seen, whole.cursor, 0])
    }
  })

  test('is told by a new listing when one type alone is more than an answer holds', async () => {
    const company = await open({ invoices: 1000 })
    const full = await harvest(company.integration, 'invoices')
    company.sandbox.actions.advance(DAY)
    company.sandbox.actions.changeMany('Invoice', 99.9)
    expect((await changesOf(company, 'invoices', full)).records.size).toBe(999)
    company.sandbox.actions.changeMany('Invoice', 100)
    expect((await refusalOf(changesOf(company, 'invoices', full))).code).toBe('CURSOR_EXPIRED')
  })

  test('is told by a new listing when the question is refused, and by nothing when QuickBooks is out of order', async () => {
    const company = await open({ invoices: 3 })
    const full = await harvest(company.integration, 'invoices')
    company.sandbox.actions.failNext({ code: '4001', detail: 'Not a type for that' })
    expect((await refusalOf(changesOf(company, 'invoices', full))).code).toBe('CURSOR_EXPIRED')
    company.sandbox.actions.failNext({ code: '3200' })
    expect((await refusalOf(changesOf(company, 'invoices', full))).code).toBe('AUTH_FAILED')
    company.sandbox.actions.failNext({ code: '10000', status: 500, times: 10 })
    expect((await refusalOf(changesOf(company, 'invoices', full))).code).toBe('PROVIDER_UNAVAILABLE')
  })
})

describe('an answer about changes', () => {
  const settings: Settings = api.definition.settings.parse({ realmId: sandboxRealmId })
  const NOW = new Date(AT).toISOString()

  /** What is made of an answer to a question about what changed in an hour. */
  async function read(answer: object, cursor: Json = new Date(AT - 60 * MINUTE).toISOString()): Promise<ChangesPage[]> {
    const http = {
      get: async (_path: string, { schema }: { schema?: typeof api.definition.settings } = {}) => {
        const result = await schema?.['~standard'].validate(answer)
        if (!result || result.issues) throw new IntegrationError('RESPONSE_INVALID', 'another shape')
        return result.value
      },
    }
    const context = {
      http,
      settings,
      cursor,
      token: undefined,
      signal: undefined,
    } as unknown as ChangesContext<Settings>
    const names = { item: (_type: string, row: unknown) => row, recordId: (_type: string, id: string) => id }
    return Array.fromAsync(changedObjects(['Invoice'], names)(context))
  }
  const about = (...QueryResponse: object[]) => ({ time: NOW, CDCResponse: [{ QueryResponse }] })

  test('may be in several parts', async () => {
    const parts = [{ Invoice: [{ Id: '1' }] }, {}, { Invoice: [{ Id: '2' }, { Id: '3', status: 'Deleted' }] }]
    expect(await read(about(...parts))).toEqual([{ items: [{ Id: '1' }, { Id: '2' }], deleted: ['3'], cursor: NOW }])
  })

  test('keeps what has no id, so that it is told', async () => {
    const rows = [{ status: 'Deleted' }, 'nonsense', null]
    expect(await read(about({ Invoice: rows }))).toMatchObject([{ items: rows, deleted: [] }])
  })

  test.each([
    ['a part that is refused', about({ Fault: { Error: [] } }), 'CURSOR_EXPIRED'],
    ['a refusal in place of a part', { time: NOW, CDCResponse: [{ Fault: { Error: [] } }] }, 'CURSOR_EXPIRED'],
    ['more than it shows', about({ Invoice: [{ Id: '1' }], totalCount: 1000 }), 'CURSOR_EXPIRED'],
    ['something that is no list', about({ Invoice: { Id: '1' } }), 'RESPONSE_INVALID'],
    ['no time', { CDCResponse: [] }, 'RESPONSE_INVALID'],
    ['a time that is none', { time: 'now', CDCResponse: [] }, 'RESPONSE_INVALID'],
    ['nothing known', { time: NOW }, 'RESPONSE_INVALID'],
  ])('with %s is not taken for all', async (_name, answer, code) => {
    expect((await refusalOf(read(answer))).code).toBe(code)
  })

  test('about more than thirty days is not taken for all, whatever QuickBooks answers', async () => {
    const before = (ms: number): string => new Date(AT - 30 * DAY + 5 * MINUTE - ms).toISOString()
    expect(await read(about({}), before(0))).toHaveLength(1)
    expect((await refusalOf(read(about({}), before(1)))).code).toBe('CURSOR_EXPIRED')
  })
})

test('a name that is called deleted and is only inactive is looked up, and stays', async () => {
  const asked: string[] = []
  const read = changedObjects(['Customer'], {
    item: (_type, row) => row,
    recordId: (_type, id) => id,
    lookUp: (_type, ids) => {
      asked.push(...ids)
      return Promise.resolve([{ Id: '39', Active: false }])
    },
  })
  const row = (Id: string) => ({ domain: 'QBO', status: 'Deleted', Id })
  const body = {
    time: '2026-06-01T12:00:00Z',
    CDCResponse: [{ QueryResponse: [{ Customer: [row('39'), row('40')] }] }],
  }
  const http = {
    get: () => Promise.resolve(body),
    post: () => Promise.resolve(body),
  } as unknown as ChangesContext<Settings>['http']
  const settings = api.definition.settings.parse({ realmId: sandboxRealmId })
  const context = { http, settings, signal: undefined, cursor: '2026-06-01T11:00:00Z', token: undefined }
  const pages = await Array.fromAsync(read({ ...context, list: () => none(), one: () => Promise.resolve(undefined) }))
  expect(asked).toEqual(['39', '40'])
  expect(pages).toMatchObject([{ items: [{ Id: '39', Active: false }], deleted: ['40'] }])
})

async function* none(): AsyncGenerator<readonly unknown[]> {
  yield* await Promise.resolve([])
}

test('a type that changed too often behind others leads to a full listing, and not to a failed run', async () => {
  const company = await open({ transactions: 10 })
  const { sandbox } = company
  const store = memoryStore()
  const vault = createVault({ keys: { k1: generateVaultKey() } })
  const integrations = createIntegrations({
    adapters: [quickbooks],
    store,
    vault,
    baseUrls: { quickbooks: sandbox.url },
  })
  const credentials = { accessToken: sandbox.actions.issueGrant().accessToken }
  await integrations.connections.save('org_1', 'quickbooks', { credentials, settings: { realmId: sandboxRealmId } })
  const sync = createSyncEngine({ integrations, store })
  await sync.full('org_1', 'quickbooks', ['transactions'])
  sandbox.actions.advance(DAY)
  sandbox.actions.add('JournalEntry')
  for (let n = 0; n < 1001; n += 1) sandbox.actions.add('Bill')
  sandbox.actions.advance(DAY)
  const run = await sync.incremental('org_1', 'quickbooks', ['transactions'])
  expect(run).toMatchObject({ status: 'success', counters: { created: 1002 } })
  await integrations.close()
}, 60_000)
