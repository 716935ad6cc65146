import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { storeChecks } from '@unioneyes/testkit'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { sqliteStore } from '../src/index.ts'

describe('the checks that every store must pass', () => {
  let directory = ''
  let stores = 0
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'store-sqlite-'))
  })
  afterAll(() => {
    rmSync(directory, { recursive: true })
  })

  const checks = storeChecks(async ({ clock }) => {
    const store = sqliteStore({ path: join(directory, `${String(++stores)}.db`), clock })
    await store.migrate()
    return store
  })
  for (const check of checks) test(check.name, check.run)
})
