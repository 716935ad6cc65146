import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readable } from '../../src/replay/exchange-fixture.ts'
import { scrubExchanges } from '../../src/replay/scrub-exchanges.ts'
import type { RawExchange, ScrubOptions } from '../../src/replay/scrub-exchanges.ts'

const ORIGIN = 'https://northernworks.vendor.test'

// Longer than any word that is made up, so that finding one again cannot be chance.
const person = fc.record({
  first: fc.stringMatching(/^[A-Z][a-z]{8,12}$/),
  last: fc.stringMatching(/^[A-Z][a-z]{8,12}-[A-Z][a-z]{8}$/),
  family: fc.stringMatching(/^[ÅØÜÉ][éèøåüñ]{8,10}$/),
  han: fc.stringMatching(/^[一丁七万丈三上下不与]{6}$/),
  mailbox: fc.stringMatching(/^[a-z]{8,10}\.[a-z]{8}$/),
  phone: fc.stringMatching(/^\+1 [2-9]\d{2} \d{3} \d{4}$/),
  sin: fc.integer({ min: 100_000_000, max: 999_999_999 }),
  born: fc
    .date({ min: new Date('1940-01-01'), max: new Date('2007-12-31'), noInvalidDate: true })
    .map((date) => date.toISOString().slice(0, 10)),
  salary: fc.stringMatching(/^[1-9]\d{6}\.\d{2}$/),
  note: fc.array(fc.stringMatching(/^[a-z]{9,11}$/), { minLength: 6, maxLength: 12 }),
})
type Person = typeof person extends fc.Arbitrary<infer T> ? T : never

// Whatever an adapter's author never thought of.
const fieldName = fc.stringMatching(/^[a-z]{3,8}(?:[A-Z][a-z]{2,6})?$/).filter((name) => !/id$/i.test(name))

const secret = fc.oneof(
  fc.stringMatching(/^[A-Za-z\d]{24,40}$/),
  fc.stringMatching(/^[A-Za-z\d]{8}["/+&= %][A-Za-z\d"/+&=]{12}$/),
)

/** Everywhere that a provider could put them. */
function exchangeWith(people: readonly Person[], name: string, key: string): RawExchange[] {
  const basic = Buffer.from(`${key}:x`).toString('base64')
  const cursor = Buffer.from(JSON.stringify({ after: people[0]?.last, mail: people[0]?.mailbox })).toString('base64')
  const mail = (one: Person) => `${one.mailbox}@northernworks.test`
  const rows = people.map((one, at) => ({
    id: String(1000 + at),
    firstName: one.first,
    lastName: one.last,
    displayName: `${one.first} ${one.last}`,
    status: 'Active',
    [name]: one.family,
    nested: { deep: [{ [name]: one.han, list: [one.first, one.last] }] },
    workEmail: mail(one),
    mobile: one.phone,
    sin: one.sin,
    socialInsurance: String(one.sin),
    dateOfBirth: one.born,
    payRate: `${one.salary} CAD`,
    amount: Number(one.salary),
    notes: one.note.join(' '),
    story: one.note.toReversed().join(' '),
    vouched: `${one.first.length} and ${key}`,
    bigInteger: BigInt(`${one.sin}00000000000`),
    photoUrl: `https://cdn.vendor.test/${one.mailbox}/photo.jpg?name=${encodeURIComponent(one.family)}`,
    self: `${ORIGIN}/people/${encodeURIComponent(mail(one))}?q=${encodeURIComponent(one.last)}&access=${encodeURIComponent(key)}`,
  }))
  const first = people[0]
  if (!first) return []
  return [
    {
      method: 'GET',
      url: `${ORIGIN}/v1/people?limit=5&api_key=${encodeURIComponent(key)}`,
      requestBody: undefined,
      status: 200,
      headers: [
        ['content-type', 'application/json'],
        ['set-cookie', `session=${key}`],
        ['x-debug', first.last],
        ['x-message', `${first.first} ${first.last} was here`],
        ['link', `<${ORIGIN}/v1/people?after=${encodeURIComponent(cursor)}&user=${first.mailbox}>; rel="next"`],
        ['location', `/v1/people/${first.mailbox}`],
      ],
      body: JSON.stringify({
        data: rows.map(({ bigInteger: _big, ...row }) => row),
        echoed: { authorization: `Basic ${basic}`, key, inside: `the key is ${key}` },
        byMail: Object.fromEntries(people.map((one) => [mail(one), { [one.first]: true }])),
        labels: { 'First name': first.first, 'Last name': first.last },
        meta: { total: people.length, page: { nextCursor: cursor } },
      }),
    },
    {
      method: 'POST',
      url: `${ORIGIN}/v1/people/${first.mailbox}/${first.first}-report?after=${encodeURIComponent(cursor)}&name=${first.last}`,
      requestBody: JSON.stringify({ filter: `name eq '${first.last}'`, sort: first.first, page: 1, sin: first.sin }),
      status: 200,
      headers: [['content-type', 'application/json']],
      body: `{"big": ${String(rows[0]?.bigInteger)}, "${name}": ${JSON.stringify(first.family)}}`,
    },
    {
      method: 'POST',
      url: 'https://login.vendor.test/token',
      requestBody: new URLSearchParams({
        grant_type: 'refresh_token',
        client_secret: key,
        user: first.mailbox,
      }).toString(),
      status: 400,
      headers: [['content-type', 'text/html']],
      body: `<p>${first.first}: ${key}</p>`,
    },
  ]
}

function options(secrets: unknown, key: string): ScrubOptions {
  return {
    secrets,
    identifiers: ['northernworks'],
    rules: { fields: { vouched: 'keep' }, headers: ['x-message'], dataKeys: ['byMail.*'] },
    key,
  }
}

/** Notations in which something could be found again; short ones are found in anything. */
function notations(text: string): string[] {
  const bytes = Buffer.from(text)
  const coded = [bytes.toString('base64').replace(/.?=*$/, '').slice(0, -2), bytes.toString('hex')]
  const plain = [text, text.toLowerCase(), encodeURIComponent(text), JSON.stringify(text).slice(1, -1)]
  return [...plain, ...coded.filter(({ length }) => length >= 8)]
}

function tellingOf(one: Person): string[] {
  const { first, last, family, han, mailbox, phone, sin, salary, note } = one
  return [first, last, family, han, mailbox, phone, phone.slice(3), String(sin), salary, note.join(' '), ...note]
}

describe('a scrubbed recording', () => {
  test('holds nothing of anybody, in no notation', () => {
    fc.assert(
      fc.property(
        fc.array(person, { minLength: 1, maxLength: 4 }),
        fieldName,
        secret,
        fc.uuid(),
        (people, name, key, seed) => {
          const raw = exchangeWith(people, name, key)
          const text = readable(scrubExchanges(raw, options({ apiKey: key }, seed)))
          const lower = text.toLowerCase()
          const found = [...people.flatMap(tellingOf), key, `${key}:x`, 'northernworks'].filter((value) =>
            notations(value).some((one) => text.includes(one) || lower.includes(one.toLowerCase())),
          )
          expect(found).toEqual([])
        },
      ),
      { numRuns: 200, endOnFailure: true },
    )
  })

  test('keeps its shape: the same fields, lists as long, texts where texts were and numbers where numbers were', () => {
    fc.assert(
      fc.property(
        fc.array(person, { minLength: 1, maxLength: 4 }),
        fieldName,
        secret,
        fc.uuid(),
        (people, name, key, seed) => {
          const raw = exchangeWith(people, name, key)
          const { exchanges } = scrubExchanges(raw, options({ apiKey: key }, seed))
          const rows = (body: unknown) => (body as { data: Record<string, unknown>[] }).data
          const before = rows(JSON.parse(raw[0]?.body ?? ''))
          const after = rows(exchanges[0]?.response.body)
          expect(after.map(shapeOf)).toEqual(before.map(shapeOf))
          for (const [at, row] of after.entries()) {
            expect(row).toMatchObject({ id: before[at]?.id, status: 'Active' })
            // The same word is the same word everywhere, so that what belongs together still does.
            expect(row.displayName).toBe(`${String(row.firstName)} ${String(row.lastName)}`)
            expect(row.dateOfBirth).toMatch(/^\d{4}-\d\d-\d\d$/)
            expect(row.dateOfBirth).not.toBe(before[at]?.dateOfBirth)
            expect(row.workEmail).toMatch(/^[a-z]+\.[a-z]+@example\.com$/)
            expect(row.payRate).toMatch(/^[1-9]\d{6}\.\d\d CAD$/)
          }
        },
      ),
      { numRuns: 50 },
    )
  })

  test('leads on: a cursor in an answer is the cursor of the next request', () => {
    fc.assert(
      fc.property(person, secret, fc.uuid(), (one, key, seed) => {
        const { exchanges } = scrubExchanges(exchangeWith([one], 'extra', key), options({ apiKey: key }, seed))
        const { meta } = exchanges[0]?.response.body as { meta: { page: { nextCursor: string } } }
        const query = new Map(exchanges[1]?.request.query)
        expect(query.get('after')).toBe(meta.page.nextCursor)
        const link = /<([^>]*)>/.exec(exchanges[0]?.response.headers.link ?? '')?.[1] ?? ''
        expect(new URL(link).searchParams.get('after')).toBe(meta.page.nextCursor)
      }),
      { numRuns: 50 },
    )
  })

  test('is another one with another key, and the same with the same', () => {
    fc.assert(
      fc.property(person, secret, (one, key) => {
        const make = (seed: string) => readable(scrubExchanges(exchangeWith([one], 'extra', key), options(key, seed)))
        expect(make('a')).toBe(make('a'))
        expect(make('a')).not.toBe(make('b'))
      }),
      { numRuns: 20 },
    )
  })
})

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, shapeOf(item)]))
}
