import { randomFrom } from '@unioneyes/testkit'
import type { Random } from '@unioneyes/testkit'
import { familyNames, givenNames, places, preferredNames, streets } from './name-pools.ts'

/** What a company knows of one employee, before any endpoint puts it into its own words. */
export interface Person {
  readonly id: number
  readonly employeeNumber: string | null
  readonly firstName: string | null
  readonly middleName: string | null
  readonly lastName: string | null
  readonly preferredName: string | null
  readonly status: 'Active' | 'Inactive'
  readonly workEmail: string | null
  readonly homeEmail: string | null
  readonly workPhone: string | null
  readonly workPhoneExtension: string | null
  readonly mobilePhone: string | null
  readonly homePhone: string | null
  readonly birthDate: string | null
  readonly hireDate: string | null
  readonly originalHireDate: string | null
  readonly terminationDate: string | null
  readonly gender: string | null
  readonly addressLine1: string | null
  readonly city: string | null
  readonly state: string | null
  readonly country: string | null
  readonly zipcode: string | null
  readonly payAmount: string | null
  readonly payCurrency: string | null
  readonly payType: string | null
  readonly paidPer: string | null
  readonly unionLocal: string | null
  readonly seniorityDate: string | null
  /** Positions in the company's lists, or null. */
  readonly department: number | null
  readonly division: number | null
  readonly location: number | null
  readonly jobTitle: number | null
  readonly employmentStatus: number | null
  /** The manager's id, or null. */
  readonly reportsTo: number | null
}

/** How many entries the company's lists have. */
export interface ListSizes {
  readonly departments: number
  readonly divisions: number
  readonly locations: number
  readonly jobTitles: number
}

/** The position of that status in the list of employment statuses; 0 is full time. */
export const TERMINATED = 3

const REPORTS_PER_MANAGER = 8
const DAY_MS = 86_400_000

/** The employee at a place in the company, the same for the same seed every time: nothing is kept. */
export function personAt(seed: number, index: number, firstId: number, sizes: ListSizes): Person {
  const random = createRandom(seed, index)
  const { given, family, preferredName } = drawNames(random)
  const home = random.pick(places)
  const id = firstId + index
  const inactive = random.chance(0.07)
  // Somewhere in 25 years before 2026, on a whole day.
  const hired = Date.UTC(2026, 0, 1) - random.below(25 * 365) * DAY_MS
  const rehired = random.chance(0.05)
  const hourly = random.chance(0.6)
  const mailbox = `${given.slug}.${family.slug}${String(id)}`
  return {
    id,
    employeeNumber: random.chance(0.03) ? null : String(10_000 + id),
    firstName: given.name,
    middleName: random.chance(0.4) ? random.pick(givenNames).name : null,
    lastName: family.name,
    preferredName,
    status: inactive ? 'Inactive' : 'Active',
    workEmail: random.chance(0.05) ? null : `${mailbox}@northernworks.example`,
    homeEmail: random.chance(0.5) ? `${mailbox}@mail.example` : null,
    workPhone: phone(random),
    workPhoneExtension: random.chance(0.5) ? String(100 + random.below(900)) : null,
    mobilePhone: phone(random),
    homePhone: random.chance(0.3) ? phone(random) : null,
    birthDate: toDate(Date.UTC(1958, 0, 1) + random.below(47 * 365) * DAY_MS),
    hireDate: toDate(hired),
    originalHireDate: rehired ? toDate(hired - random.below(4000) * DAY_MS) : null,
    terminationDate: inactive ? toDate(hired + random.below(2000) * DAY_MS) : null,
    gender: random.chance(0.5) ? 'Female' : random.chance(0.96) ? 'Male' : 'Non-binary',
    addressLine1: `${String(1 + random.below(9_999))} ${random.pick(streets)}`,
    city: home.city,
    state: home.state === '' ? null : home.state,
    country: home.country,
    zipcode: home.zipcode,
    payAmount: hourly
      ? `${String(18 + random.below(50))}.${random.chance(0.5) ? '50' : '00'}`
      : `${String(45_000 + random.below(900) * 100)}.00`,
    payCurrency: home.country === 'Canada' ? 'CAD' : 'USD',
    payType: hourly ? 'Hourly' : 'Salary',
    paidPer: hourly ? 'Hour' : 'Year',
    unionLocal: hourly ? `Local ${String(1 + random.below(400))}` : null,
    seniorityDate: hourly ? toDate(hired) : null,
    department: random.chance(0.02) ? null : random.below(sizes.departments),
    division: random.below(sizes.divisions),
    location: random.below(sizes.locations),
    jobTitle: random.below(sizes.jobTitles),
    employmentStatus: inactive ? TERMINATED : random.below(TERMINATED),
    reportsTo: index === 0 ? null : firstId + Math.floor((index - 1) / REPORTS_PER_MANAGER),
  }
}

/** The names of {@link personAt}, without the rest of the person. */
export function namesAt(seed: number, index: number): Pick<Person, 'firstName' | 'lastName' | 'preferredName'> {
  const { given, family, preferredName } = drawNames(createRandom(seed, index))
  return { firstName: given.name, lastName: family.name, preferredName }
}

function drawNames(random: Random) {
  const given = random.pick(givenNames)
  const family = random.pick(familyNames)
  return { given, family, preferredName: random.chance(0.15) ? random.pick(preferredNames) : null }
}

/** Milliseconds before the company's opening at which its first employees were last changed: up to 600 days. */
export function ageOfLastChange(seed: number, index: number): number {
  return 60_000 + createRandom(seed ^ 0x5bd1e995, index).below(600 * 24 * 3600) * 1000
}

/** A day as the vendor writes it. */
export function toDate(ms: number): string {
  const day = Math.floor(ms / DAY_MS)
  let text = days.get(day)
  if (text === undefined) {
    text = new Date(day * DAY_MS).toISOString().slice(0, 10)
    days.set(day, text)
  }
  return text
}

// Writing dates is half the cost of making a person, and there are only so many days.
const days = new Map<number, string>()

function phone(random: Random): string {
  return `+1 ${String(200 + random.below(790))}-555-${String(1000 + random.below(9000))}`
}

/** A small generator of its own, so that the same seed gives the same people on every Node.js. */
export function createRandom(seed: number, index: number): Random {
  let state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35)
  return randomFrom(() => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  })
}
