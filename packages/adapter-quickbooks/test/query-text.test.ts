import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { selectChanged, selectIds } from '../src/query-text.ts'
import { parseQuery } from '../src/sandbox/query-parser.ts'

const first = { since: undefined, at: 1, size: 1000 }

describe('a query', () => {
  test('asks for a page of what changed', () => {
    expect(selectChanged('Invoice', first)).toBe(
      'select * from Invoice orderby MetaData.LastUpdatedTime startposition 1 maxresults 1000',
    )
    expect(selectChanged('Bill', { since: '2026-05-31T04:00:00-07:00', at: 4, size: 7 })).toBe(
      "select * from Bill where MetaData.LastUpdatedTime >= '2026-05-31T04:00:00-07:00' orderby MetaData.LastUpdatedTime startposition 4 maxresults 7",
    )
  })

  test('asks for inactive names too, which are hidden otherwise', () => {
    for (const type of ['Customer', 'Account']) {
      expect(selectChanged(type, first)).toContain(' where Active in (true, false) orderby ')
      expect(selectIds(type, ['1'])).toContain(" where Active in (true, false) and Id in ('1') ")
    }
    expect(selectIds('Invoice', ['1', '2'])).toBe("select * from Invoice where Id in ('1', '2') maxresults 1000")
  })

  test('holds any value as a value, whatever quotes and backslashes are in it', () => {
    const nasty = fc.string({ unit: fc.constantFrom("'", '\\', 'a', ' ', ')', 'or') })
    fc.assert(
      fc.property(fc.array(nasty, { minLength: 1 }), (ids) => {
        const query = parseQuery(selectIds('Invoice', ids))
        expect(query.conditions).toEqual([{ property: 'Id', operator: 'IN', values: ids }])
      }),
    )
    fc.assert(
      fc.property(nasty, (since) => {
        const { conditions, most } = parseQuery(selectChanged('Invoice', { since, at: 1, size: 5 }))
        expect([conditions.length, conditions[0]?.values, most]).toEqual([1, [since], 5])
      }),
    )
  })
})
