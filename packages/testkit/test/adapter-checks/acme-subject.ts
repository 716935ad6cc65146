import type { AnyAdapter } from '@unioneyes/core'
import type { AdapterSubject, EntityHand, RunningSandbox } from '../../src/index.ts'
import { acmeKey, acmeSandbox } from './acme-sandbox.ts'
import type { AcmeState } from './acme-sandbox.ts'
import { acmeHand } from './acme-webhooks.ts'

type AcmeActions = Record<string, never>
type Hand = EntityHand<RunningSandbox<AcmeState, AcmeActions>>

const people: Hand = {
  listing: { method: 'GET', path: '/v2/people' },
  items: 'people',
  id: 'id',
  paging: { size: 2, total: true, nextLink: { body: 'next' } },
  fields: {
    text: { wire: 'first_name', record: 'firstName' },
    number: { wire: 'badge', record: 'badge' },
    day: { wire: 'hired_on', record: 'hiredOn' },
    moment: { wire: 'seen_at', record: 'seenAt' },
  },
  ids: ({ state }) => [...state.people.keys()],
  add: ({ state }) => state.addPerson(),
  change: ({ state }, id) => state.changePerson(id),
  remove: ({ state }, id) => state.removePerson(id),
  backdate: ({ state }, id, ms) => state.changePerson(id, state.now - ms),
  expected({ state }, id) {
    const row = state.people.get(id)
    return {
      id,
      firstName: row?.first_name,
      badge: String(row?.badge),
      hiredOn: row?.hired_on,
      seenAt: '2026-02-01T08:00:00.000Z',
    }
  },
}

const teams: Hand = {
  listing: { path: '/v2/teams' },
  items: 'teams',
  id: 'id',
  ids: ({ state }) => [...state.teams.keys()],
  add({ state }) {
    const id = `t${state.teams.size + 1}`
    state.teams.set(id, 'Team')
    return id
  },
  change: ({ state }, id) => void state.teams.set(id, `${state.teams.get(id) ?? ''} again`),
}

/** What the checks need to know of an adapter of the invented provider. */
export function acmeSubject(
  adapter: AnyAdapter,
  entities: readonly ('people' | 'teams')[] = ['people'],
): AdapterSubject<AcmeState, AcmeActions> {
  const hands = { people, teams }
  return {
    adapter,
    sandbox: acmeSandbox,
    credentials: { apiKey: acmeKey },
    wrongCredentials: { apiKey: 'acme-key/of-somebody-else' },
    otherCredentials({ state }) {
      const apiKey = 'acme-key/second-company'
      state.keys.clear()
      state.keys.add(apiKey)
      return { apiKey }
    },
    advance({ state }, ms) {
      state.now += ms
    },
    revoke: ({ state }) => state.keys.clear(),
    webhooks: acmeHand,
    entities: Object.fromEntries(entities.map((name) => [name, hands[name]])),
  }
}
