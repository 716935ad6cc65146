import { createSandboxClock } from '@unioneyes/testkit'
import type { SandboxClock } from '@unioneyes/testkit'
import { createEmployeeTables } from './employee-tables.ts'
import type { EmployeeTables } from './employee-tables.ts'
import { createLeaveBook } from './leave-book.ts'
import type { LeaveBook } from './leave-book.ts'
import { departmentNames, divisionNames, jobTitleNames, places } from './name-pools.ts'
import { sandboxApiKey } from './options.ts'
import type { BamboohrSandboxOptions } from './options.ts'
import { ageOfLastChange, namesAt, personAt } from './person.ts'
import type { ListSizes, Person } from './person.ts'

/** One choice of a list field. */
export interface ListOption {
  readonly id: number
  name: string
  readonly createdDate: string | null
  archivedDate: string | null
}

/** The list fields of the company; a person holds positions in them. */
export interface CompanyLists {
  readonly department: ListOption[]
  readonly division: ListOption[]
  readonly location: ListOption[]
  readonly jobTitle: ListOption[]
  readonly employmentHistoryStatus: ListOption[]
}

/** What may be changed about a person. */
export type PersonPatch = Partial<Omit<Person, 'id'>>

/** Wire values that replace what a row would show: how a bad row is made. */
export type RawPatch = Readonly<Record<string, unknown>>

/** An entry of the change feed. */
export interface Change {
  readonly id: string
  readonly action: 'Inserted' | 'Updated' | 'Deleted'
  readonly lastChanged: string
}

/** What is set wrong on purpose, until it is set right again. */
export interface Glitches {
  listingRefused: boolean
  duplicateAcrossPages: boolean
  emptyListing: boolean
  totalDelta: number
  endlessCursor: boolean
  latest: string | null | undefined
  /** List fields that the key's user may not see. */
  hiddenLists: Set<keyof CompanyLists>
  leaveRefused: boolean
  /** Where the next query without an order begins. */
  unordered: number
}

/** The state of one imitated company. People are computed from the seed; only what was changed is remembered. */
export interface Company extends SandboxClock {
  readonly options: BamboohrSandboxOptions
  readonly lists: CompanyLists
  readonly keys: Set<string>
  readonly restricted: Set<string>
  readonly glitches: Glitches
  readonly tables: EmployeeTables
  readonly leave: LeaveBook
  /** The company's time when the sandbox was started. */
  readonly openedAt: number
  /** The live people's places, in the order of their ids. The same array until somebody comes or goes. */
  live(): readonly number[]
  /** The place of a live person. */
  find(id: string): number | undefined
  person(index: number): Person
  name(index: number): string
  raw(index: number): RawPatch | undefined
  /** How often this person was changed: what a page's cursor remembers of its boundary. */
  version(index: number): number
  lastChanged(index: number): string
  changes(sinceMs: number): Change[]
  hire(patch: PersonPatch): string
  change(id: string, patch: PersonPatch): void
  setRaw(id: string, raw: RawPatch | undefined): void
  /** Enters the feed of changes for something that is not a field of the person. */
  noteChange(id: string): void
  remove(id: string): void
  /** Differs when a row between the two places may look different from last time. */
  stamp(first: number, last: number): string
  /** Makes every row look different from last time. */
  touchAll(): void
}

interface Override {
  patch: PersonPatch
  raw: RawPatch | undefined
  version: number
  changedAt: number | undefined
  hiredAt: number | undefined
  deleted: boolean
}

const BLOCK = 256

/** Opens a company. */
export function createCompany(options: BamboohrSandboxOptions): Company {
  const seed = options.seed ?? 1
  const firstId = options.firstEmployeeId ?? 101
  const clock = createSandboxClock(options)
  const { now } = clock
  const openedAt = now()
  const founded = options.people ?? 50
  let count = founded
  const lists = createLists(options)
  const sizes: ListSizes = {
    departments: lists.department.length,
    divisions: lists.division.length,
    locations: lists.location.length,
    jobTitles: lists.jobTitle.length,
  }
  const overrides = new Map<number, Override>()
  const touches = new Map<number, number>()
  let epoch = 0
  let live: number[] | undefined

  function override(index: number): Override {
    let entry = overrides.get(index)
    if (!entry) {
      entry = { patch: {}, raw: undefined, version: 0, changedAt: undefined, hiredAt: undefined, deleted: false }
      overrides.set(index, entry)
    }
    return entry
  }

  function touch(index: number): Override {
    const block = Math.floor(index / BLOCK)
    touches.set(block, (touches.get(block) ?? 0) + 1)
    const entry = override(index)
    entry.version += 1
    return entry
  }

  function person(index: number): Person {
    const base = personAt(seed, index, firstId, sizes)
    const patch = overrides.get(index)?.patch
    return patch ? { ...base, ...patch } : base
  }

  function find(id: string): number | undefined {
    if (!/^\d{1,15}$/.test(id)) return undefined
    const index = Number(id) - firstId
    if (index < 0 || index >= count || overrides.get(index)?.deleted === true) return undefined
    return index
  }

  function mustFind(id: string): number {
    const index = find(id)
    if (index === undefined) throw new Error(`The sandbox has no employee ${id}.`)
    return index
  }

  function lastChangedMs(index: number): number {
    return overrides.get(index)?.changedAt ?? openedAt - ageOfLastChange(seed, index)
  }

  const company: Omit<Company, 'tables' | 'leave'> = {
    ...clock,
    options,
    openedAt,
    lists,
    keys: new Set([options.apiKey ?? sandboxApiKey]),
    restricted: new Set(),
    glitches: {
      listingRefused: options.listingRefused ?? false,
      duplicateAcrossPages: false,
      emptyListing: false,
      totalDelta: 0,
      endlessCursor: false,
      latest: undefined,
      hiddenLists: new Set(),
      leaveRefused: false,
      unordered: 0,
    },
    live() {
      live ??= Array.from({ length: count }, (_, index) => index).filter(
        (index) => overrides.get(index)?.deleted !== true,
      )
      return live
    },
    find,
    person,
    name(index) {
      const { preferredName, firstName, lastName } = { ...namesAt(seed, index), ...overrides.get(index)?.patch }
      return `${preferredName ?? firstName ?? ''} ${lastName ?? ''}`.trim()
    },
    raw: (index) => overrides.get(index)?.raw,
    version: (index) => overrides.get(index)?.version ?? 0,
    lastChanged: (index) => toSeconds(lastChangedMs(index)),
    changes(sinceMs) {
      const found: Change[] = []
      const isSince = (ms: number): boolean => {
        const second = Math.floor(ms / 1000) * 1000
        return options.changedSince === 'exclusive' ? second > sinceMs : second >= sinceMs
      }
      for (let index = 0; index < count; index += 1) {
        const changedAt = lastChangedMs(index)
        if (!isSince(changedAt)) continue
        const entry = overrides.get(index)
        const inserted =
          entry?.hiredAt === undefined ? index < founded && entry?.changedAt === undefined : isSince(entry.hiredAt)
        const action = entry?.deleted === true ? 'Deleted' : inserted ? 'Inserted' : 'Updated'
        found.push({ id: String(firstId + index), action, lastChanged: toSeconds(changedAt) })
      }
      return found
    },
    hire(patch) {
      const index = count
      count += 1
      live = undefined
      const entry = touch(index)
      entry.hiredAt = now()
      entry.changedAt = entry.hiredAt
      entry.patch = {
        status: 'Active',
        terminationDate: null,
        employmentStatus: 0,
        hireDate: new Date(now()).toISOString().slice(0, 10),
        ...patch,
      }
      return String(firstId + index)
    },
    change(id, patch) {
      const entry = touch(mustFind(id))
      entry.patch = { ...entry.patch, ...patch }
      entry.changedAt = now()
    },
    setRaw(id, raw) {
      const entry = touch(mustFind(id))
      entry.raw = raw
      entry.changedAt = now()
    },
    noteChange(id) {
      touch(mustFind(id)).changedAt = now()
    },
    remove(id) {
      const entry = touch(mustFind(id))
      entry.deleted = true
      entry.changedAt = now()
      live = undefined
    },
    stamp(first, last) {
      let sum = 0
      for (let block = Math.floor(first / BLOCK); block <= Math.floor(last / BLOCK); block += 1) {
        sum += touches.get(block) ?? 0
      }
      return `${String(epoch)}/${String(sum)}`
    },
    touchAll() {
      epoch += 1
    },
  }
  return { ...company, tables: createEmployeeTables(company), leave: createLeaveBook(company) }
}

function createLists(options: BamboohrSandboxOptions): CompanyLists {
  let id = 18_157
  const list = (names: readonly string[], size: number): ListOption[] =>
    Array.from({ length: size }, (_, position) => {
      id += 1
      const name = names[position % names.length] ?? 'Unnamed'
      const round = Math.floor(position / names.length)
      return {
        id,
        name: round === 0 ? name : `${name} ${String(round + 1)}`,
        createdDate: position % 5 === 4 ? null : '2025-12-18T19:22:20+00:00',
        archivedDate: null,
      }
    })
  return {
    employmentHistoryStatus: list(['Full-Time', 'Part-Time', 'Contractor', 'Terminated'], 4),
    department: list(departmentNames, options.departments ?? 8),
    division: list(divisionNames, options.divisions ?? 3),
    location: list(
      places.map(({ location }) => location),
      options.locations ?? 6,
    ),
    jobTitle: list(jobTitleNames, options.jobTitles ?? 16),
  }
}

/** A moment as the vendor writes it in its changes: to the second, in UTC. */
export function toSeconds(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}
