import type { Transaction } from '@unioneyes/models'

/** What each type of QuickBooks that is read as a transaction is, in the order in which they are listed. */
export const transactionKinds = {
  JournalEntry: 'journal_entry',
  Purchase: 'expense',
  Deposit: 'deposit',
  Transfer: 'transfer',
  SalesReceipt: 'sales_receipt',
  RefundReceipt: 'refund',
  CreditMemo: 'credit_memo',
  Bill: 'bill',
  BillPayment: 'bill_payment',
  VendorCredit: 'vendor_credit',
} as const satisfies Readonly<Record<string, Transaction['kind']>>

/** A type of QuickBooks that is read as a transaction. */
export type TransactionType = keyof typeof transactionKinds

/** The types in the order in which they are listed. */
export const transactionTypes = [
  'JournalEntry',
  'Purchase',
  'Deposit',
  'Transfer',
  'SalesReceipt',
  'RefundReceipt',
  'CreditMemo',
  'Bill',
  'BillPayment',
  'VendorCredit',
] as const satisfies readonly TransactionType[]

/** The id of a transaction: two types may share an identifier. */
export const transactionId = (type: string, id: string): string => `${type}/${id}`
