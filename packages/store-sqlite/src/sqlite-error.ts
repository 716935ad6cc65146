import { accessSync, constants, statSync } from 'node:fs'
import { dirname } from 'node:path'
import { IntegrationError } from '@unioneyes/core'

// SQLite's primary result codes: https://www.sqlite.org/rescode.html
const BUSY = 5
const LOCKED = 6
const READONLY = 8
const IOERR = 10
const CORRUPT = 11
const FULL = 13
const CANTOPEN = 14
const NOTADB = 26

/** SQLite's primary result code of an error that `node:sqlite` threw, or undefined for any other value. */
export function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('errcode' in error) || typeof error.errcode !== 'number') return undefined
  return error.errcode & 0xff
}

/** Whether an error says that another connection holds the lock just now. */
export function isBusy(error: unknown): boolean {
  const code = sqliteCode(error)
  return code === BUSY || code === LOCKED
}

/** The error of a call that another process kept waiting for too long. */
export function lockedError(path: string, waitedMs: number, cause: unknown): IntegrationError {
  return new IntegrationError(
    'STORE_UNAVAILABLE',
    `Another process holds the database ${path}: gave up after waiting ${waitedMs} ms and wrote nothing. Try again, ` +
      'and look for a process that keeps a transaction open or was stopped in one',
    { cause },
  )
}

/** The error of a call to a store that was closed: this one will not come back. */
export function closedError(path: string): IntegrationError {
  return new IntegrationError('STORE_UNAVAILABLE', `The store on ${path} was closed`, { retryable: false })
}

/** An error as the caller should see it: what is wrong with the database file, and what to do. Others stay as they are. */
export function explainError(error: unknown, path: string): unknown {
  const detail = error instanceof Error ? error.message : ''
  switch (sqliteCode(error)) {
    case undefined:
      return error
    case FULL:
      return unavailable(
        `The database ${path} cannot grow: the disk is full or \`maxPages\` is reached. Nothing of this call was ` +
          'written and everything committed before is intact; free space or raise the limit, then try again',
        error,
      )
    case IOERR:
      return unavailable(
        `The disk failed while reading or writing the database ${path} (${detail}). Nothing of this call counts as ` +
          'written; check the disk, then try again',
        error,
      )
    case READONLY:
      return invalid(
        `The database ${path} cannot be written (${detail}): give this process write access to the file and to its ` +
          'directory, where SQLite keeps its -wal and -shm files',
        error,
      )
    case CORRUPT:
    case NOTADB:
      return invalid(
        `The file ${path} is damaged or is no SQLite database (${detail}). It was left as it is: put a backup in its ` +
          'place, or move it away and sync again',
        error,
      )
    case CANTOPEN:
      return explainUnopened(path, error)
    default:
      return invalid(
        `The database ${path} refused a statement (${detail}). If its tables were changed by hand, undo that; ` +
          'otherwise please report this as a bug',
        error,
      )
  }
}

function explainUnopened(path: string, cause: unknown): IntegrationError {
  const directory = dirname(path)
  const found = statSync(path, { throwIfNoEntry: false })
  if (found?.isDirectory() === true) return invalid(`${path} is a directory: name a file in it`, cause)
  if (statSync(directory, { throwIfNoEntry: false })?.isDirectory() !== true) {
    return invalid(`The database ${path} cannot be opened: there is no directory ${directory}. Create it first`, cause)
  }
  const blocked = found !== undefined && !isAccessible(path) ? path : isAccessible(directory) ? undefined : directory
  if (blocked !== undefined) {
    return invalid(`The database ${path} cannot be opened: this process may not read and write ${blocked}`, cause)
  }
  return unavailable(
    `The database ${path} cannot be opened. Check the open file limit and the disk, then try again`,
    cause,
  )
}

function isAccessible(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK)
    return true
  } catch {
    return false
  }
}

function unavailable(message: string, cause: unknown): IntegrationError {
  return new IntegrationError('STORE_UNAVAILABLE', message, { cause })
}

function invalid(message: string, cause: unknown): IntegrationError {
  return new IntegrationError('STORE_INVALID', message, { cause })
}
