import type { Transaction } from '@unioneyes/models'
import { z } from 'zod'
import type { Settings } from './api.ts'
import { counterpartyOf } from './counterparty.ts'
import { customField, customFieldsOf } from './custom-fields.ts'
import { isZero } from './decimals.ts'
import { dimensionsOf } from './dimensions.ts'
import { linkedTxn, linksOf } from './linked-transactions.ts'
import { taxesOf, taxParts } from './tax-detail.ts'
import { lines, linesOf, taxIncludedIn } from './transaction-lines.ts'
import { transactionKinds, transactionTypes } from './transaction-types.ts'
import { isVoided } from './voided.ts'
import {
  currencyOf,
  currencyRef,
  day,
  decimal,
  flag,
  given,
  metaData,
  moneyIn,
  ref,
  text,
  timesOf,
} from './wire-parts.ts'

// What any of the types has.
const row = z.object({
  ...{ DocNumber: text, TxnDate: day, DueDate: day, PrivateNote: text },
  ...{ CustomerRef: ref, VendorRef: ref, EntityRef: ref, ClassRef: ref, DepartmentRef: ref, ProjectRef: ref },
  ...{ AccountRef: ref, FromAccountRef: ref, ToAccountRef: ref, DepositToAccountRef: ref },
  CheckPayment: z.object({ BankAccountRef: ref }).nullish(),
  CreditCardPayment: z.object({ CCAccountRef: ref }).nullish(),
  ...{ PaymentMethodRef: ref, PaymentType: text, PayType: text, PaymentRefNum: text, Credit: flag },
  ...{ CurrencyRef: currencyRef, ExchangeRate: decimal, TotalAmt: decimal, Amount: decimal },
  ...{ Balance: decimal, RemainingCredit: decimal, HomeTotalAmt: decimal, HomeBalance: decimal },
  ...{ Line: lines, LinkedTxn: linkedTxn, MetaData: metaData, CustomField: customField },
  ...taxParts,
})

/** One object of any of the types that are read as transactions. */
export const transactionRow = z.object({ type: z.enum(transactionTypes), row })

type TransactionRow = z.output<typeof transactionRow>

/** The record of a transaction. */
export function toTransaction({ type, row }: TransactionRow, settings: Settings) {
  const currency = currencyOf(row, settings)
  const money = moneyIn(currency)
  const homeMoney = moneyIn(settings.homeCurrency)
  const total = row.TotalAmt ?? row.Amount
  const account = mainAccountOf(row)
  const status = statusOf({ type, row })
  const isOwed = type === 'Bill' || type === 'VendorCredit' || type === 'CreditMemo'
  return {
    kind: transactionKinds[type],
    providerType: type,
    number: given(row.DocNumber),
    status,
    postedOn: row.TxnDate,
    dueOn: row.DueDate,
    counterparty:
      counterpartyOf(row.CustomerRef, 'Customer') ??
      counterpartyOf(row.VendorRef, 'Vendor') ??
      counterpartyOf(row.EntityRef, row.EntityRef?.type),
    accountId: given(account?.value),
    accountName: given(account?.name),
    toAccountId: given(row.ToAccountRef?.value),
    toAccountName: given(row.ToAccountRef?.name),
    direction: status === 'void' || isZero(total ?? '0') ? undefined : directionOf({ type, row }),
    method: given(row.PaymentMethodRef?.name) ?? given(row.PaymentType) ?? given(row.PayType),
    reference: given(row.PaymentRefNum),
    currency,
    exchangeRate: row.ExchangeRate,
    ...taxesOf(row, money),
    total: money(total),
    balance: isOwed ? money(row.RemainingCredit ?? row.Balance) : undefined,
    homeTotal: homeMoney(row.HomeTotalAmt),
    homeBalance: isOwed ? homeMoney(row.HomeBalance) : undefined,
    taxIncluded: taxIncludedIn(row.GlobalTaxCalculation, row.Line),
    lines: linesOf(row.Line, money),
    links: linksOf(row.LinkedTxn),
    dimensions: dimensionsOf(row),
    memo: given(row.PrivateNote),
    ...timesOf(row.MetaData),
    customFields: customFieldsOf(row.CustomField, settings.customFields),
  }
}

const mainAccountOf = (of: TransactionRow['row']) =>
  of.AccountRef ??
  of.FromAccountRef ??
  of.DepositToAccountRef ??
  of.CheckPayment?.BankAccountRef ??
  of.CreditCardPayment?.CCAccountRef

function statusOf({ type, row: { PrivateNote, TotalAmt, Amount, Line } }: TransactionRow): Transaction['status'] {
  // QuickBooks states no total of most journal entries, so only their lines tell.
  const amounts = type === 'JournalEntry' ? (Line ?? []).map((line) => line.Amount) : [TotalAmt, Amount]
  return isVoided(PrivateNote, amounts) ? 'void' : 'posted'
}

function directionOf({ type, row: { Credit } }: TransactionRow): Transaction['direction'] {
  switch (type) {
    case 'Deposit':
    case 'SalesReceipt':
      return 'in'
    case 'Transfer':
    case 'RefundReceipt':
    case 'BillPayment':
      return 'out'
    case 'Purchase':
      return Credit === true ? 'in' : 'out'
    default:
      return undefined
  }
}
