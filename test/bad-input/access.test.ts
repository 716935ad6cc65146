import { DatabaseSync } from 'node:sqlite'
import { sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import { createVault, generateVaultKey, vaultFromEnvironment } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { connectionSettings as settings, openCompany } from './support/company.ts'
import { checkpoint, copyOf, expectEnd, expectHealthy, expectNoSecret, expectTruth, kept } from './support/look.ts'
import { openSynced } from './support/synced.ts'

const WRONG = 'f00df00df00df00df00df00df00df00df00df00d'

test('bad input: a wrong API key → AUTH_FAILED; kept: every record and the cursor, and the connection says it needs a new key', async () => {
  await using s = await openSynced()
  const { app, company } = s
  const before = checkpoint(company)
  const records = await copyOf(app)
  await app.integrations.connections.save('org_1', 'bamboohr', { credentials: { apiKey: WRONG }, settings })
  for (const type of ['full', 'incremental'] as const) {
    const run = await app.sync[type]('org_1', 'bamboohr')
    await expectEnd(app, run, {
      status: 'failed',
      code: 'AUTH_FAILED',
      says: [/answered 401 to GET \/api\/v1\/employees/, /save the connection again/],
    })
    expect(new Set(run.outcomes.map(({ error }) => error?.code))).toEqual(new Set(['AUTH_FAILED']))
    expect(JSON.stringify(run)).not.toContain(WRONG)
  }
  expect(await app.integrations.connections.get('org_1', 'bamboohr')).toMatchObject({ status: 'needs_reconnect' })
  expect(await copyOf(app)).toEqual(records)
  expect(checkpoint(company)).toEqual(before)

  await app.integrations.connections.save('org_1', 'bamboohr', { credentials: { apiKey: sandboxApiKey }, settings })
  await expectHealthy(company, app, 'incremental')
  expect(await app.integrations.connections.get('org_1', 'bamboohr')).toMatchObject({ status: 'active' })
})

test('bad input: a key revoked in the middle of a sync → AUTH_FAILED; kept: the pages before it, and the place to go on at', async () => {
  await using company = await openCompany()
  const app = await company.connect()
  company.atRequest(3, () => {
    company.sandbox.actions.revokeKey()
  })
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, run, {
    status: 'failed',
    code: 'AUTH_FAILED',
    says: [/answered 401 to GET \/api\/v1\/employees/, /save the connection again/],
  })
  expect(await kept(app)).toMatchObject({ employees: 20 })
  expect(checkpoint(company).listing).toMatchObject({ phase: 'list', runId: run.id })
  expect(await app.integrations.connections.get('org_1', 'bamboohr')).toMatchObject({ status: 'needs_reconnect' })

  company.sandbox.actions.acceptKey(sandboxApiKey)
  const resumed = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, resumed, { status: 'success' })
  expect(resumed).toMatchObject({ resumes: run.id, counters: { processed: 25, created: 25 } })
  expect(await app.integrations.connections.get('org_1', 'bamboohr')).toMatchObject({ status: 'active' })
  await expectHealthy(company, app)
})

test('bad input: plain credentials in the table → CONFIG_INVALID; kept: every record; nothing is sent and nothing repeats the credentials', async () => {
  await using s = await openSynced()
  const { company } = s
  // As an administrator would write them by hand.
  const database = new DatabaseSync(company.path)
  const read = database.prepare("select credentials from integration_configs where organization_id = 'org_1'")
  const sealed = String(read.get()?.credentials)
  const write = database.prepare("update integration_configs set credentials = ? where organization_id = 'org_1'")
  const insert = database.prepare(
    `insert into integration_configs (organization_id, type, provider, credentials, settings)
     values ('org_2', 'hris', 'bamboohr', ?, '{"subdomain":"acme"}')`,
  )
  insert.run(JSON.stringify({ apiKey: sandboxApiKey }))
  const app = company.open()
  const records = await copyOf(app)
  const asked = company.sandbox.requests.counters.total
  for (const credentials of [JSON.stringify({ apiKey: sandboxApiKey }), sandboxApiKey, '', '{}']) {
    write.run(credentials)
    const run = await app.sync.full('org_1', 'bamboohr')
    await expectEnd(app, run, {
      status: 'failed',
      code: 'CONFIG_INVALID',
      says: [/are not sealed/, /await vault\.seal\(/, /never plain values/],
    })
  }
  const other = await app.sync.full('org_2', 'bamboohr')
  await expectEnd(app, other, { status: 'failed', code: 'CONFIG_INVALID', says: [/are not sealed/] })
  expect(company.sandbox.requests.counters.total).toBe(asked)
  expect(await copyOf(app)).toEqual(records)

  write.run(sealed)
  database.close()
  await expectHealthy(company, app)
})

test('bad input: no vault key → CONFIG_INVALID; kept: everything, because nothing starts', async () => {
  const makes = /Make one with: node -e/
  const starts = [
    () => createVault({ keys: {} }),
    () => vaultFromEnvironment({}),
    () => vaultFromEnvironment({ INTEGRATIONS_VAULT_KEYS: '' }),
    () => createVault({ keys: { k1: 'too short' } }),
  ]
  for (const start of starts) {
    expect(start).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message: expect.stringMatching(makes) }))
  }
  await using s = await openSynced()
  const { company, app } = s
  await app.close()
  const before = checkpoint(company)
  expect(() => company.open({ vaultKeys: {} })).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }))
  expect(checkpoint(company)).toEqual(before)
  await expectHealthy(company, company.open(), 'incremental')
})

test('bad input: a wrong vault key → CONFIG_INVALID; kept: every record, and the sealed credentials as they were', async () => {
  await using s = await openSynced()
  const { company, app } = s
  const wrong = generateVaultKey()
  const sealed = (await app.store.connections.list({}))[0]?.credentials
  const records = await copyOf(app)
  const asked = company.sandbox.requests.counters.total
  for (const [vaultKeys, says] of [
    [{ k1: wrong }, [/do not open/, /Save the connection again/]],
    [{ k2: wrong }, [/sealed with key "k1", which this vault does not have/, /Add that key/]],
  ] as const) {
    const misled = company.open({ vaultKeys })
    const run = await misled.sync.full('org_1', 'bamboohr')
    await expectEnd(misled, run, { status: 'failed', code: 'CONFIG_INVALID', says })
    expectNoSecret(run)
    for (const key of [wrong, company.vaultKey]) expect(JSON.stringify(run)).not.toContain(key)
  }
  expect(company.sandbox.requests.counters.total).toBe(asked)
  expect(await copyOf(app)).toEqual(records)
  expect((await app.store.connections.list({}))[0]?.credentials).toBe(sealed)

  const right = company.open()
  await expectHealthy(company, right)
  await expectTruth(company, app)
})
