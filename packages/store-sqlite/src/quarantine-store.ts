import type { ConnectionKey, QuarantineStore, QuarantinedRecord } from '@unioneyes/core'
import type { Selectable } from 'kysely'
import type { Database } from './database.ts'
import { fromJsonColumn } from './json-column.ts'
import { toEntityKey } from './key-columns.ts'
import { queries } from './queries.ts'
import { rowLimit } from './row-limit.ts'
import type { IntegrationEntities, IntegrationQuarantine } from './tables.ts'

type QuarantineRow = Pick<
  Selectable<IntegrationQuarantine>,
  'identified' | 'item' | 'reasons' | 'raw' | 'run_id' | 'first_seen_at' | 'last_seen_at'
> &
  Pick<IntegrationEntities, 'organization_id' | 'provider' | 'connection' | 'entity'>

/** Records in `integration_quarantine`, oldest first; 500 are listed when no limit is given. */
export function sqliteQuarantineStore(database: Database): QuarantineStore {
  return {
    async list(key, { limit } = {}) {
      const query = quarantined(key)
        .select(['identified', 'item', 'reasons', 'raw', 'run_id', 'first_seen_at', 'last_seen_at'])
        .select(['organization_id', 'provider', 'connection', 'entity'])
        .orderBy('first_seen_at')
        .orderBy('entity')
        .orderBy('identified')
        .orderBy('item')
        .limit(rowLimit(limit, 500))
      return (await database.read((sql) => sql.all(query))).map(toQuarantinedRecord)
    },

    count: (key) =>
      database.read((sql) => {
        const query = quarantined(key).select(({ fn }) => fn.countAll<number>().as('count'))
        return sql.first(query)?.count ?? 0
      }),
  }
}

function quarantined({
  organizationId,
  provider,
  connection,
  entity,
}: ConnectionKey & { readonly entity?: string | undefined }) {
  const query = queries
    .selectFrom('integration_quarantine')
    .innerJoin('integration_entities', 'integration_entities.stream', 'integration_quarantine.stream')
    .where('organization_id', '=', organizationId)
    .where('provider', '=', provider)
    .where('connection', '=', connection)
  return entity === undefined ? query : query.where('entity', '=', entity)
}

function toQuarantinedRecord(row: QuarantineRow): QuarantinedRecord {
  return {
    ...toEntityKey(row),
    id: row.identified === 1 ? row.item : undefined,
    // Written by `commitPage` and by nothing else.
    reasons: fromJsonColumn('integration_quarantine.reasons', row.reasons) as string[],
    raw: row.raw,
    runId: row.run_id ?? undefined,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
  }
}
