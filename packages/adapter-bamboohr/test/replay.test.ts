import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recordExchange, replayExchange } from '@unioneyes/testkit/replay'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bamboohr } from '../src/index.ts'
import { sandboxApiKey } from '../src/sandbox.ts'
import { readSome, recordingSettings, scrubRules } from './exchange.ts'
import type { Reading } from './exchange.ts'
import { connect, openSandbox } from './live.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'bamboohr-replay-'))
})
afterAll(() => rm(folder, { recursive: true }))

const settings = { subdomain: 'northernworks', leaveFrom: '2026-01-01', ...recordingSettings }

/** Records the sandbox, which is closed afterwards, so that a replay has nothing else to ask. */
async function record(file: string, listing: 'cursor' | 'datasets') {
  await using sandbox = await openSandbox({ people: 8 })
  const { url, actions } = sandbox
  const before = actions.truth()
  const { result, fixture } = await recordExchange(
    {
      file,
      provider: bamboohr.provider,
      adapterVersion: bamboohr.version,
      against: 'the sandbox',
      credentials: { apiKey: sandboxApiKey },
      identifiers: [settings.subdomain],
      rules: scrubRules,
      // Made-up words can be somebody's name by chance; with this key none is.
      key: 'a key of the test',
    },
    async () => {
      const integration = await connect({ baseUrl: url, settings: { ...settings, employeeListing: listing } })
      return readSome(integration, () => {
        const [first = '', second = ''] = actions.ids()
        actions.advance(60_000)
        actions.change(first, { firstName: 'Renée', mobilePhone: '+1 416 555 0199' })
        actions.remove(second)
      })
    },
  )
  return {
    result,
    fixture,
    people: [...before.employees, ...actions.truth().employees],
    text: await readFile(file, 'utf8'),
  }
}

async function replay(file: string, listing: 'cursor' | 'datasets'): Promise<Reading[]> {
  return replayExchange(file, async ({ origin }) =>
    readSome(await connect({ baseUrl: origin, settings: { ...settings, employeeListing: listing } })),
  )
}

for (const listing of ['cursor', 'datasets'] as const) {
  describe(`a recording of the sandbox, employees by ${listing}`, () => {
    test('gives the same records of the same shape, without the sandbox', async () => {
      const file = join(folder, `${listing}.json`)
      const { result } = await record(file, listing)
      expect(result.map(({ entity, type, ids }) => `${type} ${entity} ${ids.length > 0 ? 'some' : 'none'}`)).toEqual([
        'full employees some',
        'full departments some',
        'full positions some',
        'full leave some',
        'full payroll some',
        ...['employees', 'positions', 'leave', 'payroll'].map((entity) => `incremental ${entity} some`),
      ])
      expect(await replay(file, listing)).toEqual(result)
    })

    test('holds nobody, no secret and no address', async () => {
      const { text, people, fixture } = await record(join(folder, `${listing}-nobody.json`), listing)
      const private_ = /(?:name|mail|phone|birthdate|line1|city|zipcode|title)$/i
      const values = people.flatMap((person) =>
        Object.entries(person).flatMap(([name, value]) =>
          private_.test(name) && typeof value === 'string' ? [value] : [],
        ),
      )
      const told = [...new Set(values)].filter(({ length }) => length >= 4)
      expect(told.length).toBeGreaterThan(40)
      expect(told.filter((value) => text.includes(value))).toEqual([])
      for (const secret of [
        sandboxApiKey,
        Buffer.from(`${sandboxApiKey}:x`).toString('base64'),
        'northernworks',
        '127.0.0.1',
      ]) {
        expect(text).not.toContain(secret)
      }
      expect(fixture.scrubbed.kept).toEqual(expect.arrayContaining(['alias', 'status']))
    })

    test('is of a size that can be read', async () => {
      const { text } = await record(join(folder, `${listing}-size.json`), listing)
      expect(text.length).toBeLessThan(100_000)
      expect(JSON.parse(text)).toMatchObject({
        against: 'the sandbox',
        recorded: expect.stringMatching(/^\d{4}-\d\d$/) as string,
      })
    })
  })
}

test('a request that was not recorded is named, without its values', async () => {
  const file = join(folder, 'other.json')
  await record(file, 'cursor')
  await expect(replay(file, 'datasets')).rejects.toThrow(
    'The recorded exchange with bamboohr has no answer, or no further one, to POST /api/v2/datasets/employee/data?',
  )
})
