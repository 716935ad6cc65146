import { property } from '@unioneyes/adapter-kit'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AT, faultOf, HOUR, idOf, openLive, updatedAt } from './sandbox-live.ts'
import type { Live } from './sandbox-live.ts'

const responseOf = async (live: Live, text: string): Promise<unknown> =>
  property((await live.query(text)).json, 'QueryResponse')

describe('the grammar', () => {
  test('pages: 100 unless told otherwise, from 1, and no key of the type where nothing is left', async () => {
    await using live = await openLive({ invoices: 230 })
    expect(await live.rows('SELECT * FROM Invoice')).toHaveLength(100)
    expect(await responseOf(live, 'select * from Invoice startposition 221 maxresults 25')).toMatchObject({
      startPosition: 221,
      maxResults: 10,
    })
    expect(await responseOf(live, 'select * from Invoice startposition 231 maxresults 25')).toEqual({})
    expect(await responseOf(live, "select * from Invoice where Id = '999'")).toEqual({})
    expect(await responseOf(live, 'SELECT COUNT(*) FROM Invoice')).toEqual({ totalCount: 230 })
  })

  test('more than 1000 are cut to that, or refused; totals where wanted', async () => {
    await using live = await openLive({ invoices: 1500, totals: true })
    const found = await responseOf(live, 'select * from Invoice maxresults 5000')
    expect(found).toMatchObject({ maxResults: 1000, totalCount: 1500 })
    await using strict = await openLive({ tooManyResults: 'fault' })
    expect((await strict.query('select * from Invoice maxresults 1000')).status).toBe(200)
    expect(faultOf(await strict.query('select * from Invoice maxresults 1001'))).toEqual(['ValidationFault', '4001'])
  })

  test.for([
    ['nothing', ''],
    ['a start of 0', 'select * from Invoice startposition 0'],
    ['a page of 0', 'select * from Invoice maxresults 0'],
    ['an unknown type', 'select * from Invoices'],
    ['a type in another case', 'select * from invoice'],
    ['a type that is not imitated', 'select * from Vendor'],
    ['an unknown property', "select * from Invoice where Foo = '1'"],
    ['an inherited property', "select * from Invoice where constructor = '1'"],
    ['a property of another type', 'select * from Invoice where Active = true'],
    ['OR', "select * from Invoice where Id = '1' or Id = '2'"],
    ['columns', 'select Id from Invoice'],
    ['GROUP BY', 'select * from Invoice group by Id'],
    ['another operator', "select * from Invoice where Id != '1'"],
    ['double quotes', 'select * from Invoice where DocNumber = "1"'],
    ['a quote that does not end', "select * from Invoice where DocNumber = 'O'Brien'"],
    ['an open list', "select * from Invoice where Id in ('1', '2'"],
    ['an empty list', 'select * from Invoice where Id in ()'],
    ['clauses out of order', 'select * from Invoice maxresults 5 startposition 1'],
    ['a time without a zone', "select * from Invoice where MetaData.LastUpdatedTime > '2026-01-01T00:00:00'"],
    ['a time that is none', "select * from Invoice where MetaData.LastUpdatedTime > 'soon'"],
    ['LIKE on a number', "select * from Invoice where TotalAmt like '1%'"],
    ['an order of references', "select * from Invoice where CustomerRef > '1'"],
    ['an unknown order', 'select * from Invoice orderby Foo'],
    ['something behind it', 'select * from Invoice;'],
  ])('%s is refused with 4001', async ([, text]) => {
    await using live = await openLive({ invoices: 3 })
    const refused = await live.query(text ?? '')
    expect([refused.status, ...faultOf(refused)]).toEqual([400, 'ValidationFault', '4001'])
    expect(live.sandbox.errors).toEqual([])
  })

  test('GET and POST, any case, both spellings of the order, quotes inside of values', async () => {
    await using live = await openLive()
    live.actions.change('Invoice', '7', { DocNumber: String.raw`O'Brien \ Söhne` })
    const wanted = String.raw`where DocNumber = 'O\'Brien \\ Söhne'`
    expect(await live.ids(`select * from Invoice ${wanted}`)).toEqual(['7'])
    expect(await live.ids('SELECT * FROM Invoice ORDER BY Metadata.LastUpdatedTime DESC MAXRESULTS 1')).toEqual(['7'])
    expect(await live.ids("select * from Invoice where DocNumber LIKE 'O\\'B%hne'")).toEqual(['7'])
    const { accessToken } = live.actions.issueGrant()
    const response = await fetch(`${live.sandbox.url}/v3/company/${live.actions.realmIds()[0] ?? ''}/query`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${accessToken}`,
        accept: 'application/json',
        'content-type': 'application/text',
      },
      body: `select * from Invoice ${wanted}`,
    })
    expect(await response.json()).toMatchObject({ QueryResponse: { Invoice: [{ Id: '7' }], maxResults: 1 } })
  })

  test('lists of names hide what is inactive, unless they are asked', async () => {
    await using live = await openLive({ customers: 200 })
    const all = live.actions.ids('Customer')
    const inactive = live.actions.truth().Customer.filter(({ Active }) => Active === false)
    expect(inactive.length).toBeGreaterThan(3)
    for (const { DisplayName } of inactive) expect(DisplayName).toMatch(/ \(deleted\)$/)
    const most = 'maxresults 1000'
    expect(await live.ids(`select * from Customer where Active IN (true, false) ${most}`)).toEqual(all)
    expect(await live.ids(`select * from Customer where Active = false ${most}`)).toEqual(inactive.map(idOf))
    expect(await live.ids(`select * from Customer ${most}`)).toHaveLength(all.length - inactive.length)
    const [hidden = ''] = inactive.map(idOf)
    expect(await live.ids(`select * from Customer where Id in ('1', '${hidden}')`)).toEqual(['1'])
    expect(await live.ids(`select * from Customer where Active in (true,false) and Id in ('1', '${hidden}')`)).toEqual([
      '1',
      hidden,
    ])
  })
})

describe('times', () => {
  test('are compared as moments, whatever their offset, and summer time changes the offset', async () => {
    await using live = await openLive()
    live.actions.advance(-AT + Date.UTC(2026, 0, 15, 20))
    live.actions.change('Payment', '1', {})
    live.actions.advance(Date.UTC(2026, 6, 15, 20) - Date.UTC(2026, 0, 15, 20))
    live.actions.change('Payment', '2', {})
    const text = (id: string): unknown => property(live.actions.object('Payment', id)?.MetaData, 'LastUpdatedTime')
    expect([text('1'), text('2')]).toEqual(['2026-01-15T12:00:00-08:00', '2026-07-15T13:00:00-07:00'])
    const since = (moment: string): Promise<string[]> =>
      live.ids(
        `select * from Payment where MetaData.LastUpdatedTime >= '${moment}' and MetaData.CreateTime < '2027-01-01'`,
      )
    expect(await since('2026-07-15T22:00:00+02:00')).toEqual(['2'])
    expect(await since('2026-07-15T20:00:00Z')).toEqual(['2'])
    expect(await since('2026-07-15T20:00:01Z')).toEqual([])
  })

  test('the ends of summer time', async () => {
    await using live = await openLive()
    const offsetAt = (ms: number): string => {
      live.actions.advance(ms - live.actions.now())
      live.actions.change('Payment', '1', {})
      return String(property(live.actions.object('Payment', '1')?.MetaData, 'LastUpdatedTime')).slice(-6)
    }
    expect(offsetAt(Date.UTC(2026, 2, 8, 10) - 1)).toBe('-08:00')
    expect(offsetAt(Date.UTC(2026, 2, 8, 10))).toBe('-07:00')
    expect(offsetAt(Date.UTC(2026, 10, 1, 9) - 1)).toBe('-07:00')
    expect(offsetAt(Date.UTC(2026, 10, 1, 9))).toBe('-08:00')
  })

  test('rows of one second stand in the order of their ids, and rows move as often as they change', async () => {
    await using live = await openLive({ invoices: 30, sameSecond: 10 })
    const ordered = 'select * from Invoice orderby MetaData.LastUpdatedTime'
    const moment = updatedAt(live.actions.object('Invoice', '15'))
    live.actions.advance(moment - AT)
    for (const id of ['1', '15', '30']) live.actions.change('Invoice', id, { PrivateNote: 'moved' })
    const ids = [
      2, 3, 4, 5, 6, 7, 8, 9, 10, 1, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 30, 21, 22, 23, 24, 25, 26, 27, 28, 29,
    ]
    expect(await live.ids(ordered)).toEqual(ids.map(String))
    live.actions.advance(AT - moment)
    live.actions.change('Invoice', '15', { PrivateNote: 'moved again' })
    expect((await live.ids(ordered)).slice(-2)).toEqual(['29', '15'])
  })

  test('rows share seconds, more of them than a page holds where wanted', async () => {
    await using live = await openLive({ invoices: 3000, sameSecond: 1500 })
    const times = live.actions.truth().Invoice.map(updatedAt)
    expect(new Set(times).size).toBe(2)
    expect(times.filter((time) => time === times[0])).toHaveLength(1500)
    expect(times).toEqual(times.toSorted((left, right) => left - right))
    expect(Math.max(...times)).toBeLessThanOrEqual(AT - 24 * HOUR)
  })
})

// A plain reading of what was asked, over everything there is.
const conditions = {
  Id: fc.tuple(fc.constantFrom('=', '<', '>', '<=', '>='), fc.integer({ min: 0, max: 45 }).map(String)),
  TxnDate: fc.tuple(
    fc.constantFrom('=', '<', '>', '<=', '>='),
    fc.integer({ min: 0, max: 420 }).map((days) => new Date(AT - days * 24 * HOUR).toISOString().slice(0, 10)),
  ),
  TotalAmt: fc.tuple(
    fc.constantFrom('<', '>', '<=', '>='),
    fc.integer({ min: 0, max: 900_000 }).map((cents) => String(cents / 100)),
  ),
  // Which row's own time, and how far from it.
  'MetaData.LastUpdatedTime': fc.tuple(
    fc.constantFrom('=', '<', '>', '<=', '>='),
    fc.tuple(fc.nat({ max: 39 }), fc.constantFrom(-1000, -1, 0, 0, 1, 1000)).map((near) => near.join('/')),
  ),
} as const
type Name = keyof typeof conditions

const condition = fc
  .constantFrom<Name>('Id', 'TxnDate', 'TotalAmt', 'MetaData.LastUpdatedTime', 'MetaData.LastUpdatedTime')
  .chain((name) => conditions[name].map(([operator, value]) => ({ name, operator, value })))

function keyOf(name: Name, row: unknown): number | string {
  if (name === 'MetaData.LastUpdatedTime') return updatedAt(row)
  return name === 'TxnDate' ? String(property(row, name)) : Number(property(row, name))
}

function holds(row: unknown, { name, operator, value }: { name: Name; operator: string; value: string }): boolean {
  const key = keyOf(name, row)
  const other = name === 'MetaData.LastUpdatedTime' ? Date.parse(value) : name === 'TxnDate' ? value : Number(value)
  if (operator === '=') return key === other
  if (operator === '<') return key < other
  if (operator === '>') return key > other
  return operator === '<=' ? key <= other : key >= other
}

test('any conditions in any order find what a plain reading finds, page by page', async () => {
  await using live = await openLive({ invoices: 40 })
  live.actions.changeMany('Invoice', 20)
  live.actions.remove('Invoice', '11')
  live.actions.add('Invoice')
  const all = live.actions.truth().Invoice
  const momentNear = (_text: string, nth: string, ms: string): string =>
    new Date(updatedAt(all[Number(nth)]) + Number(ms)).toISOString()
  const orders = fc.constantFrom<Name | undefined>(undefined, 'Id', 'TxnDate', 'MetaData.LastUpdatedTime')
  const asked = fc.tuple(fc.array(condition, { maxLength: 2 }), orders, fc.boolean(), fc.integer({ min: 1, max: 50 }))
  await fc.assert(
    fc.asyncProperty(asked, async ([drawn, order, descending, size]) => {
      const list = drawn.map((one) => ({ ...one, value: one.value.replace(/^(\d+)\/(-?\d+)$/, momentNear) }))
      const rows = live.actions.truth().Invoice.filter((row) => list.every((one) => holds(row, one)))
      if (order) {
        rows.sort((left, right) => {
          const [a, b] = [keyOf(order, left), keyOf(order, right)]
          return a < b ? -1 : a > b ? 1 : 0
        })
      }
      if (order && descending) rows.reverse()
      const where = list.map(({ name, operator, value }) => `${name} ${operator} '${value}'`).join(' and ')
      const found: string[] = []
      for (;;) {
        const page = await live.ids(
          `select * from Invoice${where && ` where ${where}`}${order ? ` orderby ${order}${descending ? ' desc' : ''}` : ''} startposition ${String(found.length + 1)} maxresults ${String(size)}`,
        )
        found.push(...page)
        if (page.length < size) break
      }
      expect(found).toEqual(rows.map(idOf))
    }),
    { numRuns: 250 },
  )
})

test('after any changes the pages show exactly what is there', async () => {
  const change = fc.record({
    what: fc.constantFrom('add', 'change', 'remove', 'void', 'back'),
    nth: fc.nat({ max: 400 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(change, { maxLength: 12 }), async (changes) => {
      await using live = await openLive({ invoices: 300, sameSecond: 10 })
      for (const { what, nth } of changes) {
        const ids = live.actions.ids('Invoice')
        const id = ids[nth % ids.length] ?? ''
        if (what === 'add') live.actions.add('Invoice')
        if (what === 'change') live.actions.change('Invoice', id, { PrivateNote: `é ${String(nth)}` })
        if (what === 'remove') live.actions.remove('Invoice', id)
        if (what === 'void') live.actions.void('Invoice', id)
        if (what === 'back') live.actions.advance((nth - 200) * HOUR)
        await live.rows('select * from Invoice orderby MetaData.LastUpdatedTime startposition 120 maxresults 60')
      }
      const truth = live.actions.truth().Invoice.toSorted((left, right) => updatedAt(left) - updatedAt(right))
      expect(await live.rows('select * from Invoice orderby MetaData.LastUpdatedTime maxresults 1000')).toEqual(truth)
    }),
    { numRuns: 25 },
  )
})
