import type { Store } from '@unioneyes/core'

type Namespace = 'audit' | 'budgets' | 'connections' | 'feed' | 'leases' | 'pages' | 'quarantine' | 'records' | 'runs'

/** A method of a store by its path: `pages.commitPage`, `now`. */
export type StoreCall =
  { [N in Namespace]: `${N}.${keyof Store[N] & string}` }[Namespace] | Exclude<keyof Store, Namespace>

/** A moment at which a {@link faultyStore} can be made to fail. */
export interface StoreMoment {
  readonly call: StoreCall
  /** `after` comes only when the call succeeded: what it wrote is written, and its caller does not know yet. */
  readonly phase: 'before' | 'after'
  /** Which call of this store it is, counted over all methods from 0. */
  readonly index: number
}

/**
 * Wraps a store so that a hook is awaited before and after every call. The hook may throw (the caller sees its error), wait,
 * or kill the process: faults come from outside, and the wrapped store knows nothing of them.
 */
export function faultyStore<Tx>(store: Store<Tx>, hook: (moment: StoreMoment) => void | Promise<void>): Store<Tx> {
  let calls = 0
  const around =
    <A extends readonly unknown[], R>(call: StoreCall, method: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      const index = calls++
      await hook({ call, phase: 'before', index })
      const result = await method(...given)
      await hook({ call, phase: 'after', index })
      return result
    }
  const { audit, budgets, connections, feed, leases, pages, quarantine, records, runs } = store
  return {
    audit: {
      append: around('audit.append', (...given) => audit.append(...given)),
      list: around('audit.list', (...given) => audit.list(...given)),
    },
    budgets: {
      blockedUntil: around('budgets.blockedUntil', (...given) => budgets.blockedUntil(...given)),
      block: around('budgets.block', (...given) => budgets.block(...given)),
    },
    connections: {
      get: around('connections.get', (...given) => connections.get(...given)),
      list: around('connections.list', (...given) => connections.list(...given)),
      save: around('connections.save', (...given) => connections.save(...given)),
      replaceCredentials: around('connections.replaceCredentials', (...given) =>
        connections.replaceCredentials(...given),
      ),
      setEnabled: around('connections.setEnabled', (...given) => connections.setEnabled(...given)),
      setStatus: around('connections.setStatus', (...given) => connections.setStatus(...given)),
    },
    feed: {
      read: around('feed.read', (...given) => feed.read(...given)),
      acknowledge: around('feed.acknowledge', (...given) => feed.acknowledge(...given)),
      position: around('feed.position', (...given) => feed.position(...given)),
      prune: around('feed.prune', (...given) => feed.prune(...given)),
    },
    leases: {
      acquire: around('leases.acquire', (...given) => leases.acquire(...given)),
      renew: around('leases.renew', (...given) => leases.renew(...given)),
      release: around('leases.release', (...given) => leases.release(...given)),
    },
    pages: {
      states: around('pages.states', (...given) => pages.states(...given)),
      idsBetween: around('pages.idsBetween', (...given) => pages.idsBetween(...given)),
      recall: around('pages.recall', (...given) => pages.recall(...given)),
      commitPage: around('pages.commitPage', (...given) => pages.commitPage(...given)),
      seen: around('pages.seen', (...given) => pages.seen(...given)),
      planSweep: around('pages.planSweep', (...given) => pages.planSweep(...given)),
      sweep: around('pages.sweep', (...given) => pages.sweep(...given)),
      dropMarks: around('pages.dropMarks', (...given) => pages.dropMarks(...given)),
    },
    quarantine: {
      list: around('quarantine.list', (...given) => quarantine.list(...given)),
      count: around('quarantine.count', (...given) => quarantine.count(...given)),
    },
    records: {
      get: around('records.get', (...given) => records.get(...given)),
      list: around('records.list', (...given) => records.list(...given)),
      count: around('records.count', (...given) => records.count(...given)),
    },
    runs: {
      create: around('runs.create', (...given) => runs.create(...given)),
      get: around('runs.get', (...given) => runs.get(...given)),
      find: around('runs.find', (...given) => runs.find(...given)),
      list: around('runs.list', (...given) => runs.list(...given)),
      move: around('runs.move', (...given) => runs.move(...given)),
      closeInterrupted: around('runs.closeInterrupted', (...given) => runs.closeInterrupted(...given)),
    },
    now: around('now', () => store.now()),
    migrate: around('migrate', () => store.migrate()),
    erase: around('erase', (...given) => store.erase(...given)),
    close: around('close', () => store.close()),
  }
}
