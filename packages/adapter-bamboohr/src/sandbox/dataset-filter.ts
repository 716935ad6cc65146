import type { Company } from './company.ts'
import { datasetFields } from './employee-words.ts'
import type { DatasetField } from './employee-words.ts'

/** Tells whether an employee passes a filter. */
export interface DatasetFilter {
  /** Ids to look at, when the filter names them all; everybody otherwise. */
  readonly ids: readonly string[] | undefined
  passes(index: number, company: Company): boolean
}

/** A filter the vendor would not accept, with why. */
export class InvalidFilter extends Error {}

interface Term {
  readonly name: string
  readonly field: DatasetField
  readonly operator: string
  readonly values: readonly string[]
}

const TOKENS = /\s*(?:(\()|(\))|(,)|'((?:[^']|'')*)'|([\w.:+-]+))/y

/**
 * Reads an OData-like filter as the vendor documents it (specification: get-data-from-dataset-v2; the vendor's client,
 * DatasetsApi.md): `and` or `or` but not both, no multi-value `in` except on option fields, order only on numbers and dates.
 */
export function readDatasetFilter(text: string): DatasetFilter {
  const tokens = tokenize(text)
  const terms: Term[] = []
  const joins = new Set<string>()
  for (;;) {
    terms.push(readTerm(tokens))
    const join = tokens.shift()
    if (join === undefined) break
    if (join !== 'and' && join !== 'or') throw new InvalidFilter(`Expected and / or, found ${join}.`)
    joins.add(join)
  }
  if (joins.size > 1) throw new InvalidFilter('A filter may use and, or or, but not both.')
  const all = !joins.has('or')
  const byId =
    terms.every(({ name, operator }) => name === 'eeid' && (operator === 'eq' || operator === 'in')) &&
    !(all && terms.length > 1)
  return {
    ids: byId ? terms.flatMap(({ values }) => values) : undefined,
    passes(index, company) {
      const person = company.person(index)
      const holds = ({ field, operator, values }: Term): boolean =>
        compare(field, operator, field.read(person, company), values)
      return all ? terms.every(holds) : terms.some(holds)
    },
  }
}

function tokenize(text: string): string[] {
  const tokens: string[] = []
  TOKENS.lastIndex = 0
  while (TOKENS.lastIndex < text.trimEnd().length) {
    const at = TOKENS.lastIndex
    const match = TOKENS.exec(text)
    if (!match) throw new InvalidFilter(`Cannot read the filter at position ${String(at)}.`)
    // A quoted value keeps its quote in front, so that 'and' the value is not and the word.
    tokens.push(match[4] === undefined ? match[0].trim() : `'${match[4].replace(/''/g, "'")}`)
  }
  return tokens
}

function readTerm(tokens: string[]): Term {
  const name = tokens.shift() ?? ''
  const field = Object.hasOwn(datasetFields, name) ? datasetFields[name] : undefined
  if (!field) throw new InvalidFilter(`Unknown field ${name}.`)
  const operator = tokens.shift() ?? ''
  if (operator === 'in') {
    const values = readValues(tokens)
    if (values.length > 1 && field.type !== 'options') throw new InvalidFilter(`${name} takes one value in "in".`)
    return { name, field, operator, values }
  }
  if (!['eq', 'ne', 'lt', 'le', 'gt', 'ge'].includes(operator)) throw new InvalidFilter(`Unknown operator ${operator}.`)
  if (operator.length === 2 && !['eq', 'ne'].includes(operator) && field.type !== 'number' && field.type !== 'date') {
    throw new InvalidFilter(`${name} has no order.`)
  }
  return { name, field, operator, values: [readValue(tokens.shift())] }
}

function readValues(tokens: string[]): string[] {
  if (tokens.shift() !== '(') throw new InvalidFilter('Expected a list in parentheses.')
  const values = [readValue(tokens.shift())]
  for (;;) {
    const next = tokens.shift()
    if (next === ')') return values
    if (next !== ',') throw new InvalidFilter('Expected a comma or a closing parenthesis.')
    values.push(readValue(tokens.shift()))
  }
}

function readValue(token: string | undefined): string {
  if (token === undefined || ['(', ')', ','].includes(token)) throw new InvalidFilter('Expected a value.')
  if (token.startsWith("'")) return token.slice(1)
  if (/^-?\d+(\.\d+)?$/.test(token)) return token
  throw new InvalidFilter(`Text must stand in single quotes: ${token}.`)
}

function compare(field: DatasetField, operator: string, value: unknown, wanted: readonly string[]): boolean {
  const text = typeof value === 'string' ? value : undefined
  if (operator === 'in') return text !== undefined && wanted.includes(text)
  const [one = ''] = wanted
  if (operator === 'eq') return text === one
  if (operator === 'ne') return text !== one
  if (text === undefined) return false
  const toOrder = field.type === 'number' ? Number : (date: string): number => Date.parse(date)
  const difference = toOrder(text) - toOrder(one)
  if (Number.isNaN(difference)) throw new InvalidFilter(`Cannot compare with ${one}.`)
  if (operator === 'lt') return difference < 0
  if (operator === 'le') return difference <= 0
  if (operator === 'gt') return difference > 0
  return difference >= 0
}
