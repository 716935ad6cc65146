import { streams } from './books.ts'
import type { Books } from './books.ts'
import { createRandom } from './random.ts'
import { plainSale, saleFigures } from './sale-figures.ts'
import type { SaleFigures } from './sale-figures.ts'

/** The numbers of an invoice; every tenth has an amount of 16 digits, where the company is to have such. */
export function invoiceFigures(books: Books, index: number): SaleFigures {
  const figures = saleFigures(books, streams.invoice, index, books.counts.Invoice)
  // Around 2^53 hundredths: no double holds such an amount to the cent.
  return hasLongAmount(books, index)
    ? plainSale(books, figures.customer, 9_007_199_254_740_993n + 2n * BigInt(index))
    : figures
}

const hasLongAmount = (books: Books, index: number): boolean =>
  books.longAmounts && index % 10 === 7 && index < books.counts.Invoice

/** What a payment brought, and what it went to. */
export interface PaymentFigures {
  readonly customer: number
  /** What came in. */
  readonly total: number
  readonly unapplied: number
  /** The invoice it pays, how much of it, and how much of that is paid with a credit memo. */
  readonly invoice:
    { readonly index: number; readonly applied: number; readonly memo: MemoShare | undefined } | undefined
  readonly voided: boolean
}

interface MemoShare {
  readonly index: number
  readonly cents: number
}

/** The numbers of a payment. Payment `n` pays invoice `n`, when there is one to pay: so both know each other without a table. */
export function paymentFigures(books: Books, index: number): PaymentFigures {
  const random = createRandom(books.seed, streams.payment, index)
  const kind = random.below(20)
  const founded = index < books.counts.Payment && index < books.counts.Invoice
  const { customer, total, voided } = invoiceFigures(books, index)
  const own = 1_000 + random.below(500_000)
  const nothing = { customer, invoice: undefined }
  if (kind === 1 && index < books.counts.Payment) return { ...nothing, total: 0, unapplied: 0, voided: true }
  if (!founded || voided || kind === 0 || typeof total !== 'number') {
    return { ...nothing, total: own, unapplied: own, voided: false }
  }
  const applied = kind < 6 ? Math.ceil(total / 2) : total
  const memo = index % 7 === 3 ? memoShare(books, (index - 3) / 7, applied) : undefined
  const unapplied = kind === 6 ? own : 0
  const paid = applied - (memo?.cents ?? 0) + unapplied
  return { customer, total: paid, unapplied, invoice: { index, applied, memo }, voided: false }
}

const memoShare = (books: Books, index: number, applied: number): MemoShare | undefined =>
  index < books.counts.CreditMemo ? { index, cents: Math.floor(applied / 4) } : undefined

/** The numbers of a credit memo, and how much of it is still to be used. */
export function creditMemoFigures(
  books: Books,
  index: number,
): { readonly figures: SaleFigures; readonly remaining: number } {
  const payment = index < books.counts.CreditMemo ? paymentFigures(books, index * 7 + 3) : undefined
  if (payment?.invoice?.memo) {
    return { figures: plainSale(books, payment.customer, payment.invoice.memo.cents), remaining: 0 }
  }
  const figures = saleFigures(books, streams.creditMemo, index, books.counts.CreditMemo)
  return { figures, remaining: figures.voided ? 0 : Number(figures.total) }
}
