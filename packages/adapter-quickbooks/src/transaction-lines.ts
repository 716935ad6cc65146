import type { accounting } from '@unioneyes/models'
import { z } from 'zod'
import { counterpartyOf } from './counterparty.ts'
import { dimensionsOf } from './dimensions.ts'
import { linkedTxn, linksOf } from './linked-transactions.ts'
import { code, day, decimal, flag, given, ref, text } from './wire-parts.ts'
import type { ToMoney } from './wire-parts.ts'

// What the details of a line may hold, whatever sort they are.
const details = z
  .object({
    ...{ ItemRef: ref, GroupItemRef: ref, ItemAccountRef: ref, AccountRef: ref, DiscountAccountRef: ref },
    ...{ CustomerRef: ref, ClassRef: ref, DepartmentRef: ref, TaxCodeRef: ref },
    ...{ Qty: decimal, Quantity: decimal, UnitPrice: decimal, DiscountPercent: decimal, DiscountRate: decimal },
    ...{ PercentBased: flag, PostingType: text, ServiceDate: day, TaxAmount: decimal, TaxInclusiveAmt: decimal },
    // A journal entry writes the type and a reference, a deposit writes the reference alone.
    Entity: z.object({ Type: text, EntityRef: ref, value: code, name: text, type: text }).nullish(),
  })
  .nullish()

const single = z.object({
  ...{ Id: code, Description: text, Amount: decimal, DetailType: text, LinkedTxn: linkedTxn },
  ...{ SalesItemLineDetail: details, ItemBasedExpenseLineDetail: details, ReimburseLineDetail: details },
  ...{ AccountBasedExpenseLineDetail: details, JournalEntryLineDetail: details, DepositLineDetail: details },
  ...{ DiscountLineDetail: details, SubTotalLineDetail: details, DescriptionLineDetail: details },
})
const bundled = details
  .unwrap()
  .unwrap()
  .extend({ Line: z.array(single).nullish() })
  .nullish()

/** The lines of a transaction; a bundle holds lines of its own. */
export const lines = z.array(single.extend({ GroupLineDetail: bundled })).nullish()

/** The lines as QuickBooks sends them. */
export type WireLines = z.output<typeof lines>

type WireLine = z.output<typeof single> & { readonly GroupLineDetail?: z.output<typeof bundled> }

const KINDS = new Map<string, accounting.TransactionLine['kind']>([
  ['SalesItemLineDetail', 'item'],
  ['ItemBasedExpenseLineDetail', 'item'],
  ['ReimburseLineDetail', 'item'],
  ['AccountBasedExpenseLineDetail', 'account'],
  ['JournalEntryLineDetail', 'account'],
  ['DepositLineDetail', 'account'],
  ['DiscountLineDetail', 'discount'],
  ['SubTotalLineDetail', 'subtotal'],
  ['GroupLineDetail', 'group'],
  ['DescriptionOnly', 'description'],
  ['DescriptionLineDetail', 'description'],
  ['TaxLineDetail', 'tax'],
])

const SIDES = new Map<string, 'debit' | 'credit'>([
  ['Debit', 'debit'],
  ['Credit', 'credit'],
])

/** The lines in order, those of a bundle after it; undefined where there are none. */
export function linesOf(wire: WireLines, money: ToMoney): accounting.TransactionLine[] | undefined {
  const found = wire?.flatMap((line) => {
    const groupLineId = given(line.Id)
    const inside = line.GroupLineDetail?.Line ?? []
    return [toLine(line, money), ...inside.map((one) => ({ ...toLine(one, money), groupLineId }))]
  })
  return found?.length ? found : undefined
}

/**
 * Whether the amounts of the lines include tax. Where prices do, QuickBooks states each line without tax, and beside it what
 * the line comes to with tax.
 */
export function taxIncludedIn(calculation: string | null | undefined, wire: WireLines): boolean | undefined {
  if (calculation === 'TaxExcluded') return false
  if (calculation !== 'TaxInclusive') return undefined
  return !wire?.some((line) => typeof detailsOf(line).TaxInclusiveAmt === 'string')
}

// What a line says beyond its amount.
const detailsOf = (line: WireLine) =>
  line.SalesItemLineDetail ??
  line.ItemBasedExpenseLineDetail ??
  line.AccountBasedExpenseLineDetail ??
  line.JournalEntryLineDetail ??
  line.DepositLineDetail ??
  line.DiscountLineDetail ??
  line.GroupLineDetail ??
  line.SubTotalLineDetail ??
  line.DescriptionLineDetail ??
  line.ReimburseLineDetail ??
  {}

function toLine(line: WireLine, money: ToMoney): accounting.TransactionLine {
  const detail = detailsOf(line)
  const { TaxCodeRef, ClassRef, DepartmentRef, Entity, CustomerRef } = detail
  const item = detail.ItemRef ?? detail.GroupItemRef
  const account = detail.ItemAccountRef ?? detail.AccountRef ?? detail.DiscountAccountRef
  const taxCode = given(TaxCodeRef?.value)
  return {
    id: given(line.Id),
    kind: kindOf(line),
    description: given(line.Description),
    itemId: given(item?.value),
    itemName: given(item?.name),
    accountId: given(account?.value),
    accountName: given(account?.name),
    quantity: given(detail.Qty ?? detail.Quantity),
    unitPrice: given(detail.UnitPrice),
    amount: money(line.Amount),
    discountPercent: given(detail.PercentBased === false ? undefined : (detail.DiscountPercent ?? detail.DiscountRate)),
    taxCode,
    // The two codes of companies in the United States; elsewhere a code is an identifier.
    taxed: taxCode === 'TAX' ? true : taxCode === 'NON' ? false : undefined,
    tax: money(detail.TaxAmount),
    servedOn: detail.ServiceDate ?? undefined,
    dimensions: dimensionsOf({ ClassRef, DepartmentRef }),
    links: linksOf(line.LinkedTxn),
    side: SIDES.get(detail.PostingType ?? ''),
    counterparty:
      counterpartyOf(Entity?.EntityRef ?? Entity, Entity?.Type ?? Entity?.type) ??
      counterpartyOf(CustomerRef, 'Customer'),
  }
}

function kindOf(line: WireLine): accounting.TransactionLine['kind'] {
  const { DetailType, LinkedTxn, SalesItemLineDetail } = line
  const isLinked = (LinkedTxn ?? []).length > 0
  // Lines of payments have no type, and a deposit takes payments to the bank.
  if (isLinked && (DetailType === 'DepositLineDetail' || !KINDS.has(DetailType ?? ''))) return 'link'
  if (SalesItemLineDetail?.ItemRef?.value === 'SHIPPING_ITEM_ID') return 'shipping'
  return KINDS.get(DetailType ?? '') ?? 'unknown'
}
