import { IntegrationError } from '@unioneyes/core'
import { expect, test } from 'vitest'
import { handleOf, migratedStore } from './given.ts'
import { people } from './writes.ts'

const columns = 'organization_id, provider, type, credentials'
const values = "'org_1', 'acme', 'hris', 'sealed'"

test('a row inserted by hand is a connection: id, connection, status and the rest have defaults', async () => {
  const store = await migratedStore()
  const handle = await handleOf(store)
  handle.exec(`insert into integration_configs (${columns}) values (${values})`)
  const connection = await store.connections.get(people)
  expect(connection?.id).toMatch(/^[0-9a-f]{32}$/)
  expect(connection).toMatchObject({
    connection: 'default',
    credentials: 'sealed',
    settings: {},
    enabled: true,
    status: 'active',
  })
})

test('a row that cannot be understood is an error that names the row and what to correct', async () => {
  const wrong = {
    settings: ["'{ not json'", 'settings is not a JSON object'],
    ' settings': ["'[1]'", 'settings is not a JSON object'],
    status: ["'sleeping'", 'status is not one of active'],
  }
  for (const [column, [value = '', issue = '']] of Object.entries(wrong)) {
    const store = await migratedStore()
    const handle = await handleOf(store)
    handle.exec(`insert into integration_configs (id, ${columns}, ${column}) values ('row 7', ${values}, ${value})`)
    for (const attempt of [store.connections.get(people), store.connections.list({})]) {
      const failure = await attempt.catch((error: unknown) => error)
      expect(IntegrationError.is(failure, 'CONFIG_INVALID')).toBe(true)
      expect(String(failure)).toContain('row 7')
      expect(String(failure)).toContain(issue)
      expect(String(failure)).not.toContain('sealed')
    }
  }
})

test('two rows for one connection are impossible', async () => {
  const handle = await handleOf(await migratedStore())
  const insert = `insert into integration_configs (${columns}) values (${values})`
  handle.exec(insert)
  expect(() => {
    handle.exec(insert)
  }).toThrow(/UNIQUE/)
})

test('big integers in settings keep their digits', async () => {
  const store = await migratedStore()
  const handle = await handleOf(store)
  handle.exec(`insert into integration_configs (${columns}, settings) values (${values}, '{"realm":9007199254740993}')`)
  expect((await store.connections.get(people))?.settings).toEqual({ realm: 9007199254740993n })
})
