import { IntegrationError } from '@unioneyes/core'
import type { BaseIntegration } from '@unioneyes/core'
import { pages } from '@unioneyes/adapter-kit'
import type { AnswerView, RefusalDetail } from '@unioneyes/adapter-kit'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { connected, idsOf, readAll, skippingClock } from './live.ts'
import { simpleAdapter, simpleApi, thing, thingRows } from './simple-adapter.ts'
import type { ApiVariation } from './simple-adapter.ts'
import { startServer } from './test-server.ts'
import type { Reply, TestServer } from './test-server.ts'

const refusal = z.object({ ok: z.literal(false), error: z.string() })
const statuses: Readonly<Record<string, number>> = { who: 401, forbidden: 403, gone: 404, slow: 429, broken: 500 }

/** A provider that answers 200 to everything and says in the body what it meant. */
function readError({ jsonOrNothing }: AnswerView): RefusalDetail | undefined {
  const { error } = refusal.safeParse(jsonOrNothing()).data ?? {}
  return error === undefined ? undefined : { status: statuses[error], message: error }
}

async function live(
  reply: (count: number) => Reply,
  variation: ApiVariation = {},
): Promise<{ server: TestServer; integration: BaseIntegration; sleeps: readonly number[] }> {
  const server = await startServer((_request, count) => reply(count))
  onTestFinished(() => server.close())
  const api = simpleApi({ errorsInSuccess: true, readError, retry: { attempts: 2 }, ...variation })
  const things = api.entity(thing).list({
    path: 'things',
    items: (body) => body.items,
    paginate: pages.single(),
    one: (id) => `things/${id}`,
    ...thingRows,
  })
  const clock = skippingClock()
  const integration = await connected(simpleAdapter(api, { things }), { baseUrl: server.url, clock })
  return { server, integration, sleeps: clock.sleeps }
}

const refused = (error: string): Reply => ({ json: { ok: false, error } })
const good: Reply = { json: { ok: true, items: [{ id: 'a' }] } }

test.each([
  ['who', 'AUTH_FAILED', 401],
  ['forbidden', 'PERMISSION_DENIED', 403],
  ['slow', 'RATE_LIMITED', 429],
  ['broken', 'PROVIDER_UNAVAILABLE', 500],
  ['whatever', 'REQUEST_REJECTED', 400],
])('a 200 that says "%s" is %s', async (word, code, status) => {
  const { integration } = await live(() => refused(word))
  const error: unknown = await readAll(integration, 'things').catch((reason: unknown) => reason)
  expect(error).toMatchObject({ code, status })
  expect(IntegrationError.is(error) && error.message).toContain(`answered 200 to GET /things ("${word}")`)
})

test('what only failed for the moment is asked again', async () => {
  const { integration, server } = await live((count) => (count === 1 ? refused('broken') : good))
  expect(idsOf(await readAll(integration, 'things'))).toEqual(['a'])
  expect(server.seen).toHaveLength(2)
})

test('the time to wait may stand in the refusal, or be known', async () => {
  const slowly = (answer: AnswerView): RefusalDetail | undefined => {
    const detail = readError(answer)
    return detail && { ...detail, retryAfterMs: 41_000 }
  }
  const first = await live((count) => (count === 1 ? refused('slow') : good), { readError: slowly })
  await readAll(first.integration, 'things')
  expect(first.sleeps).toEqual([41_000])
  const header = { ...refused('slow'), headers: { 'retry-after': '3' } }
  const second = await live((count) => (count === 1 ? header : good), { readError: slowly })
  await readAll(second.integration, 'things')
  expect(second.sleeps).toEqual([3000])
})

test('a record that the provider says it does not have is gone', async () => {
  const { integration } = await live(() => refused('gone'))
  const fetched = await Array.fromAsync(integration.fetch?.('things', ['a']) ?? [])
  expect(fetched).toMatchObject([{ deleted: ['a'] }])
})

test('without being told, nothing is looked for in an answer of success', async () => {
  const { integration } = await live(() => refused('who'), { errorsInSuccess: false })
  await expect(readAll(integration, 'things')).rejects.toMatchObject({ code: 'RESPONSE_INVALID' })
})

test('only a short answer is taken for a refusal, so a page of records is not read twice', async () => {
  let asked = 0
  const counting = (answer: AnswerView): RefusalDetail | undefined => {
    asked += 1
    return readError(answer)
  }
  const many = Array.from({ length: 4000 }, (_, index) => ({ id: `thing-${String(index)}` }))
  const { integration } = await live(() => ({ json: { ok: true, items: many } }), { readError: counting })
  expect(idsOf(await readAll(integration, 'things'))).toHaveLength(4000)
  expect(asked).toBe(0)
})

test('one record is found by more than a path, and inside its answer', async () => {
  const server = await startServer(({ url }) => {
    const id = url.searchParams.get('thing')
    return { json: id === 'gone' ? { ok: false, error: 'gone' } : { ok: true, thing: { id } } }
  })
  onTestFinished(() => server.close())
  const api = simpleApi({ errorsInSuccess: true, readError })
  const things = api.entity(thing).list({
    path: 'things',
    paginate: pages.single(),
    one: (id) => ({ path: 'things.info', query: { thing: id }, item: (body) => body.thing }),
    ...thingRows,
  })
  const integration = await connected(simpleAdapter(api, { things }), { baseUrl: server.url })
  const fetched = await Array.fromAsync(integration.fetch?.('things', ['a/b&c', 'gone']) ?? [])
  expect(idsOf(fetched)).toEqual(['a/b&c'])
  expect(fetched.map(({ deleted }) => deleted)).toEqual([[], ['gone']])
  expect(server.seen.map(({ target }) => target)).toEqual(['/things.info?thing=a%2Fb%26c', '/things.info?thing=gone'])
})
