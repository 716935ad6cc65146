import type { Random } from '@unioneyes/testkit'
import type { Company } from './company.ts'
import { createRandom, toDate } from './person.ts'

/** One request for time off, before any endpoint puts it into its own words. */
export interface LeaveRequest {
  readonly id: string
  readonly employeeId: string
  readonly start: string
  readonly end: string
  readonly created: string
  /** In the vendor's words: `requested`, `approved`, `denied`, `canceled`, `superceded`. */
  readonly status: string
  readonly lastChanged: string
  readonly type: LeaveType
  /** Amounts by day, in the type's unit. */
  readonly dates: Readonly<Record<string, string>>
  readonly notes: Readonly<Partial<Record<'employee' | 'manager', string>>>
  /** Wire values that replace what a row would show: how a bad row is made. */
  readonly raw?: Readonly<Record<string, unknown>> | undefined
}

/** A kind of time off. Ids, names, units, colours and icons as recorded (sheet S4: meta/time_off/types, 2026-05). */
export interface LeaveType {
  readonly id: string
  readonly name: string
  readonly units: 'hours' | 'days'
  readonly color: string | null
  readonly icon: string
}

const VACATION: LeaveType = { id: '78', name: 'Vacation', units: 'hours', color: null, icon: 'palm-trees' }

/** The company's kinds of time off. */
export const leaveTypes: readonly LeaveType[] = [
  VACATION,
  { id: '79', name: 'Sick', units: 'hours', color: 'eef448', icon: 'band-aid' },
  { id: '77', name: 'Bereavement', units: 'days', color: '6a6a6a', icon: 'time-off-luggage' },
]

/** What an action says about a new request. */
export interface NewLeave {
  readonly start: string
  readonly end: string
  /** @default '78', vacation */
  readonly typeId?: string | undefined
  readonly notes?: LeaveRequest['notes'] | undefined
}

/** The requests of one company. They are computed from a person's place; only those that were made or changed are kept. */
export interface LeaveBook {
  /** The requests of a live person's place. */
  of(index: number): readonly LeaveRequest[]
  /** @returns the new request's id */
  add(index: number, request: NewLeave): string
  change(id: string, patch: Partial<LeaveRequest>): void
  remove(id: string): void
}

const DAY_MS = 86_400_000
const REQUESTS_PER_PERSON = 4
const FIRST_REQUEST = 1000
const FIRST_ADDED_REQUEST = 100_000_000
const YEARS_BACK = 3

/** Opens the book of a company. */
export function createLeaveBook(company: Pick<Company, 'options' | 'openedAt' | 'now' | 'person'>): LeaveBook {
  const seed = company.options.seed ?? 1
  const kept = new Map<number, LeaveRequest[]>()
  const addedBy = new Map<string, number>()

  function made(index: number): LeaveRequest[] {
    const random = createRandom(seed ^ 0x51ed270b, index)
    const employeeId = String(company.person(index).id)
    return Array.from({ length: random.below(REQUESTS_PER_PERSON) }, (_, place) =>
      draw(random, String(FIRST_REQUEST + index * REQUESTS_PER_PERSON + place), employeeId, company.openedAt),
    )
  }

  function keep(index: number): LeaveRequest[] {
    const requests = kept.get(index) ?? made(index)
    kept.set(index, requests)
    return requests
  }

  function find(id: string): { readonly requests: LeaveRequest[]; readonly place: number } {
    const index = addedBy.get(id) ?? Math.floor((Number(id) - FIRST_REQUEST) / REQUESTS_PER_PERSON)
    const requests = keep(index)
    const place = requests.findIndex((request) => request.id === id)
    if (place < 0) throw new Error(`The sandbox has no leave request ${id}.`)
    return { requests, place }
  }

  return {
    of: (index) => kept.get(index) ?? made(index),
    add(index, { start, end, typeId = VACATION.id, notes = {} }) {
      const type = leaveTypes.find((one) => one.id === typeId)
      if (!type) throw new Error(`The sandbox has no kind of leave ${typeId}.`)
      const id = String(FIRST_ADDED_REQUEST + addedBy.size)
      const today = toDate(company.now())
      const employeeId = String(company.person(index).id)
      const asked = { id, employeeId, start, end, type, notes, dates: datesOf(start, end, type) }
      keep(index).push({ ...asked, created: today, status: 'requested', lastChanged: today })
      addedBy.set(id, index)
      return id
    },
    change(id, patch) {
      const { requests, place } = find(id)
      const before = requests[place]
      if (before) requests.splice(place, 1, { ...before, ...patch, id })
    },
    remove(id) {
      const { requests, place } = find(id)
      requests.splice(place, 1)
    },
  }
}

function draw(random: Random, id: string, employeeId: string, openedAt: number): LeaveRequest {
  const year = new Date(openedAt).getUTCFullYear() - YEARS_BACK
  const overNewYear = random.chance(0.15)
  const startMs = overNewYear
    ? Date.UTC(year + random.below(YEARS_BACK + 1), 11, 20 + random.below(12))
    : Date.UTC(year, 0, 1) + random.below(YEARS_BACK * 365 + 500) * DAY_MS
  const start = toDate(startMs)
  const end = toDate(startMs + (overNewYear ? 12 + random.below(9) : random.below(10)) * DAY_MS)
  const type = random.pick(leaveTypes)
  const createdMs = Math.min(openedAt, startMs - random.below(60) * DAY_MS)
  return {
    ...{ id, employeeId, start, end, type, dates: datesOf(start, end, type) },
    created: toDate(createdMs),
    status: random.chance(0.6) ? 'approved' : random.pick(STATUSES),
    lastChanged: toDate(Math.min(openedAt, createdMs + random.below(4) * DAY_MS)),
    notes: random.chance(0.3)
      ? { manager: 'Enjoy!', ...(random.chance(0.5) && { employee: 'Family visiting 🎉' }) }
      : {},
  }
}

const STATUSES = ['requested', 'approved', 'denied', 'canceled', 'superceded']

// Working days only, unless there are none.
function datesOf(start: string, end: string, type: LeaveType): Record<string, string> {
  const amount = type.units === 'hours' ? '8' : '1'
  const days: Record<string, string> = {}
  for (let at = Date.parse(start); at <= Date.parse(end); at += DAY_MS) {
    const weekday = new Date(at).getUTCDay()
    if (weekday !== 0 && weekday !== 6) days[toDate(at)] = amount
  }
  return Object.keys(days).length === 0 ? { [start]: amount } : days
}
