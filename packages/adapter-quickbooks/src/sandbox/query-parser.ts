/** A comparison of a query. */
export interface Condition {
  readonly property: string
  readonly operator: Operator
  /** One value, or all of an IN. */
  readonly values: readonly string[]
}

/** What values are compared with. */
export type Operator = '=' | '<' | '>' | '<=' | '>=' | 'IN' | 'LIKE'

/** A query, taken apart. */
export interface Query {
  readonly type: string
  readonly counts: boolean
  readonly conditions: readonly Condition[]
  readonly order: { readonly property: string; readonly descending: boolean } | undefined
  readonly start: number
  /** Undefined where the query does not say. */
  readonly most: number | undefined
}

/** Why a query cannot be answered, in the words of the answer's `Detail`. */
export class QueryError extends Error {}

interface Token {
  readonly kind: 'word' | 'text' | 'number' | 'sign' | 'end'
  readonly value: string
}

const TOKEN = /\s*(?:'((?:\\.|[^'\\])*)'|(<=|>=|[=<>(),*])|([A-Za-z_][\w.]*)|(-?\d+(?:\.\d+)?)|(\S))/gsy

/**
 * Takes a query apart (sheet: Reading: query endpoint). Words of the grammar may be written in any case; there is no OR and
 * no list of columns.
 *
 * @throws QueryError when it does not follow the grammar.
 */
export function parseQuery(text: string): Query {
  const tokens = tokenize(text)
  let at = 0
  const peek = (): Token => tokens[at] ?? END
  const isWord = (word: string): boolean => peek().kind === 'word' && peek().value.toUpperCase() === word

  function unexpected(): QueryError {
    const { kind, value } = peek()
    return new QueryError(`QueryParserError: Encountered ${kind === 'end' ? '<EOF>' : `"${value}"`}`)
  }
  function take(kind: Token['kind'], value?: string): string {
    const token = peek()
    if (token.kind !== kind || (value !== undefined && token.value !== value)) throw unexpected()
    at += 1
    return token.value
  }
  function accept(word: string): boolean {
    if (!isWord(word)) return false
    at += 1
    return true
  }
  function expect(word: string): void {
    if (!accept(word)) throw unexpected()
  }
  function count(): number {
    const token = peek()
    if (token.kind !== 'number' || !/^-?\d{1,9}$/.test(token.value)) throw unexpected()
    at += 1
    const value = Number(token.value)
    if (value < 1)
      throw new QueryError(`QueryValidationError: value ${String(value)} is too small. Min allowed value is 1`)
    return value
  }
  function value(): string {
    const { kind, value } = peek()
    const isPlain = kind === 'word' && /^(?:true|false)$/i.test(value)
    if (kind !== 'text' && kind !== 'number' && !isPlain) throw unexpected()
    at += 1
    return isPlain ? value.toLowerCase() : value
  }
  function values(): string[] {
    take('sign', '(')
    const list = [value()]
    while (peek().value === ',' && peek().kind === 'sign') {
      at += 1
      list.push(value())
    }
    take('sign', ')')
    return list
  }
  function condition(): Condition {
    const property = take('word')
    if (accept('IN')) return { property, operator: 'IN', values: values() }
    if (accept('LIKE')) return { property, operator: 'LIKE', values: [value()] }
    const sign = operators.find((one) => peek().kind === 'sign' && one === peek().value)
    if (sign === undefined) throw unexpected()
    at += 1
    return { property, operator: sign, values: [value()] }
  }
  function conditions(): Condition[] {
    const list = [condition()]
    while (accept('AND')) list.push(condition())
    return list
  }
  function order(): Query['order'] {
    if (accept('ORDER')) expect('BY')
    else if (!accept('ORDERBY')) return undefined
    const property = take('word')
    const descending = accept('DESC')
    if (!descending) accept('ASC')
    return { property, descending }
  }

  expect('SELECT')
  const counts = accept('COUNT')
  if (counts) take('sign', '(')
  take('sign', '*')
  if (counts) take('sign', ')')
  expect('FROM')
  const type = take('word')
  const found = accept('WHERE') ? conditions() : []
  const query = {
    type,
    counts,
    conditions: found,
    order: order(),
    start: accept('STARTPOSITION') ? count() : 1,
    most: accept('MAXRESULTS') ? count() : undefined,
  }
  if (peek().kind !== 'end') throw unexpected()
  return query
}

const operators = ['=', '<', '>', '<=', '>='] as const
const END: Token = { kind: 'end', value: '' }

function tokenize(text: string): Token[] {
  const tokens: Token[] = []
  const trimmed = text.trim()
  for (const [, quoted, sign, word, number, other] of trimmed.matchAll(TOKEN)) {
    if (quoted !== undefined) tokens.push({ kind: 'text', value: quoted.replace(/\\(['\\])/g, '$1') })
    else if (sign !== undefined) tokens.push({ kind: 'sign', value: sign })
    else if (word !== undefined) tokens.push({ kind: 'word', value: word })
    else if (number !== undefined) tokens.push({ kind: 'number', value: number })
    else throw new QueryError(`QueryParserError: Encountered "${other ?? ''}"`)
  }
  return tokens
}
