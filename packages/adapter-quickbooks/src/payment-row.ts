import { property, wireDecimal } from '@unioneyes/adapter-kit'
import type { accounting, Payment } from '@unioneyes/models'
import { z } from 'zod'
import type { Settings } from './api.ts'
import { customField, customFieldsOf } from './custom-fields.ts'
import { linkedTxn, linksOf } from './linked-transactions.ts'
import { isVoided } from './voided.ts'
import { currencyOf, currencyRef, day, decimal, given, metaData, moneyIn, ref, text, timesOf } from './wire-parts.ts'
import type { ToMoney } from './wire-parts.ts'

const line = z.object({ Amount: decimal, LinkedTxn: linkedTxn, LineEx: z.unknown().optional() })

/** One `Payment`. */
export const paymentRow = z.object({
  ...{ TxnDate: day, PrivateNote: text, PaymentRefNum: text },
  ...{ CustomerRef: ref, PaymentMethodRef: ref, DepositToAccountRef: ref },
  ...{ CurrencyRef: currencyRef, ExchangeRate: decimal, TotalAmt: wireDecimal(), UnappliedAmt: decimal },
  ...{ Line: z.array(line).nullish(), LinkedTxn: linkedTxn, MetaData: metaData, CustomField: customField },
})

/** The record of a payment. */
export function toPayment(row: z.output<typeof paymentRow>, settings: Settings) {
  const currency = currencyOf(row, settings)
  const money = moneyIn(currency)
  const applied = row.Line?.flatMap((one) => appliedBy(one, money))
  const status: Payment['status'] = isVoided(row.PrivateNote, [row.TotalAmt, row.UnappliedAmt]) ? 'void' : 'posted'
  return {
    status,
    customerId: given(row.CustomerRef?.value),
    customerName: given(row.CustomerRef?.name),
    paidOn: row.TxnDate,
    currency,
    exchangeRate: row.ExchangeRate,
    amount: { amount: row.TotalAmt, currency },
    unapplied: money(row.UnappliedAmt),
    method: given(row.PaymentMethodRef?.name),
    methodId: given(row.PaymentMethodRef?.value),
    reference: given(row.PaymentRefNum),
    depositAccountId: given(row.DepositToAccountRef?.value),
    depositAccountName: given(row.DepositToAccountRef?.name),
    applied: applied?.length ? applied : undefined,
    links: linksOf(row.LinkedTxn),
    memo: given(row.PrivateNote),
    ...timesOf(row.MetaData),
    customFields: customFieldsOf(row.CustomField, settings.customFields),
  }
}

/** What a line pays. Of several things that it names, nobody says how much of each. */
function appliedBy({ Amount, LinkedTxn, LineEx }: z.output<typeof line>, money: ToMoney): accounting.Link[] {
  const only = LinkedTxn?.length === 1 ? { amount: money(Amount), number: numberIn(LineEx) } : {}
  return linksOf(LinkedTxn, only) ?? []
}

/** The number of what is paid, which stands among pairs of names and values. */
function numberIn(extension: unknown): string | undefined {
  const pairs = property(extension, 'any')
  if (!Array.isArray(pairs)) return undefined
  const values: readonly unknown[] = pairs.map((pair) => property(pair, 'value'))
  const number = property(
    values.find((value) => property(value, 'Name') === 'txnReferenceNumber'),
    'Value',
  )
  return typeof number === 'string' ? given(number) : undefined
}
