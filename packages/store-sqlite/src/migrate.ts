import type { Clock, Logger } from '@unioneyes/core'
import { IntegrationError } from '@unioneyes/core'
import type { Database } from './database.ts'
import { migrations } from './migrations.ts'
import { queries } from './queries.ts'
import type { Statements } from './statements.ts'

/** Takes the steps of the schema that are missing, in one transaction. @returns their names. */
export async function migrate(database: Database, clock: Clock, logger: Logger): Promise<readonly string[]> {
  // Looked at first without the lock, so that starting up to date waits for nobody.
  const missing = await database.readSchema((sql) => missingSteps(sql, database.path))
  if (missing.length === 0) return []
  const taken = await database.writeSchema((sql) => {
    createMigrationTable(sql)
    // Again under the lock: another process may have taken them meanwhile.
    const steps = missingSteps(sql, database.path)
    for (const { name, statements } of steps) {
      for (const statement of statements) sql.run(statement)
      sql.run(queries.insertInto('integration_migrations').values({ name, taken_at: clock.now() }))
    }
    return steps.map(({ name }) => name)
  })
  if (taken.length > 0) logger.info({ steps: taken }, 'the database schema was brought up to date')
  return taken
}

/**
 * Refuses to work on a schema that this code does not know.
 * @throws IntegrationError CONFIG_INVALID when it is older, STORE_INVALID when it is newer.
 */
export function checkSchema(sql: Statements, path: string): void {
  const missing = missingSteps(sql, path)
  if (missing.length === 0) return
  throw new IntegrationError(
    'CONFIG_INVALID',
    `The database ${path} is not up to date: run \`await store.migrate()\` before using it`,
    { issues: missing.map(({ name }) => `missing step ${name}`) },
  )
}

function missingSteps(sql: Statements, path: string) {
  const taken = new Set(takenSteps(sql))
  const unknown = [...taken].filter((name) => !migrations.some((migration) => migration.name === name))
  if (unknown.length > 0) {
    throw new IntegrationError(
      'STORE_INVALID',
      `The database ${path} was made by a newer version of @unioneyes/store-sqlite (${unknown.join(', ')}): update the package`,
    )
  }
  return migrations.filter(({ name }) => !taken.has(name))
}

function takenSteps(sql: Statements): string[] {
  const found = sql
    .prepare("select 1 from sqlite_schema where type = 'table' and name = 'integration_migrations'")
    .first()
  if (found === undefined) return []
  return sql.all(queries.selectFrom('integration_migrations').select('name')).map(({ name }) => name)
}

function createMigrationTable(sql: Statements): void {
  sql.run(
    queries.schema
      .createTable('integration_migrations')
      .ifNotExists()
      .addColumn('name', 'text', (column) => column.primaryKey().notNull())
      .addColumn('taken_at', 'integer', (column) => column.notNull()),
  )
}
