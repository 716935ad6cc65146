import type { PageStep } from '@unioneyes/adapter-kit'
import { IntegrationError } from '@unioneyes/core'
import type { Json } from '@unioneyes/core'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { byTime } from '../src/by-time.ts'
import { inTurn } from '../src/in-turn.ts'

interface Row {
  readonly Id: string
  readonly MetaData: { readonly LastUpdatedTime: string }
}

const START = Date.UTC(2026, 0, 5)

/** A second of the company's clock, as QuickBooks writes it. */
const timeAt = (second: number): string =>
  new Date(START + second * 1000 - 8 * 3_600_000).toISOString().replace('.000Z', '-08:00')

const rowAt = (id: number, second: number): Row => ({ Id: String(id), MetaData: { LastUpdatedTime: timeAt(second) } })

const msOf = ({ MetaData }: Row): number => Date.parse(MetaData.LastUpdatedTime)

/** Objects of one type, in the order of their last change and then of their ids. */
class Table {
  readonly rows = new Map<string, Row>()
  /** Whoever changed, came or went. */
  readonly touched = new Set<string>()
  #second = 0
  #lastId = 0

  constructor(seconds: readonly number[]) {
    for (const second of seconds) this.#put(rowAt((this.#lastId += 1), second))
    this.touched.clear()
    this.#second = Math.max(0, ...seconds)
  }

  #put(row: Row): void {
    this.rows.set(row.Id, row)
    this.touched.add(row.Id)
  }

  /** `nth` picks the row, however many there are. */
  act({ what, nth, later }: Change): void {
    this.#second += later
    const ids = [...this.rows.keys()]
    const id = ids[nth % Math.max(1, ids.length)]
    if (what === 'add') this.#put(rowAt((this.#lastId += 1), this.#second))
    if (id === undefined) return
    if (what === 'change') this.#put(rowAt(Number(id), this.#second))
    if (what === 'remove') {
      this.touched.add(id)
      this.rows.delete(id)
    }
  }

  /** What the query of a page answers. */
  page(since: unknown, at: unknown, size: number): Row[] {
    const from = typeof since === 'string' ? Date.parse(since) : -Infinity
    const found = [...this.rows.values()].filter((row) => msOf(row) >= from)
    found.sort((one, other) => msOf(one) - msOf(other) || Number(one.Id) - Number(other.Id))
    return found.slice(Number(at) - 1, Number(at) - 1 + size)
  }
}

interface Change {
  readonly what: 'add' | 'change' | 'remove'
  readonly nth: number
  readonly later: number
}

interface Walk {
  readonly shown: readonly Row[]
  /** The tokens of all pages but the first. */
  readonly tokens: readonly Json[]
}

const MOST_PAGES = 500

/** Reads pages until the end, from a token on. `between` is called before each. */
function walk(table: Table, size: number, token?: Json, between: (page: number) => void = () => undefined): Walk {
  const shown: Row[] = []
  const tokens: Json[] = []
  const seen = new Set<string>()
  for (let page = 0; page < MOST_PAGES; page += 1) {
    between(page)
    const { since, at } = byTime.position(token).unsent ?? {}
    const list = table.page(since, at, size)
    const step = stepAfter(list, token)
    shown.push(...list.slice(step.repeated ?? 0))
    if (step.next === undefined) {
      expect(step.complete).toBe(true)
      return { shown, tokens }
    }
    const text = JSON.stringify(step.next)
    // The kit takes a token that comes again for an endless loop.
    expect(seen.has(text), `the place ${text} came twice`).toBe(false)
    seen.add(text)
    tokens.push((token = step.next))
  }
  throw new Error('It does not end.')
}

function stepAfter(list: readonly unknown[], token: Json | undefined): PageStep {
  const answer = { body: {}, headers: new Headers(), url: 'https://quickbooks.example/query', total: undefined }
  return byTime.step({ ...answer, list, items: list.length, token })
}

// Few seconds for many rows: most share theirs.
const seconds = fc.array(fc.nat(4), { maxLength: 30 })
const change = fc.record({
  what: fc.constantFrom('add', 'change', 'change', 'remove', 'remove'),
  nth: fc.nat(100),
  later: fc.nat(2),
})
const changes = fc.array(fc.array(change, { maxLength: 3 }), { maxLength: 9 })
const size = fc.integer({ min: 2, max: 7 })

const missing = ({ rows, touched }: Table, { shown }: Pick<Walk, 'shown'>): string[] => {
  const ids = new Set(shown.map(({ Id }) => Id))
  return [...rows.keys()].filter((id) => !touched.has(id) && !ids.has(id))
}

describe('a listing in the order of last changes', () => {
  test('shows each row once when nothing happens', () => {
    fc.assert(
      fc.property(seconds, size, (times, rows) => {
        const table = new Table(times)
        const { shown } = walk(table, rows)
        expect(shown).toEqual(table.page(undefined, 1, Infinity))
      }),
    )
  })

  test('shows every row that nobody touched, whatever came, changed or went between two pages, and ends', () => {
    fc.assert(
      fc.property(seconds, size, changes, (times, rows, during) => {
        const table = new Table(times)
        const walked = walk(table, rows, undefined, (page) => {
          if (page > 0) for (const one of during[page - 1] ?? []) table.act(one)
        })
        expect(missing(table, walked)).toEqual([])
      }),
      { numRuns: 2000 },
    )
  })

  test('goes on at each of its page tokens, also when things happened since', () => {
    fc.assert(
      fc.property(seconds, size, fc.array(change, { maxLength: 4 }), (times, rows, meanwhile) => {
        const { tokens } = walk(new Table(times), rows)
        for (const [index, token] of tokens.entries()) {
          const table = new Table(times)
          let first: Row[] = []
          // The same pages up to the token, then a pause in which the company goes on working.
          const stopped = new Error('stopped')
          try {
            walk(table, rows, undefined, (page) => {
              if (page > index) throw stopped
              const { since, at } = byTime.position(page === 0 ? undefined : tokens[page - 1]).unsent ?? {}
              first = [...first, ...table.page(since, at, rows)]
            })
          } catch (error) {
            if (error !== stopped) throw error
          }
          for (const one of meanwhile) table.act(one)
          const rest = walk(table, rows, token)
          expect(missing(table, { shown: [...first, ...rest.shown] })).toEqual([])
        }
      }),
      { numRuns: 200 },
    )
  })

  test('reads all of a time again when the row it stood at is gone', () => {
    const table = new Table([1, 1, 1, 1, 1])
    const { shown } = walk(table, 3, undefined, (page) => {
      if (page === 1) table.act({ what: 'remove', nth: 0, later: 0 })
    })
    expect(shown.map(({ Id }) => Id)).toEqual(['1', '2', '3', '4', '5', '2', '3', '4', '5'])
  })

  test('is not fooled by the row it stood at when that row has moved to its old place', () => {
    // 2 was shown last and changes; 1 goes, so that 2 stands second again, but behind 3 now.
    const table = new Table([1, 1, 2])
    const walked = walk(table, 2, undefined, (page) => {
      if (page !== 1) return
      table.act({ what: 'remove', nth: 0, later: 0 })
      table.act({ what: 'change', nth: 0, later: 5 })
    })
    expect(walked.shown.map(({ Id }) => Id)).toContain('3')
  })

  test('fails when the order is another one than was asked for, or none is kept', () => {
    expect(() => stepAfter([rowAt(1, 2), rowAt(2, 1)], undefined)).toThrow(IntegrationError)
    // Earlier than asked for.
    expect(() => stepAfter([rowAt(7, 1), rowAt(8, 2)], { since: timeAt(2) })).toThrow(IntegrationError)
    let token: Json | undefined = { since: timeAt(1), at: 2, id: '9' }
    const page = [rowAt(1, 1), rowAt(2, 1)]
    const goOn = (): void => {
      for (let n = 0; n < 30; n += 1) token = stepAfter(page, token).next
    }
    expect(goOn).toThrow('did not list records in the order of their last change')
  })

  test('begins after a last row that cannot be read, which is shown', () => {
    const { next, repeated } = stepAfter([rowAt(1, 1), { MetaData: { LastUpdatedTime: timeAt(1) } }], undefined)
    expect([next, repeated]).toEqual([{ since: timeAt(1), at: 3 }, 0])
    expect(stepAfter([rowAt(1, 1), 'no row at all'], undefined).next).toEqual({ at: 3 })
  })

  test('begins again at a token of another adapter', () => {
    for (const token of ['abc', { at: 'x' }, 7]) {
      expect(() => byTime.position(token)).toThrow(expect.objectContaining({ code: 'CURSOR_EXPIRED' }))
    }
  })
})

describe('a listing of several types', () => {
  const types = ['Bill', 'Deposit', 'Transfer'] as const
  const listing = inTurn(types, byTime)

  function walkTypes(tables: ReadonlyMap<unknown, Table>, rows: number, token?: Json) {
    const shown: string[] = []
    const tokens: Json[] = []
    for (let page = 0; page < MOST_PAGES; page += 1) {
      const { type, since, at } = listing.position(token).unsent ?? {}
      const list =
        tables
          .get(type)
          ?.page(since, at, rows)
          .map((row) => ({ type, row })) ?? []
      const answer = { body: {}, headers: new Headers(), url: 'https://quickbooks.example/query', total: undefined }
      const step = listing.step({ ...answer, list, items: list.length, token })
      shown.push(...list.slice(step.repeated ?? 0).map(({ row }) => `${String(type)}/${row.Id}`))
      if (step.next === undefined) return { shown, tokens, complete: step.complete }
      tokens.push((token = step.next))
    }
    throw new Error('It does not end.')
  }

  test('shows one after the other, whichever is empty, and goes on at each token', () => {
    fc.assert(
      fc.property(fc.tuple(seconds, seconds, seconds), size, (times, rows) => {
        const tables = new Map(types.map((type, index) => [type, new Table(times[index] ?? [])]))
        const all = [...tables].flatMap(([type, table]) =>
          table.page(undefined, 1, Infinity).map(({ Id }) => `${type}/${Id}`),
        )
        const { shown, tokens, complete } = walkTypes(tables, rows)
        expect([shown, complete]).toEqual([all, true])
        for (const token of tokens) {
          const rest = walkTypes(tables, rows, structuredClone(token)).shown
          expect(all.slice(all.length - rest.length)).toEqual(rest)
        }
      }),
      { numRuns: 50 },
    )
  })

  test('fails when an answer shows another type than was asked for', () => {
    const answer = { body: {}, headers: new Headers(), url: 'https://quickbooks.example/query', total: undefined }
    const list = [{ type: 'Deposit', row: rowAt(1, 1) }]
    expect(() => listing.step({ ...answer, list, items: 1, token: undefined })).toThrow('answered with others')
  })

  test('begins again at a token that names a type it does not list', () => {
    for (const token of [{ type: 'Estimate' }, 'Bill', { place: {} }]) {
      expect(() => listing.position(token)).toThrow(expect.objectContaining({ code: 'CURSOR_EXPIRED' }))
    }
  })
})
