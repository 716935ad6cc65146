import type { BudgetStore, Clock, ConnectionKey } from '@unioneyes/core'
import { sql } from 'kysely'
import type { Database } from './database.ts'
import { connectionColumns } from './key-columns.ts'
import { queries } from './queries.ts'
import { checkText } from './statements.ts'

/** What providers asked us to wait, in `integration_budgets`. */
export function sqliteBudgetStore(database: Database, clock: Clock): BudgetStore {
  return {
    async blockedUntil(key, scope) {
      const query = queries
        .selectFrom('integration_budgets')
        .select('blocked_until')
        .where((row) => row.and(scopeColumns(key, scope)))
        .where('blocked_at', '<=', clock.now())
      return (await database.read((statements) => statements.first(query)))?.blocked_until
    },

    async block(key, until, scope) {
      const query = queries
        .insertInto('integration_budgets')
        .values({ ...scopeColumns(key, scope), blocked_until: until, blocked_at: clock.now() })
        .onConflict((conflict) =>
          conflict.columns(['organization_id', 'provider', 'connection', 'scope']).doUpdateSet({
            blocked_until: sql`iif(blocked_at <= excluded.blocked_at, max(blocked_until, excluded.blocked_until), excluded.blocked_until)`,
            blocked_at: sql`excluded.blocked_at`,
          }),
        )
      await database.write((statements) => statements.run(query))
    },
  }
}

const scopeColumns = (key: ConnectionKey, scope = '') => ({ ...connectionColumns(key), scope: checkText(scope) })
