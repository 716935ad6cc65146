import { wireDecimal } from '@unioneyes/adapter-kit'
import type { Invoice, Money } from '@unioneyes/models'
import { z } from 'zod'
import type { Settings } from './api.ts'
import { customField, customFieldsOf } from './custom-fields.ts'
import { compareDecimals, isZero } from './decimals.ts'
import { dimensionsOf } from './dimensions.ts'
import { email, emailsOf } from './email-addresses.ts'
import { linkedTxn, linksOf } from './linked-transactions.ts'
import { address, addressesOf } from './postal-address.ts'
import { taxesOf, taxParts } from './tax-detail.ts'
import { lines, linesOf, taxIncludedIn } from './transaction-lines.ts'
import type { WireLines } from './transaction-lines.ts'
import { isVoided } from './voided.ts'
import type { ToMoney } from './wire-parts.ts'
import { currencyOf, currencyRef, day, decimal, given, metaData, moneyIn, ref, text, timesOf } from './wire-parts.ts'

/** One `Invoice`. */
export const invoiceRow = z.object({
  ...{ DocNumber: text, TxnDate: day, DueDate: day, PrivateNote: text, PONumber: text },
  ...{ CustomerRef: ref, ClassRef: ref, DepartmentRef: ref, ProjectRef: ref },
  ...{ BillEmail: email, BillEmailCc: email, BillEmailBcc: email, BillAddr: address, ShipAddr: address },
  ...{ CurrencyRef: currencyRef, ExchangeRate: decimal, TotalAmt: wireDecimal(), Balance: decimal },
  ...{ HomeTotalAmt: decimal, HomeBalance: decimal },
  ...{ Line: lines, LinkedTxn: linkedTxn, MetaData: metaData, CustomField: customField },
  CustomerMemo: z.object({ value: text }).nullish(),
  ...taxParts,
})

/** The record of an invoice. */
export function toInvoice(row: z.output<typeof invoiceRow>, settings: Settings) {
  const currency = currencyOf(row, settings)
  const money = moneyIn(currency)
  const homeMoney = moneyIn(settings.homeCurrency)
  return {
    number: given(row.DocNumber),
    status: statusOf(row),
    customerId: given(row.CustomerRef?.value),
    customerName: given(row.CustomerRef?.name),
    emails: emailsOf(row.BillEmail, row.BillEmailCc, row.BillEmailBcc),
    addresses: addressesOf(row.BillAddr, row.ShipAddr),
    issuedOn: row.TxnDate,
    dueOn: row.DueDate,
    currency,
    exchangeRate: row.ExchangeRate,
    subtotal: money(row.Line?.findLast(isSubtotal)?.Amount),
    discount: discountOf(row.Line, money),
    ...taxesOf(row, money),
    total: { amount: row.TotalAmt, currency },
    balance: money(row.Balance),
    homeTotal: homeMoney(row.HomeTotalAmt),
    homeBalance: homeMoney(row.HomeBalance),
    taxIncluded: taxIncludedIn(row.GlobalTaxCalculation, row.Line),
    lines: linesOf(row.Line, money),
    links: linksOf(row.LinkedTxn),
    dimensions: dimensionsOf(row),
    message: given(row.CustomerMemo?.value),
    memo: given(row.PrivateNote),
    reference: given(row.PONumber),
    ...timesOf(row.MetaData),
    customFields: customFieldsOf(row.CustomField, settings.customFields),
  }
}

type WireLine = NonNullable<WireLines>[number]

// The one that QuickBooks adds itself stands behind those that somebody put between the lines.
const isSubtotal = ({ DetailType }: WireLine): boolean => DetailType === 'SubTotalLineDetail'

/** The discount of an invoice: QuickBooks has one line for it. What several would come to is nowhere stated. */
function discountOf(wire: WireLines, money: ToMoney): Money | undefined {
  const [discount, ...more] = (wire ?? []).filter(({ DetailType }) => DetailType === 'DiscountLineDetail')
  return more.length === 0 ? money(discount?.Amount) : undefined
}

// QuickBooks has no field for it.
function statusOf({ PrivateNote, TotalAmt, Balance }: z.output<typeof invoiceRow>): Invoice['status'] {
  if (isVoided(PrivateNote, [TotalAmt, Balance])) return 'void'
  if (typeof Balance !== 'string') return 'unknown'
  if (isZero(Balance)) return 'paid'
  return compareDecimals(Balance, TotalAmt) < 0 ? 'partial' : 'open'
}
