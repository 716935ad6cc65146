import type { AuditLog } from '@unioneyes/core'
import type { Database } from './database.ts'
import { queries } from './queries.ts'
import { rowLimit } from './row-limit.ts'

/** The audit log in `integration_audit`; 500 entries are listed when no limit is given. */
export function sqliteAuditLog(database: Database): AuditLog {
  return {
    async append({ at, organizationId, actor, action, target, detail }) {
      const row = { at, organization_id: organizationId, actor, action, target, detail: detail ?? null }
      await database.write((sql) => sql.run(queries.insertInto('integration_audit').values(row)))
    },

    async list(organizationId, { limit } = {}) {
      const query = queries
        .selectFrom('integration_audit')
        .selectAll()
        .where('organization_id', '=', organizationId)
        .orderBy('id', 'desc')
        .limit(rowLimit(limit, 500))
      const rows = await database.read((sql) => sql.all(query))
      return rows.map(({ at, actor, action, target, detail }) => ({
        at,
        organizationId,
        actor,
        action,
        target,
        detail: detail ?? undefined,
      }))
    },
  }
}
