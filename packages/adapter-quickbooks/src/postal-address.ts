import type { accounting } from '@unioneyes/models'
import { z } from 'zod'
import { given, text } from './wire-parts.ts'

/** An address as QuickBooks writes it. */
export const address = z
  .object({
    ...{ Line1: text, Line2: text, Line3: text, Line4: text, Line5: text, City: text },
    ...{ CountrySubDivisionCode: text, PostalCode: text, Country: text, CountryCode: text },
  })
  .nullish()

type Address = z.output<typeof address>

/** The addresses that are there; undefined where none is. */
export function addressesOf(billing: Address, shipping: Address): accounting.PostalAddress[] | undefined {
  const found = [...toAddress('billing', billing), ...toAddress('shipping', shipping)]
  return found.length === 0 ? undefined : found
}

function toAddress(kind: accounting.PostalAddress['kind'], from: Address): accounting.PostalAddress[] {
  if (!from) return []
  const { Line1, Line2, Line3, Line4, Line5 } = from
  const lines = [Line1, Line2, Line3, Line4, Line5].flatMap((line) => given(line) ?? [])
  const parts = {
    ...(lines.length > 0 && { lines }),
    city: given(from.City),
    region: given(from.CountrySubDivisionCode),
    postalCode: given(from.PostalCode),
    country: given(from.Country) ?? given(from.CountryCode),
  }
  return Object.values(parts).every((part) => part === undefined) ? [] : [{ kind, ...parts }]
}
