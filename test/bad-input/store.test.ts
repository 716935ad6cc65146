import { spawn } from 'node:child_process'
import { chmodSync, closeSync, copyFileSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { once } from 'node:events'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from 'vitest'
import { openCompany } from './support/company.ts'
import type { TestCompany } from './support/company.ts'
import { checkpoint, copyOf, expectEnd, expectHealthy, expectNoSecret, expectTruth, kept } from './support/look.ts'
import { syncAsNobody } from './support/sync-as-nobody.ts'
import { openSynced } from './support/synced.ts'

/** How many pages the file has. */
function pagesOf(company: TestCompany): number {
  const database = new DatabaseSync(company.path)
  const pages = Number(database.prepare('pragma page_count').get()?.page_count)
  database.close()
  return pages
}

test('bad input: a disk that is full in the middle of a sync → STORE_UNAVAILABLE; kept: every page committed before, and the place to go on at', async () => {
  for (const room of [1, 3, 8]) {
    await using company = await openCompany({ people: 400 })
    await company.connect()
    const tight = company.open({ maxPages: pagesOf(company) + room })
    const run = await tight.sync.full('org_1', 'bamboohr', ['employees'])
    expect(run).toMatchObject({ status: 'failed', error: { code: 'STORE_UNAVAILABLE' } })
    expect(run.error?.message).toMatch(
      /cannot grow: the disk is full .*; free space or raise the limit, then try again/,
    )
    expectNoSecret(run, tight.lines)
    const { employees } = await kept(tight)
    expect(employees % 10).toBe(0)
    expect(employees).toBeLessThan(400)
    expect(employees).toBeGreaterThanOrEqual(room === 1 ? 0 : 20)
    await tight.close()

    const roomy = company.open()
    const resumed = await roomy.sync.full('org_1', 'bamboohr', ['employees'])
    await expectEnd(roomy, resumed, { status: 'success' })
    expect(resumed.counters).toMatchObject({ created: 400 - employees, processed: 400 - employees })
    await expectHealthy(company, roomy)
    const statuses = (await roomy.sync.history('org_1')).map(({ status }) => status)
    expect(statuses).toEqual(['success', 'success', 'failed'])
  }
})

test('bad input: a database locked by another process → STORE_UNAVAILABLE; kept: every record; nothing is sent', async () => {
  await using s = await openSynced()
  const { company } = s
  const records = await copyOf(s.app)
  const hold = `
    const { DatabaseSync } = require('node:sqlite')
    const database = new DatabaseSync(process.argv[1])
    database.exec('begin immediate')
    process.stdout.write('locked')
    process.stdin.resume().on('end', () => database.close())`
  const other = spawn(process.execPath, ['-e', hold, company.path], { stdio: ['pipe', 'pipe', 'inherit'] })
  await once(other.stdout, 'data')
  const asked = company.sandbox.requests.counters.total
  const app = company.open({ lockWaitMs: 300 })
  const refused = await app.sync.full('org_1', 'bamboohr').catch((error: unknown) => error)
  expect(refused).toMatchObject({
    code: 'STORE_UNAVAILABLE',
    message: expect.stringMatching(/Another process holds the database .*wrote nothing\. Try again/),
  })
  expectNoSecret(refused, app.lines)
  expect(await copyOf(app)).toEqual(records)
  expect(company.sandbox.requests.counters.total).toBe(asked)

  other.stdin.end()
  await once(other, 'exit')
  await expectHealthy(company, app)
})

test('bad input: a database that another process locks in the middle of a sync → STORE_UNAVAILABLE; kept: the pages before it, and the place to go on at', async () => {
  await using company = await openCompany()
  await (await company.connect()).close()
  const app = company.open({ lockWaitMs: 200 })
  const other = new DatabaseSync(company.path)
  company.atRequest(4, () => {
    other.exec('begin immediate')
  })
  const run = await app.sync.full('org_1', 'bamboohr', ['employees'])
  expect(run).toMatchObject({ status: 'failed', error: { code: 'STORE_UNAVAILABLE' } })
  expect(run.error?.message).toMatch(/Another process holds the database .*Try again/)
  expect(run.outcomes).toMatchObject([{ entity: 'employees', status: 'failed' }])
  expectNoSecret(run, app.lines)
  const { employees } = await kept(app)
  expect(employees).toBeGreaterThanOrEqual(10)
  expect(employees).toBeLessThanOrEqual(30)
  expect(checkpoint(company).listing).toMatchObject({ phase: 'list', runId: run.id })

  other.exec('rollback')
  other.close()
  // Neither the end of the run nor that of its lease could be written: the lease ends by itself.
  const early = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, early, { status: 'failed', code: 'LEASE_BUSY', says: [/try again then/] })
  company.clock.jump((early.error?.retryAt ?? 0) - company.clock.now())
  const resumed = await app.sync.full('org_1', 'bamboohr', ['employees'])
  await expectEnd(app, resumed, { status: 'success' })
  expect(resumed).toMatchObject({ resumes: run.id, counters: { processed: 45 - employees } })
  expect(await app.store.runs.get('org_1', run.id)).toMatchObject({ status: 'failed', error: { code: 'INTERRUPTED' } })
  await expectHealthy(company, app)
})

test('bad input: a database that may only be read → STORE_INVALID; kept: every record; nothing is sent', async () => {
  await using s = await openSynced()
  const { company, app } = s
  await app.close()
  chmodSync(company.folder, 0o755)
  chmodSync(company.path, 0o444)
  const before = readFileSync(company.path)
  const asked = company.sandbox.requests.counters.total
  const { path, vaultKey } = company
  const ended = syncAsNobody({ path, vaultKey, baseUrl: company.sandbox.url })
  expect(ended).toMatchObject({
    code: 'STORE_INVALID',
    message: expect.stringMatching(/write access|may not read and write/),
  })
  expectNoSecret(ended)
  expect(company.sandbox.requests.counters.total).toBe(asked)
  expect(readFileSync(company.path).equals(before)).toBe(true)

  chmodSync(company.path, 0o644)
  await expectHealthy(company, company.open())
})

test('bad input: a corrupt database → STORE_INVALID; kept: the file as it was; a backup in its place goes on', async () => {
  for (const from of [0.1, 0.6]) {
    await using company = await openCompany({ people: 300 })
    const app = await company.connect()
    await expectHealthy(company, app)
    await app.close()
    const backup = `${company.path}.backup`
    copyFileSync(company.path, backup)
    const pages = statSync(company.path).size / 16_384
    const file = openSync(company.path, 'r+')
    for (let page = Math.ceil(pages * from); page < pages; page += 1) {
      writeSync(file, Buffer.alloc(4_000, 0xff), 0, 4_000, page * 16_384)
    }
    closeSync(file)

    const broken = company.open()
    // Sooner or later it reads a broken page; what it wrote until then is for the waste basket.
    const ended = await broken.sync.full('org_1', 'bamboohr').then(
      (run) => run.error,
      (error: unknown) => error,
    )
    expect(ended).toMatchObject({
      code: 'STORE_INVALID',
      message: expect.stringMatching(/is damaged or is no SQLite database .*: put a backup in its place/),
    })
    expectNoSecret(ended, broken.lines)
    await broken.close()

    for (const suffix of ['-wal', '-shm']) writeFileSync(company.path + suffix, '')
    copyFileSync(backup, company.path)
    await expectHealthy(company, company.open())
  }
})

test('bad input: a file that is no database → STORE_INVALID; kept: the file, byte for byte', async () => {
  await using company = await openCompany()
  const text = 'Notes of somebody else, not a database.\n'.repeat(1_000)
  writeFileSync(company.path, text)
  const app = company.open()
  const refused = { code: 'STORE_INVALID', message: expect.stringMatching(/is no SQLite database .*: put a backup/) }
  await expect(app.store.migrate()).rejects.toMatchObject(refused)
  await expect(app.sync.full('org_1', 'bamboohr')).rejects.toMatchObject(refused)
  expect(readFileSync(company.path, 'utf8')).toBe(text)
})

test('bad input: a database made by a newer version → STORE_INVALID; kept: the file, byte for byte; nothing is sent', async () => {
  await using s = await openSynced()
  const { company } = s
  await s.app.close()
  const database = new DatabaseSync(company.path)
  database.exec("insert into integration_migrations (name, taken_at) values ('9999-from-the-future', 0)")
  database.exec('pragma wal_checkpoint(truncate)')
  database.close()
  const before = readFileSync(company.path)
  const asked = company.sandbox.requests.counters.total
  const app = company.open()
  const refused = {
    code: 'STORE_INVALID',
    message: expect.stringMatching(/newer version .*9999-from-the-future.*update the package/),
  }
  await expect(app.sync.full('org_1', 'bamboohr')).rejects.toMatchObject(refused)
  await expect(app.store.migrate()).rejects.toMatchObject(refused)
  await app.close()
  expect(readFileSync(company.path).equals(before)).toBe(true)
  expect(company.sandbox.requests.counters.total).toBe(asked)

  const newer = new DatabaseSync(company.path)
  newer.exec("delete from integration_migrations where name = '9999-from-the-future'")
  newer.close()
  await expectHealthy(company, company.open())
})

test('bad input: a database that was never migrated → CONFIG_INVALID; kept: nothing to keep; it says what to run', async () => {
  await using company = await openCompany()
  const app = company.open()
  const refused = { code: 'CONFIG_INVALID', message: expect.stringMatching(/run `await store\.migrate\(\)`/) }
  await expect(app.sync.full('org_1', 'bamboohr')).rejects.toMatchObject(refused)
  await expectHealthy(company, await company.connect())
  await expectTruth(company, app)
})
