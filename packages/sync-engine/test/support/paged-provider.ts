import { BaseIntegration, IntegrationType, createIntegrations, createVault, generateVaultKey } from '@unioneyes/core'
import type { Adapter, EntityKey, EntityRecord, Page, ReadOptions, Store } from '@unioneyes/core'
import { createSyncEngine } from '../../src/index.ts'
import type { SyncEngineOptions } from '../../src/index.ts'

/** A record of the paged provider. */
export interface Thing extends EntityRecord {
  readonly word: string
}

export const thing = (id: string, word = 'first'): Thing => ({ id, word })

/** Where the paged provider's things are stored. */
export const thingsKey: EntityKey = {
  organizationId: 'org_1',
  provider: 'paged',
  connection: 'default',
  entity: 'things',
}

const vaultKey = generateVaultKey()

/** A provider that answers with the given pages; `asked` is called before each. */
class PagedIntegration extends BaseIntegration {
  readonly #pages: () => readonly Page<Thing>[]
  readonly #asked: (page: number) => void

  constructor(pages: () => readonly Page<Thing>[], asked: (page: number) => void) {
    super(IntegrationType.HRIS, 'paged', { supportedEntities: ['things'], supportsIncrementalSync: true })
    this.#pages = pages
    this.#asked = asked
  }

  connect(): Promise<void> {
    return Promise.resolve()
  }

  disconnect(): Promise<void> {
    return Promise.resolve()
  }

  healthCheck(): Promise<{ status: 'healthy' }> {
    return Promise.resolve({ status: 'healthy' })
  }

  override async *read(_entity: string, options: ReadOptions = {}): AsyncGenerator<Page<Thing>> {
    const pages = this.#pages()
    const start = typeof options.pageToken === 'number' ? options.pageToken : 0
    for (const [index, page] of pages.entries()) {
      if (index < start) continue
      this.#asked(index)
      await Promise.resolve()
      const last = index === pages.length - 1
      yield { complete: last, ...page, next: last ? undefined : index + 1, cursor: last ? 'end' : undefined }
    }
  }
}

/** An engine on the paged provider; nothing is committed before `recordsPerCommit` or the end. */
export async function pagedEngine(
  store: Store,
  pages: () => readonly Page<Thing>[],
  options: Partial<SyncEngineOptions> & { readonly asked?: (page: number) => void } = {},
) {
  const { asked = () => undefined, ...settings } = options
  const adapter: Adapter<'paged', { things: Thing }> = {
    specVersion: 'v1',
    provider: 'paged',
    name: 'Paged',
    type: IntegrationType.HRIS,
    version: '1.0.0',
    capabilities: new PagedIntegration(pages, asked).capabilities,
    entities: { things: { incremental: true, deletions: 'feed' } },
    create: () => new PagedIntegration(pages, asked),
  }
  const integrations = createIntegrations({
    adapters: [adapter],
    store,
    vault: createVault({ keys: { k1: vaultKey } }),
    clock: settings.clock,
  })
  await integrations.connections.save('org_1', 'paged', { credentials: {}, settings: {} })
  return createSyncEngine({ gatherMs: 60_000, ...settings, integrations, store })
}

/** The words of what is stored, by id. */
export async function storedThings(store: Store): Promise<Record<string, string>> {
  const records = await store.records.list(thingsKey, { limit: 1_000_000 })
  return Object.fromEntries(records.map(({ id, data }) => [id, (JSON.parse(data) as Thing).word]))
}
