import { amount, at, dimensions, linked, lines, taxes, text, times, voided, without } from './expected-parts.ts'
import type { Row } from './expected-parts.ts'

interface OfType {
  readonly kind: string
  /** Where the main account stands. */
  readonly account?: string
  /** Which way the money goes, where some goes. */
  readonly way?: (row: Row) => string
  readonly whom?: readonly [path: string, kind: string]
  readonly balance?: string
}

// As the README says it of each type.
const types: Readonly<Record<string, OfType>> = {
  JournalEntry: { kind: 'journal_entry' },
  Purchase: {
    kind: 'expense',
    account: 'AccountRef',
    way: ({ Credit }) => (Credit === true ? 'in' : 'out'),
    whom: ['EntityRef', 'vendor'],
  },
  Deposit: { kind: 'deposit', account: 'DepositToAccountRef', way: () => 'in' },
  Transfer: { kind: 'transfer', account: 'FromAccountRef', way: () => 'out' },
  SalesReceipt: {
    kind: 'sales_receipt',
    account: 'DepositToAccountRef',
    way: () => 'in',
    whom: ['CustomerRef', 'customer'],
  },
  RefundReceipt: {
    kind: 'refund',
    account: 'DepositToAccountRef',
    way: () => 'out',
    whom: ['CustomerRef', 'customer'],
  },
  CreditMemo: { kind: 'credit_memo', whom: ['CustomerRef', 'customer'], balance: 'RemainingCredit' },
  Bill: { kind: 'bill', whom: ['VendorRef', 'vendor'], balance: 'Balance' },
  BillPayment: { kind: 'bill_payment', way: () => 'out', whom: ['VendorRef', 'vendor'] },
  VendorCredit: { kind: 'vendor_credit', whom: ['VendorRef', 'vendor'], balance: 'Balance' },
}

/** What an object of a type that is read as a transaction must become. */
export function expectedTransaction(type: string, row: Row, home: string | undefined): Record<string, unknown> {
  const { kind, account, way, whom, balance } = types[type] ?? { kind: 'unheard of' }
  const currency = text(row, 'CurrencyRef.value')
  const total = text(row, 'TotalAmt') ?? text(row, 'Amount')
  const bank = at(row, 'CheckPayment.BankAccountRef') ?? at(row, 'CreditCardPayment.CCAccountRef')
  const main = type === 'BillPayment' ? bank : at(row, account ?? '')
  const moved = total !== undefined && total !== '0'
  const other = at(row, whom?.[0] ?? '')
  return without(undefined, {
    id: `${type}/${String(row.Id)}`,
    kind,
    providerType: type,
    number: text(row, 'DocNumber'),
    status: voided(row) ? 'void' : 'posted',
    postedOn: row.TxnDate,
    dueOn: row.DueDate,
    counterparty:
      other === undefined ? undefined : { kind: whom?.[1], id: text(other, 'value'), name: text(other, 'name') },
    accountId: text(main, 'value'),
    accountName: text(main, 'name'),
    toAccountId: text(row, 'ToAccountRef.value'),
    toAccountName: text(row, 'ToAccountRef.name'),
    direction: moved ? way?.(row) : undefined,
    method: text(row, 'PaymentMethodRef.name') ?? text(row, 'PaymentType') ?? text(row, 'PayType'),
    reference: text(row, 'PaymentRefNum'),
    currency,
    exchangeRate: text(row, 'ExchangeRate'),
    tax: amount(at(row, 'TxnTaxDetail.TotalTax'), currency),
    total: amount(total, currency),
    balance: amount(at(row, balance ?? ''), currency),
    homeTotal: amount(row.HomeTotalAmt, home),
    homeBalance: balance === undefined ? undefined : amount(row.HomeBalance, home),
    taxes: taxes(row, currency),
    lines: lines(row, currency),
    links: linked(row),
    dimensions: dimensions(row),
    memo: text(row, 'PrivateNote'),
    ...times(row),
  })
}
