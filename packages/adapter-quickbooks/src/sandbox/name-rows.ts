import { currencyOfCustomer, streams } from './books.ts'
import type { Books, RowMaker } from './books.ts'
import { createRandom } from './random.ts'
import { ref } from './wire-values.ts'
import type { Row } from './wire-values.ts'
import { cities, familyNames, firmNames, givenNames, streets } from './words.ts'

/** What the vendor puts behind the name of what is not active any more (sheet: Deletes and voids). */
export const DELETED_SUFFIX = ' (deleted)'

/** Whether a name of a list was active before anything was changed: known without making its row. */
export function isActiveAt(books: Books, type: 'Customer' | 'Account', index: number): boolean {
  // The first ones stay, so that the smallest company has names to refer to; and so do those that a test adds.
  if (index < 4 || index >= books.counts[type]) return true
  const stream = type === 'Customer' ? streams.inactive : streams.inactive + 100
  return createRandom(books.seed, stream, index).below(100) >= 6
}

interface CustomerName {
  readonly display: string
  readonly given?: string
  readonly family?: string
  readonly company?: string
}

function customerName(books: Books, index: number): CustomerName {
  const random = createRandom(books.seed, streams.customer, index)
  const number = String(index + 1)
  if (random.chance(0.4)) {
    const company = `${random.pick(firmNames)} ${number}`
    return { display: company, company }
  }
  const [given, family] = [random.pick(givenNames), random.pick(familyNames)]
  return { display: `${given} ${family} ${number}`, given, family }
}

// Every ninth customer is a job of the one before.
const isJob = (index: number): boolean => index % 9 === 8

/** A reference to a customer, by its name as it was before anything was changed. */
export const customerRef = (books: Books, index: number): Row => ref(index + 1, customerName(books, index).display)

/** A street address (IntuitBaseTypes.xsd: PhysicalAddress). */
export function addressOf(books: Books, customer: number): Row {
  const random = createRandom(books.seed, streams.customer + 1000, customer)
  const [City, CountrySubDivisionCode, PostalCode] = random.pick(cities)
  return {
    Id: String(customer * 2 + 2),
    Line1: `${String(1 + random.below(9_999))} ${random.pick(streets)}`,
    City,
    CountrySubDivisionCode,
    PostalCode,
  }
}

/** The address of a customer for bills and mail. */
export const mailOf = (customer: number): string => `billing${String(customer + 1)}@customers.example`

/** Finance.xsd: Customer, on IntuitNamesTypes.xsd: NameBase; sheet: Entities. */
export const customerRow: RowMaker = (books, index) => {
  const { display, given, family, company } = customerName(books, index)
  const random = createRandom(books.seed, streams.customer + 2000, index)
  const active = isActiveAt(books, 'Customer', index)
  const shown = active ? display : display + DELETED_SUFFIX
  const parent = isJob(index) ? index - 1 : undefined
  const { code, name } = currencyOfCustomer(books, index)
  const owed = random.chance(0.5) ? 0 : random.below(900_000)
  return {
    Taxable: random.chance(0.7),
    ...(random.chance(0.8) && { BillAddr: addressOf(books, index) }),
    ...(random.chance(0.2) && { ShipAddr: { ...addressOf(books, index), Id: String(index * 2 + 3) } }),
    Job: parent !== undefined,
    BillWithParent: parent !== undefined,
    ...(parent !== undefined && { ParentRef: ref(parent + 1), Level: 1 }),
    Balance: owed / 100,
    BalanceWithJobs: owed / 100,
    CurrencyRef: ref(code, name),
    PreferredDeliveryMethod: random.pick(['Print', 'Email', 'None']),
    ...(given !== undefined && { GivenName: given, FamilyName: family }),
    FullyQualifiedName: parent === undefined ? shown : `${customerName(books, parent).display}:${shown}`,
    ...(company !== undefined && { CompanyName: company }),
    DisplayName: shown,
    PrintOnCheckName: company ?? display,
    Active: active,
    V4IDPseudonym: `00201${String(index + 1).padStart(27, '0')}`,
    ...(random.chance(0.6) && { PrimaryPhone: { FreeFormNumber: `(514) 555-${String(1000 + random.below(9000))}` } }),
    ...(random.chance(0.7) && { PrimaryEmailAddr: { Address: mailOf(index) } }),
  }
}

/** Fields of a customer or account that stops being active. */
export function inactive(row: Row): Row {
  const ended = Object.entries(row).flatMap(([key, value]): [string, string][] =>
    ['DisplayName', 'FullyQualifiedName', 'Name'].includes(key) && typeof value === 'string' && row.Active !== false
      ? [[key, value + DELETED_SUFFIX]]
      : [],
  )
  return { ...Object.fromEntries(ended), Active: false }
}
