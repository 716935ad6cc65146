// Run as a process of its own: writes one budget into the store given as argument, and prints what came of it.
import { IntegrationError } from '@unioneyes/core'
import { sqliteStore } from '../src/index.ts'

const store = sqliteStore({ path: process.argv[2] ?? '' })
try {
  await store.migrate()
  await store.budgets.block({ organizationId: 'org_1', provider: 'acme', connection: 'default' }, 1)
  console.log('written')
} catch (error) {
  console.log(IntegrationError.is(error) ? `${error.code} ${error.message}` : error)
}
