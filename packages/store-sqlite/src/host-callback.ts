import type { DatabaseSync } from 'node:sqlite'
import type { PageChanges, PageCommit } from '@unioneyes/core'
import { IntegrationError } from '@unioneyes/core'
import { HostFailure } from './database.ts'
import type { Change } from './page-changes.ts'

/** The changes by kind, as results and `onPage` give them. */
export function toPageChanges(changes: readonly Change[]): PageChanges {
  const created: string[] = []
  const updated: string[] = []
  const deleted: string[] = []
  const ids = { created, updated, deleted }
  for (const { kind, id } of changes) ids[kind].push(id)
  return ids
}

/**
 * Calls the app inside the transaction.
 * @throws IntegrationError CONFIG_INVALID when it answers with a promise, which would still run after the commit.
 */
export function callOnPage(onPage: PageCommit<DatabaseSync>['onPage'], tx: DatabaseSync, changes: PageChanges): void {
  if (onPage === undefined) return
  let answer: unknown
  try {
    answer = onPage(tx, changes)
  } catch (error) {
    throw new HostFailure(error)
  }
  if (!isPromise(answer)) return
  // Its own failure has nowhere to go any more; what matters is the error below.
  answer.then(undefined, () => undefined)
  throw new IntegrationError(
    'CONFIG_INVALID',
    '`onPage` returned a promise, but a SQLite transaction is synchronous: nothing was written. Use `tx.prepare(…).run(…)` ' +
      'without `async`, or read `changes()` after the commit',
  )
}

function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function'
}
