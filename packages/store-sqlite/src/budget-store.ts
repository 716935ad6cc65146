import type { BudgetStore, Clock } from '@unioneyes/core'
import { sql } from 'kysely'
import type { Database } from './database.ts'
import { connectionColumns } from './key-columns.ts'
import { queries } from './queries.ts'

/** What providers asked us to wait, in `integration_budgets`. */
export function sqliteBudgetStore(database: Database, clock: Clock): BudgetStore {
  return {
    async blockedUntil(key) {
      const query = queries
        .selectFrom('integration_budgets')
        .select('blocked_until')
        .where((row) => row.and(connectionColumns(key)))
        .where('blocked_at', '<=', clock.now())
      return (await database.read((statements) => statements.first(query)))?.blocked_until
    },

    async block(key, until) {
      const query = queries
        .insertInto('integration_budgets')
        .values({ ...connectionColumns(key), blocked_until: until, blocked_at: clock.now() })
        .onConflict((conflict) =>
          conflict.columns(['organization_id', 'provider', 'connection']).doUpdateSet({
            blocked_until: sql`iif(blocked_at <= excluded.blocked_at, max(blocked_until, excluded.blocked_until), excluded.blocked_until)`,
            blocked_at: sql`excluded.blocked_at`,
          }),
        )
      await database.write((statements) => statements.run(query))
    },
  }
}
