import type { Random } from '@unioneyes/testkit'
import { currencyOfCustomer, placeOf } from './books.ts'
import type { Books, Currency } from './books.ts'
import { createRandom } from './random.ts'
import type { Cents } from './wire-values.ts'
import { itemNames, lineTexts } from './words.ts'

/** One line of a sale, in numbers. */
export interface SaleLine {
  readonly item: number
  readonly quantity: number
  readonly unitPrice: Cents
  readonly amount: Cents
  readonly description: string | undefined
}

/** What was sold to whom, in numbers: enough for a payment to know what it pays without making the whole row. */
export interface SaleFigures {
  readonly customer: number
  readonly currency: Currency
  readonly lines: readonly SaleLine[]
  readonly subTotal: Cents
  readonly discount: number
  readonly taxed: boolean
  readonly tax: number
  readonly total: Cents
  readonly voided: boolean
}

export const DISCOUNT_PERCENT = 10
export const TAX_PERCENT = 13
const QUANTITIES: readonly number[] = [1, 1, 2, 3, 12, 0.5, 3.5]

/** The numbers of a sale. @param founded how many there were at first: later ones are never void by chance */
export function saleFigures(books: Books, stream: number, index: number, founded: number): SaleFigures {
  const random = createRandom(books.seed, stream, index)
  const customer = placeOf(books, 'Customer', random.below(1 << 30))
  const currency = currencyOfCustomer(books, customer)
  const lines = Array.from({ length: 1 + random.below(3) }, () => drawLine(random))
  const subTotal = lines.reduce((sum, { amount }) => sum + Number(amount), 0)
  const discount = random.chance(0.2) ? Math.round((subTotal * DISCOUNT_PERCENT) / 100) : 0
  const taxed = random.chance(0.7)
  const tax = taxed ? Math.round(((subTotal - discount) * TAX_PERCENT) / 100) : 0
  const voided = random.chance(0.04) && index < founded
  return { customer, currency, lines, subTotal, discount, taxed, tax, total: subTotal - discount + tax, voided }
}

/** A sale of one line at a given price, without tax. */
export function plainSale(books: Books, customer: number, cents: Cents): SaleFigures {
  const line = { item: 0, quantity: 1, unitPrice: cents, amount: cents, description: undefined }
  const currency = currencyOfCustomer(books, customer)
  const sums = { subTotal: cents, discount: 0, taxed: false, tax: 0, total: cents, voided: false }
  return { customer, currency, lines: [line], ...sums }
}

function drawLine(random: Random): SaleLine {
  const quantity = random.pick(QUANTITIES)
  const unitPrice = 99 + random.below(250_000)
  return {
    item: random.below(itemNames.length),
    quantity,
    unitPrice,
    amount: Math.round(quantity * unitPrice),
    description: random.chance(0.6) ? random.pick(lineTexts) : undefined,
  }
}
