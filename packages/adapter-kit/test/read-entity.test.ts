import type { BaseIntegration, Json } from '@unioneyes/core'
import { IntegrationError } from '@unioneyes/core'
import { wireRows } from '@unioneyes/adapter-kit'
import type { ReadAbilities, ReadEntity } from '@unioneyes/adapter-kit'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connected, idsOf, readAll } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import type { SimpleSettings, Thing } from './simple-adapter.ts'
import { startServer } from './test-server.ts'

async function integrationOf(
  read: ReadEntity<Thing, SimpleSettings>,
  abilities?: ReadAbilities<Thing, SimpleSettings>,
): Promise<BaseIntegration> {
  const server = await startServer(({ url }) => ({ json: [{ id: url.searchParams.get('month'), name: 'n' }] }))
  onTestFinished(() => server.close())
  const api = simpleApi()
  return connected(simpleAdapter(api, { things: api.entity(thing).read(read, abilities) }), { baseUrl: server.url })
}

const months: ReadEntity<Thing, SimpleSettings> = async function* ({ http, token }) {
  for (let month = typeof token === 'number' ? token : 1; month <= 3; month += 1) {
    const records = await http.get('leave', { query: { month }, schema: z.array(thing) })
    yield { records, next: month + 1, cursor: month }
  }
}

test('a written reader yields records page by page and goes on at a token', async () => {
  const integration = await integrationOf(months)
  const whole = await readAll(integration, 'things')
  expect(idsOf(whole)).toEqual(['1', '2', '3'])
  expect(whole.map((page) => page.usage?.requests)).toEqual([1, 1, 1, 0])
  // It ended after naming a next page: an empty page says that this was the end, and where a later read starts.
  expect(whole.at(-1)).toMatchObject({ cursor: 3 })
  expect(whole.at(-1)?.next).toBeUndefined()
  const rest = await readAll(integration, 'things', { pageToken: whole[0]?.next })
  expect(idsOf(rest)).toEqual(['2', '3'])
})

test('it may give rows, which are read when needed', async () => {
  const toRows = wireRows<Thing, SimpleSettings, typeof thingRows.wire, { name: string | null | undefined }>(
    thing,
    thingRows,
  )
  const integration = await integrationOf(async function* ({ http, settings }) {
    const items = await http.get('leave', { query: { month: 5 }, schema: z.array(z.unknown()) })
    yield { rows: toRows([...items, { id: 'x', name: 7 }], settings), complete: true }
  })
  const [page] = await readAll(integration, 'things')
  expect(page?.rows?.items.map(({ raw }) => page.rows?.read(raw).kind)).toEqual(['record', 'invalid'])
  expect(page).toMatchObject({ complete: true })
})

test('changes are read only when it says it can', async () => {
  const cursors: (Json | undefined)[] = []
  const reader: ReadEntity<Thing, SimpleSettings> = async function* ({ cursor, type }) {
    cursors.push(cursor, type)
    yield await Promise.resolve({ records: [], cursor: 2 })
  }
  const options = { type: 'incremental', cursor: 1 } as const
  await expect(readAll(await integrationOf(reader), 'things', options)).rejects.toMatchObject({ code: 'UNSUPPORTED' })
  expect(await readAll(await integrationOf(reader, { incremental: true }), 'things', options)).toMatchObject([
    { cursor: 2 },
  ])
  expect(cursors).toEqual([1, 'incremental'])
})

test('a token that it no longer accepts makes it begin again', async () => {
  const integration = await integrationOf(async function* ({ token }) {
    if (token === 'old') throw new IntegrationError('CURSOR_EXPIRED', 'That month is closed.')
    yield await Promise.resolve({ records: [{ id: 'a' }], complete: true })
  })
  const read = await readAll(integration, 'things', { pageToken: { t: 'old' } })
  expect(read).toMatchObject([{ restarted: 'That month is closed.', complete: true }])
})

test('the provider’s own time is known from its first answer on', async () => {
  const dates: (string | undefined)[] = []
  const integration = await integrationOf(async function* ({ http, providerDate }) {
    dates.push(providerDate()?.toUTCString())
    await http.get('leave')
    dates.push(providerDate()?.toUTCString())
    yield { records: [], complete: true }
  })
  await readAll(integration, 'things')
  expect(dates).toEqual([undefined, expect.stringMatching(/GMT$/)])
  // The next read knows nothing of it.
  await readAll(integration, 'things')
  expect(dates[2]).toBeUndefined()
})
