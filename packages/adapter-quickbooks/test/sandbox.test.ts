import { property } from '@unioneyes/adapter-kit'
import { citations, fault, spawnSandbox } from '@unioneyes/testkit'
import { describe, expect, test } from 'vitest'
import { objectTypes, quickbooksSandbox, sandboxRealmId } from '../src/sandbox.ts'
import type { QuickbooksActions, QuickbooksSandboxOptions } from '../src/sandbox.ts'
import { ask, AT, DAY, faultOf, HOUR, idOf, openLive, toWire, updatedAt } from './sandbox-live.ts'

const [REALM_A, REALM_B] = ['9341457021722202', '4620816365000000']

describe('foundation', () => {
  test('every route cites the sheet', () => {
    const all = citations(quickbooksSandbox())
    expect(all.map(({ route }) => route)).toContain('GET /v3/company/{realmId}/cdc')
    expect(all).toHaveLength(20)
    for (const { route, cites } of all)
      expect(
        cites.some((cite) => cite.startsWith('sheet: ')),
        route,
      ).toBe(true)
  })

  test('the same seed gives the same company, another seed or company gives others under the same ids', async () => {
    await using one = await openLive({ realms: [REALM_A, REALM_B] })
    await using same = await openLive({ realms: [REALM_A] })
    await using other = await openLive({ realms: [REALM_A], seed: 2 })
    const truth = one.actions.truth(REALM_A)
    expect(same.actions.truth()).toEqual(truth)
    expect(other.actions.truth().Invoice[0]).not.toEqual(truth.Invoice[0])
    expect(one.actions.truth(REALM_B).Invoice[0]).not.toEqual(truth.Invoice[0])
    expect(one.actions.ids('Invoice', REALM_B)).toEqual(one.actions.ids('Invoice', REALM_A))
  })

  test('50,000 objects take no room until they are asked for', async () => {
    const before = process.memoryUsage().heapUsed
    const sizes = { invoices: 30_000, payments: 10_000, customers: 5_000, accounts: 200, transactions: 4_800 }
    await using live = await openLive(sizes)
    // Made at once, they would take fifty.
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(15 * 1024 * 1024)
    const text = 'select * from Invoice orderby MetaData.LastUpdatedTime startposition 15001 maxresults 1000'
    expect(await live.rows(text)).toHaveLength(1000)
    const counts = await Promise.all(
      objectTypes.map(async (type) =>
        property(property((await live.query(`select count(*) from ${type}`)).json, 'QueryResponse'), 'totalCount'),
      ),
    )
    // Inactive customers and accounts are hidden.
    expect(counts.reduce((sum: number, count) => sum + Number(count), 0)).toBeGreaterThan(49_500)
  })

  test('it runs in another process', async () => {
    const options: QuickbooksSandboxOptions = { stoppedAt: AT }
    const moduleUrl = import.meta.resolve('../src/sandbox.ts')
    await using child = await spawnSandbox<QuickbooksActions>(moduleUrl, 'quickbooksSandbox', options)
    const id = await child.act('add', 'Customer', { DisplayName: 'Ada' })
    const { accessToken } = await child.act('issueGrant')
    const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' }
    const { json } = await ask(`${child.url}/v3/company/${sandboxRealmId}/customer/${id}`, { headers })
    expect(property(property(json, 'Customer'), 'DisplayName')).toBe('Ada')
    expect((await child.act('truth')).Customer.at(-1)).toEqual(property(json, 'Customer'))
  })
})

describe('every answer', () => {
  test('has a trace id and the company’s Date; XML unless JSON is asked for', async () => {
    await using live = await openLive({ dateSkewMs: 5000 })
    const first = await live.query('select * from Invoice')
    const second = await live.query('select * from Invoice')
    expect(first.headers.get('intuit_tid')).toMatch(/^1-[\da-f]+-[\da-f]{24}$/)
    expect(first.headers.get('intuit_tid')).not.toBe(second.headers.get('intuit_tid'))
    expect(Date.parse(first.headers.get('date') ?? '')).toBe(AT + 5000)
    expect(property(first.json, 'time')).toBe('2026-06-01T05:00:00.000-07:00')
    const xml = await live.query('select * from Invoice', { accept: '*/*' })
    expect([xml.status, xml.headers.get('content-type')]).toEqual([200, 'application/xml;charset=UTF-8'])
    expect(xml.text).toContain('<IntuitResponse')
    expect(xml.json).toBeUndefined()
  })

  test('an unknown or ended token gets 401 with 3200, by the API or in lower case by the gateway', async () => {
    await using live = await openLive({ oauth: {} })
    const unknown = await live.get('invoice/1', { authorization: 'Bearer nobody' })
    expect([unknown.status, ...faultOf(unknown)]).toEqual([401, 'AuthenticationFault', '3200'])
    live.actions.advance(HOUR - 1)
    expect((await live.get('invoice/1')).status).toBe(200)
    live.actions.advance(1)
    expect((await live.get('invoice/1')).status).toBe(401)
    await using other = await openLive({ unauthorizedBy: 'gateway' })
    const { status, json } = await other.get('invoice/1', { authorization: '' })
    expect(status).toBe(401)
    expect(property(property(property(property(json, 'fault'), 'error'), '0'), 'code')).toBe('3200')
    expect(property(json, 'Fault')).toBeUndefined()
  })

  test('a token is good for its own company only', async () => {
    await using live = await openLive({ realms: [REALM_A, REALM_B] })
    const { accessToken } = live.actions.issueGrant(REALM_B)
    const headers = { authorization: `Bearer ${accessToken}`, accept: 'application/json' }
    const url = (realm: string): string => `${live.sandbox.url}/v3/company/${realm}/invoice/1`
    expect((await ask(url(REALM_B), { headers })).status).toBe(200)
    for (const realm of [REALM_A, '1234567890123']) {
      const refused = await ask(url(realm), { headers })
      expect([refused.status, ...faultOf(refused)]).toEqual([403, 'AuthorizationFault', '3100'])
    }
  })

  test('too many requests: 3001 without Retry-After, as 429 or as it once was 403', async () => {
    for (const throttling of [429, 403] as const) {
      await using live = await openLive({ throttling, rateLimit: { requests: 2, perMs: 60_000 } }, { now: () => 0 })
      await live.get('invoice/1')
      await live.get('invoice/1')
      const refused = await live.get('invoice/1')
      expect([refused.status, ...faultOf(refused)]).toEqual([throttling, 'SERVICE', '3001'])
      expect(refused.text).toContain(`errorCode=003001; statusCode=${String(throttling)}`)
      expect(refused.headers.has('retry-after')).toBe(false)
    }
    await using says = await openLive({ retryAfter: true })
    says.sandbox.faults.inject({ fault: fault.throttled({ retryAfterSeconds: 7 }), times: 1 })
    expect((await says.get('invoice/1')).headers.get('retry-after')).toBe('7')
  })

  test('more requests at a time than allowed are refused', async () => {
    await using live = await openLive({ concurrency: { most: 3, answerMs: 50 } })
    const statuses = async (count: number): Promise<number[]> =>
      (await Promise.all(Array.from({ length: count }, () => live.get('invoice/1')))).map(({ status }) => status).sort()
    expect(await statuses(3)).toEqual([200, 200, 200])
    expect(await statuses(5)).toEqual([200, 200, 200, 429, 429])
    expect(await statuses(1)).toEqual([200])
  })

  test('refusals can be ordered for the next requests, with a status of 200 too', async () => {
    await using live = await openLive()
    live.actions.failNext({ status: 200, code: '3200', times: 2 })
    live.actions.failNext({ gateway: true })
    live.actions.failNext({ code: '3001', retryAfterSeconds: 5 })
    for (let n = 0; n < 2; n += 1) {
      const broken = await live.query('select * from Invoice')
      expect([broken.status, ...faultOf(broken)]).toEqual([200, 'AuthenticationFault', '3200'])
    }
    expect((await live.get('invoice/1')).json).toHaveProperty('fault.error.0.code', '3200')
    const throttled = await live.get('invoice/1')
    expect([throttled.status, throttled.headers.get('retry-after')]).toEqual([429, '5'])
    expect((await live.get('invoice/1')).status).toBe(200)
  })
})

describe('one object', () => {
  test('of every type, and the company itself', async () => {
    await using live = await openLive()
    const truth = live.actions.truth()
    for (const type of objectTypes) {
      const { json } = await live.get(`${type.toLowerCase()}/2?minorversion=75`)
      expect(property(json, type)).toEqual(truth[type][1])
    }
    live.actions.changeCompany({ LegalName: 'Łącznie' })
    const { json } = await live.get(`companyinfo/${sandboxRealmId}?minorversion=4`)
    expect(property(property(json, 'CompanyInfo'), 'LegalName')).toBe('Łącznie')
    expect(await live.rows('select * from CompanyInfo')).toEqual([property(json, 'CompanyInfo')])
    expect((await live.get('companyinfo/1')).status).toBe(400)
  })

  test('that is not there: 610, as 400 or 404', async () => {
    for (const notFoundStatus of [400, 404] as const) {
      await using live = await openLive({ notFoundStatus })
      live.actions.remove('Invoice', '3')
      for (const path of ['invoice/3', 'invoice/999', 'invoice/03', 'customer/x']) {
        const refused = await live.get(path)
        expect([refused.status, ...faultOf(refused)]).toEqual([notFoundStatus, 'ValidationFault', '610'])
      }
      expect((await live.get('vendor/1')).status).toBe(404)
    }
  })
})

describe('what changed', () => {
  test('one entry for each type asked for, {} where nothing changed, deletions as stumps', async () => {
    await using live = await openLive()
    live.actions.advance(HOUR)
    const id = live.actions.add('Payment', { TotalAmt: 5 })
    live.actions.change('Invoice', '2', { PrivateNote: 'news' })
    live.actions.remove('Invoice', '3')
    live.actions.deactivate('Customer', '1')
    live.actions.merge('Customer', '4', '2')
    const [invoices, accounts, payments, customers] = await live.changes('Invoice,Account,Payment,Customer', AT + HOUR)
    expect(accounts).toEqual({})
    expect(invoices).toMatchObject({ startPosition: 1, maxResults: 2, totalCount: 2 })
    expect(invoices?.Invoice).toEqual([
      live.actions.object('Invoice', '2'),
      { domain: 'QBO', status: 'Deleted', Id: '3', MetaData: { LastUpdatedTime: '2026-06-01T06:00:00-07:00' } },
    ])
    expect(payments?.Payment).toEqual([live.actions.object('Payment', id)])
    expect(customers?.Customer).toMatchObject([{ Id: '1', Active: false }, { Id: '4' }, { Id: '2', status: 'Deleted' }])
  })

  test('options: a change at exactly that time, and names that were merged', async () => {
    await using live = await openLive({ changedSince: 'exclusive', mergedInChanges: 'absent' })
    live.actions.merge('Account', '1', '2')
    live.actions.remove('Bill', '1')
    expect(await live.changes('Account,Bill', AT)).toEqual([{}, {}])
    const [accounts, bills] = await live.changes('Account,Bill', AT - 1)
    expect([accounts?.Account, bills?.Bill]).toMatchObject([[{ Id: '1' }], [{ Id: '1', status: 'Deleted' }]])
  })

  test('the order is that of changes; beyond 1000 in all the rest is left out without a word', async () => {
    await using live = await openLive({ invoices: 800, payments: 300, historyDays: 10, sameSecond: 7 })
    const [invoices, payments, bills] = await live.changes('Invoice,Payment,Bill', AT - 20 * DAY)
    const found = (payments?.Payment ?? []) as unknown[]
    expect(invoices).toMatchObject({ maxResults: 800 })
    expect(found).toHaveLength(200)
    expect(bills).toEqual({})
    const times = found.map(updatedAt)
    expect(times).toEqual(times.toSorted((left, right) => left - right))
  })

  test('more than 30 days back, an unknown type and what is no time are refused', async () => {
    await using live = await openLive()
    const at = (ms: number): string => encodeURIComponent(new Date(ms).toISOString())
    expect((await live.get(`cdc?entities=Invoice&changedSince=${at(AT - 30 * DAY)}`)).status).toBe(200)
    for (const query of [
      `entities=Invoice&changedSince=${at(AT - 30 * DAY - 1)}`,
      `entities=TaxCode&changedSince=${at(AT)}`,
      `entities=Invoice,invoice&changedSince=${at(AT)}`,
      'entities=Invoice&changedSince=yesterday',
      'entities=Invoice&changedSince=2026-06-01T00:00:00',
      'entities=Invoice',
    ]) {
      const refused = await live.get(`cdc?${query}`)
      expect([refused.status, ...faultOf(refused)], query).toEqual([400, 'ValidationFault', '4001'])
    }
  })
})

describe('changing things', () => {
  test('a change counts the SyncToken up and moves the object to the end', async () => {
    await using live = await openLive()
    const before = live.actions.object('Invoice', '2')
    live.actions.change('Invoice', '2', { DocNumber: 'A "quoted" 1', CustomerMemo: undefined })
    const after = live.actions.object('Invoice', '2')
    expect(Number(after?.SyncToken)).toBe(Number(before?.SyncToken) + 1)
    expect(after?.DocNumber).toBe('A "quoted" 1')
    expect(after).not.toHaveProperty('CustomerMemo')
    expect(updatedAt(after)).toBe(AT)
    expect((await live.ids('select * from Invoice orderby MetaData.LastUpdatedTime')).at(-1)).toBe('2')
    // Backdated, it stands where it belongs by its time.
    live.actions.advance(-5 * 365 * DAY)
    live.actions.change('Invoice', '9', { DocNumber: 'old' })
    live.actions.advance(5 * 365 * DAY)
    expect((await live.ids('select * from Invoice orderby MetaData.LastUpdatedTime'))[0]).toBe('9')
  })

  test('void: the row stays with nothing for every amount', async () => {
    await using live = await openLive()
    const invoice = live.actions.truth().Invoice.find((row) => row.LinkedTxn !== undefined && Number(row.TotalAmt) > 0)
    live.actions.void('Invoice', idOf(invoice))
    const row = toWire(live.actions.object('Invoice', idOf(invoice)))
    expect(row).toMatchObject({ TotalAmt: 0, Balance: 0, HomeTotalAmt: 0, HomeBalance: 0, PrivateNote: 'Voided' })
    expect(row).toMatchObject({ TxnTaxDetail: { TotalTax: 0 } })
    expect(row).not.toHaveProperty('LinkedTxn')
    expect((row.Line as unknown[]).map((line) => property(line, 'Amount') ?? 0)).toEqual(
      (row.Line as unknown[]).map(() => 0),
    )
  })

  test('names are never deleted: they become inactive with a suffix, come back, or are merged', async () => {
    await using live = await openLive()
    const name = live.actions.object('Customer', '2')?.DisplayName
    live.actions.deactivate('Customer', '2')
    live.actions.deactivate('Customer', '2')
    expect(live.actions.object('Customer', '2')).toMatchObject({
      DisplayName: `${String(name)} (deleted)`,
      Active: false,
    })
    live.actions.activate('Customer', '2')
    expect(live.actions.object('Customer', '2')).toMatchObject({ DisplayName: name, Active: true })
    live.actions.merge('Customer', '2', '3')
    expect(live.actions.ids('Customer')).not.toContain('3')
    // As a caller without types would try.
    const remove = live.actions.remove as (type: string, id: string) => void
    expect(() => remove('Customer', '2')).toThrow(/deactivate or merge/)
    expect(() => live.actions.change('Invoice', '999', {})).toThrow('The sandbox has no Invoice 999.')
  })

  test('what is added is neither void nor inactive, and a payment lowers the balance', async () => {
    await using live = await openLive()
    for (let n = 0; n < 60; n += 1) {
      const [invoice, customer] = [live.actions.add('Invoice'), live.actions.add('Customer')]
      expect(Number(live.actions.object('Invoice', invoice)?.Balance)).toBeGreaterThan(0)
      expect(live.actions.object('Customer', customer)?.Active).toBe(true)
    }
    const id = live.actions.add('Invoice', { TotalAmt: 100, Balance: 100 })
    const payment = live.actions.pay(id, 2550)
    expect(live.actions.object('Invoice', id)).toMatchObject({
      Balance: 74.5,
      LinkedTxn: [{ TxnId: payment, TxnType: 'Payment' }],
    })
    expect(live.actions.object('Payment', payment)).toMatchObject({ TotalAmt: 25.5, UnappliedAmt: 0 })
    expect(await live.rows(`select * from Invoice where Id = '${id}'`)).toEqual([live.actions.object('Invoice', id)])
    expect(live.actions.changeMany('Account', 50)).toHaveLength(10)
  })
})
