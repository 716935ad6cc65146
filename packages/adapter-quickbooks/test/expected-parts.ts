/** An object of QuickBooks, by its own names. */
export type Row = Readonly<Record<string, unknown>>

/** What stands at property names that are joined with dots. */
export function at(value: unknown, path: string): unknown {
  return path
    .split('.')
    .reduce<unknown>(
      (part, name) => (typeof part === 'object' && part !== null ? Reflect.get(part, name) : undefined),
      value,
    )
}

/** A value as the copy must hold it: text with every digit, or undefined where there is none. */
export function text(value: unknown, path: string): string | undefined {
  const found = at(value, path)
  if (typeof found === 'number' || typeof found === 'bigint') return String(found)
  return typeof found === 'string' && found !== '' ? found : undefined
}

/** A list, or an empty one. */
export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** The record without the properties of a value, as JSON has it. */
export const without = (absent: unknown, record: Row): Record<string, unknown> =>
  Object.fromEntries(Object.entries(record).filter(([, value]) => value !== absent))

/** Money, or undefined where there is no amount or nobody says the currency. */
export function amount(value: unknown, currency: string | undefined): Row | undefined {
  const digits = text({ value }, 'value')
  return digits === undefined || currency === undefined ? undefined : { amount: digits, currency }
}

/** Whether QuickBooks voided it: the sandbox leaves nothing for every amount then. */
export const voided = (row: Row): boolean => text(row, 'PrivateNote')?.startsWith('Voided') === true

/** When it was made and changed. */
export const times = (row: Row): Row => ({
  createdAt: at(row, 'MetaData.CreateTime'),
  updatedAt: at(row, 'MetaData.LastUpdatedTime'),
})

/** Where letters and goods go. */
export function addresses(row: Row): readonly Row[] | undefined {
  const found = [
    ['billing', row.BillAddr],
    ['shipping', row.ShipAddr],
  ].flatMap(([kind, address]) =>
    address === undefined
      ? []
      : [
          {
            kind,
            lines: [at(address, 'Line1')],
            city: at(address, 'City'),
            region: at(address, 'CountrySubDivisionCode'),
            postalCode: at(address, 'PostalCode'),
          },
        ],
  )
  return found.length > 0 ? found : undefined
}

/** The taxes one by one. */
export function taxes(row: Row, currency: string | undefined): readonly Row[] | undefined {
  const found = list(at(row, 'TxnTaxDetail.TaxLine')).map((tax) =>
    without(undefined, {
      rateId: text(tax, 'TaxLineDetail.TaxRateRef.value'),
      percent: text(tax, 'TaxLineDetail.TaxPercent'),
      taxable: amount(at(tax, 'TaxLineDetail.NetAmountTaxable'), currency),
      amount: amount(at(tax, 'Amount'), currency),
    }),
  )
  return found.length > 0 ? found : undefined
}

// What links of the sandbox name, and where it is found in the copy.
const targets: Readonly<Record<string, readonly [kind: string, beginning: string]>> = {
  Invoice: ['invoice', ''],
  Payment: ['payment', ''],
  CreditMemo: ['credit_memo', 'CreditMemo/'],
  Bill: ['bill', 'Bill/'],
  BillPaymentCheck: ['bill_payment', 'BillPayment/'],
  BillPaymentCreditCard: ['bill_payment', 'BillPayment/'],
}

/** What a row or a line is linked to. */
export function linked(of: unknown): readonly Row[] | undefined {
  const found = list(at(of, 'LinkedTxn')).map((one) => {
    const word = String(at(one, 'TxnType'))
    const [kind, beginning] = targets[word] ?? ['unheard of', '']
    return { kind, id: beginning + String(at(one, 'TxnId')), providerType: word }
  })
  return found.length > 0 ? found : undefined
}

/** The lines in order, those of a bundle after it. */
export function lines(row: Row, currency: string | undefined): readonly Row[] | undefined {
  const found = list(row.Line).flatMap((line) => {
    const inside = list(at(line, 'GroupLineDetail.Line'))
    return [
      expectedLine(line, currency),
      ...inside.map((one) => ({ ...expectedLine(one, currency), groupLineId: at(line, 'Id') })),
    ]
  })
  return found.length > 0 ? found : undefined
}

function expectedLine(line: unknown, currency: string | undefined): Row {
  const common = {
    id: at(line, 'Id'),
    description: at(line, 'Description'),
    amount: amount(at(line, 'Amount'), currency),
    links: linked(line),
    dimensions: dimensions(line, `${text(line, 'DetailType') ?? ''}.`),
  }
  return without(undefined, { ...common, ...ofKind(line) })
}

/** What is sorted by; `path` leads to what holds the references. */
export function dimensions(of: unknown, path = ''): readonly Row[] | undefined {
  const found = ['Class', 'Department'].flatMap((type) => {
    const reference = at(of, `${path}${type}Ref`)
    return reference === undefined ? [] : [{ type, id: text(reference, 'value'), name: text(reference, 'name') }]
  })
  return found.length > 0 ? found : undefined
}

function ofKind(line: unknown): Row {
  const of = (path: string): string | undefined => text(line, path)
  const taxCode = (detail: string): Row => {
    const code = of(`${detail}.TaxCodeRef.value`)
    return { taxCode: code, taxed: code === 'TAX' ? true : code === 'NON' ? false : undefined }
  }
  const detail = of('DetailType')
  switch (detail) {
    case 'SalesItemLineDetail':
    case 'ItemBasedExpenseLineDetail':
      return {
        kind: 'item',
        itemId: of(`${detail}.ItemRef.value`),
        itemName: of(`${detail}.ItemRef.name`),
        unitPrice: of(`${detail}.UnitPrice`),
        quantity: of(`${detail}.Qty`),
        ...taxCode(detail),
      }
    case 'AccountBasedExpenseLineDetail':
      return { kind: 'account', ...account(line, `${detail}.AccountRef`), ...taxCode(detail) }
    case 'DepositLineDetail':
      return { kind: 'account', ...account(line, 'DepositLineDetail.AccountRef') }
    case 'JournalEntryLineDetail': {
      const who = 'JournalEntryLineDetail.Entity.EntityRef'
      return {
        kind: 'account',
        ...account(line, 'JournalEntryLineDetail.AccountRef'),
        side: of('JournalEntryLineDetail.PostingType') === 'Debit' ? 'debit' : 'credit',
        counterparty:
          at(line, who) === undefined
            ? undefined
            : { kind: 'customer', id: of(`${who}.value`), name: of(`${who}.name`) },
      }
    }
    case 'SubTotalLineDetail':
      return { kind: 'subtotal' }
    case 'DescriptionOnly':
      return { kind: 'description' }
    case 'DiscountLineDetail':
      return {
        kind: 'discount',
        ...account(line, 'DiscountLineDetail.DiscountAccountRef'),
        discountPercent: of('DiscountLineDetail.DiscountPercent'),
      }
    case 'GroupLineDetail':
      return {
        kind: 'group',
        itemId: of('GroupLineDetail.GroupItemRef.value'),
        itemName: of('GroupLineDetail.GroupItemRef.name'),
        quantity: of('GroupLineDetail.Quantity'),
      }
    default:
      return { kind: linked(line) === undefined ? 'unknown' : 'link' }
  }
}

const account = (line: unknown, path: string): Row => ({
  accountId: text(line, `${path}.value`),
  accountName: text(line, `${path}.name`),
})
