import { hash } from 'node:crypto'
import { IntegrationError, IntegrationType } from '@unioneyes/core'
import type {
  AnyAdapter,
  BaseIntegration,
  HealthCheckResult,
  Json,
  Page,
  ReadOptions,
  RowResult,
} from '@unioneyes/core'
import { ACME_LIMIT, AcmeRequests, property } from './acme-requests.ts'
import type { AcmeAnswer } from './acme-requests.ts'
import { acmeWebhooks } from './acme-webhooks.ts'

/** A record of the invented provider, in the app's form. */
export interface Person {
  readonly id: string
  readonly firstName?: string | undefined
  readonly badge?: string | undefined
  readonly hiredOn?: string | undefined
  readonly seenAt?: string | undefined
}

/** Where a read stands: what a page token holds. */
export interface AcmePlace {
  readonly url: string
  /** The provider's time at the first request. */
  readonly began?: string | undefined
  /** The largest total that was stated. */
  readonly total?: number | undefined
}

type FetchOptions = Pick<ReadOptions, 'signal'>

const LOOKBACK_MS = 300_000

/**
 * A correct integration written by hand, in small steps: each broken one of the gallery is this class with one step done
 * wrong.
 */
export class AcmeIntegration extends AcmeRequests {
  async connect(): Promise<void> {
    this.connected = true
  }

  async disconnect(): Promise<void> {
    this.connected = false
  }

  async healthCheck(): Promise<HealthCheckResult> {
    try {
      await this.ask(this.urlOf('v2/me'), undefined)
      return { status: 'healthy', healthy: true }
    } catch (error) {
      return { status: this.healthAfter(error), healthy: false, lastError: String(error) }
    }
  }

  override read(entity: string, options: ReadOptions = {}): AsyncIterable<Page> {
    this.ensureConnected()
    if (entity === 'teams') return this.readTeams(options)
    if (entity !== 'people') throw this.refusal('UNSUPPORTED', `acme has no entity "${entity}".`)
    return this.walk(options.type === 'incremental' ? this.changesUrl(options.cursor) : this.peopleUrl(), options)
  }

  override async *fetch(entity: string, ids: readonly string[], { signal }: FetchOptions = {}): AsyncGenerator<Page> {
    if (entity !== 'people') throw this.refusal('UNSUPPORTED', `acme fetches no ${entity}.`)
    for (const id of ids) {
      this.stopIfCancelled(signal)
      try {
        const answer = await this.ask(this.urlOf(`v2/people/${encodeURIComponent(id)}`), signal)
        yield this.toRows({ ...answer, body: { people: [answer.body] } })
      } catch (error) {
        if (!IntegrationError.is(error) || error.status !== 404) throw error
        yield this.toDeleted(id)
      }
    }
  }

  toDeleted(id: string): Page {
    return { deleted: [id] }
  }

  // Where things are.

  peopleUrl(): string {
    return this.urlOf('v2/people')
  }

  changesUrl(cursor: Json | undefined): string {
    const since = new Date(this.sinceOf(cursor) - LOOKBACK_MS).toISOString()
    return this.urlOf(`v2/people/changes?since=${encodeURIComponent(since)}`)
  }

  sinceOf(cursor: Json | undefined): number {
    const since = typeof cursor === 'object' && cursor !== null && 'since' in cursor ? cursor.since : undefined
    const time = typeof since === 'string' ? Date.parse(since) : Number.NaN
    if (Number.isNaN(time))
      throw this.refusal('CURSOR_EXPIRED', 'The cursor is not one of acme: read everything again.')
    return time
  }

  toToken(place: AcmePlace): Json {
    return { url: place.url, began: place.began ?? null, total: place.total ?? null }
  }

  fromToken(token: Json): AcmePlace {
    const [url, began, total] = ['url', 'began', 'total'].map((name) => property(token, name))
    if (typeof url !== 'string') throw this.refusal('CURSOR_EXPIRED', 'The page token is not one of acme.')
    return {
      url,
      began: typeof began === 'string' ? began : undefined,
      total: typeof total === 'number' ? total : undefined,
    }
  }

  // How pages follow each other.

  async *walk(beginning: string, { pageToken, signal, memory }: ReadOptions): AsyncGenerator<Page> {
    let place: AcmePlace = pageToken === undefined ? { url: beginning } : this.fromToken(pageToken)
    const visited = new Set<string>()
    let restarted: string | undefined
    for (let restarts = 0; ;) {
      this.stopIfCancelled(signal)
      let answer: AcmeAnswer
      try {
        answer = await this.ask(place.url, signal)
      } catch (error) {
        const lost = place.url !== beginning && IntegrationError.is(error, 'CURSOR_EXPIRED')
        if (!lost || restarts === 3) throw error
        const end = this.whenLost(place)
        if (end) {
          yield end
          return
        }
        restarts += 1
        restarted = error.message
        place = { url: beginning }
        visited.clear()
        continue
      }
      const next = this.nextOf(answer)
      if (next !== undefined && this.isLoop(next, visited))
        throw this.refusal('RESPONSE_INVALID', 'acme goes in circles.')
      if (next !== undefined) visited.add(next)
      const after = { url: next ?? '', ...this.learned(place, answer) }
      const last = next === undefined
      const common = {
        fingerprint: memory && this.fingerprintOf(memory.mapping, answer),
        restarted,
        next: last ? undefined : this.toToken(after),
        cursor: this.cursorOf(after, last, answer),
      }
      restarted = undefined
      const remembered = common.fingerprint === undefined ? undefined : await memory?.recall(common.fingerprint)
      if (remembered) yield { ...common, remembered }
      else yield { ...common, ...this.toRows(answer), ...this.endOf(after, last, answer) }
      if (last) return
      place = after
    }
  }

  stopIfCancelled(signal: AbortSignal | undefined): void {
    if (signal?.aborted === true) throw this.refusal('CANCELLED', 'The read of acme was cancelled.')
  }

  /** What ends the read when the provider no longer knows the place; undefined begins again. */
  whenLost(_place: AcmePlace): Page | undefined {
    return undefined
  }

  nextOf(answer: AcmeAnswer): string | undefined {
    const next = property(answer.body, 'next')
    return typeof next === 'string' ? new URL(next, answer.url).href : undefined
  }

  isLoop(next: string, visited: ReadonlySet<string>): boolean {
    return visited.has(next)
  }

  learned(place: AcmePlace, answer: AcmeAnswer): Omit<AcmePlace, 'url'> {
    const total = property(answer.body, 'total')
    return {
      began: place.began ?? this.timeOf(answer),
      total: typeof total === 'number' ? Math.max(total, place.total ?? 0) : place.total,
    }
  }

  timeOf(answer: AcmeAnswer): string {
    return new Date(answer.headers.get('date') ?? '').toISOString()
  }

  cursorOf(place: AcmePlace, last: boolean, _answer: AcmeAnswer): Json | undefined {
    return last && place.began !== undefined ? { since: place.began } : undefined
  }

  endOf(place: AcmePlace, last: boolean, _answer: AcmeAnswer): Pick<Page, 'complete' | 'total'> {
    return last ? { complete: true, total: place.total } : {}
  }

  fingerprintOf(mapping: string, answer: AcmeAnswer): string {
    return hash('sha256', JSON.stringify([mapping, answer.url, answer.text]))
  }

  async *readTeams({ type, signal }: ReadOptions): AsyncGenerator<Page> {
    if (type === 'incremental') throw this.refusal('UNSUPPORTED', 'Teams of acme have no changes.')
    const { body } = await this.ask(this.urlOf('v2/teams'), signal)
    const items = this.listIn(body, 'teams')
    yield {
      rows: {
        items: items.map((raw) => ({ id: this.idOf(raw), raw })),
        read: (raw) => {
          const name = property(raw, 'name')
          const id = this.idOf(raw)
          if (id === undefined || typeof name !== 'string') return { kind: 'invalid', issues: ['name: expected text'] }
          return { kind: 'record', record: { id, name } }
        },
      },
      complete: true,
    }
  }

  // What rows become.

  toRows(answer: AcmeAnswer): Pick<Page, 'rows' | 'records'> {
    const items = this.itemsOf(answer).map((raw) => ({ id: this.idOf(raw), raw: this.keptOf(raw) }))
    return { rows: { items, read: (raw) => this.readRow(raw) } }
  }

  itemsOf(answer: AcmeAnswer): readonly unknown[] {
    return this.listIn(answer.body, 'people')
  }

  listIn(body: unknown, name: string): readonly unknown[] {
    const items = property(body, name)
    if (Array.isArray(items)) return items
    throw this.refusal('RESPONSE_INVALID', `The answer of acme has no ${name}.`)
  }

  idOf(raw: unknown): string | undefined {
    const id = property(raw, 'id')
    return typeof id === 'string' && id !== '' ? id : undefined
  }

  keptOf(raw: unknown): unknown {
    return raw
  }

  readRow(raw: unknown): RowResult<Person> {
    const id = this.idOf(raw)
    if (property(raw, 'gone') === true) return { kind: 'deleted' }
    const issues: string[] = id === undefined ? ['id: expected text'] : []
    const person = {
      id: id ?? '',
      firstName: this.textOf(raw, 'first_name', issues),
      badge: this.numberOf(raw, 'badge', issues),
      hiredOn: this.dayOf(this.textOf(raw, 'hired_on', issues)),
      seenAt: this.momentOf(this.textOf(raw, 'seen_at', issues)),
    }
    return issues.length > 0 ? { kind: 'invalid', issues } : { kind: 'record', record: person }
  }

  textOf(raw: unknown, name: string, issues: string[]): string | undefined {
    const value = property(raw, name)
    if (typeof value === 'string') return value
    if (value !== undefined && value !== null) issues.push(`${name}: expected text`)
    return undefined
  }

  numberOf(raw: unknown, name: string, issues: string[]): string | undefined {
    const value = property(raw, name)
    if (typeof value === 'bigint' || Number.isSafeInteger(value)) return String(value)
    if (value !== undefined && value !== null) issues.push(`${name}: expected a whole number`)
    return undefined
  }

  dayOf(text: string | undefined): string | undefined {
    return text
  }

  momentOf(text: string | undefined): string | undefined {
    if (text === undefined) return undefined
    const zoned = /(?:Z|[+-]\d\d:\d\d)$/.test(text) ? text : `${text}Z`
    return new Date(zoned).toISOString()
  }
}

/** The adapter of a class of integrations. */
export function acmeAdapter(create: () => BaseIntegration, over: Partial<AnyAdapter> = {}): AnyAdapter {
  return {
    specVersion: 'v1',
    provider: 'acme',
    name: 'Acme People',
    type: IntegrationType.HRIS,
    version: '2.1.0',
    capabilities: {
      supportsFullSync: true,
      supportsIncrementalSync: true,
      supportsWebhooks: true,
      supportsRealTime: false,
      supportedEntities: ['people', 'teams'],
      requiresOAuth: false,
    },
    rateLimit: ACME_LIMIT,
    entities: {
      people: { incremental: true, deletions: 'feed', fetchable: true },
      teams: { incremental: false, deletions: 'absence' },
    },
    webhooks: acmeWebhooks(),
    create,
    ...over,
  }
}
