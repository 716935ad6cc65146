import {
  BaseIntegration,
  IntegrationError,
  IntegrationType,
  createIntegrations,
  createVault,
  generateVaultKey,
} from '@unioneyes/core'
import type {
  Adapter,
  Clock,
  EntityRecord,
  Integrations,
  Json,
  Page,
  ReadOptions,
  RowResult,
  Store,
  WireRow,
} from '@unioneyes/core'

/** A person as the scripted provider sends it. */
export interface WirePerson {
  id?: string
  name?: unknown
  version?: string
  gone?: boolean
}

/** A person as the app sees it. */
export interface Person extends EntityRecord {
  readonly name: string
}

/**
 * A provider in memory, for tests of the engine: people and teams in pages by offset, a change feed, a clock of its own, and
 * a hook before every answer in which a test changes, breaks or stops anything.
 */
export class ScriptedProvider {
  readonly data: Record<'people' | 'teams', Map<string, WirePerson>> = { people: new Map(), teams: new Map() }
  /** Rows sent as they are after the good ones: without id, of a wrong type. */
  odd: unknown[] = []
  log: { at: number; id: string; deleted: boolean; entity: string }[] = []
  time = 1_000
  pageSize = 3
  total: number | 'true' | undefined = 'true'
  complete = true
  /** Called before each answer; may throw, wait or change the data. */
  before: (request: ScriptedRequest) => Promise<void> | void = () => undefined
  requests: ScriptedRequest[] = []
  /** Page tokens the provider does not accept any more. */
  refused: ReadonlySet<string> = new Set()
  fingerprints = false
  /** A reader that does not listen to its signal. */
  deaf = false

  put(id: string, name: unknown = `Name ${id}`, entity: 'people' | 'teams' = 'people'): this {
    this.data[entity].set(id, { id, name })
    this.log.push({ at: (this.time += 1), id, deleted: false, entity })
    return this
  }

  fill(count: number, entity: 'people' | 'teams' = 'people'): this {
    for (let index = 0; index < count; index += 1) this.put(`p${String(index).padStart(4, '0')}`, undefined, entity)
    return this
  }

  remove(id: string, entity: 'people' | 'teams' = 'people'): this {
    this.data[entity].delete(id)
    this.log.push({ at: (this.time += 1), id, deleted: true, entity })
    return this
  }

  rows(entity: 'people' | 'teams'): unknown[] {
    const good = [...this.data[entity].values()].sort((a, b) => ((a.id ?? '') < (b.id ?? '') ? -1 : 1))
    return entity === 'people' ? [...good, ...this.odd] : good
  }
}

export interface ScriptedRequest {
  readonly organizationId: string
  readonly entity: string
  readonly type: string
  readonly token: number
  readonly n: number
}

type Entities = Readonly<Record<'people' | 'teams', Person>>

class ScriptedIntegration extends BaseIntegration {
  readonly #provider: (organizationId: string) => ScriptedProvider

  constructor(provider: (organizationId: string) => ScriptedProvider) {
    super(IntegrationType.HRIS, 'scripted', { supportedEntities: ['people', 'teams'], supportsIncrementalSync: true })
    this.#provider = provider
  }

  async connect(): Promise<void> {
    this.connected = true
    return Promise.resolve()
  }

  async disconnect(): Promise<void> {
    this.connected = false
    return Promise.resolve()
  }

  async healthCheck(): Promise<{ status: 'healthy' }> {
    return Promise.resolve({ status: 'healthy' })
  }

  async *read(entity: string, options: ReadOptions = {}): AsyncGenerator<Page<Person>> {
    const provider = this.#provider(this.config.organizationId)
    const name = entity === 'teams' ? 'teams' : 'people'
    if (options.type === 'incremental') yield* this.#changes(provider, name, options)
    else yield* this.#listing(provider, name, options)
  }

  async *#listing(
    provider: ScriptedProvider,
    entity: 'people' | 'teams',
    options: ReadOptions,
  ): AsyncGenerator<Page<Person>> {
    const resumed = placeOf(options.pageToken)
    let token = resumed?.offset ?? 0
    // What the provider's clock said at the first request of the listing, whichever process sent it.
    const since = resumed?.since ?? provider.time
    let restarted: string | undefined
    for (;;) {
      await this.#ask(provider, entity, options, token)
      if (provider.refused.has(String(token))) {
        provider.refused = new Set()
        restarted = 'the provider refused the page token'
        token = 0
        continue
      }
      const all = provider.rows(entity)
      const raw = all.slice(token, token + provider.pageSize)
      const end = token + provider.pageSize >= all.length
      const fingerprint = provider.fingerprints
        ? `${options.memory?.mapping ?? ''}/${String(token)}/${JSON.stringify(raw)}/${String(end)}`
        : undefined
      const remembered = fingerprint === undefined ? undefined : await options.memory?.recall(fingerprint)
      const next = end ? undefined : token + provider.pageSize
      yield {
        ...(remembered ? { remembered } : { rows: { items: raw.map(toRow), read: readPerson } }),
        fingerprint,
        next: next && { offset: next, since },
        rememberNext: next,
        cursor: end ? { since } : undefined,
        complete: end ? provider.complete : undefined,
        total: provider.total === 'true' ? all.length : provider.total,
        restarted,
        usage: { requests: 1, bytes: 100, waitedMs: 0 },
      }
      restarted = undefined
      if (next === undefined) return
      token = next
    }
  }

  async *#changes(
    provider: ScriptedProvider,
    entity: 'people' | 'teams',
    options: ReadOptions,
  ): AsyncGenerator<Page<Person>> {
    const since = sinceOf(options.cursor)
    const start = typeof options.pageToken === 'number' ? options.pageToken : 0
    for (let token = start; ; token += provider.pageSize) {
      await this.#ask(provider, entity, options, token)
      const changed = provider.log.filter((change) => change.at >= since && change.entity === entity)
      const latest = Math.max(since, ...changed.map((change) => change.at))
      const newest = new Map(changed.map((change) => [change.id, change]))
      const part = [...newest.values()].slice(token, token + provider.pageSize)
      const end = token + provider.pageSize >= newest.size
      const raw = part.flatMap((change) => (change.deleted ? [] : (provider.data[entity].get(change.id) ?? [])))
      yield {
        rows: { items: raw.map(toRow), read: readPerson },
        deleted: part.filter((change) => change.deleted).map((change) => change.id),
        next: end ? undefined : token + provider.pageSize,
        cursor: end ? { since: latest } : undefined,
        complete: end,
        usage: { requests: 1, bytes: 100, waitedMs: 0 },
      }
      if (end) return
    }
  }

  async #ask(provider: ScriptedProvider, entity: string, options: ReadOptions, token: number): Promise<void> {
    if (options.signal?.aborted === true && !provider.deaf)
      throw new IntegrationError('CANCELLED', 'The read was cancelled.')
    const request = {
      organizationId: this.config.organizationId,
      entity,
      type: options.type ?? 'full',
      token,
      n: provider.requests.length + 1,
    }
    provider.requests.push(request)
    await provider.before(request)
  }
}

function placeOf(token: Json | undefined): { offset: number; since: number } | undefined {
  if (typeof token !== 'object' || token === null || !('offset' in token) || !('since' in token)) return undefined
  return { offset: Number(token.offset), since: Number(token.since) }
}

function sinceOf(cursor: Json | undefined): number {
  return typeof cursor === 'object' && cursor !== null && 'since' in cursor && typeof cursor.since === 'number'
    ? cursor.since
    : 0
}

const isWire = (raw: unknown): raw is WirePerson => typeof raw === 'object' && raw !== null

function toRow(raw: unknown): WireRow {
  return { id: isWire(raw) ? raw.id : undefined, raw }
}

function readPerson(raw: unknown): RowResult<Person> {
  if (!isWire(raw) || typeof raw.id !== 'string') return { kind: 'invalid', issues: ['not an object'] }
  if (raw.gone === true) return { kind: 'deleted', version: raw.version }
  if (typeof raw.name !== 'string') return { kind: 'invalid', issues: ['name: expected text'] }
  return { kind: 'record', record: { id: raw.id, name: raw.name }, version: raw.version }
}

/** An adapter on scripted providers, one for each organization. */
export function scriptedAdapter(
  provider: ScriptedProvider | ((organizationId: string) => ScriptedProvider),
  version = '1.0.0',
): Adapter<'scripted', Entities> {
  const of = typeof provider === 'function' ? provider : () => provider
  const info = { incremental: true, deletions: 'feed' } as const
  return {
    specVersion: 'v1',
    provider: 'scripted',
    name: 'Scripted',
    type: IntegrationType.HRIS,
    version,
    capabilities: new ScriptedIntegration(of).capabilities,
    entities: { people: info, teams: info },
    create: () => new ScriptedIntegration(of),
  }
}

// One key, so that what one instance saved opens in the next, as in a real app.
const KEY = generateVaultKey()

/** Integrations over one scripted adapter, with the connection of `org_1` saved. */
export async function scriptedIntegrations(
  store: Store,
  provider: ScriptedProvider | ((organizationId: string) => ScriptedProvider),
  options: { clock?: Clock; version?: string; organizations?: readonly string[] } = {},
): Promise<Integrations<Adapter<'scripted', Entities>>> {
  const integrations = createIntegrations({
    adapters: [scriptedAdapter(provider, options.version)],
    store,
    vault: createVault({ keys: { k1: KEY } }),
    clock: options.clock,
  })
  for (const organizationId of options.organizations ?? ['org_1']) {
    await integrations.connections.save(organizationId, 'scripted', { credentials: {}, settings: {} })
  }
  return integrations
}
