import { createIntegrations, createVault, memoryStore, systemClock } from '@unioneyes/core'
import type { Clock, CredentialsOf, Store } from '@unioneyes/core'
import { createSyncEngine } from '@unioneyes/sync-engine'
import { slack } from '../src/index.ts'
import { sandboxBotToken, sandboxClient, sandboxTeamId } from '../src/sandbox.ts'
import type { SlackActions } from '../src/sandbox.ts'
import { expectedMessage, expectedMessageId } from './expected-message.ts'
import { sleeper } from './live.ts'

/** What an app is made from. */
export interface AppOptions {
  readonly url: string
  readonly settings?: Readonly<Record<string, unknown>> | undefined
  readonly credentials?: CredentialsOf<typeof slack> | undefined
  /** Whose waits the requests sit out. @default nobody waits for real */
  readonly clock?: Clock | undefined
  readonly maxWaitMs?: number | undefined
  readonly store?: ((store: Store) => Store) | undefined
}

type EntityName = 'channels' | 'messages' | 'users' | 'files'

/** An app with one connection to Slack, which keeps what it reads in memory. */
export async function openApp(options: AppOptions) {
  const { url, settings, credentials = { accessToken: sandboxBotToken }, clock = sleeper(), maxWaitMs } = options
  const memory: Store = memoryStore({ clock })
  const store = options.store?.(memory) ?? memory
  const integrations = createIntegrations({
    adapters: [slack],
    store,
    vault: createVault({ keys: { k1: Buffer.alloc(32, 1) } }),
    clock,
    maxWaitMs,
    baseUrls: { slack: url },
    oauthClients: { slack: sandboxClient },
  })
  await integrations.connections.save('org_1', 'slack', {
    credentials,
    settings: { teamId: sandboxTeamId, ...settings },
  })
  const sync = createSyncEngine({ integrations, store, clock: systemClock, recordsPerCommit: 1, readAhead: 1 })
  return {
    sync,
    store: memory,
    connection: () => integrations.connections.get('org_1', 'slack'),
    check: () => integrations.connections.check('org_1', 'slack'),
    integration: () => integrations.get('org_1', 'slack'),
    full: (entity: EntityName) => sync.full('org_1', 'slack', [entity]),
    incremental: (entity: EntityName) => sync.incremental('org_1', 'slack', [entity]),
    /** What is kept of an entity, by id. */
    async kept(entity: EntityName): Promise<Map<string, unknown>> {
      const records = await Array.fromAsync(integrations.records('org_1', 'slack', entity))
      return new Map(records.map((record) => [record.id, record] as const).sort())
    },
    close: () => integrations.close(),
  }
}

/** What a complete copy of the messages must hold: of the channels that the bot is in, direct messages aside. */
export function expectedMessages(actions: SlackActions): Map<string, unknown> {
  const { channels, messages } = actions.truth()
  const read = channels.filter(({ is_im, is_mpim, is_member }) => !is_im && !is_mpim && is_member)
  const all = read.flatMap(({ id }) =>
    (messages[String(id)] ?? []).map(
      (wire) => [expectedMessageId(String(id), wire), expectedMessage(String(id), wire)] as const,
    ),
  )
  return new Map(all.sort())
}
