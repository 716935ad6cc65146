import { DatabaseSync } from 'node:sqlite'
import type { Clock, Logger } from '@unioneyes/core'
import { IntegrationError } from '@unioneyes/core'
import { checkSchema } from './migrate.ts'
import { closedError, explainError, isBusy, lockedError } from './sqlite-error.ts'
import { Statements } from './statements.ts'

/** What a {@link Database} needs to know. */
export interface DatabaseOptions {
  readonly path: string
  readonly clock: Clock
  readonly logger: Logger
  readonly lockWaitMs: number
  readonly maxPages: number | undefined
}

// SQLite's own wait for a lock blocks the event loop, so it is short; the long wait is ours and asynchronous.
const BUSY_TIMEOUT_MS = 20
const FIRST_DELAY_MS = 5
const LONGEST_DELAY_MS = 100

// Larger pages hold several records each: less than half the cost per record of the default 4096 (measured).
const PAGE_SIZE = 16_384
// 16 MiB of log between checkpoints, which then take some 13 ms. With fewer, ids in random order cost an eighth more:
// each commit touches most pages of the key, and each checkpoint copies them into the file once.
const CHECKPOINT_PAGES = 1000
const CACHE_KIB = 65_536

/** An error thrown by the app's own `onPage`, on its way out of a transaction unchanged. */
export class HostFailure extends Error {
  constructor(cause: unknown) {
    super('`onPage` failed', { cause })
  }
}

/**
 * One SQLite file, one handle. Every body it runs is synchronous, so nothing can be interleaved with a transaction;
 * waiting for other processes happens between attempts. Writes are carried out in the order of their calls.
 */
export class Database {
  readonly path: string
  readonly #options: DatabaseOptions
  #opened: Promise<Statements> | undefined
  #schemaKnown = false
  #closed = false
  #shut = false
  #lastWrite: Promise<unknown> = Promise.resolve()
  #lockWaitedMs = 0

  constructor(options: DatabaseOptions) {
    this.path = options.path
    this.#options = options
  }

  /** Runs a body that reads, all of it as of one moment. It may write temporary tables. */
  async read<T>(body: (sql: Statements) => T): Promise<T> {
    this.#refuseIfClosed()
    const sql = await this.#open()
    return this.#attempt(0, () => {
      this.#checkSchema(sql)
      return transaction(sql, 'begin', body)
    })
  }

  /** Runs a body in one transaction that is flushed to disk before this resolves, or changes nothing. */
  write<T>(body: (sql: Statements) => T): Promise<T> {
    return this.#inTurn((sql) => {
      this.#checkSchema(sql)
      return transaction(sql, 'begin immediate', body)
    })
  }

  /** As {@link Database.read}, before it is known whether the tables are there. */
  async readSchema<T>(body: (sql: Statements) => T): Promise<T> {
    this.#refuseIfClosed()
    const sql = await this.#open()
    return this.#attempt(0, () => transaction(sql, 'begin', body))
  }

  /** As {@link Database.write}, before it is known whether the tables are there. */
  writeSchema<T>(body: (sql: Statements) => T): Promise<T> {
    return this.#inTurn((sql) => transaction(sql, 'begin immediate', body))
  }

  /** Runs a body that writes through another handle on the same file, in turn with the writes of this one. */
  elsewhere<T>(body: () => Promise<T>): Promise<T> {
    this.#refuseIfClosed()
    const turn = this.#lastWrite.then(body)
    this.#lastWrite = turn.catch(() => undefined)
    return turn
  }

  /** Runs a body that must stand outside of a transaction, in turn with the writes. */
  maintain<T>(body: (sql: Statements) => T): Promise<T> {
    return this.#inTurn(body)
  }

  /**
   * Waits for the writes under way, empties the log into the file and closes it. Later calls reject.
   * @param closeOthers closes other handles of this process on the file, between the two.
   */
  async close(closeOthers?: () => Promise<void> | undefined): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#lastWrite
    await closeOthers?.()
    const handle = await this.#opened?.then(
      (sql) => sql.handle,
      () => undefined,
    )
    if (handle === undefined) return
    try {
      handle.exec('pragma wal_checkpoint(truncate)')
    } catch {
      // Everything is flushed in the log already; the next process to open the file goes on from there.
    }
    this.#shut = true
    handle.close()
  }

  async #inTurn<T>(body: (sql: Statements) => T): Promise<T> {
    this.#refuseIfClosed()
    const waitedBefore = this.#lockWaitedMs
    const turn = this.#lastWrite.then(async () => {
      const sql = await this.#open()
      return this.#attempt(
        this.#lockWaitedMs - waitedBefore,
        () => body(sql),
        (delayMs) => (this.#lockWaitedMs += delayMs),
      )
    })
    this.#lastWrite = turn.catch(() => undefined)
    return turn
  }

  async #attempt<T>(alreadyWaitedMs: number, body: () => T, onWait?: (delayMs: number) => void): Promise<T> {
    let waitedMs = alreadyWaitedMs
    for (let delayMs = FIRST_DELAY_MS; ; delayMs = Math.min(2 * delayMs, LONGEST_DELAY_MS)) {
      if (this.#shut) throw closedError(this.path)
      try {
        return body()
      } catch (error) {
        if (error instanceof HostFailure) throw error.cause
        if (!isBusy(error)) throw explainError(error, this.path)
        if (waitedMs >= this.#options.lockWaitMs) throw lockedError(this.path, waitedMs, error)
        this.#options.logger.debug({ waitedMs, delayMs }, 'waiting for another process to release the database')
        await this.#options.clock.sleep(delayMs)
        waitedMs += delayMs + BUSY_TIMEOUT_MS
        onWait?.(delayMs + BUSY_TIMEOUT_MS)
      }
    }
  }

  #refuseIfClosed(): void {
    if (this.#closed) throw closedError(this.path)
  }

  #checkSchema(sql: Statements): void {
    if (this.#schemaKnown) return
    checkSchema(sql, this.path)
    this.#schemaKnown = true
  }

  #open(): Promise<Statements> {
    this.#opened ??= this.#attempt(0, () => openFile(this.#options)).catch((error: unknown) => {
      // The next call tries again: the directory may exist by then.
      this.#opened = undefined
      throw error
    })
    return this.#opened
  }
}

function transaction<T>(sql: Statements, begin: 'begin' | 'begin immediate', body: (sql: Statements) => T): T {
  sql.handle.exec(begin)
  try {
    const result = body(sql)
    if (hasEnded(sql.handle)) {
      throw new IntegrationError(
        'CONFIG_INVALID',
        '`onPage` ended the transaction it was given: it may only read and write in it',
      )
    }
    sql.handle.exec('commit')
    return result
  } catch (error) {
    rollBack(sql.handle)
    throw error
  }
}

// The property is absent before Node.js 22.16, where COMMIT itself then fails.
function hasEnded(handle: { readonly isTransaction?: boolean }): boolean {
  return handle.isTransaction === false
}

function rollBack(handle: DatabaseSync): void {
  try {
    handle.exec('rollback')
  } catch {
    // After a full disk or an I/O error SQLite may have rolled back by itself, and then refuses this one.
  }
}

function openFile({ path, maxPages }: DatabaseOptions): Statements {
  const handle = new DatabaseSync(path)
  try {
    const sql = new Statements(handle)
    handle.exec(`pragma busy_timeout = ${BUSY_TIMEOUT_MS}; pragma foreign_keys = on`)
    // Has an effect only before the first table, that is, on a file this store makes.
    handle.exec(`pragma page_size = ${PAGE_SIZE}`)
    const mode = sql.prepare<{ journal_mode: string }>('pragma journal_mode = wal').first()?.journal_mode
    if (mode !== 'wal' && path !== ':memory:') {
      throw new IntegrationError(
        'STORE_INVALID',
        `The database ${path} cannot use a write-ahead log (its journal mode is ${mode ?? 'unknown'}): put it on a local disk`,
      )
    }
    handle.exec(
      `pragma synchronous = full; pragma cache_size = -${CACHE_KIB}; pragma wal_autocheckpoint = ${CHECKPOINT_PAGES}`,
    )
    // Zeros over what moves inside a page, at no cost in writes, so that an erasure need not look for old copies.
    handle.exec('pragma secure_delete = fast')
    if (maxPages !== undefined) handle.exec(`pragma max_page_count = ${maxPages}`)
    return sql
  } catch (error) {
    handle.close()
    throw error
  }
}
