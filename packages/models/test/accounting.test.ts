import { accounting } from '@unioneyes/models'
import type { Account, Customer, Invoice, Payment, Transaction } from '@unioneyes/models'
import { describe, expect, test } from 'vitest'
import { expectStrict } from './expect-strict.ts'

const usd = (amount: string) => ({ amount, currency: 'USD' })
const cad = (amount: string) => ({ amount, currency: 'CAD' })
const createdAt = '2026-03-02T09:15:00-08:00'
const updatedAt = '2026-03-09T10:00:00Z'
const customFields = { fund: 'Strike' }
const refuses = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown) =>
  !schema.safeParse(value).success

const address = {
  kind: 'billing' as const,
  lines: ['Local 12', '1 Main Street'],
  city: 'Hamilton',
  region: 'ON',
  postalCode: 'L8P 1A1',
  country: 'CAN',
}
const dimension = { type: 'Class', id: '5', name: 'North' }
const paidBy = { kind: 'payment' as const, id: '88', providerType: 'Payment', number: '1021', amount: usd('40.00') }
const tax = { rateId: '3', name: 'HST', percent: '13', taxable: usd('90.00'), amount: usd('11.70') }
const line = {
  id: '2',
  kind: 'item' as const,
  groupLineId: '1',
  description: 'Hall, per hour',
  itemId: '4',
  itemName: 'Hall',
  accountId: '79',
  accountName: 'Rent received',
  quantity: '2.5',
  unitPrice: '40.00125',
  amount: usd('100.00'),
  discountPercent: '10',
  taxCode: 'TAX',
  taxed: true,
  tax: usd('13.00'),
  servedOn: '2026-03-01',
  dimensions: [dimension],
  links: [{ kind: 'other' as const, id: 'Estimate/7' }],
}

const leastInvoice: Invoice = { id: '130', status: 'open', currency: 'USD', total: usd('101.70') }
const invoice: Invoice = {
  ...leastInvoice,
  number: '1037',
  status: 'partial',
  providerStatus: 'AUTHORISED',
  customerId: '24',
  customerName: 'Local 12',
  emails: ['books@example.org'],
  addresses: [address],
  issuedOn: '2026-03-02',
  dueOn: '2026-04-01',
  exchangeRate: '1.3645',
  subtotal: usd('100.00'),
  discount: usd('10.00'),
  tax: usd('11.70'),
  balance: usd('61.70'),
  homeTotal: cad('138.77'),
  homeBalance: cad('84.19'),
  taxIncluded: false,
  taxes: [tax],
  lines: [line, { kind: 'discount', amount: usd('10.00'), discountPercent: '10' }, { kind: 'subtotal' }],
  links: [paidBy],
  dimensions: [dimension],
  message: 'Thank you',
  memo: 'Second notice sent',
  reference: 'PO-7',
  createdAt,
  updatedAt,
  customFields,
}

describe('an invoice', () => {
  expectStrict(accounting.invoice, leastInvoice, invoice)

  test.each([
    ['a status that comes with the day', { status: 'overdue' }],
    ['a status in the provider’s words', { status: 'PAID' }],
    ['a total that is a number', { total: 101.7 }],
    ['a total without a currency', { total: { amount: '101.70' } }],
    ['a currency in small letters', { currency: 'usd' }],
    ['a rate that is a number', { exchangeRate: 1.36 }],
    ['a day with a time', { dueOn: '2026-04-01T00:00:00Z' }],
    ['a moment without an offset', { updatedAt: '2026-03-09T10:00:00' }],
    ['a line without a kind', { lines: [{ id: '1' }] }],
    ['a line of no known kind', { lines: [{ kind: 'SalesItemLineDetail' }] }],
    ['a quantity with an exponent', { lines: [{ ...line, quantity: '1e3' }] }],
    ['a link without an id', { links: [{ kind: 'payment' }] }],
    ['a link with an empty id', { links: [{ kind: 'payment', id: '' }] }],
    ['a link of a kind that is not ours', { links: [{ kind: 'Payment', id: '88' }] }],
    ['an address of no kind', { addresses: [{ city: 'Hamilton' }] }],
    ['a tax whose percent is a number', { taxes: [{ percent: 13 }] }],
  ])('is not %s', (_, change) => {
    expect(refuses(accounting.invoice, { ...invoice, ...change })).toBe(true)
  })
})

const leastPayment: Payment = { id: '88', status: 'posted', currency: 'USD', amount: usd('0') }
const payment: Payment = {
  ...leastPayment,
  amount: usd('40.00'),
  providerStatus: 'AUTHORISED',
  customerId: '24',
  customerName: 'Local 12',
  paidOn: '2026-03-09',
  exchangeRate: '1.3645',
  unapplied: usd('0.00'),
  homeAmount: cad('54.58'),
  method: 'Check',
  methodId: '2',
  reference: '1021',
  depositAccountId: '35',
  depositAccountName: 'Chequing',
  applied: [
    { kind: 'invoice', id: '130', amount: usd('50.00') },
    { kind: 'credit_memo', id: 'CreditMemo/73', amount: usd('10.00') },
  ],
  links: [{ kind: 'deposit', id: 'Deposit/91' }],
  memo: 'By post',
  createdAt,
  updatedAt,
  customFields,
}

describe('a payment', () => {
  expectStrict(accounting.payment, leastPayment, payment)

  test.each([
    ['applied to nothing that is named', { applied: [{ amount: usd('40.00') }] }],
    ['paid, which is said of invoices', { status: 'paid' }],
    ['an amount in text alone', { amount: '40.00' }],
  ])('is not %s', (_, change) => {
    expect(refuses(accounting.payment, { ...payment, ...change })).toBe(true)
  })
})

const leastCustomer: Customer = { id: '24', name: 'Local 12', active: true }
const customer: Customer = {
  ...leastCustomer,
  fullName: 'Council:Local 12',
  number: 'C-12',
  companyName: 'Local 12 of the Council',
  firstName: 'Ada',
  lastName: 'Söğüt',
  parentId: '20',
  emails: ['books@example.org', 'ada@example.org'],
  phones: [
    { kind: 'main', number: '+1 905 555 0100' },
    { kind: 'fax', number: '555-0101' },
  ],
  website: 'example.org',
  addresses: [address, { kind: 'shipping' }],
  currency: 'USD',
  balance: usd('-5.00'),
  balanceWithChildren: usd('61.70'),
  taxable: true,
  notes: 'Pays late',
  createdAt,
  updatedAt,
  customFields,
}

describe('a customer', () => {
  expectStrict(accounting.customer, leastCustomer, customer)

  test.each([
    ['known by one address that is no list', { emails: 'books@example.org' }],
    ['called on a number of no kind', { phones: [{ number: '555-0100' }] }],
    ['in use in words', { active: 'ACTIVE' }],
  ])('is not %s', (_, change) => {
    expect(refuses(accounting.customer, { ...customer, ...change })).toBe(true)
  })
})

const leastAccount: Account = { id: '79', name: 'Hotels', classification: 'expense', active: true }
const account: Account = {
  ...leastAccount,
  fullName: 'Travel:Hotels',
  number: '6110',
  description: 'Nights away',
  type: 'Expense',
  subType: 'Travel',
  normalBalance: 'debit',
  parentId: '78',
  currency: 'CAD',
  balance: cad('1200.05'),
  balanceWithChildren: cad('1200.05'),
  createdAt,
  updatedAt,
  customFields,
}

describe('an account', () => {
  expectStrict(accounting.account, leastAccount, account)

  test.each([
    ['of a class in the provider’s words', { classification: 'Expense' }],
    ['of income, which is revenue here', { classification: 'income' }],
    ['growing on no side', { normalBalance: 'DEBIT' }],
    ['a balance that is a number', { balance: 1200.05 }],
  ])('is not %s', (_, change) => {
    expect(refuses(accounting.account, { ...account, ...change })).toBe(true)
  })
})

const leastTransaction: Transaction = {
  id: 'JournalEntry/12',
  kind: 'journal_entry',
  providerType: 'JournalEntry',
  status: 'posted',
}
const transaction: Transaction = {
  ...leastTransaction,
  number: 'JE-4',
  providerStatus: 'POSTED',
  postedOn: '2026-03-31',
  dueOn: '2026-04-30',
  counterparty: { kind: 'vendor', id: '56', name: 'Print shop' },
  accountId: '35',
  accountName: 'Chequing',
  toAccountId: '36',
  toAccountName: 'Savings',
  direction: 'out',
  method: 'Check',
  reference: '204',
  currency: 'USD',
  exchangeRate: '1.3645',
  tax: usd('11.70'),
  total: usd('101.70'),
  balance: usd('0.00'),
  homeTotal: cad('138.77'),
  homeBalance: cad('0.00'),
  taxIncluded: true,
  taxes: [tax],
  lines: [
    { ...line, side: 'debit', counterparty: { kind: 'employee', id: '9', name: 'Ada' } },
    { kind: 'account', accountId: '79', amount: usd('100.00'), side: 'credit' },
    { kind: 'link', links: [{ kind: 'bill', id: 'Bill/3', amount: usd('1.70') }] },
  ],
  links: [paidBy],
  dimensions: [dimension],
  memo: 'March',
  createdAt,
  updatedAt,
  customFields,
}

describe('a transaction', () => {
  expectStrict(accounting.transaction, leastTransaction, transaction)

  test.each([
    ['an invoice, which is an entity of its own', { kind: 'invoice' }],
    ['a payment by a customer, which is one too', { kind: 'payment' }],
    ['a kind in the provider’s words', { kind: 'JournalEntry' }],
    ['booked to a side in the provider’s words', { lines: [{ kind: 'account', side: 'Debit' }] }],
    ['money that goes both ways', { direction: 'both' }],
    ['with somebody on no list', { counterparty: { id: '56' } }],
  ])('is not %s', (_, change) => {
    expect(refuses(accounting.transaction, { ...transaction, ...change })).toBe(true)
  })
})
