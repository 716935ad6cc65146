/** What a transaction can be. `other`: the provider's word, which stands beside it, means none of these. */
export const transactionKinds = [
  'journal_entry',
  'expense',
  'income',
  'deposit',
  'transfer',
  'bill',
  'bill_payment',
  'vendor_credit',
  'credit_memo',
  'sales_receipt',
  'refund',
  'other',
] as const
