import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { recordExchange, replayExchange } from '../../src/replay.ts'
import type { RecordingOptions } from '../../src/replay.ts'
import { loadNock } from '../../src/replay/load-nock.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'testkit-replay-'))
})
afterAll(() => rm(folder, { recursive: true }))

let files = 0
function newFile(): string {
  files += 1
  return join(folder, `${files}.json`)
}

async function serve(listener: RequestListener) {
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function options(file: string, more: Partial<RecordingOptions> = {}): RecordingOptions {
  const about = { provider: 'trial', adapterVersion: '1.2.3', against: 'a server of the test' }
  return { file, ...about, credentials: { apiKey: 'k3y-0f-the-trial' }, now: () => Date.UTC(2026, 5, 17), ...more }
}

const PEOPLE = Array.from({ length: 7 }, (_, at) => ({
  id: at + 1,
  firstName: `Zoltan${'abcdefg'.charAt(at)}`,
  age: 41,
}))

/** Pages by a cursor that says, to whoever decodes it, who was last. */
const people: RequestListener = (request, response) => {
  const { searchParams } = new URL(request.url ?? '', 'http://server')
  const from = Number(
    Buffer.from(searchParams.get('after') ?? '', 'base64')
      .toString()
      .split('/')[0] ?? 0,
  )
  const page = PEOPLE.slice(from, from + 3)
  const end = from + page.length
  const next = Buffer.from(`${end}/${page.at(-1)?.firstName ?? ''}`).toString('base64')
  response.setHeader('content-type', 'application/json').setHeader('set-cookie', 'session=k3y-0f-the-trial')
  response.end(
    `{"people":${JSON.stringify(page)},"big":12345678901234567890,"next":${end < PEOPLE.length ? JSON.stringify(next) : 'null'}}`,
  )
}

/** As a stranger's client would walk. */
async function walk(origin: string): Promise<{ count: number; shapes: string[]; texts: string[] }> {
  const shapes = new Set<string>()
  const texts: string[] = []
  let count = 0
  for (let after: string | null = ''; after !== null;) {
    const query: string = after === '' ? '' : `&after=${encodeURIComponent(after)}`
    const answer = await fetch(`${origin}/people?limit=3${query}`, {
      headers: { authorization: 'Basic k3y-0f-the-trial' },
    })
    const text = await answer.text()
    texts.push(text)
    const body = JSON.parse(text) as { people: object[]; next: string | null }
    count += body.people.length
    for (const one of body.people)
      shapes.add(
        Object.entries(one)
          .map(([name, value]) => `${name} ${typeof value}`)
          .join(),
      )
    after = body.next
  }
  return { count, shapes: [...shapes], texts }
}

describe('a recording', () => {
  test('replays without the server: as many records of the same shape, long numbers to the last digit', async () => {
    const file = newFile()
    const recorded = await (async () => {
      await using server = await serve(people)
      return await recordExchange(options(file), () => walk(server.url))
    })()
    const { result, fixture } = recorded
    expect(result).toMatchObject({ count: 7, shapes: ['id number,firstName string,age number'] })
    expect(fixture).toMatchObject({
      ...{ format: 'unioneyes-exchange/1', provider: 'trial', adapterVersion: '1.2.3', recorded: '2026-06' },
      exchanges: [{ response: { headers: { 'content-type': 'application/json' } } }, {}, {}],
    })
    const replayed = await replayExchange(file, ({ origin }) => walk(origin))
    expect({ ...replayed, texts: [] }).toEqual({ ...result, texts: [] })
    // A number that nobody vouches for has other digits, and as many of them.
    expect(replayed.texts[0]).toMatch(/"big":[1-9]\d{19},/)
    const text = await readFile(file, 'utf8')
    for (const told of [
      'Zoltan',
      'k3y-0f',
      '127.0.0.1',
      'session',
      Buffer.from('7/Zoltan').toString('base64').slice(0, 8),
    ]) {
      expect(text).not.toContain(told)
    }
  })

  test('replays the body of a form, and JSON in a body, whatever their values', async () => {
    const file = newFile()
    const ask = async (origin: string, token: string, name: string): Promise<number[]> => {
      const form = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: token })
      const renewed = await fetch(`${origin}/token`, { method: 'POST', body: form })
      const headers = { 'content-type': 'application/json' }
      const body = JSON.stringify({ page: 1, filter: { name }, fields: ['a', 'b'] })
      return [renewed.status, (await fetch(`${origin}/search`, { method: 'POST', headers, body })).status]
    }
    await using server = await serve((_request, response) => response.writeHead(204).end())
    const { fixture } = await recordExchange(options(file), () => ask(server.url, 'r3fresh', 'Zoltan'))
    expect(fixture.exchanges.map(({ request }) => request.body)).toEqual([
      { grant_type: 'refresh_token', refresh_token: '*' },
      { page: 1, filter: { name: '*' }, fields: ['a', 'b'] },
    ])
    expect(await replayExchange(file, ({ origin }) => ask(origin, 'another', 'anybody'))).toEqual([204, 204])
  })

  test('is not written when the code fails, asks nothing, or is answered too much, and fetch is what it was', async () => {
    const before = globalThis.fetch
    await using server = await serve(people)
    const file = newFile()
    const get = () => fetch(`${server.url}/people`)
    await expect(
      recordExchange(options(file), () => get().then(() => Promise.reject(new Error('no')))),
    ).rejects.toThrow('no')
    await expect(recordExchange(options(file), () => Promise.resolve())).rejects.toThrow(
      'Nothing was asked through fetch',
    )
    await expect(recordExchange(options(file, { maxBytes: 100 }), get)).rejects.toThrow(
      'More than 100 bytes were answered',
    )
    const inside = () => recordExchange(options(newFile()), get)
    await expect(recordExchange(options(file), inside)).rejects.toThrow('Another recording is under way')
    expect(existsSync(file)).toBe(false)
    expect(globalThis.fetch).toBe(before)
  })

  test('is not written with a secret in it, wherever that hides', async () => {
    const file = newFile()
    await using server = await serve((_request, response) => response.end('{"id":8812345677}'))
    const record = recordExchange(options(file, { credentials: { pin: '8812345677' } }), () => fetch(server.url))
    await expect(record).rejects.toThrow('would still hold a secret')
    expect(existsSync(file)).toBe(false)
  })

  test('leaves the answer to the code that asked, and a refused connection what it was', async () => {
    await using server = await serve(people)
    const { result } = await recordExchange(options(newFile()), async () => {
      const error: unknown = await fetch('http://127.0.0.1:1/').catch((reason: unknown) => reason)
      return { text: await (await fetch(`${server.url}/people`)).text(), cause: (error as Error).cause }
    })
    expect(result.text).toContain('12345678901234567890')
    expect(result.cause).toMatchObject({ message: 'bad port' })
  })
})

describe('a replay', () => {
  async function recordedOnce(): Promise<string> {
    const file = newFile()
    await using server = await serve(people)
    await recordExchange(options(file), () => fetch(`${server.url}/people?limit=3&name=Zoltan`))
    return file
  }

  test('names a request that was not recorded, but not its values', async () => {
    const file = await recordedOnce()
    const ask = (path: string) => replayExchange(file, ({ origin }) => fetch(origin + path), { allowUnused: true })
    expect((await ask('/people?name=anybody&limit=3')).status).toBe(200)
    for (const path of [
      '/people?limit=3',
      '/people?limit=4&name=x',
      '/people?limit=3&name=x&more=secret',
      '/others?secret',
    ]) {
      const error: unknown = await ask(path).catch((reason: unknown) => reason)
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('no answer') as string })
      expect(String(error)).not.toMatch(/=x|=4|=secret/)
    }
    const twice = async (origin: string) => [
      await fetch(`${origin}/people?limit=3&name=`),
      await fetch(`${origin}/people?limit=3&name=`),
    ]
    await expect(replayExchange(file, ({ origin }) => twice(origin))).rejects.toThrow('no further one')
  })

  test('tells what was recorded and not asked for', async () => {
    const file = await recordedOnce()
    await expect(replayExchange(file, () => Promise.resolve())).rejects.toThrow(
      'holds 1 exchanges that were not asked for',
    )
    await expect(replayExchange(file, () => Promise.resolve('fine'), { allowUnused: true })).resolves.toBe('fine')
  })

  test('reaches no network, and afterwards it is there again', async () => {
    const file = await recordedOnce()
    let asked = 0
    await using server = await serve((request, response) => {
      asked += 1
      people(request, response)
    })
    const outside = replayExchange(file, () => fetch(`${server.url}/people`), { allowUnused: true })
    await expect(outside).rejects.toThrow('no answer, or no further one, to GET /people')
    expect(asked).toBe(0)
    expect((await fetch(`${server.url}/people`)).status).toBe(200)
  })

  test('gives the error of the code itself', async () => {
    const file = await recordedOnce()
    await expect(replayExchange(file, () => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
  })

  test('is refused for a file that is no recording, and inside another one', async () => {
    const file = newFile()
    for (const text of ['{}', 'not json', '{"format":"unioneyes-exchange/2","exchanges":[]}']) {
      await writeFile(file, text)
      await expect(replayExchange(file, () => Promise.resolve())).rejects.toThrow('is not a recorded exchange')
    }
    const recorded = await recordedOnce()
    const inside = replayExchange(recorded, () => replayExchange(recorded, () => Promise.resolve()))
    await expect(inside).rejects.toThrow('One replay at a time')
  })

  test('names the package that it needs', async () => {
    const missing = loadNock(() => Promise.reject(new Error("Cannot find package 'nock'")))
    await expect(missing).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'Replaying a recorded exchange needs the package nock: npm install --save-dev nock',
    })
  })
})
