import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import { expect, test } from 'vitest'
import { connectionSettings, openCompany } from './support/company.ts'
import { expectedRecords } from '../../packages/adapter-bamboohr/test/expected-records.ts'
import { copyOf, expectEnd, expectHealthy, expectTruth, kept, recordsOf } from './support/look.ts'
import { openSynced } from './support/synced.ts'

/** Organizations that could be mistaken for each other, for SQL, for paths or for nobody. */
const HOSTILE = [
  'org',
  'ORG',
  'org ',
  'org/default',
  'o\'r"g',
  "'; drop table integration_records; --",
  "' or '1'='1",
  '%',
  '_rg',
  '*',
  'org\\',
  '../../escape',
  '..%2f..%2fescape',
  '/etc/escape',
  'é',
  'e\u0301',
  '\u202egro',
  '👷',
  '{"organizationId":"org"}',
  'null',
  'undefined',
  'constructor',
  '__proto__',
]

const NOTHING = { connections: 0, records: 0, runs: 0, feedEntries: 0, quarantined: 0, webhookEvents: 0 }

test('bad input: organization ids with quotes, wildcards, ../ and look-alikes → success; kept: each organization’s own records, apart; no file but the database', async () => {
  await using company = await openCompany({ people: 3, departments: 1 })
  const app = await company.connect({ organizationId: 'org' })
  const everything = Object.values(expectedRecords(company.sandbox.actions.truth())).flatMap((records) => [...records])
  const count = everything.length
  const before = { here: readdirSync('.'), folder: readdirSync(company.folder), passwd: readFileSync('/etc/passwd') }
  for (const [n, organizationId] of HOSTILE.entries()) {
    await app.integrations.connections.save(organizationId, 'bamboohr', {
      credentials: { apiKey: sandboxApiKey },
      settings: connectionSettings,
    })
    company.sandbox.actions.change('101', { firstName: `Owner ${String(n)}` })
    const run = await app.sync.full(organizationId, 'bamboohr')
    expect(run, organizationId).toMatchObject({ status: 'success', organizationId, counters: { created: count } })
    await expectTruth(company, app, { organizationId })
  }
  const expectEachItsOwn = async (organizations: readonly string[]): Promise<void> => {
    for (const organizationId of organizations) {
      const n = HOSTILE.indexOf(organizationId)
      const records = await recordsOf(app.store, 'employees', organizationId)
      expect(records.get('101'), organizationId).toMatchObject({ firstName: `Owner ${String(n)}` })
      const changes = []
      for await (const change of app.sync.changes(organizationId)) changes.push([change.organizationId, change.kind])
      expect(changes, organizationId).toEqual(Array.from({ length: count }, () => [organizationId, 'created']))
      const runs = await app.sync.history(organizationId)
      expect(runs.map((run) => run.organizationId)).toEqual([organizationId])
      const shown = await app.integrations.connections.list(organizationId)
      expect(shown.map((connection) => connection.organizationId)).toEqual([organizationId])
      const audited = await app.store.audit.list(organizationId)
      expect(new Set(audited.map((entry) => entry.organizationId))).toEqual(new Set([organizationId]))
    }
  }
  await expectEachItsOwn(HOSTILE)
  expect(readdirSync(company.folder)).toEqual(before.folder)
  expect(readdirSync('.')).toEqual(before.here)
  expect(readFileSync('/etc/passwd')).toEqual(before.passwd)
  for (const place of [company.folder, join(company.folder, '..', '..'), '/etc']) {
    expect(existsSync(join(place, 'escape'))).toBe(false)
  }

  // Erasing one leaves every other as it was.
  for (const [n, organizationId] of HOSTILE.entries()) {
    if (n % 2 === 1) continue
    expect(await app.store.erase({ organizationId })).toMatchObject({
      ...{ connections: 1, records: count, feedEntries: count },
    })
    const left = Object.values(await kept(app, organizationId))
    expect(left).toEqual(left.map(() => 0))
  }
  await expectEachItsOwn(HOSTILE.filter((_, n) => n % 2 === 1))
})

test('bad input: an organization id that is empty, blank, too long or no text → CONFIG_INVALID; kept: everything; nothing is stored or sent', async () => {
  await using s = await openSynced()
  const { company, app } = s
  const asked = company.sandbox.requests.counters.total
  const credentials = { apiKey: sandboxApiKey }
  const bad: unknown[] = ['', '   ', 'x'.repeat(256), 'a\0b', '\ud800', undefined, null, 7, {}, []]
  for (const organizationId of bad as string[]) {
    const refused = expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(/1 to 255/) })
    const saving = app.integrations.connections.save(organizationId, 'bamboohr', {
      credentials,
      settings: { subdomain: 'acme' },
    })
    await expect(saving).rejects.toEqual(refused)
    await expect(app.sync.full(organizationId, 'bamboohr')).rejects.toEqual(refused)
    // Nobody is not everybody.
    expect(await app.sync.history(organizationId).catch(() => [])).toEqual([])
    expect(await app.store.feed.read({ organizationId }).catch(() => [])).toEqual([])
    expect(await app.store.erase({ organizationId }).catch(() => NOTHING)).toEqual(NOTHING)
  }
  expect(await app.store.connections.list({})).toHaveLength(1)
  expect(company.sandbox.requests.counters.total).toBe(asked)
  await expectHealthy(company, app)
})

test('bad input: a subdomain such as evil.com/ → CONFIG_INVALID; kept: the connection as it was; nothing is sent', async () => {
  await using s = await openSynced()
  const { company, app } = s
  const asked = company.sandbox.requests.counters.total
  const before = await app.store.connections.list({})
  const records = await copyOf(app)
  const credentials = { apiKey: sandboxApiKey }
  for (const subdomain of [
    'evil.com/',
    'evil.com',
    'evil.com#',
    'evil.com?',
    'user@evil',
    'evil:443',
    '//evil.com',
    'a\\b',
    'a/../b',
    '..',
    '%65vil',
    'ｅvil',
    '-evil',
    '',
  ]) {
    const saving = app.integrations.connections.save('org_1', 'bamboohr', { credentials, settings: { subdomain } })
    await expect(saving, subdomain).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/settings for bamboohr do not fit: subdomain: .*Nothing was saved/),
    })
  }
  expect(await app.store.connections.list({})).toEqual(before)

  // Past the API, by hand: refused when it is loaded, before a host is asked.
  const [row] = before
  if (!row) throw new Error('There is no connection.')
  await app.store.connections.save({ ...row, settings: { subdomain: 'evil.com/' } })
  const direct = company.open({ baseUrl: undefined })
  const run = await direct.sync.full('org_1', 'bamboohr')
  await expectEnd(direct, run, {
    status: 'failed',
    code: 'CONFIG_INVALID',
    says: [/settings of the bamboohr connection "default" do not fit: subdomain: /, /Save the connection again/],
  })
  expect(await copyOf(direct)).toEqual(records)
  expect(company.sandbox.requests.counters.total).toBe(asked)

  await app.store.connections.save(row)
  await expectHealthy(company, company.open())
})
