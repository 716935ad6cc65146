import { spawnSync } from 'node:child_process'
import { chmodSync, closeSync, mkdirSync, openSync, readFileSync, statSync, writeFileSync, writeSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { IntegrationErrorCode } from '@unioneyes/core'
import { IntegrationError } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { migratedStore, openStore, temporaryPath } from './given.ts'
import { commit, numbered, people, record } from './writes.ts'

const nobody = 65_534

async function expectRefusal(attempt: Promise<unknown>, code: IntegrationErrorCode, ...words: string[]): Promise<void> {
  const failure = await attempt.then(
    () => 'no error',
    (error: unknown) => error,
  )
  expect(String(failure)).toContain(words[0])
  for (const word of words) expect(String(failure)).toContain(word)
  expect(IntegrationError.is(failure, code)).toBe(true)
}

test('a file that is no database is refused and left as it is', async () => {
  const path = temporaryPath()
  const text = 'These are my notes, not a database. '.repeat(100)
  writeFileSync(path, text)
  await expectRefusal(openStore({ path }).migrate(), 'STORE_INVALID', path, 'no SQLite database', 'backup')
  expect(readFileSync(path, 'utf8')).toBe(text)
})

test('a damaged database is refused with what to do', async () => {
  const path = temporaryPath()
  const store = await migratedStore({ path })
  await store.pages.commitPage(commit({ upserts: numbered(2_000) }))
  await store.close()
  const file = openSync(path, 'r+')
  for (let page = 2; page < statSync(path).size / 16_384; page++)
    writeSync(file, Buffer.alloc(200, 0xff), 0, 200, page * 16_384)
  closeSync(file)
  const damaged = openStore({ path })
  await expectRefusal(damaged.records.list(people), 'STORE_INVALID', path, 'damaged', 'backup')
})

test('a directory in place of the file is named', async () => {
  const path = temporaryPath()
  mkdirSync(path)
  await expectRefusal(openStore({ path }).migrate(), 'STORE_INVALID', `${path} is a directory`)
})

test('a missing directory is named, and the store works as soon as it is there', async () => {
  const path = join(dirname(temporaryPath()), 'missing', 'store.db')
  const store = openStore({ path })
  await expectRefusal(store.migrate(), 'STORE_INVALID', `no directory ${dirname(path)}`, 'Create it')
  mkdirSync(dirname(path))
  expect(await store.migrate()).not.toEqual([])
})

test('a file that may not be written is refused with what to change', async () => {
  const path = temporaryPath()
  const store = await migratedStore({ path })
  await store.pages.commitPage(commit({ upserts: [record('a')] }))
  await store.close()
  chmodSync(dirname(path), 0o755)
  chmodSync(path, 0o444)
  const said = asUnprivileged(path)
  expect(said).toContain('STORE_INVALID')
  expect(said).toContain('write access')
})

test('a directory that may not be written is named', () => {
  const path = temporaryPath()
  chmodSync(dirname(path), 0o555)
  const said = asUnprivileged(path)
  chmodSync(dirname(path), 0o755)
  expect(said).toContain('STORE_INVALID')
  expect(said).toContain(`may not read and write ${dirname(path)}`)
})

/** What a write says in a process that file permissions apply to: they do not to the administrator. */
function asUnprivileged(path: string): string {
  const isAdministrator = process.getuid?.() === 0
  const child = spawnSync(
    process.execPath,
    ['--conditions=@unioneyes/source', join(import.meta.dirname, 'write-once.ts'), path],
    { encoding: 'utf8', ...(isAdministrator ? { uid: nobody, gid: nobody } : {}) },
  )
  return child.stdout + child.stderr
}
