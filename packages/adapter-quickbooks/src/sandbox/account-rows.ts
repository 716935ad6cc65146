import { placeOf, streams } from './books.ts'
import type { Books, RowMaker } from './books.ts'
import { DELETED_SUFFIX, isActiveAt } from './name-rows.ts'
import { createRandom } from './random.ts'
import { ref } from './wire-values.ts'
import type { Row } from './wire-values.ts'

// Finance.xsd: AccountTypeEnum and AccountClassificationEnum; sub types are free text there.
const chart = [
  ['Checking', 'Bank', 'Checking', 'Asset'],
  ['Accounts Receivable (A/R)', 'Accounts Receivable', 'AccountsReceivable', 'Asset'],
  ['Undeposited Funds', 'Other Current Asset', 'UndepositedFunds', 'Asset'],
  ['Sales', 'Income', 'SalesOfProductIncome', 'Revenue'],
  ['Accounts Payable (A/P)', 'Accounts Payable', 'AccountsPayable', 'Liability'],
  ['Mastercard', 'Credit Card', 'CreditCard', 'Liability'],
  ['Savings – épargne', 'Bank', 'Savings', 'Asset'],
  ['Office Expenses', 'Expense', 'OfficeGeneralAdministrativeExpenses', 'Expense'],
  ['Discounts given', 'Income', 'DiscountsRefundsGiven', 'Revenue'],
  ['Opening Balance Equity', 'Equity', 'OpeningBalanceEquity', 'Equity'],
  ['GST/HST Payable', 'Other Current Liability', 'GlobalTaxPayable', 'Liability'],
  ['Insurance', 'Expense', 'Insurance', 'Expense'],
  ['Strike Fund 🛠️', 'Other Current Liability', 'TrustAccountsLiabilities', 'Liability'],
  ['Cost of Goods Sold', 'Cost of Goods Sold', 'SuppliesMaterialsCogs', 'Expense'],
  ['Interest Earned', 'Other Income', 'InterestEarned', 'Revenue'],
  ['Bank Charges', 'Other Expense', 'OtherMiscellaneousExpense', 'Expense'],
  ['Furniture', 'Fixed Asset', 'FurnitureAndFixtures', 'Asset'],
  ['Loan', 'Long Term Liability', 'NotesPayable', 'Liability'],
] as const

/** Places in the chart of accounts that transactions refer to. */
export const accounts = {
  checking: 0,
  receivable: 1,
  undeposited: 2,
  sales: 3,
  payable: 4,
  card: 5,
  savings: 6,
  office: 7,
  discounts: 8,
  equity: 9,
}

interface AccountName {
  readonly name: string
  readonly parent: number | undefined
}

function accountName(index: number): AccountName {
  const place = index % chart.length
  const round = Math.floor(index / chart.length)
  const base = chart[place]?.[0] ?? 'Account'
  return round === 0 ? { name: base, parent: undefined } : { name: `${base} ${String(round)}`, parent: place }
}

/** A reference to an account, by its name as it was before anything was changed. */
export function accountRef(books: Books, place: number): Row {
  const index = placeOf(books, 'Account', place)
  return ref(index + 1, accountName(index).name)
}

/** Finance.xsd: Account; sheet: Entities. */
export const accountRow: RowMaker = (books, index) => {
  const random = createRandom(books.seed, streams.account, index)
  const [, type, subType, classification] = chart[index % chart.length] ?? chart[0]
  const { name, parent } = accountName(index)
  const active = isActiveAt(books, 'Account', index)
  const shown = active ? name : name + DELETED_SUFFIX
  const balance = random.chance(0.3) ? 0 : random.below(40_000_000) - 10_000_000
  return {
    Name: shown,
    SubAccount: parent !== undefined,
    ...(parent !== undefined && { ParentRef: ref(parent + 1) }),
    FullyQualifiedName: parent === undefined ? shown : `${accountName(parent).name}:${shown}`,
    Active: active,
    Classification: classification,
    AccountType: type,
    AccountSubType: subType,
    ...(random.chance(0.7) && { AcctNum: String(1000 + index * 10) }),
    ...(random.chance(0.2) && { Description: 'Réservé au trésorier' }),
    CurrentBalance: balance / 100,
    CurrentBalanceWithSubAccounts: balance / 100,
    CurrencyRef: ref(books.home.code, books.home.name),
  }
}
