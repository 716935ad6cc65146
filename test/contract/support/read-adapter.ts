import { createIntegrations, createVault, memoryStore } from '@unioneyes/core'
import type { AnyAdapter, BaseIntegration, Clock, Deletion, Json, OAuthClient, ReadOptions } from '@unioneyes/core'

/** A connection to try an adapter with. */
export interface TrialConnection {
  readonly adapter: AnyAdapter
  readonly baseUrl: string
  readonly credentials: Readonly<Record<string, unknown>>
  readonly settings: Readonly<Record<string, Json>>
  readonly clock: Clock
  readonly oauthClient?: OAuthClient | undefined
}

/** A connected integration of an adapter, whatever its provider, as an app gets it. */
export async function connectAdapter(trial: TrialConnection): Promise<BaseIntegration> {
  const { adapter, credentials, settings, baseUrl, clock, oauthClient } = trial
  const { provider } = adapter
  const integrations = createIntegrations({
    adapters: [adapter],
    store: memoryStore({ clock }),
    vault: createVault({ keys: { trial: Buffer.alloc(32, 1) } }),
    clock,
    baseUrls: { [provider]: baseUrl },
    oauthClients: oauthClient ? { [provider]: oauthClient } : {},
  })
  await integrations.connections.save('org_1', provider, { credentials, settings })
  return integrations.get('org_1', provider)
}

/** What a read brought. */
export interface Reading {
  readonly ids: readonly string[]
  readonly deleted: readonly string[]
  /** Why rows could not be read. */
  readonly invalid: readonly string[]
  readonly cursor: Json | undefined
}

/** Reads an entity to its end. */
export async function readEntity(
  integration: BaseIntegration,
  entity: string,
  options: ReadOptions = {},
): Promise<Reading> {
  const ids: string[] = []
  const deleted: string[] = []
  const invalid: string[] = []
  let cursor: Json | undefined
  if (!integration.read) throw new Error(`${integration.provider} reads nothing.`)
  for await (const page of integration.read(entity, options)) {
    deleted.push(...(page.deleted ?? []).map((one: string | Deletion) => (typeof one === 'string' ? one : one.id)))
    ids.push(...(page.records ?? []).map(({ id }) => id))
    for (const { raw } of page.rows?.items ?? []) {
      const row = page.rows?.read(raw)
      if (row?.kind === 'record') ids.push(row.record.id)
      if (row?.kind === 'invalid') invalid.push(...row.issues)
    }
    cursor = page.cursor ?? cursor
  }
  return { ids, deleted, invalid, cursor }
}

/** Time that passes only by sleeping, and then at once. */
export function hurriedClock(start: number): Clock {
  let time = start
  return {
    now: () => time,
    sleep(ms) {
      time += ms
      return Promise.resolve()
    },
  }
}
