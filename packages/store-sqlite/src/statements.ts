import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite'
import { IntegrationError } from '@unioneyes/core'
import type { Compilable } from 'kysely'

/** A prepared statement whose rows have the shape `Row`. */
export class Statement<Row> {
  readonly #statement: StatementSync

  constructor(statement: StatementSync) {
    this.#statement = statement
  }

  all(...parameters: readonly SQLInputValue[]): Row[] {
    // SQLite answers with the columns that the statement names; this is the one place that trusts the SQL's author.
    return this.#statement.all(...parameters) as Row[]
  }

  first(...parameters: readonly SQLInputValue[]): Row | undefined {
    return this.#statement.get(...parameters) as Row | undefined
  }

  iterate(...parameters: readonly SQLInputValue[]): Iterable<Row> {
    return this.#statement.iterate(...parameters) as Iterable<Row>
  }

  /** @returns how many rows were inserted, changed or deleted. */
  run(...parameters: readonly SQLInputValue[]): number {
    return Number(this.#statement.run(...parameters).changes)
  }

  /** As {@link Statement.run}, for a statement with both `:named` and `?` parameters. */
  runNamed(named: Record<string, SQLInputValue>, ...parameters: readonly SQLInputValue[]): number {
    return Number(this.#statement.run(named, ...parameters).changes)
  }
}

/** The open database with every statement it has prepared: hand-written SQL, or a query that Kysely compiled. */
export class Statements {
  readonly handle: DatabaseSync
  // Bounded by the code: every SQL text is either a constant or one of a few shapes of a query.
  readonly #prepared = new Map<string, StatementSync>()

  constructor(handle: DatabaseSync) {
    this.handle = handle
  }

  prepare<Row = unknown>(sql: string): Statement<Row> {
    return new Statement<Row>(this.#statement(sql))
  }

  /** As {@link Statements.prepare}, for a text that is used only a few times: a table name in it is made up. */
  prepareOnce<Row = unknown>(sql: string): Statement<Row> {
    return new Statement<Row>(this.handle.prepare(sql))
  }

  all<Row>(query: Compilable<Row>): Row[] {
    const { sql, parameters } = query.compile()
    return new Statement<Row>(this.#statement(sql)).all(...parameters.map(toSqlValue))
  }

  first<Row>(query: Compilable<Row>): Row | undefined {
    const { sql, parameters } = query.compile()
    return new Statement<Row>(this.#statement(sql)).first(...parameters.map(toSqlValue))
  }

  /** @returns how many rows were inserted, changed or deleted. */
  run(query: Compilable): number {
    const { sql, parameters } = query.compile()
    return new Statement(this.#statement(sql)).run(...parameters.map(toSqlValue))
  }

  #statement(sql: string): StatementSync {
    const known = this.#prepared.get(sql)
    if (known !== undefined) return known
    const statement = this.handle.prepare(sql)
    this.#prepared.set(sql, statement)
    return statement
  }
}

function toSqlValue(value: unknown): SQLInputValue {
  if (typeof value === 'string') return checkText(value)
  if (value === null || typeof value === 'number' || typeof value === 'bigint' || value instanceof Uint8Array)
    return value
  throw new TypeError(`A ${typeof value} cannot be stored in a column`)
}

/** Whether SQLite gives a text back as it was stored: no lone surrogates, no NUL (where Node.js 22 cuts texts off). */
export function isStorable(text: string): boolean {
  return text.isWellFormed() && !text.includes('\0')
}

/**
 * Refuses a text that would come back as another one, so that two keys can never become one.
 * @throws IntegrationError CONFIG_INVALID
 */
export function checkText(text: unknown): string {
  if (typeof text === 'string' && isStorable(text)) return text
  throw new IntegrationError(
    'CONFIG_INVALID',
    'A name, id or other text for the store must be well-formed Unicode without NUL',
  )
}
