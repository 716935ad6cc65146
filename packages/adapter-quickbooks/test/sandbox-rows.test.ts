import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { property } from '@unioneyes/adapter-kit'
import { parseJsonText } from '@unioneyes/core'
import { describe, expect, test } from 'vitest'
import { objectTypes } from '../src/sandbox.ts'
import { idOf, openLive, toWire } from './sandbox-live.ts'
import type { Wire } from './sandbox-live.ts'

const many = { invoices: 400, payments: 300, customers: 120, accounts: 60, transactions: 1000 }

const linesOf = (row: unknown): readonly Wire[] => {
  const lines = property(row, 'Line')
  return Array.isArray(lines) ? lines.map(toWire) : []
}
const cents = (value: unknown): number => Math.round(Number(value) * 100)
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)

describe('rows', () => {
  test('are as various as books are', async () => {
    await using live = await openLive(many)
    const { Invoice, Payment, Customer, Account, Purchase, JournalEntry } = live.actions.truth()
    const details = new Set(Invoice.flatMap(linesOf).map(({ DetailType }) => DetailType))
    expect([...details].sort()).toEqual([
      'DescriptionOnly',
      'DiscountLineDetail',
      'GroupLineDetail',
      'SalesItemLineDetail',
      'SubTotalLineDetail',
    ])
    const codes = new Set(Invoice.map(({ CurrencyRef }) => property(CurrencyRef, 'value')))
    expect([...codes].sort()).toEqual(['CAD', 'EUR', 'GBP', 'MXN'])
    expect(Invoice.some(({ TotalAmt, PrivateNote }) => TotalAmt === 0 && PrivateNote === 'Voided')).toBe(true)
    expect(Invoice.some(({ Balance, TotalAmt }) => Number(Balance) > 0 && Number(Balance) < Number(TotalAmt))).toBe(
      true,
    )
    expect(Invoice.some(({ Balance, TotalAmt }) => Balance === 0 && Number(TotalAmt) > 0)).toBe(true)
    expect(Payment.some(({ TotalAmt, PrivateNote }) => TotalAmt === 0 && PrivateNote === 'Voided')).toBe(true)
    expect(Payment.some(({ UnappliedAmt, Line }) => Number(UnappliedAmt) > 0 && Line === undefined)).toBe(true)
    const names = Customer.map(({ DisplayName }) => String(DisplayName))
    expect(new Set(names).size).toBe(names.length)
    for (const script of [/\p{Script=Arabic}/u, /\p{Script=Han}/u, /\p{Extended_Pictographic}/u, /[éçłø]/, /"/, /'/]) {
      expect(names.join('\n')).toMatch(script)
    }
    expect(Customer.some(({ Job, ParentRef }) => Job === true && ParentRef !== undefined)).toBe(true)
    expect(new Set(Account.map(({ Classification }) => Classification)).size).toBe(5)
    expect(Account.some(({ FullyQualifiedName }) => String(FullyQualifiedName).includes(':'))).toBe(true)
    expect(Purchase.some(({ Credit }) => Credit === true)).toBe(true)
    for (const name of ['EntityRef', 'ClassRef', 'DepartmentRef'])
      expect(JSON.stringify(JournalEntry)).toContain(`"${name}"`)
    expect(Invoice.some(({ CustomField }) => CustomField !== undefined)).toBe(true)
  })

  test('nothing is null or an empty list', async () => {
    await using live = await openLive(many)
    const text = JSON.stringify(live.actions.truth())
    expect(text).not.toContain('null')
    expect(text).not.toContain('[]')
  })

  test('add up', async () => {
    await using live = await openLive(many)
    const { Invoice, Payment, CreditMemo, JournalEntry, Bill, BillPayment, Purchase } = live.actions.truth()
    const byId = (rows: readonly Wire[]) => new Map(rows.map((row) => [idOf(row), row]))
    const [invoices, memos, bills] = [byId(Invoice), byId(CreditMemo), byId(Bill)]
    for (const row of Invoice) {
      const of = (type: string): number =>
        sum(linesOf(row).flatMap(({ DetailType, Amount }) => (DetailType === type ? cents(Amount) : [])))
      const tax = cents(property(row.TxnTaxDetail, 'TotalTax'))
      expect(cents(row.TotalAmt)).toBe(of('SubTotalLineDetail') - of('DiscountLineDetail') + tax)
      expect(of('SalesItemLineDetail') + of('GroupLineDetail')).toBe(of('SubTotalLineDetail'))
      expect(cents(row.HomeTotalAmt)).toBe(Math.round(cents(row.TotalAmt) * Number(row.ExchangeRate)))
    }
    const paid = new Map<string, number>()
    let withMemo = 0
    for (const row of Payment) {
      let applied = 0
      for (const { Amount, LinkedTxn } of linesOf(row)) {
        const link = property(LinkedTxn, '0')
        const id = String(property(link, 'TxnId'))
        if (property(link, 'TxnType') === 'Invoice') {
          paid.set(id, (paid.get(id) ?? 0) + cents(Amount))
          applied += cents(Amount)
          expect(row.CustomerRef).toEqual(invoices.get(id)?.CustomerRef)
          expect(row.CurrencyRef).toEqual(invoices.get(id)?.CurrencyRef)
          expect(invoices.get(id)?.LinkedTxn).toEqual([{ TxnId: idOf(row), TxnType: 'Payment' }])
        } else {
          applied -= cents(Amount)
          withMemo += 1
          expect(memos.get(id)).toMatchObject({ TotalAmt: Amount, RemainingCredit: 0, CustomerRef: row.CustomerRef })
        }
      }
      expect(cents(row.TotalAmt)).toBe(applied + cents(row.UnappliedAmt))
    }
    expect(withMemo).toBeGreaterThan(10)
    for (const row of Invoice) {
      if (row.PrivateNote !== 'Voided') expect(cents(row.TotalAmt) - cents(row.Balance)).toBe(paid.get(idOf(row)) ?? 0)
    }
    for (const row of JournalEntry) {
      const side = (type: string): number =>
        sum(
          linesOf(row).flatMap((line) =>
            property(line.JournalEntryLineDetail, 'PostingType') === type ? cents(line.Amount) : [],
          ),
        )
      expect(side('Debit')).toBe(side('Credit'))
    }
    for (const row of [...Bill, ...Purchase])
      expect(cents(row.TotalAmt)).toBe(sum(linesOf(row).map(({ Amount }) => cents(Amount))))
    for (const row of BillPayment) {
      for (const { Amount, LinkedTxn } of linesOf(row)) {
        const bill = bills.get(String(property(property(LinkedTxn, '0'), 'TxnId')))
        expect(cents(bill?.TotalAmt) - cents(bill?.Balance)).toBe(cents(Amount))
      }
    }
  })

  test('one currency: no rates and no home amounts', async () => {
    await using live = await openLive({ ...many, multiCurrency: false, homeCurrency: 'USD' })
    const text = JSON.stringify(live.actions.truth())
    expect(text).not.toMatch(/ExchangeRate|HomeTotalAmt|HomeBalance|EUR/)
    expect(live.actions.object('Invoice', '1')?.CurrencyRef).toEqual({ value: 'USD', name: 'United States Dollar' })
  })

  test('long amounts are JSON numbers that no double holds', async () => {
    await using live = await openLive({ longAmounts: true })
    const { text } = await live.query("select * from Invoice where Id = '8'")
    expect(text).toContain('"TotalAmt":90071992547410.07,')
    expect(text).not.toContain('u0001')
    expect(property(property(property(parseJsonText(text), 'QueryResponse'), 'Invoice'), '0')).toEqual(
      live.actions.object('Invoice', '8'),
    )
    expect(live.actions.object('Invoice', '8')?.TotalAmt).toBe('90071992547410.07')
    expect((await live.query('select * from Invoice')).text).toContain('"Balance":90071992547410.07,')
    expect(await live.ids("select * from Invoice where TotalAmt > '90000000000000'")).toEqual(['8', '18', '28', '38'])
  })
})

const root = fileURLToPath(new URL('../../..', import.meta.url))
const folder = resolve(root, process.env.VENDOR_SPECS_DIR ?? '../shared/specs', 'quickbooks')

test('every field is an element of the vendor’s schema, with the values it allows', async ({ skip }) => {
  skip(!existsSync(folder), 'VENDOR_SPECS_DIR holds no quickbooks')
  const schema = readSchema(readdirSync(folder).filter((name) => name.endsWith('.xsd')))
  await using live = await openLive(many)
  const truth = live.actions.truth()
  const problems = new Set<string>()
  for (const type of objectTypes) for (const row of truth[type]) check(row, type, type, schema, problems)
  const [info] = await live.rows('select * from CompanyInfo')
  check(info, 'CompanyInfo', 'CompanyInfo', schema, problems)
  expect([...problems]).toEqual([])
})

interface Schema {
  readonly types: ReadonlyMap<
    string,
    { readonly base: string | undefined; readonly elements: ReadonlyMap<string, string> }
  >
  readonly enums: ReadonlyMap<string, ReadonlySet<string>>
}

function readSchema(files: readonly string[]): Schema {
  const types = new Map<string, { base: string | undefined; elements: Map<string, string> }>()
  const enums = new Map<string, Set<string>>()
  for (const file of files) {
    const text = readFileSync(resolve(folder, file), 'utf8').replaceAll(/<!--.*?-->/gs, '')
    for (const [, name = '', body = ''] of text.matchAll(
      /<xs:complexType\s+name="(\w+)"[^>]*>(.*?)<\/xs:complexType>/gs,
    )) {
      const elements = new Map<string, string>()
      for (const [, tag = ''] of body.matchAll(/<xs:(?:element|attribute)\s([^>]*)>/gs)) {
        const of = (key: string): string | undefined => new RegExp(`\\b${key}="([^"]*)"`).exec(tag)?.[1]
        elements.set(of('name') ?? '', of('type') ?? 'IntuitAnyType')
      }
      types.set(name, { base: /extension\s+base="([\w:]+)"/.exec(body)?.[1], elements })
    }
    for (const [, name = '', body = ''] of text.matchAll(
      /<xs:simpleType\s+name="(\w+)"[^>]*>(.*?)<\/xs:simpleType>/gs,
    )) {
      const values = [...body.matchAll(/enumeration\s+value="([^"]*)"/g)].map(([, value = '']) => value)
      if (values.length > 0) enums.set(name, new Set(values))
    }
  }
  return { types, enums }
}

function elementOf({ types }: Schema, type: string, name: string): string | undefined {
  const found = types.get(type)
  if (!found) return undefined
  return (
    found.elements.get(name) ??
    (found.base === undefined ? undefined : elementOf({ types, enums: new Map() }, found.base, name))
  )
}

function check(value: unknown, type: string, place: string, schema: Schema, problems: Set<string>): void {
  if (Array.isArray(value)) {
    for (const one of value) check(one, type, place, schema, problems)
    return
  }
  if (type === 'IntuitAnyType') return
  const allowed = schema.enums.get(type)
  if (allowed) {
    if (!allowed.has(String(value))) problems.add(`${place}: ${String(value)} is no ${type}`)
    return
  }
  if (type.startsWith('xs:')) {
    const is =
      type === 'xs:boolean'
        ? 'boolean'
        : ['xs:decimal', 'xs:int', 'xs:positiveInteger'].includes(type)
          ? 'number'
          : 'string'
    if (typeof value !== is) problems.add(`${place}: ${JSON.stringify(value)} is no ${type}`)
    return
  }
  if (!schema.types.has(type)) {
    if (typeof value !== 'string') problems.add(`${place}: ${type} is unknown`)
    return
  }
  for (const [name, inner] of Object.entries(toWire(value))) {
    // In JSON the text of a reference or memo is its `value`.
    if (name === 'value' && ['ReferenceType', 'MemoRef'].includes(type)) continue
    const element = elementOf(schema, type, name)
    if (element === undefined) problems.add(`${place}.${name}: ${type} has no such element`)
    else check(inner, element, `${place}.${name}`, schema, problems)
  }
}
