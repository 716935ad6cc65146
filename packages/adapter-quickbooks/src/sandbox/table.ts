import { isActiveAt } from './name-rows.ts'
import type { Books, RowMaker } from './books.ts'
import { streams } from './books.ts'
import { toMoment, wholeSecond } from './moments.ts'
import { objectTypes } from './object-types.ts'
import type { ObjectType } from './object-types.ts'
import { createRandom } from './random.ts'
import type { Row } from './wire-values.ts'

/** All objects of one type in one company. Rows are computed; only what was changed is remembered. */
export interface Table {
  readonly type: ObjectType
  /** How many rows there ever were: places go from 0 up to and without it. */
  readonly count: number
  /** The place of an object that is there. */
  find(id: string): number | undefined
  row(place: number): Row
  updatedAt(place: number): number
  isActive(place: number): boolean
  /** Places of the rows that are there, in the order of their last change and, within a second, of their ids. */
  byTime(): readonly number[]
  /** The same in the order of ids. */
  byId(): readonly number[]
  /** Rows that went since then, oldest first. */
  goneSince(ms: number): readonly Gone[]
  /** Differs when a row of that block may look different from last time. */
  blockStamp(block: number): number
  add(patch: Row): string
  change(id: string, patch: Row): void
  remove(id: string, how: Gone['how']): void
}

/** A row that is not there any more. */
export interface Gone {
  readonly id: string
  readonly at: number
  readonly how: 'deleted' | 'merged'
}

/** How many places a block has. */
export const BLOCK = 128

/** What a table is made from. */
export interface TablePlan {
  readonly type: ObjectType
  readonly books: Books
  readonly make: RowMaker
  readonly now: () => number
  /** When the last of the first rows was changed, in milliseconds since 1970. */
  readonly until: number
  readonly historyMs: number
  readonly sameSecond: number
}

interface Override {
  patch: Row
  version: number
  updatedAt: number
  readonly addedAt: number | undefined
  gone: Gone['how'] | undefined
}

/** Opens a table. */
export function createTable({ type, books, make, now, until, historyMs, sameSecond }: TablePlan): Table {
  const founded = books.counts[type]
  const groups = Math.max(1, Math.ceil(founded / sameSecond))
  const stepMs = Math.max(1000, wholeSecond(historyMs / groups))
  const last = wholeSecond(until)
  const overrides = new Map<number, Override>()
  const stamps = new Map<number, number>()
  let count = founded
  let timeOrder: number[] | undefined
  let idOrder: number[] | undefined

  const foundedAt = (place: number): number => last - (groups - 1 - Math.floor(place / sameSecond)) * stepMs
  const updatedAt = (place: number): number => overrides.get(place)?.updatedAt ?? foundedAt(place)
  const isGone = (place: number): boolean => overrides.get(place)?.gone !== undefined

  function find(id: string): number | undefined {
    if (!/^[1-9]\d{0,14}$/.test(id)) return undefined
    const place = Number(id) - 1
    return place < count && !isGone(place) ? place : undefined
  }

  function mustFind(id: string): number {
    const place = find(id)
    if (place === undefined) throw new Error(`The sandbox has no ${type} ${id}.`)
    return place
  }

  function touch(place: number): Override {
    const block = Math.floor(place / BLOCK)
    stamps.set(block, (stamps.get(block) ?? 0) + 1)
    timeOrder = undefined
    let entry = overrides.get(place)
    if (!entry) {
      const addedAt = place < founded ? undefined : now()
      entry = { patch: {}, version: addedAt === undefined ? 0 : -1, updatedAt: 0, addedAt, gone: undefined }
      overrides.set(place, entry)
    }
    entry.version += 1
    entry.updatedAt = wholeSecond(now())
    return entry
  }

  function row(place: number): Row {
    const entry = overrides.get(place)
    const random = createRandom(books.seed, streams.metaData + 50 * objectTypes.indexOf(type), place)
    const edits = entry?.addedAt === undefined ? random.below(4) : 0
    const createdAt = entry?.addedAt ?? foundedAt(place) - (edits === 0 ? 0 : random.below(20 * 86_400) * 1000)
    return {
      domain: 'QBO',
      sparse: false,
      Id: String(place + 1),
      SyncToken: String(edits + (entry?.version ?? 0)),
      MetaData: {
        CreateTime: toMoment(createdAt),
        ...(random.chance(0.3) && { LastModifiedByRef: { value: '9130357992222546' } }),
        LastUpdatedTime: toMoment(updatedAt(place)),
      },
      ...make(books, place, createdAt),
      ...entry?.patch,
    }
  }

  function orderByTime(): number[] {
    const changed = [...overrides.keys()].filter((place) => !isGone(place))
    changed.sort((left, right) => updatedAt(left) - updatedAt(right) || left - right)
    const order: number[] = []
    let next = 0
    for (let place = 0; place < founded; place += 1) {
      if (overrides.has(place)) continue
      const at = foundedAt(place)
      for (let other = changed[next]; other !== undefined; other = changed[next]) {
        const otherAt = updatedAt(other)
        if (otherAt > at || (otherAt === at && other > place)) break
        order.push(other)
        next += 1
      }
      order.push(place)
    }
    return [...order, ...changed.slice(next)]
  }

  return {
    type,
    get count() {
      return count
    },
    find,
    row,
    updatedAt,
    isActive(place) {
      const patched = overrides.get(place)?.patch.Active
      if (typeof patched === 'boolean') return patched
      return type === 'Customer' || type === 'Account' ? isActiveAt(books, type, place) : true
    },
    byTime: () => (timeOrder ??= orderByTime()),
    byId: () => (idOrder ??= Array.from({ length: count }, (_, place) => place).filter((place) => !isGone(place))),
    goneSince: (ms) =>
      [...overrides]
        .flatMap(([place, { gone, updatedAt: at }]): Gone[] =>
          gone !== undefined && at >= ms ? [{ id: String(place + 1), at, how: gone }] : [],
        )
        .sort((left, right) => left.at - right.at || Number(left.id) - Number(right.id)),
    blockStamp: (block) => stamps.get(block) ?? 0,
    add(patch) {
      const place = count
      count += 1
      idOrder = undefined
      touch(place).patch = patch
      return String(place + 1)
    },
    change(id, patch) {
      const entry = touch(mustFind(id))
      entry.patch = { ...entry.patch, ...patch }
    },
    remove(id, how) {
      touch(mustFind(id)).gone = how
      idOrder = undefined
    },
  }
}
