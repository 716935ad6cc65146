import type { Account } from '@unioneyes/models'
import { z } from 'zod'
import type { Settings } from './api.ts'
import { customField, customFieldsOf } from './custom-fields.ts'
import {
  currencyIfKnown,
  currencyRef,
  decimal,
  flag,
  given,
  metaData,
  moneyIn,
  ref,
  text,
  timesOf,
} from './wire-parts.ts'

/** One `Account`. */
export const accountRow = z.object({
  ...{ Name: z.string(), FullyQualifiedName: text, AcctNum: text, Description: text },
  ...{ Classification: text, AccountType: text, AccountSubType: text, Active: flag, ParentRef: ref },
  ...{ CurrencyRef: currencyRef, CurrentBalance: decimal, CurrentBalanceWithSubAccounts: decimal },
  ...{ MetaData: metaData, CustomField: customField },
})

const CLASSIFICATIONS = new Map<string, Account['classification']>([
  ['Asset', 'asset'],
  ['Liability', 'liability'],
  ['Equity', 'equity'],
  ['Revenue', 'revenue'],
  ['Expense', 'expense'],
])

/** The record of an account. */
export function toAccount(row: z.output<typeof accountRow>, settings: Settings) {
  const currency = currencyIfKnown(row, settings)
  const money = moneyIn(currency)
  return {
    name: row.Name,
    fullName: given(row.FullyQualifiedName),
    number: given(row.AcctNum),
    description: given(row.Description),
    classification: CLASSIFICATIONS.get(row.Classification ?? '') ?? 'unknown',
    type: given(row.AccountType),
    subType: given(row.AccountSubType),
    active: row.Active ?? true,
    parentId: given(row.ParentRef?.value),
    currency,
    balance: money(row.CurrentBalance),
    balanceWithChildren: money(row.CurrentBalanceWithSubAccounts),
    ...timesOf(row.MetaData),
    customFields: customFieldsOf(row.CustomField, settings.customFields),
  }
}
