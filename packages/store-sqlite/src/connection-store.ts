import type { ConnectionStore, JsonObject, StoredConnection } from '@unioneyes/core'
import { ConnectionStatus, IntegrationError, IntegrationType, parseJsonText, toJsonText } from '@unioneyes/core'
import type { Selectable } from 'kysely'
import type { Database } from './database.ts'
import { connectionColumns, toConnectionKey } from './key-columns.ts'
import { queries } from './queries.ts'
import type { IntegrationConfigs } from './tables.ts'

const configs = queries.selectFrom('integration_configs').selectAll()

/** Connections in `integration_configs`. */
export function sqliteConnectionStore(database: Database): ConnectionStore {
  return {
    async get(key) {
      const row = await database.read((sql) => sql.first(configs.where((row) => row.and(connectionColumns(key)))))
      return row && toConnection(row)
    },

    async list({ organizationId, provider, type }) {
      let query = configs.orderBy('organization_id').orderBy('provider').orderBy('connection')
      if (organizationId !== undefined) query = query.where('organization_id', '=', organizationId)
      if (provider !== undefined) query = query.where('provider', '=', provider)
      if (type !== undefined) query = query.where('type', '=', type)
      return (await database.read((sql) => sql.all(query))).map(toConnection)
    },

    async save(input) {
      const content = {
        type: input.type,
        credentials: input.credentials,
        settings: toJsonText(input.settings),
        webhook_url: input.webhookUrl ?? null,
        enabled: input.enabled === false ? 0 : 1,
        status: ConnectionStatus.ACTIVE,
        status_reason: null,
      }
      const row = await database.write((sql) =>
        sql.first(
          queries
            .insertInto('integration_configs')
            .values({ ...connectionColumns(input), ...content })
            .onConflict((conflict) =>
              conflict.columns(['organization_id', 'provider', 'connection']).doUpdateSet(content),
            )
            .returningAll(),
        ),
      )
      if (row === undefined)
        throw new IntegrationError('STORE_INVALID', 'A trigger on integration_configs swallowed a connection')
      return toConnection(row)
    },

    replaceCredentials: (key, previous, next, standing) => {
      const query = queries
        .updateTable('integration_configs')
        .set({ credentials: next })
        .where((row) => row.and(connectionColumns(key)))
        .where('credentials', '=', previous)
      if (standing === undefined) return database.write((sql) => sql.run(query) === 1)
      const { status, reason = null } = standing
      // A disabled connection keeps its status: what was found out about its credentials does not switch it on.
      const withStanding = query.set((row) => ({
        status: row.case().when('enabled', '=', 0).then(row.ref('status')).else(status).end(),
        status_reason: row.case().when('enabled', '=', 0).then(row.ref('status_reason')).else(reason).end(),
      }))
      return database.write((sql) => sql.run(withStanding) === 1)
    },

    setEnabled: (key, enabled, reason) =>
      database.write(
        (sql) =>
          sql.run(
            queries
              .updateTable('integration_configs')
              .set({
                enabled: enabled ? 1 : 0,
                status: enabled ? ConnectionStatus.ACTIVE : ConnectionStatus.DISABLED,
                status_reason: reason ?? null,
              })
              .where((row) => row.and(connectionColumns(key))),
          ) === 1,
      ),

    async setStatus(key, status, reason) {
      await database.write((sql) =>
        sql.run(
          queries
            .updateTable('integration_configs')
            .set({ status, status_reason: reason ?? null })
            .where((row) => row.and(connectionColumns(key))),
        ),
      )
    },
  }
}

function toConnection(row: Selectable<IntegrationConfigs>): StoredConnection {
  return {
    ...toConnectionKey(row),
    id: row.id,
    type:
      oneOf(IntegrationType, row.type) ??
      refuse(row, `type is not one of ${Object.values(IntegrationType).join(', ')}`),
    credentials: row.credentials,
    settings: row.settings === null ? {} : (toSettings(row.settings) ?? refuse(row, 'settings is not a JSON object')),
    webhookUrl: row.webhook_url ?? undefined,
    enabled: row.enabled !== 0,
    status:
      oneOf(ConnectionStatus, row.status) ??
      refuse(row, `status is not one of ${Object.values(ConnectionStatus).join(', ')}`),
    statusReason: row.status_reason ?? undefined,
    lastSyncAt: row.last_sync_at ?? undefined,
  }
}

// Rows of this table are also written by hand, so each is checked.
function refuse(row: Selectable<IntegrationConfigs>, issue: string): never {
  const { id, organization_id: organizationId, provider, connection } = row
  throw new IntegrationError(
    'CONFIG_INVALID',
    `The row ${id} of integration_configs (organization ${organizationId}, ${provider}, ${connection}) cannot be used: ${issue}. Correct the row`,
    { provider, issues: [issue] },
  )
}

function toSettings(text: string): JsonObject | undefined {
  try {
    const value = parseJsonText(text)
    return isJsonObject(value) ? value : undefined
  } catch {
    return undefined
  }
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function oneOf<T extends string>(words: Readonly<Record<string, T>>, word: string): T | undefined {
  return Object.values(words).find((known) => known === word)
}
