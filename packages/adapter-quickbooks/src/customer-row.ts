import type { Customer } from '@unioneyes/models'
import { z } from 'zod'
import type { Settings } from './api.ts'
import { customField, customFieldsOf } from './custom-fields.ts'
import { email, emailsOf } from './email-addresses.ts'
import { address, addressesOf } from './postal-address.ts'
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

const phone = z.object({ FreeFormNumber: text }).nullish()

/** One `Customer`. */
export const customerRow = z.object({
  ...{
    DisplayName: text,
    FullyQualifiedName: text,
    AcctNum: text,
    CompanyName: text,
    GivenName: text,
    FamilyName: text,
  },
  ...{ Active: flag, ParentRef: ref, Taxable: flag, Notes: text },
  ...{ PrimaryEmailAddr: email, PrimaryPhone: phone, Mobile: phone, AlternatePhone: phone, Fax: phone },
  ...{ WebAddr: z.object({ URI: text }).nullish(), BillAddr: address, ShipAddr: address },
  ...{ CurrencyRef: currencyRef, Balance: decimal, BalanceWithJobs: decimal },
  ...{ MetaData: metaData, CustomField: customField },
})

type CustomerRow = z.output<typeof customerRow>

/** The record of a customer. */
export function toCustomer(row: CustomerRow, settings: Settings) {
  const currency = currencyIfKnown(row, settings)
  const money = moneyIn(currency)
  const fullName = [row.GivenName, row.FamilyName].flatMap((part) => given(part) ?? []).join(' ')
  return {
    name: given(row.DisplayName) ?? given(row.CompanyName) ?? fullName,
    fullName: given(row.FullyQualifiedName),
    number: given(row.AcctNum),
    companyName: given(row.CompanyName),
    firstName: given(row.GivenName),
    lastName: given(row.FamilyName),
    active: row.Active ?? true,
    parentId: given(row.ParentRef?.value),
    emails: emailsOf(row.PrimaryEmailAddr),
    phones: phonesOf(row),
    website: given(row.WebAddr?.URI),
    addresses: addressesOf(row.BillAddr, row.ShipAddr),
    currency,
    balance: money(row.Balance),
    balanceWithChildren: money(row.BalanceWithJobs),
    taxable: row.Taxable,
    notes: given(row.Notes),
    ...timesOf(row.MetaData),
    customFields: customFieldsOf(row.CustomField, settings.customFields),
  }
}

function phonesOf({ PrimaryPhone, Mobile, AlternatePhone, Fax }: CustomerRow): Customer['phones'] {
  const phones = [
    ['main', PrimaryPhone],
    ['mobile', Mobile],
    ['other', AlternatePhone],
    ['fax', Fax],
  ] as const
  const found = phones.flatMap(([kind, one]) => {
    const number = given(one?.FreeFormNumber)
    return number === undefined ? [] : [{ kind, number }]
  })
  return found.length === 0 ? undefined : found
}
