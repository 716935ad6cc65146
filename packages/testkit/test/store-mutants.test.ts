import { memoryStore, noCounters } from '@unioneyes/core'
import type { ConnectionKey, FeedEntry, PageCommit, Store } from '@unioneyes/core'
import { expect, test } from 'vitest'
import type { ManualClock } from '../src/manual-clock.ts'
import { people } from '../src/store-checks/examples.ts'
import { storeChecks } from '../src/store-checks/store-checks.ts'

/** A store that is wrong in one way, and a check that must notice. */
interface Mutant {
  readonly name: string
  readonly breaks: (store: Store, clock: ManualClock) => Partial<Store>
  readonly noticedBy: string
}

const mutants: readonly Mutant[] = [
  {
    name: 'records are read without regard to the organization',
    breaks: ({ records }) => ({
      records: {
        ...records,
        list: (key, query) => records.list({ ...key, organizationId: people.organizationId }, query),
      },
    }),
    noticedBy: 'tenancy: organizations with confusable names never see each other',
  },
  {
    name: 'a commit’s key is joined with colons',
    breaks: ({ pages }) => ({
      pages: {
        ...pages,
        commitPage: (commit) => pages.commitPage({ ...commit, key: { ...commit.key, ...joinedAndSplit(commit) } }),
      },
    }),
    noticedBy: 'tenancy: keys that read the same when joined are different keys',
  },
  {
    name: 'a saved connection keeps its old status',
    breaks: ({ connections }) => ({
      connections: {
        ...connections,
        async save(input) {
          const before = await connections.get(input)
          const saved = await connections.save(input)
          if (before !== undefined) await connections.setStatus(input, before.status, before.statusReason)
          return saved
        },
      },
    }),
    noticedBy: 'connections: saving again replaces everything but the id, and makes the connection active',
  },
  {
    name: 'credentials are compared and set in two steps',
    breaks: ({ connections }) => ({
      connections: {
        ...connections,
        async replaceCredentials(key, previous, next) {
          const stored = await connections.get(key)
          if (stored?.credentials !== previous) return false
          await connections.save({ ...stored, credentials: next })
          return true
        },
      },
    }),
    noticedBy: 'connections: of several replacements of the same credentials exactly one wins',
  },
  {
    name: 'a standing is set although the credentials are others by now',
    breaks: ({ connections }) => ({
      connections: {
        ...connections,
        async replaceCredentials(key, previous, next, standing) {
          if (standing) await connections.setStatus(key, standing.status, standing.reason)
          return connections.replaceCredentials(key, previous, next)
        },
      },
    }),
    noticedBy: 'connections: a standing comes with the credentials it belongs to, or not at all',
  },
  {
    name: 'any run may be moved from anywhere',
    breaks: ({ runs }) => ({
      runs: {
        ...runs,
        async move(organizationId, runId, status, patch) {
          return (
            (await runs.move(organizationId, runId, status, patch)) ||
            (await runs.get(organizationId, runId)) !== undefined
          )
        },
      },
    }),
    noticedBy: 'runs: only the allowed moves happen; a refused one changes nothing',
  },
  {
    name: 'runs are listed oldest first',
    breaks: ({ runs }) => ({ runs: { ...runs, list: async (filter) => (await runs.list(filter)).reverse() } }),
    noticedBy: 'runs: the newest stands first, and of runs started at the same moment the one created last',
  },
  {
    name: 'runs are never found interrupted',
    breaks: ({ runs }) => ({ runs: { ...runs, closeInterrupted: () => Promise.resolve([]) } }),
    noticedBy: 'runs: a running run without a lease is closed as failed with INTERRUPTED',
  },
  {
    name: 'a lease is given to whoever asks',
    breaks: ({ leases }) => ({
      leases: {
        ...leases,
        acquire: async (key, request) => {
          const answer = await leases.acquire(key, request)
          return 'heldBy' in answer ? leases.acquire(key, { ...request, runId: answer.heldBy }) : answer
        },
      },
    }),
    noticedBy: 'leases: of several runs that ask at the same time exactly one gets the lease',
  },
  {
    name: 'a commit does not check the fence',
    breaks: ({ leases, pages }) => ({
      pages: {
        ...pages,
        async commitPage(commit) {
          const lease = commit.lease && (await leases.acquire(commit.key, { runId: commit.lease.runId, ttlMs: 60_000 }))
          return pages.commitPage(lease === undefined || 'heldBy' in lease ? commit : { ...commit, lease })
        },
      },
    }),
    noticedBy: 'pages: a commit with an older fence throws LEASE_LOST and changes nothing at all',
  },
  {
    name: 'a late deletion of something unknown is forgotten',
    breaks: ({ pages }) => ({
      pages: {
        ...pages,
        async commitPage(commit) {
          const { states } = await pages.states(
            commit.key,
            commit.tombstones.map(({ id }) => id),
          )
          return pages.commitPage({ ...commit, tombstones: commit.tombstones.filter(({ id }) => states.has(id)) })
        },
      },
    }),
    noticedBy:
      'pages: a tombstone of an unknown id changes nothing for the app and keeps an older read from creating it',
  },
  {
    name: 'onPage is called when the commit is done',
    breaks: ({ pages }) => ({
      pages: {
        ...pages,
        async commitPage({ onPage, ...commit }) {
          const result = await pages.commitPage(commit)
          await onPage?.(undefined, result)
          return result
        },
      },
    }),
    noticedBy: 'pages: a throw in onPage leaves nothing changed, and the same commit then succeeds',
  },
  {
    name: 'ids are compared by their UTF-16 units',
    breaks: ({ pages }) => ({
      pages: {
        ...pages,
        async idsBetween(key, { from, below, after, limit = 5_000 }) {
          const all = [...(await pages.idsBetween(key, { from: '' }))].sort()
          const isInside = (id: string): boolean => id >= from && (below === undefined || id < below)
          return all.filter((id) => isInside(id) && (after === undefined || id > after)).slice(0, limit)
        },
      },
    }),
    noticedBy:
      'pages: the ids between two are those of live records from the one up to the other, in the order of code points',
  },
  {
    name: 'the next slice of ids begins with the last id of the one before',
    breaks: ({ pages }) => ({
      pages: {
        ...pages,
        idsBetween: (key, { after, ...query }) => pages.idsBetween(key, { ...query, from: after ?? query.from }),
      },
    }),
    noticedBy: 'pages: ids come in slices, each going on behind the one before, whatever is deleted meanwhile',
  },
  {
    name: 'ids are given without regard to the connection',
    breaks: ({ pages }) => ({
      pages: { ...pages, idsBetween: (key, query) => pages.idsBetween({ ...key, connection: 'default' }, query) },
    }),
    noticedBy: 'pages: the ids of another organization or connection are never among them',
  },
  {
    name: 'pages without records are not recalled',
    breaks: ({ pages }) => ({
      pages: {
        ...pages,
        async recall(key, fingerprint) {
          const page = await pages.recall(key, fingerprint)
          return page?.count === 0 ? undefined : page
        },
      },
    }),
    noticedBy:
      'pages: a mark without ids shows nothing, and is recalled with its token until its listing’s marks are dropped',
  },
  {
    name: 'versions are not looked at',
    breaks: onCommit((commit) => ({
      ...commit,
      upserts: commit.upserts.map((write) => ({ ...write, version: undefined })),
    })),
    noticedBy: 'versions: a lower version never replaces a higher one, however late it was read',
  },
  {
    name: 'every read counts as made just now',
    breaks: (store, clock) => onCommit((commit) => ({ ...commit, observedAt: clock.now() }))(store),
    noticedBy: 'versions: without versions an earlier observation never replaces a later one',
  },
  {
    name: 'a sync leaves no trace of when it looked',
    breaks: ({ pages }) => ({
      pages: {
        ...pages,
        commitPage: (commit) => pages.commitPage(commit.lease === undefined ? commit : { ...commit, observedAt: 0 }),
      },
    }),
    noticedBy:
      'versions: a webhook older than the latest sync page is stale, although the unchanged row is older still',
  },
  {
    name: 'a cursor of null is left out',
    breaks: onCommit((commit) => ({ ...commit, cursor: commit.cursor ?? undefined })),
    noticedBy: 'pages: the cursor is saved when present, JSON null included, and otherwise left',
  },
  {
    name: 'remembered pages join no listing',
    breaks: onCommit((commit) => ({ ...commit, remembered: [] })),
    noticedBy: 'sweeps: a remembered page moves to the new listing, where its ids count as seen',
  },
  {
    name: 'a sweep deletes whatever the listing did not show, however new',
    breaks: ({ pages }) => ({
      pages: {
        ...pages,
        sweep: (request) =>
          pages.sweep({ ...request, listing: { ...request.listing, startedAt: Number.MAX_SAFE_INTEGER } }),
      },
    }),
    noticedBy: 'sweeps: a record observed at or after the listing’s start stays, shown or not',
  },
  {
    name: 'a sweep has no limit',
    breaks: ({ pages }) => ({ pages: { ...pages, sweep: (request) => pages.sweep({ ...request, limit: 1_000 }) } }),
    noticedBy: 'sweeps: at most `limit` records go at a time, in the order of their ids, until fewer come back',
  },
  {
    name: 'a page is recalled for ever',
    breaks({ pages }) {
      const recalled = new Map<string, Awaited<ReturnType<typeof pages.recall>>>()
      return {
        pages: {
          ...pages,
          async recall(key, fingerprint) {
            const page = recalled.get(fingerprint) ?? (await pages.recall(key, fingerprint))
            recalled.set(fingerprint, page)
            return page
          },
        },
      }
    },
    noticedBy: 'recall: remembering a page that a webhook has written into meanwhile does not make it whole again',
  },
  {
    name: 'a page of records is shifted by one',
    breaks: ({ records }) => ({
      records: {
        ...records,
        list: async (key, query = {}) => {
          const limit = query.limit ?? 500
          const rows = await records.list(key, { ...query, limit: limit + 1 })
          return query.after === undefined ? rows.slice(0, limit) : rows.slice(1)
        },
      },
    }),
    noticedBy: 'records: pages of the list show every record once',
  },
  {
    name: 'positions of the feed are compared as text',
    breaks({ feed }) {
      const stands = new Map<string, string>()
      return {
        feed: {
          ...feed,
          async acknowledge(organizationId, consumer, position) {
            await feed.acknowledge(organizationId, consumer, position)
            if (position > (stands.get(consumer) ?? '')) stands.set(consumer, position)
          },
          position: (_organizationId, consumer) => Promise.resolve(stands.get(consumer)),
        },
      }
    },
    noticedBy: 'feed: a consumer stands where it acknowledged, and never moves backwards',
  },
  {
    name: 'an entry of the feed is shown twice at the edge of a page',
    breaks({ feed }) {
      let last: FeedEntry | undefined
      return {
        feed: {
          ...feed,
          async read(request) {
            const entries = await feed.read(request)
            const repeated = last !== undefined && last.position === request.after ? [last, ...entries] : entries
            last = entries.at(-1)
            return entries.length === 0 ? entries : repeated.slice(0, request.limit)
          },
        },
      }
    },
    noticedBy: 'feed: the limit cuts even inside one commit, without gap or repeat',
  },
  {
    name: 'pruning forgets the slow consumer',
    breaks({ feed }) {
      return {
        feed: {
          ...feed,
          acknowledge: (...given) => (given[1] === 'slow' ? Promise.resolve() : feed.acknowledge(...given)),
        },
      }
    },
    noticedBy: 'feed: pruning keeps what a registered consumer has not read',
  },
  {
    name: 'rows in quarantine are counted without regard to the entity',
    breaks: ({ quarantine }) => ({
      quarantine: { ...quarantine, count: (key) => quarantine.count({ ...key, entity: undefined }) },
    }),
    noticedBy: 'quarantine: list and count take a whole connection or one entity, and a limit',
  },
  {
    name: 'the latest block counts, not the longest',
    breaks() {
      const blocks = new Map<string, number>()
      const nameOf = ({ organizationId, provider, connection }: ConnectionKey, scope = ''): string =>
        JSON.stringify([organizationId, provider, connection, scope])
      return {
        budgets: {
          block: (key, until, scope) => {
            // Only the connection's: scopes have a check of their own.
            const before = scope === undefined || scope === '' ? 0 : (blocks.get(nameOf(key, scope)) ?? 0)
            return Promise.resolve(void blocks.set(nameOf(key, scope), Math.max(before, until)))
          },
          blockedUntil: (key, scope) => Promise.resolve(blocks.get(nameOf(key, scope))),
        },
      }
    },
    noticedBy: 'budgets: the later of two times counts, per connection',
  },
  {
    name: 'a wait for one scope holds up the whole connection',
    breaks: ({ budgets }) => ({
      budgets: {
        block: (key, until) => budgets.block(key, until),
        blockedUntil: (key) => budgets.blockedUntil(key),
      },
    }),
    noticedBy: 'budgets: a scope has a time of its own, and the connection is the scope without a name',
  },
  {
    name: 'the audit log is listed oldest first',
    breaks: ({ audit }) => ({
      audit: { ...audit, list: async (organizationId, query) => (await audit.list(organizationId, query)).reverse() },
    }),
    noticedBy: 'audit: entries are listed as they were appended, the newest first',
  },
  {
    name: 'an erasure leaves the leases',
    breaks: (store) => ({
      async erase(scope) {
        const report = await store.erase(scope)
        await store.leases.acquire(people, { runId: 'run_1', ttlMs: 60_000 })
        return report
      },
    }),
    noticedBy: 'erase: one connection goes with everything it had, and the report says so; the others stay',
  },
  {
    name: 'an erasure without a provider takes the whole organization, whatever connection it names',
    breaks: (store) => ({
      erase: ({ organizationId, provider, connection }) =>
        store.erase(provider === undefined ? { organizationId } : { organizationId, provider, connection }),
    }),
    noticedBy: 'erase: a connection name without a provider is refused, and nothing goes',
  },
  {
    name: 'counters that pages committed are lost when a run moves',
    breaks: ({ runs }) => ({
      runs: {
        ...runs,
        async get(organizationId, runId) {
          const run = await runs.get(organizationId, runId)
          return run?.status === 'success' ? { ...run, counters: noCounters } : run
        },
      },
    }),
    noticedBy: 'runs: counters grow with every commit, and a move keeps them',
  },
]

for (const { name, breaks, noticedBy } of mutants) {
  test(`it is noticed when ${name}`, async () => {
    const checks = storeChecks(({ clock }) => {
      const store = memoryStore({ clock })
      return { ...store, ...breaks(store, clock) }
    })
    const check = checks.find((candidate) => candidate.name === noticedBy)
    if (!check) throw new Error(`There is no check named "${noticedBy}".`)
    await expect(check.run()).rejects.toThrow()
  })
}

function onCommit(change: (commit: PageCommit) => PageCommit): (store: Store) => Partial<Store> {
  return ({ pages }) => ({ pages: { ...pages, commitPage: (commit) => pages.commitPage(change(commit)) } })
}

/** What becomes of a key that is written with separators and read back. */
function joinedAndSplit({ key }: PageCommit): { organizationId: string; provider: string; connection: string } {
  const [organizationId = '', provider = '', connection = ''] = [key.organizationId, key.provider, key.connection]
    .join(':')
    .split(':')
  return { organizationId, provider, connection }
}
