import { accounting } from '@unioneyes/models'
import { describe, expect, test } from 'vitest'
import { sandboxRealmId, transactionTypes } from '../src/sandbox.ts'
import { exactNumber } from '../src/sandbox/wire-values.ts'
import { expectedRecords, HOME } from './expected-records.ts'
import { connect, fetchThem, harvest } from './live.ts'
import { added, open, small } from './opened.ts'

const entities = ['invoices', 'payments', 'customers', 'accounts', 'transactions'] as const

const models = {
  invoices: accounting.invoice,
  payments: accounting.payment,
  customers: accounting.customer,
  accounts: accounting.account,
  transactions: accounting.transaction,
}

describe('a whole company', () => {
  test.each(entities)('comes over exactly: %s', async (entity) => {
    const sandbox = await open({
      ...{ invoices: 300, payments: 200, customers: 120, accounts: 80, transactions: 600 },
      longAmounts: true,
    })
    const integration = await connect(sandbox, { settings: { homeCurrency: HOME, pageSize: 7 } })
    const { records, invalid, complete } = await harvest(integration, entity)
    expect(invalid).toEqual([])
    expect(complete).toBe(true)
    expect([...records.keys()].sort()).toEqual(
      [...expectedRecords(sandbox.actions.truth(), entity, HOME).keys()].sort(),
    )
    for (const [id, expected] of expectedRecords(sandbox.actions.truth(), entity, HOME)) {
      expect(records.get(id), id).toEqual(expected)
      // Nothing that the model does not name, and all that it demands.
      expect(models[entity].parse(records.get(id))).toEqual(expected)
    }
  })

  test('has everything in it that makes books hard', async () => {
    const sandbox = await open({ invoices: 300, payments: 200, transactions: 600, longAmounts: true })
    const truth = sandbox.actions.truth()
    const texts = Object.values(truth).flatMap((rows) => rows.map((row) => JSON.stringify(row)))
    for (const sign of [
      ...['"GroupLineDetail"', '"DiscountLineDetail"', '"DescriptionOnly"', '"SubTotalLineDetail"', '"TaxLine"'],
      ...['"Voided"', '(deleted)', '"EUR"', '"HomeTotalAmt"', '"BillPaymentCheck"', '"CashBack"', '"Credit":true'],
      ...['"CreditMemo"', '"TxnType":"Payment"', '90071992547410'],
    ])
      expect(
        texts.some((text) => text.includes(sign)),
        sign,
      ).toBe(true)
    for (const type of transactionTypes) expect(truth[type].length, type).toBeGreaterThan(0)
  })

  test('is asked for at most so many at a time, and for inactive names too', async () => {
    const sandbox = await open(small)
    await harvest(await connect(sandbox), 'customers')
    const [first, second] = sandbox.requests.list()
    expect(first?.path).toBe(`/v3/company/${sandboxRealmId}/query`)
    expect(Object.fromEntries(new URLSearchParams(first?.query))).toEqual({
      query:
        'select * from Customer where Active in (true, false) orderby MetaData.LastUpdatedTime startposition 1 maxresults 1000',
      minorversion: '75',
    })
    expect(new URLSearchParams(second?.query).get('query')).toMatch(
      /^select \* from Customer where Active in \(true, false\) and MetaData\.LastUpdatedTime >= '2026-05-[\dT:]+-07:00' orderby MetaData\.LastUpdatedTime startposition \d maxresults 1000$/,
    )
  })

  test('leaves amounts in its own currency out where the settings do not name that', async () => {
    const sandbox = await open(small)
    for (const entity of entities) {
      const { records } = await harvest(await connect(sandbox), entity)
      expect(Object.fromEntries(records)).toEqual(
        Object.fromEntries(expectedRecords(sandbox.actions.truth(), entity, undefined)),
      )
      expect([...records.values()].some((record) => 'homeTotal' in record)).toBe(false)
    }
  })
})

describe('money', () => {
  test('keeps all of its digits', async () => {
    const sandbox = await open({ ...small, invoices: 20, longAmounts: true })
    const { records } = await harvest(await connect(sandbox), 'invoices')
    const totals = ['8', '18'].map((id) => records.get(id))
    expect(totals).toMatchObject([
      { total: { amount: '90071992547410.07' } },
      { total: { amount: '90071992547410.27' } },
    ])
  })

  test.each([
    [0.1, '0.1'],
    [-0.005, '-0.005'],
    [1e21, '1000000000000000000000'],
    [exactNumber('12345678901234567.89'), '12345678901234567.89'],
    ['12.50', '12.50'],
  ])('sent as %s is %s', async (CurrentBalance, expected) => {
    const sandbox = await open(small)
    const id = sandbox.actions.add('Account', { CurrentBalance })
    const { records } = await harvest(await connect(sandbox), 'accounts')
    expect(records.get(id)).toMatchObject({ balance: { amount: expected } })
  })

  test('that is none keeps the others', async () => {
    const { issues } = await added('invoices', 'Invoice', { TotalAmt: 'a lot' })
    expect(issues?.join()).toContain('TotalAmt')
  })

  test('without a currency is of the one that the settings name, and else no record', async () => {
    const patch = { CurrencyRef: undefined, PrivateNote: undefined }
    for (const [entity, type] of [
      ['invoices', 'Invoice'],
      ['payments', 'Payment'],
      ['transactions', 'Deposit'],
    ] as const) {
      const { record, issues } = await added(entity, type, patch)
      expect(record).toBeUndefined()
      expect(issues?.join()).toContain('it names no currency, and the setting homeCurrency is not given')
      expect(await added(entity, type, patch, { homeCurrency: 'CAD' })).toMatchObject({ record: { currency: 'CAD' } })
    }
    for (const [entity, type] of [
      ['customers', 'Customer'],
      ['accounts', 'Account'],
    ] as const) {
      const { record } = await added(entity, type, patch)
      expect(record).toMatchObject({ active: true })
      expect(record).not.toHaveProperty('balance')
      expect(await added(entity, type, patch, { homeCurrency: 'CAD' })).toMatchObject({
        record: { balance: { currency: 'CAD' } },
      })
    }
  })
})

describe('what was voided, deactivated or merged', () => {
  test.each([
    ['invoices', 'Invoice', ''],
    ['payments', 'Payment', ''],
    ['transactions', 'Bill', 'Bill/'],
    ['transactions', 'JournalEntry', 'JournalEntry/'],
    ['transactions', 'Transfer', 'Transfer/'],
  ] as const)('stays: %s of type %s', async (entity, type, beginning) => {
    const sandbox = await open(small)
    const integration = await connect(sandbox)
    const full = await harvest(integration, entity)
    sandbox.actions.void(type, '1')
    const changes = await harvest(integration, entity, { type: 'incremental', cursor: full.cursor })
    expect(changes.records.get(`${beginning}1`)).toMatchObject({ status: 'void', memo: 'Voided' })
    expect(changes.records.get(`${beginning}1`)).not.toHaveProperty('direction')
    expect(changes.deleted).toEqual([])
  })

  test('a name that is not used any more stays as it is written', async () => {
    const sandbox = await open(small)
    const integration = await connect(sandbox)
    const full = await harvest(integration, 'customers')
    const before = full.records.get('2')
    sandbox.actions.deactivate('Customer', '2')
    for (const { records } of [
      await harvest(integration, 'customers', { type: 'incremental', cursor: full.cursor }),
      await harvest(integration, 'customers'),
      await fetchThem(integration, 'customers', ['2']),
    ]) {
      const name = `${String(before && Reflect.get(before, 'name'))} (deleted)`
      expect(records.get('2')).toMatchObject({ active: false, name })
    }
  })

  test.each([
    ['deleted', ['3']],
    // Then its webhook tells, or the next full listing.
    ['absent', []],
  ] as const)('a merged name that is %s in the changes is gone', async (mergedInChanges, told) => {
    const sandbox = await open({ ...small, mergedInChanges })
    const integration = await connect(sandbox)
    const full = await harvest(integration, 'accounts')
    sandbox.actions.merge('Account', '1', '3')
    const changes = await harvest(integration, 'accounts', { type: 'incremental', cursor: full.cursor })
    expect([[...changes.records.keys()], changes.deleted]).toEqual([['1'], told])
    expect((await fetchThem(integration, 'accounts', ['1', '3'])).deleted).toEqual(['3'])
    expect([...(await harvest(integration, 'accounts')).records.keys()]).not.toContain('3')
  })
})
