import { describe, expect, test } from 'vitest'
import { connect, fetchThem } from './live.ts'
import { added, open, small } from './opened.ts'

describe('an invoice', () => {
  test.each([
    ['0', 'paid', {}],
    ['40.5', 'partial', {}],
    ['100', 'open', {}],
    // The same number in other digits.
    ['100.00', 'open', {}],
    ['100.01', 'open', {}],
    ['0', 'void', { TotalAmt: 0, PrivateNote: 'Voided - sent twice' }],
    ['0', 'paid', { TotalAmt: 0, PrivateNote: 'Void it?' }],
    ['100', 'open', { PrivateNote: 'Voided the cheque' }],
    [undefined, 'unknown', {}],
  ])('with a balance of %s is %s', async (Balance, status, more) => {
    const { record } = await added('invoices', 'Invoice', { PrivateNote: undefined, TotalAmt: 100, Balance, ...more })
    expect(record).toMatchObject({ status })
  })

  test('shows shipping, discounts, taxes and what it is sorted by', async () => {
    const { record } = await added(
      'invoices',
      'Invoice',
      {
        Line: [
          {
            Id: '1',
            Amount: 90,
            DetailType: 'SalesItemLineDetail',
            SalesItemLineDetail: {
              ItemRef: { value: '5', name: 'Dues' },
              ItemAccountRef: { value: '79', name: 'Sales' },
              ClassRef: { value: '200', name: 'Local 12' },
              TaxCodeRef: { value: '4' },
              ServiceDate: '2026-05-01',
              DiscountRate: 10,
            },
            LinkedTxn: [{ TxnId: '8', TxnType: 'Estimate' }],
          },
          { DetailType: 'SubTotalLineDetail', Amount: 50 },
          {
            Amount: 12,
            DetailType: 'SalesItemLineDetail',
            SalesItemLineDetail: { ItemRef: { value: 'SHIPPING_ITEM_ID' } },
          },
          { DetailType: 'SubTotalLineDetail', Amount: 102 },
          {
            DetailType: 'DiscountLineDetail',
            Amount: 2,
            DiscountLineDetail: { PercentBased: false, DiscountPercent: 2 },
          },
          { DetailType: 'MoonLineDetail', Amount: 1 },
        ],
        TxnTaxDetail: {
          TotalTax: 13.26,
          TaxLine: [
            {
              Amount: 13.26,
              DetailType: 'TaxLineDetail',
              TaxLineDetail: {
                TaxRateRef: { value: '3', name: 'HST' },
                PercentBased: true,
                TaxPercent: 13,
                NetAmountTaxable: 102,
              },
            },
          ],
        },
        GlobalTaxCalculation: 'TaxExcluded',
        DepartmentRef: { value: '2', name: 'Halifax' },
        BillEmail: { Address: 'a@one.example, b@two.example' },
        BillEmailCc: { Address: 'c@three.example' },
        PONumber: 'PO 7',
      },
      {},
    )
    const cad = (amount: string) => ({ amount, currency: 'CAD' })
    expect(record).toMatchObject({
      subtotal: cad('102'),
      discount: cad('2'),
      tax: cad('13.26'),
      taxes: [{ rateId: '3', name: 'HST', percent: '13', taxable: cad('102'), amount: cad('13.26') }],
      taxIncluded: false,
      dimensions: [{ type: 'Department', id: '2', name: 'Halifax' }],
      emails: ['a@one.example', 'b@two.example', 'c@three.example'],
      reference: 'PO 7',
      lines: [
        {
          id: '1',
          kind: 'item',
          itemId: '5',
          accountId: '79',
          accountName: 'Sales',
          discountPercent: '10',
          taxCode: '4',
          servedOn: '2026-05-01',
          dimensions: [{ type: 'Class', id: '200', name: 'Local 12' }],
          links: [{ kind: 'other', id: 'Estimate/8', providerType: 'Estimate' }],
        },
        { kind: 'subtotal', amount: cad('50') },
        { kind: 'shipping', amount: cad('12') },
        { kind: 'subtotal' },
        { kind: 'discount', amount: cad('2') },
        { kind: 'unknown', amount: cad('1') },
      ],
    })
    expect(record).not.toHaveProperty('lines.0.taxed')
    expect(record).not.toHaveProperty('lines.4.discountPercent')
  })

  test.each([
    ['TaxInclusive', { TaxInclusiveAmt: 113 }, false],
    ['TaxInclusive', {}, true],
    ['TaxExcluded', {}, false],
    ['NotApplicable', {}, undefined],
    [undefined, {}, undefined],
  ])('of %s with %j has lines that include tax: %s', async (GlobalTaxCalculation, more, expected) => {
    const SalesItemLineDetail = { ItemRef: { value: '1' }, ...more }
    const Line = [{ Amount: 100, DetailType: 'SalesItemLineDetail', SalesItemLineDetail }]
    const { record } = await added('invoices', 'Invoice', { Line, GlobalTaxCalculation })
    expect(record && Reflect.get(record, 'taxIncluded')).toBe(expected)
  })

  test('shows the company’s own fields by name or by id, under the names of the settings', async () => {
    const CustomField = [
      { DefinitionId: '1', Name: 'Crew #', Type: 'StringType', StringValue: '102' },
      { DefinitionId: '2', Name: 'Weight', Type: 'NumberType', NumberValue: 1.5 },
      { DefinitionId: '3', Name: 'Urgent', Type: 'BooleanType', BooleanValue: false },
      { DefinitionId: '4', Name: 'Empty', Type: 'StringType' },
    ]
    const customFields = { crew: 'Crew #', weight: '2', urgent: 'Urgent', empty: '4', none: 'No such field' }
    const { record } = await added('invoices', 'Invoice', { CustomField }, { customFields })
    expect(record).toMatchObject({ customFields: { crew: '102', weight: '1.5', urgent: false } })
    expect(Object.keys(Object(record && Reflect.get(record, 'customFields')))).toHaveLength(3)
  })
})

describe('a payment', () => {
  test('says what it pays and how much of each, as far as QuickBooks says', async () => {
    const reference = [
      { value: { Name: 'txnOpenBalance', Value: '9' } },
      { value: { Name: 'txnReferenceNumber', Value: '1024' } },
    ]
    const { record } = await added('payments', 'Payment', {
      PrivateNote: undefined,
      Line: [
        { Amount: 30, LinkedTxn: [{ TxnId: '7', TxnType: 'Invoice' }], LineEx: { any: reference } },
        {
          Amount: 5,
          LinkedTxn: [
            { TxnId: '8', TxnType: 'JournalEntry', TxnLineId: '0' },
            { TxnId: '9', TxnType: 'Expense' },
          ],
        },
        { Amount: 1 },
      ],
      LinkedTxn: [{ TxnId: '4', TxnType: 'Deposit' }],
    })
    expect(record).toMatchObject({
      status: 'posted',
      applied: [
        {
          kind: 'invoice',
          id: '7',
          providerType: 'Invoice',
          number: '1024',
          amount: { amount: '30', currency: 'CAD' },
        },
        { kind: 'journal_entry', id: 'JournalEntry/8' },
        { kind: 'expense', id: 'Purchase/9', providerType: 'Expense' },
      ],
      links: [{ kind: 'deposit', id: 'Deposit/4' }],
    })
    expect(record).not.toHaveProperty('applied.1.amount')
  })
})

describe('a transaction', () => {
  test.each([
    ['Purchase', { Credit: true, TotalAmt: 5 }, { kind: 'expense', direction: 'in' }],
    ['Purchase', { Credit: false, TotalAmt: 5 }, { kind: 'expense', direction: 'out' }],
    ['BillPayment', { TotalAmt: 0 }, { kind: 'bill_payment', direction: undefined }],
    ['CreditMemo', { RemainingCredit: undefined, Balance: 3 }, { balance: { amount: '3' } }],
    ['SalesReceipt', { Balance: 3 }, { balance: undefined }],
    ['Purchase', { EntityRef: { value: '3', name: 'Ada', type: 'EMPLOYEE' } }, { counterparty: { kind: 'employee' } }],
    ['Purchase', { EntityRef: { value: '3', name: 'Ada' } }, { counterparty: { kind: 'other', id: '3' } }],
  ] as const)('of type %s with %j', async (type, patch, expected) => {
    const { record } = await added('transactions', type, { PrivateNote: undefined, ...patch })
    for (const [name, value] of Object.entries(expected)) {
      const shown: unknown = record && Reflect.get(record, name)
      if (typeof value === 'object') expect(shown).toMatchObject(value)
      else expect(shown).toBe(value)
    }
  })

  test('that is a deposit says whom each line is from', async () => {
    const { record } = await added('transactions', 'Deposit', {
      Line: [
        { Amount: 5, DetailType: 'DepositLineDetail', LinkedTxn: [{ TxnId: '3', TxnType: 'SalesReceipt' }] },
        {
          Amount: 6,
          DetailType: 'DepositLineDetail',
          DepositLineDetail: { Entity: { value: '9', name: 'A job', type: 'JOB' }, AccountRef: { value: '1' } },
        },
      ],
    })
    expect(record).toMatchObject({
      lines: [
        { kind: 'link', links: [{ kind: 'sales_receipt', id: 'SalesReceipt/3' }] },
        { kind: 'account', counterparty: { kind: 'customer', id: '9', name: 'A job' }, accountId: '1' },
      ],
    })
  })

  test('that is a voided journal entry is known by its lines', async () => {
    const line = (Amount: number) => ({ Amount, DetailType: 'JournalEntryLineDetail' })
    const entry = { PrivateNote: 'Voided', TotalAmt: 0 }
    expect(await added('transactions', 'JournalEntry', { ...entry, Line: [line(0), line(0)] })).toMatchObject({
      record: { status: 'void' },
    })
    expect(await added('transactions', 'JournalEntry', { ...entry, Line: [line(0), line(1)] })).toMatchObject({
      record: { status: 'posted' },
    })
  })

  test('is fetched by type and number, and what is not there is told', async () => {
    const sandbox = await open(small)
    const ids = ['Bill/1', 'JournalEntry/1', 'Bill/99', 'Estimate/1', 'nonsense', "Bill/' or Id > '0", 'Bill/']
    const { records, deleted } = await fetchThem(await connect(sandbox), 'transactions', ids)
    expect([...records.keys()].sort()).toEqual(['Bill/1', 'JournalEntry/1'])
    expect(deleted).toEqual(ids.slice(2))
    expect(sandbox.requests.count()).toBe(2)
  })
})
