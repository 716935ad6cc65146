import type { ObjectType } from './object-types.ts'
import type { Cents, Rate, Row } from './wire-values.ts'
import { money, ref, toHome } from './wire-values.ts'

/** A currency, as references name it. */
export interface Currency {
  readonly code: string
  readonly name: string
  /** Of one unit, in the home currency. */
  readonly rate: Rate
}

/** What all rows of one company depend on. */
export interface Books {
  readonly seed: number
  /** How many rows of each type there are before anything is changed. Links lead only to those. */
  readonly counts: Readonly<Record<ObjectType, number>>
  readonly home: Currency
  readonly multiCurrency: boolean
  readonly longAmounts: boolean
}

/** Makes the fields of a row, without those that every object has. @param at when it was entered, in milliseconds since 1970 */
export type RowMaker = (books: Books, index: number, at: number) => Row

/** Tells the kinds of draws apart. */
export const streams = {
  customer: 1,
  account: 2,
  invoice: 3,
  payment: 4,
  creditMemo: 5,
  salesReceipt: 6,
  refundReceipt: 7,
  journalEntry: 8,
  purchase: 9,
  deposit: 10,
  transfer: 11,
  bill: 12,
  billPayment: 13,
  vendorCredit: 14,
  inactive: 15,
  metaData: 16,
} as const

/** The home currencies a company may have. */
export const homeCurrencies = {
  CAD: { code: 'CAD', name: 'Canadian Dollar', rate: 1_000_000 },
  USD: { code: 'USD', name: 'United States Dollar', rate: 1_000_000 },
} as const satisfies Readonly<Record<string, Currency>>

const foreign: readonly Currency[] = [
  { code: 'EUR', name: 'Euro', rate: 1_487_230 },
  { code: 'GBP', name: 'British Pound Sterling', rate: 1_731_400 },
  { code: 'MXN', name: 'Mexican Peso', rate: 73_915 },
]

/** The currency of a customer: one in six deals in another than the company's own. */
export function currencyOfCustomer(books: Books, customer: number): Currency {
  const other =
    books.multiCurrency && customer % 6 === 5 ? foreign[Math.floor(customer / 6) % foreign.length] : undefined
  return other ?? books.home
}

/** Currency and rate of a transaction; a rate only where the company deals in several (Finance.xsd: Transaction). */
export function currencyFields(books: Books, { code, name, rate }: Currency): Row {
  const CurrencyRef = ref(code, name)
  return books.multiCurrency ? { CurrencyRef, ExchangeRate: rate / 1e6 } : { CurrencyRef }
}

/** An amount in the home currency, only where the company deals in several (sheet: Quirks). */
export const homeField = (books: Books, name: string, cents: Cents, { rate }: Currency): Row =>
  books.multiCurrency ? { [name]: money(toHome(cents, rate)) } : {}

/** A place among the rows of a type, for a reference. */
export const placeOf = (books: Books, type: ObjectType, drawn: number): number =>
  drawn % Math.max(1, books.counts[type])
