import { pages, unfit, wireId, wireRows } from '@unioneyes/adapter-kit'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connected, readAll } from './live.ts'
import { simpleAdapter, simpleApi, thing } from './simple-adapter.ts'
import { startServer } from './test-server.ts'

const person = z.object({
  id: z.string(),
  name: z.string(),
  mail: z.string().optional(),
  boss: z.string().nullable(),
})

const rules = {
  wire: z.object({
    id: wireId(),
    name: z.string(),
    mail: z.string().nullish(),
    boss: z.string().nullish(),
    gone: z.boolean().optional(),
  }),
  map: (row: { name: string; mail?: string | null | undefined; boss?: string | null | undefined }) => {
    if (row.name === 'boom') throw new RangeError(`cannot map ${row.name}`)
    return { name: row.name, mail: row.mail, boss: row.boss ?? null }
  },
  isDeleted: (row: { gone?: boolean | undefined }) => row.gone === true,
  version: (row: { name: string }) => `v-${row.name}`,
}

const rowsOf = (...items: readonly unknown[]) => wireRows(person, rules)(items, undefined)

describe('the id of a row', () => {
  test.each([
    ['text', 'a-1', 'a-1'],
    ['a whole number', 42, '42'],
    ['a big integer', 9007199254740993n, '9007199254740993'],
    ['empty text', '', undefined],
    ['null', null, undefined],
    ['an object', { value: 1 }, undefined],
    ['a list', ['1'], undefined],
    ['a fraction', 1.5, undefined],
    ['a number whose digits are lost', 2 ** 60, undefined],
    ['nothing', undefined, undefined],
    ['true', true, undefined],
  ])('%s', (_name, id, expected) => {
    expect(rowsOf({ id, name: 'Ada' }).items[0]?.id).toBe(expected)
  })

  test.each([[null], ['text'], [7], [undefined], [[]]])('an item that is %j has none', (item) => {
    const rows = rowsOf(item)
    expect(rows.items[0]).toEqual({ id: undefined, raw: item })
    expect(rows.read(item)).toMatchObject({ kind: 'invalid' })
  })

  test('may be found by a function, which may fail', () => {
    const id = (item: unknown) =>
      z
        .object({ a: z.string(), b: z.number() })
        .transform(({ a, b }) => `${a}/${b}`)
        .parse(item)
    const toRows = wireRows(person, {
      id,
      wire: z.object({ name: z.string() }),
      map: (row) => ({ name: row.name, boss: null }),
    })
    const rows = toRows(
      [
        { a: 'x', b: 1, name: 'Ada' },
        { a: 'x', name: 'Bo' },
      ],
      undefined,
    )
    expect(rows.items.map((row) => row.id)).toEqual(['x/1', undefined])
    expect(rows.read(rows.items[0]?.raw)).toMatchObject({ kind: 'record', record: { id: 'x/1' } })
    expect(rows.read(rows.items[1]?.raw)).toEqual({ kind: 'invalid', issues: ['no readable id'] })
  })

  test('that the mapping contradicts makes the row invalid', () => {
    const rows = wireRows(person, { ...rules, map: () => ({ id: 'other', name: '', boss: null }) })(
      [{ id: 'a', name: 'Ada' }],
      undefined,
    )
    expect(rows.read(rows.items[0]?.raw)).toMatchObject({ kind: 'invalid' })
  })
})

describe('reading a row', () => {
  const read = (item: unknown) => rowsOf(item).read(item)

  test('null and undefined mean absent, except where the model demands null', () => {
    expect(read({ id: 'a', name: 'Ada', mail: null, boss: null })).toEqual({
      kind: 'record',
      version: 'v-Ada',
      record: { id: 'a', name: 'Ada', boss: null },
    })
    const result = read({ id: 'a', name: 'Ada' })
    expect(result.kind === 'record' && Object.keys(result.record)).toEqual(['id', 'name', 'boss'])
  })

  test('names of any script come through', () => {
    const name = 'محمد 👩‍🚀 Ñandú'
    expect(read({ id: 'a', name })).toMatchObject({ kind: 'record', record: { name } })
  })

  test('a row that does not fit names the property, never the value', () => {
    const result = read({ id: 'a', name: 987654321, mail: ['secret@example.com'] })
    expect(result).toMatchObject({ kind: 'invalid' })
    const issues = result.kind === 'invalid' ? result.issues : []
    expect(issues.map((issue) => issue.split(':')[0])).toEqual(['name', 'mail'])
    expect(issues.join()).not.toMatch(/987654321|secret/)
  })

  test('a mapping that throws makes the row invalid without quoting it', () => {
    expect(read({ id: 'a', name: 'boom' })).toEqual({
      kind: 'invalid',
      issues: ['the adapter could not map this row (RangeError)'],
    })
  })

  test('a row may say that the record is gone', () => {
    expect(read({ id: 'a', name: 'Ada', gone: true })).toEqual({ kind: 'deleted', version: 'v-Ada' })
  })

  test('many issues are cut short', () => {
    const wide = z.object(Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`p${String(i)}`, z.string()])))
    const result = wireRows(person, { wire: wide, map: () => ({ name: '', boss: null }) })([], undefined).read({})
    expect(result.kind === 'invalid' && result.issues.length).toBe(20)
  })
})

test('one bad record among good ones keeps the page, and big integers keep their digits', async () => {
  const text =
    '[{"id":9007199254740993,"name":"Ada"},{"id":2,"name":null},{"id":3,"name":"Cy","pay":12345678901234567890.5}]'
  const server = await startServer(() => ({ text, headers: { 'content-type': 'application/json' } }))
  onTestFinished(() => server.close())
  const api = simpleApi()
  const things = api.entity(person).list({ path: 'people', paginate: pages.single(), ...rules })
  const [page] = await readAll(await connected(simpleAdapter(api, { things }), { baseUrl: server.url }), 'things')
  const rows = page?.rows
  expect(rows?.items.map(({ id }) => id)).toEqual(['9007199254740993', '2', '3'])
  expect(rows?.items.map(({ raw }) => rows.read(raw).kind)).toEqual(['record', 'invalid', 'record'])
  expect(rows?.items[2]?.raw).toMatchObject({ pay: '12345678901234567890.5' })
})

test('a mapping that finds no record in a row says why, and the row is quarantined with that', () => {
  const rows = wireRows(thing, {
    wire: z.object({ id: wireId(), name: z.string() }),
    map: ({ name }) => {
      if (name === 'none') throw unfit('it has no name worth keeping')
      return { name }
    },
  })([], {})
  expect(rows.read({ id: 'a', name: 'none' })).toEqual({ kind: 'invalid', issues: ['it has no name worth keeping'] })
})
