import { defineSandbox, jsonResponse } from '../../src/index.ts'
import type { SandboxDefinition, SandboxRequest, SandboxResponse } from '../../src/index.ts'

/** Somebody at the invented company, in the words of the invented provider. */
export interface AcmeRow {
  readonly id: string
  readonly first_name: string
  readonly badge: number
  readonly hired_on: string
  readonly seen_at: string
  readonly updated_at: string
}

/** The state of one sandbox. */
export class AcmeState {
  now = Date.UTC(2026, 2, 1, 12)
  readonly keys = new Set([acmeKey])
  readonly people = new Map<string, AcmeRow>()
  readonly gone = new Map<string, number>()
  readonly teams = new Map<string, string>()
  #numbered = 1000

  addPerson(): string {
    this.#numbered += 1
    const id = `p${this.#numbered}`
    const seen_at = '2026-02-01T08:00:00Z'
    const updated_at = toSeconds(this.now)
    this.people.set(id, { id, first_name: 'Ada', badge: this.#numbered, hired_on: '2020-01-31', seen_at, updated_at })
    return id
  }

  changePerson(id: string, at = this.now): void {
    const row = this.people.get(id)
    if (!row) throw new Error(`There is no ${id}.`)
    this.people.set(id, { ...row, first_name: `${row.first_name}a`, updated_at: toSeconds(at) })
  }

  removePerson(id: string): void {
    this.people.delete(id)
    this.gone.set(id, this.now)
  }
}

/** The key that the sandbox lets in. */
export const acmeKey = 'acme-key/5f0c+9e71d2'

const MOST = 2

/** An invented provider: a listing by links, a feed of changes, and a short list. */
export function acmeSandbox(): SandboxDefinition<AcmeState, Record<string, never>> {
  return defineSandbox({
    provider: 'acme',
    createState: () => new AcmeState(),
    actions: () => ({}),
    authenticate: ({ headers }, state) =>
      state.keys.has(headers['x-acme-key'] ?? '') ? undefined : jsonResponse({ message: 'Who are you?' }, 401),
    dialect: {
      throttled: (retryAfter) =>
        jsonResponse({ message: 'Slow down.' }, 429, retryAfter === undefined ? {} : { 'retry-after': retryAfter }),
    },
    headers: (state) => ({ date: new Date(state.now).toUTCString() }),
    routes: [
      { method: 'GET', path: '/v2/people', cites: 'Acme People API 2.1, "List people"', handle: listPeople },
      {
        method: 'GET',
        path: '/v2/people/{id}',
        cites: 'Acme People API 2.1, "Person"',
        handle({ params }, { people }) {
          const row = people.get(params.id ?? '')
          return row ? jsonResponse(row) : jsonResponse({ message: 'Nobody.' }, 404)
        },
      },
      { method: 'GET', path: '/v2/people/changes', cites: 'Acme People API 2.1, "Changes"', handle: listChanges },
      {
        method: 'GET',
        path: '/v2/teams',
        cites: 'Acme People API 2.1, "Teams"',
        handle: (_request, { teams }) => jsonResponse({ teams: [...teams].map(([id, name]) => ({ id, name })) }),
      },
      {
        method: 'GET',
        path: '/v2/me',
        cites: 'Acme People API 2.1, "Me"',
        handle: () => jsonResponse({ name: 'Key' }),
      },
    ],
  })
}

// A page begins after the last person of the one before; when that person is gone, so is the place.
function listPeople(request: SandboxRequest, { people }: AcmeState): SandboxResponse {
  const rows = [...people.values()]
  const after = request.query.get('after')
  const at = after === null ? -1 : rows.findIndex(({ id }) => id === after)
  if (after !== null && at === -1) return jsonResponse({ message: 'The page is no longer known.' }, 410)
  const page = rows.slice(at + 1, at + 1 + MOST)
  const more = at + 1 + MOST < rows.length
  const next = more ? linkTo(request, { after: page.at(-1)?.id ?? '' }) : null
  return jsonResponse({ people: page, total: rows.length, next })
}

function listChanges(request: SandboxRequest, { people, gone }: AcmeState): SandboxResponse {
  const since = Date.parse(request.query.get('since') ?? '')
  if (Number.isNaN(since)) return jsonResponse({ message: 'since must be a time.' }, 400)
  const changed = [...people.values()].filter(({ updated_at }) => Date.parse(updated_at) >= since)
  const left = [...gone].filter(([, at]) => at >= since).map(([id]) => ({ id, gone: true }))
  const rows = [...changed, ...left]
  const from = Number(request.query.get('from') ?? 0)
  const page = rows.slice(from, from + MOST)
  const next = from + MOST < rows.length ? linkTo(request, { from: String(from + MOST) }) : null
  return jsonResponse({ people: page, next })
}

function linkTo({ origin, path, query }: SandboxRequest, place: Readonly<Record<string, string>>): string {
  return `${origin}${path}?${new URLSearchParams({ ...Object.fromEntries(query), ...place }).toString()}`
}

/** A time as the invented provider writes it. */
export const toSeconds = (time: number): string => `${new Date(time).toISOString().slice(0, 19)}Z`
