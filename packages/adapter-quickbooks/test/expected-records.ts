import type { ObjectType, QuickbooksTruth } from '../src/sandbox.ts'
import { transactionTypes } from '../src/sandbox.ts'
import type { EntityName } from './live.ts'
import { expectedTransaction } from './expected-transactions.ts'
import {
  addresses,
  amount,
  at,
  dimensions,
  linked,
  lines,
  list,
  taxes,
  text,
  times,
  voided,
  without,
} from './expected-parts.ts'
import type { Row } from './expected-parts.ts'

/** The types of QuickBooks that each entity is made of. */
export const typesOf: Readonly<Record<EntityName, readonly ObjectType[]>> = {
  invoices: ['Invoice'],
  payments: ['Payment'],
  customers: ['Customer'],
  accounts: ['Account'],
  transactions: transactionTypes,
}

/** The currency of the books of the imitated company. */
export const HOME = 'CAD'

/**
 * What an object of QuickBooks must become: written down once more and by hand, past the adapter's schemas and mappings.
 *
 * @param home what the setting `homeCurrency` says
 */
export function expectedRecord(type: ObjectType, row: Row, home: string | undefined): Record<string, unknown> {
  if (type === 'Invoice') return expectedInvoice(row, home)
  if (type === 'Payment') return expectedPayment(row)
  if (type === 'Customer') return expectedCustomer(row)
  if (type === 'Account') return expectedAccount(row)
  return expectedTransaction(type, row, home)
}

/** Everything that a complete and correct copy of an entity holds, by id. */
export function expectedRecords(truth: QuickbooksTruth, entity: EntityName, home?: string): Map<string, unknown> {
  const records = typesOf[entity].flatMap((type) => truth[type].map((row) => expectedRecord(type, row, home)))
  return new Map(records.map((record) => [String(record.id), record]))
}

function expectedInvoice(row: Row, home: string | undefined): Record<string, unknown> {
  const currency = text(row, 'CurrencyRef.value')
  const [total, balance] = [text(row, 'TotalAmt') ?? '', text(row, 'Balance') ?? '']
  const sub = list(row.Line).filter((line) => at(line, 'DetailType') === 'SubTotalLineDetail')
  const discounts = list(row.Line).filter((line) => at(line, 'DetailType') === 'DiscountLineDetail')
  const mails = ['BillEmail', 'BillEmailCc', 'BillEmailBcc'].flatMap((name) => text(row, `${name}.Address`) ?? [])
  return without(undefined, {
    id: row.Id,
    number: text(row, 'DocNumber'),
    // In the sandbox nobody is owed more than the total, so that text tells enough.
    status: voided(row) ? 'void' : balance === '0' ? 'paid' : balance === total ? 'open' : 'partial',
    customerId: text(row, 'CustomerRef.value'),
    customerName: text(row, 'CustomerRef.name'),
    emails: mails.length > 0 ? mails : undefined,
    addresses: addresses(row),
    issuedOn: row.TxnDate,
    dueOn: row.DueDate,
    currency,
    exchangeRate: text(row, 'ExchangeRate'),
    subtotal: amount(at(sub.at(-1), 'Amount'), currency),
    discount: amount(at(discounts[0], 'Amount'), currency),
    tax: amount(at(row, 'TxnTaxDetail.TotalTax'), currency),
    total: amount(row.TotalAmt, currency),
    balance: amount(row.Balance, currency),
    homeTotal: amount(row.HomeTotalAmt, home),
    homeBalance: amount(row.HomeBalance, home),
    taxes: taxes(row, currency),
    lines: lines(row, currency),
    links: linked(row),
    dimensions: dimensions(row),
    message: text(row, 'CustomerMemo.value'),
    memo: text(row, 'PrivateNote'),
    ...times(row),
  })
}

function expectedPayment(row: Row): Record<string, unknown> {
  const currency = text(row, 'CurrencyRef.value')
  const applied = list(row.Line).flatMap((line) =>
    (linked(line) ?? []).map((link) => without(undefined, { ...link, amount: amount(at(line, 'Amount'), currency) })),
  )
  return without(undefined, {
    id: row.Id,
    status: voided(row) ? 'void' : 'posted',
    customerId: text(row, 'CustomerRef.value'),
    customerName: text(row, 'CustomerRef.name'),
    paidOn: row.TxnDate,
    currency,
    exchangeRate: text(row, 'ExchangeRate'),
    amount: amount(row.TotalAmt, currency),
    unapplied: amount(row.UnappliedAmt, currency),
    method: text(row, 'PaymentMethodRef.name'),
    methodId: text(row, 'PaymentMethodRef.value'),
    reference: text(row, 'PaymentRefNum'),
    depositAccountId: text(row, 'DepositToAccountRef.value'),
    depositAccountName: text(row, 'DepositToAccountRef.name'),
    applied: applied.length > 0 ? applied : undefined,
    links: linked(row),
    memo: text(row, 'PrivateNote'),
    ...times(row),
  })
}

function expectedCustomer(row: Row): Record<string, unknown> {
  const currency = text(row, 'CurrencyRef.value')
  const phone = text(row, 'PrimaryPhone.FreeFormNumber')
  const mail = text(row, 'PrimaryEmailAddr.Address')
  return without(undefined, {
    id: row.Id,
    name: row.DisplayName ?? `New customer ${String(row.Id)}`,
    fullName: row.FullyQualifiedName,
    companyName: row.CompanyName,
    firstName: row.GivenName,
    lastName: row.FamilyName,
    active: row.Active,
    parentId: text(row, 'ParentRef.value'),
    emails: mail === undefined ? undefined : [mail],
    phones: phone === undefined ? undefined : [{ kind: 'main', number: phone }],
    addresses: addresses(row),
    currency,
    balance: amount(row.Balance, currency),
    balanceWithChildren: amount(row.BalanceWithJobs, currency),
    taxable: row.Taxable,
    notes: row.Notes,
    ...times(row),
  })
}

const classes: Readonly<Record<string, string>> = {
  Asset: 'asset',
  Liability: 'liability',
  Equity: 'equity',
  Revenue: 'revenue',
  Expense: 'expense',
}

function expectedAccount(row: Row): Record<string, unknown> {
  const currency = text(row, 'CurrencyRef.value')
  return without(undefined, {
    id: row.Id,
    name: row.Name,
    fullName: row.FullyQualifiedName,
    number: row.AcctNum,
    description: row.Description,
    classification: classes[String(row.Classification)] ?? 'unknown',
    type: row.AccountType,
    subType: row.AccountSubType,
    active: row.Active,
    parentId: text(row, 'ParentRef.value'),
    currency,
    balance: amount(row.CurrentBalance, currency),
    balanceWithChildren: amount(row.CurrentBalanceWithSubAccounts, currency),
    ...times(row),
  })
}
