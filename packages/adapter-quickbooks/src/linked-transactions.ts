import type { accounting } from '@unioneyes/models'
import { z } from 'zod'
import { transactionId, transactionKinds } from './transaction-types.ts'
import type { TransactionType } from './transaction-types.ts'
import { code, given, text } from './wire-parts.ts'

/** What an object or a line is linked to. */
export const linkedTxn = z.array(z.object({ TxnId: code, TxnType: text })).nullish()

type Link = accounting.Link

// Links name the form that was filled in; several forms are one type of the API.
const FORMS = new Map<string, TransactionType>([
  ['Check', 'Purchase'],
  ['Expense', 'Purchase'],
  ['CashPurchase', 'Purchase'],
  ['CreditCardCharge', 'Purchase'],
  ['CreditCardCredit', 'Purchase'],
  ['RefundCheck', 'RefundReceipt'],
  ['ARRefundCreditCard', 'RefundReceipt'],
  ['EFTRefund', 'RefundReceipt'],
  ['BillPaymentCheck', 'BillPayment'],
  ['BillPaymentCreditCard', 'BillPayment'],
  ['EFTBillPayment', 'BillPayment'],
])

const isTransactionType = (word: string): word is TransactionType => Object.hasOwn(transactionKinds, word)

/** The links to other entries of the books; undefined where there are none. */
export function linksOf(
  linked: z.output<typeof linkedTxn>,
  more: Pick<Link, 'amount' | 'number'> = {},
): Link[] | undefined {
  const found = (linked ?? []).flatMap(({ TxnId, TxnType }) => {
    const id = given(TxnId)
    return id === undefined ? [] : [{ ...target(TxnType ?? '', id), providerType: given(TxnType), ...more }]
  })
  return found.length === 0 ? undefined : found
}

function target(word: string, id: string): Pick<Link, 'kind' | 'id'> {
  if (word === 'Invoice') return { kind: 'invoice', id }
  if (word === 'Payment' || word === 'ReceivePayment') return { kind: 'payment', id }
  const type = FORMS.get(word) ?? word
  // An estimate, a purchase order and whatever else is not read.
  return { kind: isTransactionType(type) ? transactionKinds[type] : 'other', id: transactionId(type, id) }
}
