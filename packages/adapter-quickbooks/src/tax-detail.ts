import type { accounting } from '@unioneyes/models'
import { z } from 'zod'
import { decimal, flag, given, ref, text } from './wire-parts.ts'
import type { ToMoney } from './wire-parts.ts'

const taxLine = z.object({
  Amount: decimal,
  TaxLineDetail: z
    .object({ TaxRateRef: ref, PercentBased: flag, TaxPercent: decimal, NetAmountTaxable: decimal })
    .nullish(),
})

/** The taxes of a transaction, and what decides whether its lines include them. */
export const taxParts = {
  TxnTaxDetail: z.object({ TotalTax: decimal, TaxLine: z.array(taxLine).nullish() }).nullish(),
  GlobalTaxCalculation: text,
}

/** All taxes together, and one by one. */
export function taxesOf({ TxnTaxDetail }: Pick<TaxParts, 'TxnTaxDetail'>, money: ToMoney) {
  const taxes = TxnTaxDetail?.TaxLine?.map(({ Amount, TaxLineDetail }): accounting.Tax => {
    const { TaxRateRef, PercentBased, TaxPercent, NetAmountTaxable } = TaxLineDetail ?? {}
    return {
      rateId: given(TaxRateRef?.value),
      name: given(TaxRateRef?.name),
      percent: PercentBased === false ? undefined : given(TaxPercent),
      taxable: money(NetAmountTaxable),
      amount: money(Amount),
    }
  })
  return { tax: money(TxnTaxDetail?.TotalTax), taxes: taxes?.length ? taxes : undefined }
}

type TaxParts = z.output<z.ZodObject<typeof taxParts>>
